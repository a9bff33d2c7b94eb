"""Whether other programs left an engine the processor cores that it worked with."""

from __future__ import annotations

import logging
import os
from collections.abc import Callable

from app.monitor.load import OthersUse, others_use

log = logging.getLogger(__name__)

# What a desktop at rest uses; of cores that the engine does not need others may have half.
OTHERS_CORES = 0.5
# Systems count processor time in steps of 10 ms: over less time the count says nothing.
_LEAST_SECONDS = 0.1


class Calm:
    """Judges stretches of an engine's work. Any thread.

    Args:
        logical_cores: Of this PC; found out when left out.
        others_use: Reads what programs beside an engine (by its process id) use.
    """

    def __init__(
        self,
        logical_cores: int | None = None,
        others_use: Callable[[int], OthersUse | None] = others_use,
    ) -> None:
        self._cores = logical_cores or os.cpu_count() or 1
        self._others_use = others_use

    def begin(self, pid: int | None) -> OthersUse | None:
        """A reading at the begin of a stretch; None where the system does not tell."""
        return self._others_use(pid) if pid else None

    def was_calm(self, begin: OthersUse | None, pid: int | None, threads: int) -> bool:
        """Whether others left it enough since; True where that cannot be told.

        Args:
            begin: What :meth:`begin` gave.
            pid: Of the engine.
            threads: That it worked with.
        """
        end = self._others_use(pid) if pid and begin is not None else None
        if begin is None or end is None or end.at_seconds - begin.at_seconds < _LEAST_SECONDS:
            return True
        allowed = OTHERS_CORES + max(0, self._cores - threads) / 2
        used = end.cores_since(begin)
        if used > allowed:
            log.info("a speed does not count: others used %.1f cores", used)
        return used <= allowed
