"""A bound on the processor time of foreign code that runs in this process."""

from __future__ import annotations

import contextlib
import signal
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Generator

_TICK_SECONDS = 0.1


class OutOfTime(BaseException):
    """The code has used its time. No ordinary exception: the code must not catch it."""


@contextlib.contextmanager
def processor_time(seconds: float) -> Generator[None]:
    """Let the code inside compute for so long, then raise :class:`OutOfTime` in it.

    Time that this thread gets no processor for does not count, however busy the PC is. One long
    call into C is not interrupted. Main thread only; without effect on Windows, whose Python has no
    such timer: there, and for such calls, the window process ends the engine.
    """
    if not hasattr(signal, "setitimer"):
        yield
        return
    end_s = time.thread_time() + seconds
    armed = True

    def tick(_number: int, _frame: object) -> None:
        # The timer counts all threads of the process; what counts is this one.
        if armed and time.thread_time() > end_s:
            raise OutOfTime

    before = signal.signal(signal.SIGPROF, tick)
    # It goes on ticking: an error raised where Python must swallow it is raised once more.
    signal.setitimer(signal.ITIMER_PROF, _TICK_SECONDS, _TICK_SECONDS)
    try:
        yield
    finally:
        armed = False
        signal.setitimer(signal.ITIMER_PROF, 0)
        # A tick may be on its way to another thread still: ignoring drops it, and the usual answer
        # to it would end the process.
        signal.signal(signal.SIGPROF, signal.SIG_IGN)
        signal.signal(signal.SIGPROF, before)
