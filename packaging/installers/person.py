"""Uses the installed window as a person does: a real display, real keys, and the chats it stores.

Nothing of the program is loaded here. The display is an Xvfb of this machine, the keys are sent by
xdotool; what the window did is read from the store it writes and from the system's process table.
"""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import smoke
from common import NAME, PackagingError, need, run

SIZE = "1280x900x24"


class Display:
    """An X server without a screen, for as long as the block lasts."""

    def __enter__(self) -> Display:
        need("Xvfb", "xdotool")
        reading, writing = os.pipe()
        self._server = subprocess.Popen(
            ["Xvfb", "-displayfd", str(writing), "-screen", "0", SIZE, "-nolisten", "tcp", "-ac"],
            pass_fds=(writing,),
            stderr=subprocess.DEVNULL,
        )
        os.close(writing)
        with os.fdopen(reading) as stream:
            self.name = f":{stream.readline().strip()}"
        return self

    def __exit__(self, *_: object) -> None:
        self._server.terminate()
        self._server.wait()

    def tell(self, *words: str) -> str:
        """Send something to the display with xdotool."""
        return run(["xdotool", *words], env={"DISPLAY": self.name})


@dataclass(frozen=True, slots=True)
class Answer:
    """A stored answer.

    Attributes:
        key: The pane's.
        stop_reason: Why it ended, None while it grows.
        error: Why it failed, None if it did not.
        text: What was said.
    """

    key: str
    stop_reason: str | None
    error: str | None
    text: str


class Person:
    """One window under use.

    Args:
        process: The window's process.
        home: Its ``SHRINKSCOPE_HOME``, as this machine sees it.
        display: Where it is shown.
    """

    def __init__(self, process: subprocess.Popen[bytes], home: Path, display: Display) -> None:
        self._process = process
        self._home = home
        self._display = display

    def look(self) -> None:
        """Wait until the window is painted, its demo levels are made, and give it the keyboard."""
        smoke.until_painted(self._home, self._process)
        demo = self._home / "cache" / "demo"
        smoke.wait_for(lambda: len(list(demo.glob("*/*.gguf"))) >= 4, self._process)
        found = self._display.tell("search", "--sync", "--onlyvisible", "--class", NAME)
        self._display.tell("windowfocus", "--sync", found.split()[-1])

    def ask_all(self, prompt: str) -> None:
        """Type a prompt into the box that has the keyboard, and send it to every pane."""
        self._display.tell("type", "--delay", "20", prompt)
        self._display.tell("key", "ctrl+Return")

    def answers(self, number: int) -> list[Answer]:
        """The answers of a turn, counted from 1, once all panes have ended theirs."""
        found: list[Answer] = []

        def ended() -> bool:
            found[:] = self._stored(number)
            return len(found) >= self.panes() > 0 and all(
                answer.stop_reason is not None or answer.error is not None for answer in found
            )

        smoke.wait_for(ended, self._process)
        return found

    def panes(self) -> int:
        """How many panes the open chat has."""
        rows = self._query("SELECT json_array_length(candidates) FROM chat ORDER BY id DESC")
        return int(str(rows[0][0])) if rows else 0

    def engines(self) -> list[int]:
        """Process ids of the window's engines."""
        children = Path(f"/proc/{self._process.pid}/task").glob("*/children")
        pids = [int(word) for path in children for word in path.read_text().split()]
        return [pid for pid in pids if b"--engine-host" in _read(f"/proc/{pid}/cmdline")]

    def kill_an_engine(self) -> int:
        """End one engine as the system does when memory is short."""
        pid = self.engines()[-1]
        os.kill(pid, signal.SIGKILL)
        smoke.wait_for(lambda: pid not in self.engines(), self._process)
        return pid

    def must_be_apart(self) -> None:
        """Stop unless llama.cpp is in the engines alone, and Qt in the window alone."""
        pairs = [(self._process.pid, b"libllama"), *((pid, b"libQt6") for pid in self.engines())]
        for pid, forbidden in pairs:
            if forbidden in _read(f"/proc/{pid}/maps"):
                raise PackagingError(f"Process {pid} has loaded {forbidden.decode()}.")

    def quit(self) -> None:
        """Press Ctrl+Q and wait for the program's end, which must be a good one."""
        self._display.tell("key", "ctrl+q")
        try:
            status = self._process.wait(smoke.PATIENCE_SECONDS)
        except subprocess.TimeoutExpired:
            raise PackagingError("The window did not quit at Ctrl+Q.") from None
        if status != 0:
            raise PackagingError(f"The window quit with status {status}.")

    def _stored(self, number: int) -> list[Answer]:
        turns = self._query("SELECT id FROM turn WHERE retired_ns IS NULL ORDER BY id")
        if len(turns) < number:
            return []
        rows = self._query(
            "SELECT key, stop_reason, error, text FROM answer WHERE turn_id = ?", turns[number - 1]
        )
        return [Answer(*row) for row in rows]

    def _query(self, sql: str, values: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
        path = self._home / "data" / "shrinkscope.sqlite3"
        if not path.is_file():
            return []
        with sqlite3.connect(f"file:{path}?mode=ro", uri=True) as database:
            return database.execute(sql, values).fetchall()


def use(process: subprocess.Popen[bytes], home: Path, display: Display) -> Mapping[str, object]:
    """Compare the demo model in all panes, kill an engine, compare again, quit.

    Returns:
        What was seen: panes, and the first turn's answers by pane.
    """
    person = Person(process, home, display)
    person.look()
    person.ask_all("What is 47 + 38?")
    first = person.answers(1)
    _must_be_good(first)
    person.must_be_apart()
    killed = person.kill_an_engine()
    person.ask_all("What is 3 plus 4?")
    second = person.answers(2)
    _must_be_good(second)
    if killed in person.engines() or process.poll() is not None:
        raise PackagingError("The window did not survive its engine.")
    panes = person.panes()
    person.quit()
    smoke.must_be_calm(home)
    return {"panes": panes, "first": [answer.text for answer in first]}


def _read(path: str) -> bytes:
    """What the system says of a process; nothing of one that has just ended."""
    try:
        return Path(path).read_bytes()
    except OSError:
        return b""


def _must_be_good(answers: list[Answer]) -> None:
    for answer in answers:
        if answer.error is not None or not answer.text.strip():
            raise PackagingError(f"A pane has no answer: {answer.error or 'nothing was said'}")
