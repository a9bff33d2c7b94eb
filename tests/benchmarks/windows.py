"""The leading side of a measured window; see :mod:`tests.benchmarks.window_process`."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from tests.benchmarks.commands import ROOT, environment

if TYPE_CHECKING:
    from types import TracebackType

    from tests.benchmarks.figures import Run

_END_SECONDS = 30


class WindowFailedError(Exception):
    """The measured window ended or refused."""


class WindowProcess:
    """The real window in a process of its own.

    Args:
        run: Where it opens and keeps its chats.
        models: Model files to open, a pane each; none opens the last chat or the demo model.
        variables: Of its environment, others than usual.
    """

    def __init__(
        self, run: Run, models: Sequence[Path], variables: Mapping[str, str] | None = None
    ) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.benchmarks.window_process", *map(str, models)],
            cwd=ROOT,
            env=environment(run.home) | run.display.environment() | dict(variables or {}),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def __enter__(self) -> Self:
        """Wait until the window is complete."""
        self._answer()
        return self

    @property
    def pid(self) -> int:
        """The window's process."""
        return self._process.pid

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close the window and wait for its end."""
        try:
            if kind is None:
                self.call("quit")
            self._process.communicate(timeout=_END_SECONDS)
        except (WindowFailedError, subprocess.TimeoutExpired):
            self._process.kill()
            self._process.communicate()
            if kind is None:
                raise

    def call(self, do: str, **arguments: object) -> dict[str, Any]:
        """Have one thing done; returns what the window says of it.

        Raises:
            WindowFailedError: The window ended, or refused.
        """
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps({"do": do, **arguments}) + "\n")
        self._process.stdin.flush()
        answer = self._answer()
        if answer.get("error") or any(answer.get("errors") or ()):
            raise WindowFailedError(f"{do}: {answer.get('error') or answer['errors']}")
        return answer

    @contextmanager
    def paused(self) -> Iterator[None]:
        """The window process stands still, so that it takes nothing from what is measured."""
        self._process.send_signal(signal.SIGSTOP)
        try:
            yield
        finally:
            self._process.send_signal(signal.SIGCONT)

    def _answer(self) -> dict[str, Any]:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line:
            raise WindowFailedError(f"the window ended with status {self._process.wait()}")
        return json.loads(line)
