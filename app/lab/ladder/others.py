"""Whether other programs keep the PC busy while a ladder is measured."""

from __future__ import annotations

import time
from collections.abc import Callable

from app.monitor.load import OthersUse, others_use_beside_family

_EVERY_SECONDS = 5.0
# What a desktop at rest uses.
_BUSY_CORES = 0.5


class Others:
    """Looks every few seconds, because looking costs a little. One thread.

    Args:
        reading: What programs beside this one and its engines have used so far.
        now: Seconds of a monotonic clock.
    """

    def __init__(
        self,
        reading: Callable[[], OthersUse | None] = others_use_beside_family,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        self._reading = reading
        self._now = now
        self._latest: OthersUse | None = None
        self._looked_s = -_EVERY_SECONDS
        self._busy = False

    def are_busy(self) -> bool:
        """Whether they were at the last look."""
        now = self._now()
        if now - self._looked_s >= _EVERY_SECONDS:
            self._looked_s = now
            before, self._latest = self._latest, self._reading()
            if before is not None and self._latest is not None:
                self._busy = self._latest.cores_since(before) > _BUSY_CORES
        return self._busy
