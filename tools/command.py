"""Running one command whose lines are followed, and ending it with all that it started.

Standard library only.
"""

from __future__ import annotations

import contextlib
import os
import queue
import signal
import subprocess
import threading
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from types import TracebackType

_END_SECONDS = 5.0


class Command:
    """A command in a process group of its own; what it prints also goes to a log.

    Leaving the ``with`` block ends it, if it has not ended, together with every process below it.
    """

    def __init__(
        self, words: Sequence[str], log: Path, environ: Mapping[str, str] | None = None
    ) -> None:
        self._words = list(words)
        self._log = log
        self._environ = environ
        self._process: subprocess.Popen[str] | None = None

    def __enter__(self) -> Self:
        """Start it.

        Raises:
            OSError: It cannot be started.
        """
        self._process = subprocess.Popen(
            self._words,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            stdin=subprocess.DEVNULL,
            text=True,
            errors="replace",
            env=self._environ,
            start_new_session=True,
        )
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """End it."""
        self.end()

    def lines(self) -> Iterator[str]:
        """What it prints, line by line, and an empty string in every second of silence."""
        process = self._process
        assert process is not None
        lines: queue.SimpleQueue[str | None] = queue.SimpleQueue()

        def read() -> None:
            assert process.stdout is not None
            for line in process.stdout:
                lines.put(line)
            lines.put(None)

        threading.Thread(target=read, daemon=True).start()
        with self._log.open("a", encoding="utf-8") as log:
            while True:
                try:
                    line = lines.get(timeout=1)
                except queue.Empty:
                    yield ""
                    continue
                if line is None:
                    return
                log.write(line)
                log.flush()
                yield line

    def wait(self) -> int:
        """Its exit status."""
        assert self._process is not None
        return self._process.wait()

    def end(self) -> None:
        """End it and all that it started; harmless when it is over."""
        process = self._process
        if process is None or process.returncode is not None:
            return
        for number in (signal.SIGTERM, signal.SIGKILL):
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, number)
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(_END_SECONDS)
                return
