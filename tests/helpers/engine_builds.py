"""Builds of an engine that take no time: real child processes in the place of the compiler's."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

from app.engine import builder
from app.engine.installed import engine_is_there
from app.engine.local import client
from app.ui.shell.engine import build as engine_build

if TYPE_CHECKING:
    import pytest

# Says what it was told to say, then waits until a file lets it end, or ends with standard input.
SCRIPT = """
import os, sys, threading, time
from pathlib import Path

def end():
    sys.stdin.read()
    os._exit(130)

threading.Thread(target=end, daemon=True).start()
here = Path(__file__).parent
(here / "words").write_text(" ".join(sys.argv[1:]))
print((here / "says").read_text(), end="", flush=True)
while not (here / "ends").exists():
    time.sleep(0.01)
said = (here / "ends").read_text()
(here / "ends").unlink()
print(said, end="", flush=True)
if not said:
    (here / "engine").touch()
os._exit(1 if said else 0)
"""


class FakeBuild:
    """What the build says and when it ends, in a test's hand; an engine counts as there afterwards.

    Args:
        folder: Empty.
        monkeypatch: Puts it in the place of the real build until the test's end.
    """

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self._folder = folder
        script = folder / "build.py"
        script.write_text(SCRIPT, "utf-8")
        (folder / "says").write_text("", "utf-8")
        monkeypatch.setattr(builder, "builder", lambda: script)
        for module in (client, engine_build):
            monkeypatch.setattr(module, "engine_is_there", self.has_engine)

    def has_engine(self) -> bool:
        """Whether an engine is there, and the real one too."""
        return (self._folder / "engine").exists() and engine_is_there()

    def says(self, *steps: dict[str, object]) -> None:
        """What the next build says at once."""
        text = "".join(json.dumps(step) + "\n" for step in steps)
        (self._folder / "says").write_text(text, "utf-8")

    def succeed(self) -> None:
        """Let the build end well."""
        self._end("")

    def fail(self, sentence: str, log: str = "") -> None:
        """Let the build end with a reason."""
        self._end(json.dumps({"failed": sentence, "log": log}) + "\n")

    def crash(self) -> None:
        """Let the build end as nobody planned it."""
        self._end("Traceback (most recent call last):\n")

    @property
    def words(self) -> list[str]:
        """What the build was started with."""
        return (self._folder / "words").read_text("utf-8").split(" ")

    def _end(self, text: str) -> None:
        beside = self._folder / "ends.new"
        beside.write_text(text, "utf-8")
        beside.replace(self._folder / "ends")
