"""One window: later starts, links and files of the file manager go to it. Real processes.

Tests app.ui.application and app.ui.doorkeeper.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from app.store.paths import Paths
from tests.helpers.fake_hub import FakeHub, Fault, FaultKind
from tests.helpers.hub_way import example_repository
from tests.helpers.program import program_command

if TYPE_CHECKING:
    from tests.e2e.conftest import Commands, Models

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.skipif(sys.platform == "win32", reason="signals of Unix"),
]

# The program as it is, with a window that says what it is doing.
TALKING = """
import json, sys
from app.ui import application
from app.ui.window import Window


def say(what, value=None):
    print(json.dumps([what, value]), flush=True)


class Talking(Window):
    def __init__(self, *given):
        super().__init__(*given)
        show = self.main.show_notice
        self.main.show_notice = lambda *told: (show(*told), say("notice", told[1]))
        self.requests.compare.add(lambda files: say("compare", [str(file) for file in files]))
        self.requests.follow.add(lambda link: say("link", str(link)))
        self.closing.connect(lambda: say("closing"))

    def open(self, files):
        super().open(files)
        say("open", [str(file) for file in files])

    def complete(self):
        super().complete()
        say("complete")


application.Window = Talking
from app.__main__ import main
sys.exit(main(sys.argv[1:]))
"""


class Talker:
    """A window in a process of its own."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self.process = process
        self.said: list[tuple[str, Any]] = []

    def hear(self, what: str) -> Any:
        """Wait until the window says that it does this; returns what it said."""
        while True:
            line = self.process.stdout.readline()  # type: ignore[union-attr]
            assert line, f"the window ended before “{what}”: {self.said}"
            word, value = json.loads(line)
            self.said.append((word, value))
            if word == what:
                return value

    def quit(self) -> int:
        self.process.terminate()
        return self.process.wait(60)


@pytest.fixture
def start_window(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Callable[..., Talker]]:
    """Starts the program as a process; killed after the test."""
    monkeypatch.setenv("HF_ENDPOINT", "http://127.0.0.1:9")
    monkeypatch.setenv("HF_HOME", str(tmp_path / "hf"))
    children: list[subprocess.Popen[str]] = []

    def start(*words: str | Path, before: str = "") -> Talker:
        environment = os.environ | {"PYTHONPATH": str(Path(__file__).parents[2])}
        children.append(
            subprocess.Popen(
                [sys.executable, "-c", before + TALKING, *map(str, words)],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                text=True,
                cwd=tmp_path,
                env=environment,
            )
        )
        return Talker(children[-1])

    yield start
    for child in children:
        child.kill()
        child.communicate()


# A window that would wait for its Hub for ever.
PATIENT = """
from app.hub import settings

settings.Patience.__init__.__defaults__ = (1e6,) * 6 + (1000, 1e6)
"""


def test_a_hub_that_drips_keeps_no_window(
    start_window: Callable[..., Talker],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with FakeHub(example_repository()) as hub:
        monkeypatch.setenv("HF_ENDPOINT", hub.endpoint)
        hub.api_faults.add(*[Fault(FaultKind.DRIP)] * 9)
        window = start_window("shrinkscope://open/org/model-GGUF:Q4_K_M", before=PATIENT)
        window.hear("link")
        while not hub.released.wait(0.01) and not hub.requests:
            assert window.process.poll() is None
        assert window.quit() == 0  # while the Hub goes on to drip
        later = start_window()
        later.hear("complete")
        assert later.quit() == 0


def test_later_starts_go_to_the_window(
    start_window: Callable[..., Talker], commands: Commands, models: Models, tmp_path: Path
) -> None:
    window = start_window()
    window.hear("complete")
    blue, green = models["blue"], models["green"]
    local = tmp_path / "sp ace é.gguf"
    local.symlink_to(green)

    # The commands' processes end when they import Qt.
    ended = commands.run(blue, local.name)
    assert (ended.status, ended.err) == (0, "")
    assert window.hear("compare") == [str(blue), str(local)]

    assert commands.run(local.as_uri()).status == 0
    assert window.hear("compare") == [str(local)]

    assert commands.run("--", "shrinkscope:x").status == 0
    assert window.hear("compare") == [str(tmp_path / "shrinkscope:x")]

    assert commands.run("shrinkscope://open/org/model:Q4_K_M").status == 0
    assert window.hear("link") == "shrinkscope://open/org/model:Q4_K_M"

    assert commands.run("shrinkscope://open/../../etc").status == 0
    assert "is no link that Shrinkscope understands" in window.hear("notice")

    assert commands.run().status == 0
    assert commands.run(os.fsencode(str(tmp_path)) + b"/\xff.gguf").status == 0
    assert window.hear("compare") == [str(tmp_path / "\udcff.gguf")]
    assert window.quit() == 0
    assert not Paths.default().doorbell.exists()


def test_of_starts_at_the_same_time_one_wins_and_has_them_all(
    start_window: Callable[..., Talker], tmp_path: Path
) -> None:
    starts = [start_window(tmp_path / f"{number}.gguf") for number in range(4)]
    lines = [start.process.stdout.readline() for start in starts]  # type: ignore[union-attr]
    winners = [start for start, line in zip(starts, lines, strict=True) if line]
    assert len(winners) == 1
    winner = winners[0]
    assert [start.process.wait(60) for start in starts if start is not winner] == [0, 0, 0]
    place = starts.index(winner)
    assert json.loads(lines[place]) == ["open", [str(tmp_path / f"{place}.gguf")]]

    brought = set()
    while len(brought) < 3:
        brought |= set(winner.hear("compare"))
    assert brought == {str(tmp_path / f"{n}.gguf") for n in range(4) if n != place}
    assert winner.quit() == 0


def test_a_killed_window_is_no_obstacle(
    start_window: Callable[..., Talker], commands: Commands, models: Models
) -> None:
    first = start_window()
    first.hear("complete")
    first.process.kill()
    first.process.wait()
    assert Paths.default().doorbell.exists()

    second = start_window()
    second.hear("complete")
    assert commands.run(models["blue"]).status == 0
    assert second.hear("compare") == [str(models["blue"])]
    assert second.quit() == 0


def test_a_window_that_hangs_is_said_and_does_nothing_later(
    start_window: Callable[..., Talker], models: Models
) -> None:
    window = start_window()
    window.hear("complete")
    window.process.send_signal(signal.SIGSTOP)
    # Not under the watch over imports: where there is a screen, this would be said in a box.
    hung = subprocess.run(
        program_command(models["green"]),
        cwd=Path(__file__).parents[2],
        capture_output=True,
        text=True,
        check=False,
    )
    window.process.send_signal(signal.SIGCONT)

    assert hung.returncode == 1
    (sentence,) = [line for line in hung.stderr.splitlines() if line]
    assert f"process {window.process.pid}" in sentence
    assert "does not answer" in sentence
    after = start_window(models["blue"])
    assert after.process.wait(60) == 0
    assert window.hear("compare") == [str(models["blue"])]
    assert window.quit() == 0


def test_a_start_while_the_window_closes_is_the_next_window(
    start_window: Callable[..., Talker], models: Models
) -> None:
    first = start_window()
    first.hear("complete")
    first.process.terminate()
    first.hear("closing")  # who has not heard the signal yet would take the ring
    second = start_window(models["blue"])
    assert first.process.wait(60) == 0
    second.hear("complete")
    assert ("open", [str(models["blue"])]) in second.said
    assert second.quit() == 0
