"""How fast files come: of the time between, what went into downloading alone counts."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from app.hub.progress import Phase

if TYPE_CHECKING:
    from app.hub.progress import Progress

ENOUGH_BYTES, ENOUGH_S = 50_000_000, 5.0
"""A rate is told once so much has come, or for so long: before it says little."""


class ArrivalRate:
    """That of one file, over all attempts to bring it. One thread.

    Args:
        now_s: Seconds of a monotonic clock.
    """

    def __init__(self, now_s: Callable[[], float] = time.monotonic) -> None:
        self._now_s = now_s
        self._bytes, self._seconds = 0, 0.0
        self._before: tuple[int, float] | None = None

    def hear(self, progress: Progress) -> None:
        """A moment of the download."""
        if progress.phase is not Phase.DOWNLOADING:
            self._before = None
            return
        now = progress.done_bytes, self._now_s()
        if self._before is not None and now[0] >= self._before[0]:
            self._bytes += now[0] - self._before[0]
            self._seconds += now[1] - self._before[1]
        self._before = now

    def pause(self) -> None:
        """An attempt has ended: what passes until the next one does not count."""
        self._before = None

    @property
    def bytes_per_second(self) -> float | None:
        """None where too little came to tell."""
        enough = self._bytes >= ENOUGH_BYTES or self._seconds >= ENOUGH_S
        return self._bytes / self._seconds if enough and self._bytes and self._seconds else None
