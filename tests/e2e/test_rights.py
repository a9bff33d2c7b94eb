"""Everything that the real window leaves behind is the person's alone."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.skipif(sys.platform == "win32", reason="Windows has access lists"),
]

PATIENCE_SECONDS = 240
# The program as it is, with somebody in front of it: asks one question, saves the chat, closes.
PERSON = """
import os, sys
os.umask(int(sys.argv.pop(1), 8))
from pathlib import Path
from PySide6.QtCore import QTimer
from app.ui import application
from app.ui.pages.compare.controller import write_whole
from app.ui.window import Window


class Used(Window):
    asked = False

    def complete(self):
        super().complete()
        self.timer = QTimer(self)
        self.timer.timeout.connect(self.look)
        self.timer.start(50)

    def look(self):
        controller = self.parts[0].view.controller
        if not self.asked:
            self.asked = controller.ask("Say hello.")
        elif not self.session.busy:
            self.timer.stop()
            (turn,) = self.session.chat.turns
            assert all(answer.text for answer in turn.answers.values()), turn.answers
            chat = self.session.export_chat(self.session.chat.id, "markdown")
            write_whole(Path("saved.md"), chat)
            self.quit()


application.Window = Used
from app.__main__ import main
sys.exit(main(sys.argv[1:]))
"""


def open_to_others(folder: Path) -> list[str]:
    """Files and folders with rights for anybody but their owner."""
    return [
        f"{oct(stat.S_IMODE(path.lstat().st_mode))} {path.relative_to(folder)}"
        for path in [folder, *folder.rglob("*")]
        if not path.is_symlink() and path.lstat().st_mode & 0o077
    ]


@pytest.mark.parametrize("mask", [0o000, 0o022])
def test_nothing_of_the_window_is_open_to_others(
    tmp_path: Path, demo_model: Path, mask: int
) -> None:
    home = tmp_path / "program"
    before = os.umask(0)
    try:
        for name in ("config", "data", "state", "cache", "state/engines", "cache/texts"):
            (home / name).mkdir(parents=True)
        (home / "data" / "shrinkscope.sqlite3.version-1").write_bytes(b"an older copy")
    finally:
        os.umask(before)
    more = {
        "PYTHONPATH": str(Path(__file__).parents[2]),
        "SHRINKSCOPE_HOME": str(home),
        "HF_HOME": str(tmp_path / "hf"),
        "QT_QPA_PLATFORM": "offscreen",
    }
    ended = subprocess.run(
        [sys.executable, "-c", PERSON, oct(mask), str(demo_model)],
        cwd=tmp_path,
        env=os.environ | more,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=PATIENCE_SECONDS,
        check=False,
    )
    assert ended.returncode == 0, ended.stderr
    left = {path.name for path in home.rglob("*")}
    assert {"settings.json", "shrinkscope.sqlite3", "shrinkscope.log"} <= left
    for folder in ("config", "data", "state", "cache"):
        assert open_to_others(home / folder) == []
    # What the person saved is as their other programs would have saved it.
    assert stat.S_IMODE((tmp_path / "saved.md").stat().st_mode) == 0o666 & ~mask
