"""How far a download is, how fast, and how long it still takes."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum

from app.core.words.sentence import Sentence

_WINDOW_S = 5.0
_EVERY_S = 0.1


class Phase(Enum):
    """What a download is doing."""

    CONNECTING = "asking the Hub"
    WAITING = "waiting for another program"
    CHECKING = "checking what is there"
    DOWNLOADING = "downloading"
    RETRYING = "trying again"
    FINISHING = "finishing"


@dataclass(frozen=True, slots=True)
class Progress:
    """A moment of a download.

    Attributes:
        done_bytes: Of all files together, those from earlier runs included.
        total_bytes: Of all files together.
        bytes_per_second: Over the last seconds, None before there is a speed.
        remark: Why it tries again, or None.
    """

    phase: Phase
    done_bytes: int
    total_bytes: int
    bytes_per_second: float | None = None
    remark: Sentence | None = None

    @property
    def seconds_left(self) -> float | None:
        """At the present speed, None where that cannot be said."""
        if not self.bytes_per_second:
            return None
        return (self.total_bytes - self.done_bytes) / self.bytes_per_second


class ProgressMeter:
    """Tells progress ten times a second at most. One thread.

    Args:
        tell: Takes each progress.
        base_bytes: Of files that were finished before.
    """

    def __init__(
        self,
        tell: Callable[[Progress], None],
        total_bytes: int,
        base_bytes: int = 0,
        now_s: Callable[[], float] = time.monotonic,
    ) -> None:
        self._tell = tell
        self._total = total_bytes
        self._base = base_bytes
        self._now_s = now_s
        self._done = 0
        self._phase = Phase.CONNECTING
        self._told_s = float("-inf")
        self._points: deque[tuple[float, int]] = deque()

    def enter(self, phase: Phase, remark: Sentence | None = None) -> None:
        """Something else begins; told at once."""
        if phase is not self._phase or remark:
            self._points.clear()
        self._phase = phase
        self._say(remark)

    def at(self, done_bytes: int) -> None:
        """So many bytes of this file are there."""
        if done_bytes < self._done:
            self._points.clear()  # begun anew
        self._done = done_bytes
        now = self._now_s()
        self._points.append((now, done_bytes))
        while len(self._points) > 2 and now - self._points[1][0] >= _WINDOW_S:
            self._points.popleft()
        if now - self._told_s >= _EVERY_S:
            self._say()

    def _say(self, remark: Sentence | None = None) -> None:
        self._told_s = self._now_s()
        done = self._base + self._done
        self._tell(Progress(self._phase, done, self._total, self._speed(), remark))

    def _speed(self) -> float | None:
        if len(self._points) < 2 or self._phase is not Phase.DOWNLOADING:
            return None
        (first_s, first), (last_s, last) = self._points[0], self._points[-1]
        return (last - first) / (last_s - first_s) if last_s > first_s else None
