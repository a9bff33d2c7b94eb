"""A bound on the processor time of foreign code that runs in this process."""

from __future__ import annotations

import contextlib
import signal
import time
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from types import FrameType

TICK_SECONDS = 0.1


class OutOfTime(BaseException):
    """The code has used its time. No ordinary exception: the code must not catch it."""


def processor_time(seconds: float) -> AbstractContextManager[None]:
    """Let the code inside compute for so long, then raise :class:`OutOfTime` in it.

    Time that this thread gets no processor for does not count, however busy the PC is. One long
    call into C is not interrupted. Main thread only; without effect on Windows, whose Python has no
    such timer: there, and for such calls, the window process ends the engine.
    """
    return _Limit(seconds) if hasattr(signal, "setitimer") else contextlib.nullcontext()


class _Limit(AbstractContextManager[None]):
    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._end_s = 0.0
        self._armed = False
        self._before: object = None

    def __enter__(self) -> None:
        self._end_s = time.thread_time() + self._seconds
        self._before = signal.signal(signal.SIGPROF, self._tick)
        # It goes on ticking: an error raised where Python must swallow it is raised once more.
        signal.setitimer(signal.ITIMER_PROF, TICK_SECONDS, TICK_SECONDS)
        self._armed = True

    def __exit__(self, *_error: object) -> None:
        self._armed = False
        signal.setitimer(signal.ITIMER_PROF, 0)
        # A tick may be on its way to another thread still: ignoring drops it, and the usual answer
        # to it would end the process.
        signal.signal(signal.SIGPROF, signal.SIG_IGN)
        signal.signal(signal.SIGPROF, self._before)  # type: ignore[arg-type] - as it was given

    def _tick(self, _number: int, frame: FrameType | None) -> None:
        # The timer counts all threads of the process; what counts is this one. Raised while the
        # limit itself is being taken away, the error would leave it there for whatever comes next.
        leaves = frame is not None and frame.f_code.co_filename in _WAYS_OUT
        if self._armed and not leaves and time.thread_time() > self._end_s:
            raise OutOfTime


# Contexts may stand around this one, as generators do.
_WAYS_OUT = {way.__code__.co_filename for way in (_Limit.__exit__, contextlib.contextmanager)}
