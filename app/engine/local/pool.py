"""Engines that talk to one sink, started by key."""

from __future__ import annotations

import itertools
from collections.abc import Callable

from app.engine.api import Engine, Engines, Sink
from app.engine.local.keeping import KeptEngines


class EnginePool(KeptEngines[str, Engine]):
    """Starts and closes engines by key and remembers which was used last.

    One thread uses it, which lives as long as the program: engines are started from it.

    Args:
        sink: Takes the events of every engine, on their reader threads.
        engines: Where they come from, unless a start says otherwise.
        budget_bytes: What engines may use now beside what they use already: available memory
            less the reserve.
        physical_cores: Of this PC.
        is_steady: What they say is measured, not their speed.
    """

    def __init__(
        self,
        sink: Sink,
        engines: Engines,
        budget_bytes: Callable[[], int],
        physical_cores: int = 1,
        *,
        is_steady: bool = False,
    ) -> None:
        super().__init__(budget_bytes)
        self._sink = sink
        self._source = engines
        self._cores = physical_cores
        self._is_steady = is_steady
        self._starts = itertools.count(1)

    def source(self, name: str) -> str | None:
        """The key of the engine that an event came from; None if that one was closed."""
        key = name.rpartition("#")[0]
        engine = self.get(key)
        return key if engine is not None and engine.key == name else None

    def start(self, key: str, needed_bytes: int | None, engines: Engines | None = None) -> Engine:
        """Start an engine.

        Args:
            key: Its key.
            needed_bytes: What it is expected to need; None for nothing of this PC.
            engines: Where it comes from; None for the pool's.

        Raises:
            PersonError: It cannot be started.
        """
        self.close(key)
        # Each start has a name of its own, so that late events of the engine before are told apart.
        name = f"{key}#{next(self._starts)}"
        engine = (engines or self._source).start(name, self._sink, is_steady=self._is_steady)
        self.put(key, engine, needed_bytes)
        return engine

    def threads_for(self, generating: int) -> int:
        """Threads of each of so many engines that generate at the same time."""
        return max(1, self._cores // max(1, generating))
