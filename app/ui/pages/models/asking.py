"""Asks the Hub on a job thread for as long as somebody wants to know."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Generator

from app.base.gate import StopFlag, Stopped
from app.hub.net.limits import within
from app.hub.stopping import TICK_S
from app.ui.kit.jobs import JobCancelled, JobContext


class CancelFlag(StopFlag):
    """Asks a job whether it is still wanted."""

    def __init__(self, cancelled: Callable[[], bool]) -> None:
        super().__init__()
        self._cancelled = cancelled

    @property
    def is_stopped(self) -> bool:
        """Whether nobody wants it any more."""
        return self._cancelled() or super().is_stopped

    def check(self) -> None:
        """Raise ``Stopped`` if nobody wants it any more."""
        if self.is_stopped:
            raise Stopped

    def sleep(self, seconds: float) -> None:
        """Wait, a tick at a time."""
        left = seconds
        while left > 0:
            self.check()
            super().sleep(min(TICK_S, left))
            left -= TICK_S


@contextlib.contextmanager
def while_wanted(context: JobContext) -> Generator[None]:
    """End requests inside the block once the job is cancelled.

    A slow Hub would else keep job threads that other work waits for.

    Raises:
        JobCancelled: Nobody wants the answer any more.
    """
    try:
        with within(stop=CancelFlag(lambda: context.cancelled)):
            yield
    except Stopped:
        raise JobCancelled from None
