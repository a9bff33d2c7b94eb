"""How long the network may be waited for on this thread, and who may end the waiting."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Generator
from contextvars import ContextVar
from dataclasses import dataclass

from app.base.gate import StopFlag
from app.hub import answers


@dataclass(frozen=True, slots=True)
class Limits:
    """What bounds the requests of one thread at this moment.

    Attributes:
        stops: Any of them ends the waiting.
        end_s: When it ends at the latest, by ``time.monotonic``.
    """

    stops: tuple[StopFlag, ...] = ()
    end_s: float = float("inf")

    @property
    def bounded(self) -> bool:
        """Whether there is anything to look at while waiting."""
        return self != _NONE

    def check(self) -> None:
        """Raise if there is nothing more to wait for.

        Raises:
            HubSilent: The time is up.
            Stopped: Asked to stop; or what else a flag raises.
        """
        for stop in self.stops:
            stop.check()
        if time.monotonic() >= self.end_s:
            raise answers.silent(TimeoutError("the whole answer took too long"))


_NONE = Limits()
_limits: ContextVar[Limits] = ContextVar("limits", default=_NONE)


def limits() -> Limits:
    """What bounds this thread's requests."""
    return _limits.get()


@contextlib.contextmanager
def within(*, stop: StopFlag | None = None, seconds: float | None = None) -> Generator[None]:
    """Bound this thread's requests inside the block, besides what bounds them already.

    Args:
        stop: Ends them within a tenth of a second, with the error of its ``check``.
        seconds: For all of them together, to the last byte.
    """
    now = _limits.get()
    end_s = now.end_s if seconds is None else min(now.end_s, time.monotonic() + seconds)
    token = _limits.set(Limits(now.stops if stop is None else (*now.stops, stop), end_s))
    try:
        limits().check()
        yield
    finally:
        _limits.reset(token)
