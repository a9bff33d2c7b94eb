"""A hold on what works in another thread: it is asked to stop, or to wait."""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext


class Stopped(Exception):
    """Somebody asked to stop; what is there is kept."""


class StopFlag:
    """Asks one piece of work to stop. Any thread."""

    def __init__(self) -> None:
        self._stopped = threading.Event()

    def stop(self) -> None:
        """Ask to stop, once and for all."""
        self._stopped.set()

    @property
    def is_stopped(self) -> bool:
        """Whether it was asked."""
        return self._stopped.is_set()

    def check(self) -> None:
        """Called by the work wherever it can end.

        Raises:
            Stopped: It is to end.
        """
        if self.is_stopped:
            raise Stopped

    def sleep(self, seconds: float) -> None:
        """Wait, but not on when asked to stop.

        Raises:
            Stopped: Asked while waiting.
        """
        if self._stopped.wait(seconds):
            raise Stopped


class Gate(StopFlag):
    """Asks it to stop, or to wait for a while. Any thread.

    Attributes:
        rest: Entered by the work's thread while it waits.
    """

    def __init__(self) -> None:
        super().__init__()
        self.rest: Callable[[], AbstractContextManager[object]] = nullcontext
        self._open = threading.Event()
        self._open.set()

    @property
    def is_paused(self) -> bool:
        """Whether the work waits, or will at its next chance."""
        return not self._open.is_set()

    def pause(self) -> None:
        """Wait at the next chance, unless it is to end there."""
        self._open.clear()
        if self.is_stopped:  # whoever waits must hear of it, whichever of the two came first
            self._open.set()

    def resume(self) -> None:
        """Go on."""
        self._open.set()

    def stop(self) -> None:
        """End at the next chance."""
        super().stop()
        self._open.set()

    def check(self) -> None:
        """Called by the work wherever it can wait or end.

        Raises:
            Stopped: It is to end.
        """
        if self.is_paused:
            with self.rest():
                self._open.wait()
        super().check()

    def check_end(self) -> None:
        """Called by the work where it can end, but not wait.

        Raises:
            Stopped: It is to end.
        """
        super().check()
