"""A program that does one thing and says lines while it does: watched, ended with all it began."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import threading
import time
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from queue import Empty, SimpleQueue

from app.core.errors import PersonError
from app.core.words.sentence import Sentence
from app.lab.engines.calls import check_end

_POLL_SECONDS = 0.25
_TAIL_LINES = 60
_MOST_LETTERS = 500


class ChildFailed(PersonError):
    """It ended badly.

    Attributes:
        tail: The last that it said.
    """

    def __init__(self, said: Sentence, tail: str) -> None:
        super().__init__(said, tail)
        self.tail = tail


def run_child(
    words: Sequence[str],
    environment: Mapping[str, str],
    log: Path,
    failed: Sentence,
    on_line: Callable[[str], None] = lambda _line: None,
    *,
    patience_seconds: float = 1_800.0,
) -> None:
    """Run a program to its end. Any thread; ends it when the thread's work is to end.

    Args:
        words: Its command line.
        environment: All its variables.
        log: What it says is added to this file.
        failed: What is said where it cannot be started, or ends with another status than 0.
        on_line: Hears each line; what it raises ends the program.
        patience_seconds: After so long a silence it is taken to hang.

    Raises:
        ChildFailed: It could not be started, failed, or hung.
    """
    try:
        process = subprocess.Popen(
            words,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            env=dict(environment),
            start_new_session=True,
            text=True,
            encoding="utf-8",
            errors="replace",
        )
    except OSError as error:
        raise ChildFailed(failed, repr(error)) from error
    lines: SimpleQueue[str | None] = SimpleQueue()
    reader = threading.Thread(target=_read, args=(process, lines), name="child", daemon=True)
    reader.start()
    tail: deque[str] = deque(maxlen=_TAIL_LINES)
    heard = time.monotonic()
    try:
        with log.open("a", encoding="utf-8") as kept:
            while True:
                check_end()
                try:
                    line = lines.get(timeout=_POLL_SECONDS)
                except Empty:
                    if time.monotonic() - heard > patience_seconds:
                        raise ChildFailed(failed, "\n".join([*tail, "(silence)"])) from None
                    continue
                if line is None:
                    break
                heard = time.monotonic()
                kept.write(f"{line}\n")
                tail.append(line)
                on_line(line)
        if process.wait() != 0:
            raise ChildFailed(failed, "\n".join([*tail, f"(status {process.returncode})"]))
    except OSError as error:
        raise ChildFailed(failed, repr(error)) from error
    finally:
        _end(process)
        reader.join()


def _read(process: subprocess.Popen[str], lines: SimpleQueue[str | None]) -> None:
    assert process.stdout is not None
    with process.stdout as stream:
        for line in stream:  # also what is written over itself, which ends with a carriage return
            lines.put(line.rstrip()[:_MOST_LETTERS])
    lines.put(None)


def _end(process: subprocess.Popen[str]) -> None:
    """End it with all that it began, whoever of them is left."""
    with contextlib.suppress(OSError):
        if sys.platform == "win32":
            process.kill()
        else:
            os.killpg(process.pid, signal.SIGKILL)
    process.wait()
