"""Which engines live: the memory budget, and who has to go when it is short."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from app.engine.api import Engine, Engines, Sink

_JOIN_SECONDS = 8.0


class EnginePool:
    """Starts and closes engines by key and remembers which was used last.

    One thread uses it, which lives as long as the program: engines are started from it.

    Args:
        sink: Takes the events of every engine, on their reader threads.
        engines: Where they come from.
        budget_bytes: What engines may use now beside what they use already: available memory
            less the reserve.
        physical_cores: Of this PC.
    """

    def __init__(
        self,
        sink: Sink,
        engines: Engines,
        budget_bytes: Callable[[], int],
        physical_cores: int,
    ) -> None:
        self._sink = sink
        self._engines = engines
        self._budget_bytes = budget_bytes
        self._cores = physical_cores
        self._living: dict[str, Engine] = {}  # least recently used first
        self._needed_bytes: dict[str, int] = {}
        self._leaving: list[Engine] = []
        self._starts = itertools.count(1)

    def get(self, key: str) -> Engine | None:
        """The engine with this key, unless it is gone or going."""
        return self._living.get(key)

    def source(self, name: str) -> str | None:
        """The key of the engine that an event came from; None if that one was closed."""
        key = name.partition("#")[0]
        engine = self._living.get(key)
        return key if engine is not None and engine.key == name else None

    def start(self, key: str, needed_bytes: int) -> Engine:
        """Start an engine that is expected to need this much.

        Raises:
            PersonError: The operating system refuses.
        """
        self.close(key)
        # Each start has a name of its own, so that late events of the engine before are told apart.
        engine = self._engines.start(f"{key}#{next(self._starts)}", self._sink)
        self._living[key] = engine
        self._needed_bytes[key] = needed_bytes
        return engine

    def touch(self, key: str, needed_bytes: int | None = None) -> None:
        """Note that an engine was used, and what it was measured to need."""
        if key in self._living:
            self._living[key] = self._living.pop(key)
            if needed_bytes is not None:
                self._needed_bytes[key] = needed_bytes

    def forget(self, key: str) -> None:
        """An engine ended by itself."""
        self._living.pop(key, None)
        self._needed_bytes.pop(key, None)

    def close(self, key: str) -> None:
        """Close an engine if it lives; returns at once."""
        engine = self._living.pop(key, None)
        self._needed_bytes.pop(key, None)
        if engine is not None:
            engine.close()
            self._leaving = [c for c in self._leaving if not c.join(0)]
            self._leaving.append(engine)

    def in_the_way(self, wanted_bytes: int, keep: Iterable[str]) -> list[str] | None:
        """Which engines must go so that another fits, least recently used first.

        Returns:
            Keys, none if there is room; None if it does not fit even alone.
        """
        kept = set(keep)
        room = self._budget_bytes()
        leaving: list[str] = []
        for key in list(self._living):
            if room >= wanted_bytes:
                break
            if key not in kept:
                leaving.append(key)
                room += self._needed_bytes[key]
        return leaving if room >= wanted_bytes else None

    def room_bytes(self) -> int:
        """What a new engine may need if every other were closed."""
        return self._budget_bytes() + self.used_bytes

    @property
    def used_bytes(self) -> int:
        """What the engines that live need, as measured or expected."""
        return sum(self._needed_bytes.values())

    def threads_for(self, generating: int) -> int:
        """Threads of each of so many engines that generate at the same time."""
        return max(1, self._cores // max(1, generating))

    def close_all(self) -> bool:
        """Close every engine and wait for their ends; True if all are gone."""
        for key in list(self._living):
            self.close(key)
        ends = [engine.join(_JOIN_SECONDS) for engine in self._leaving]
        return all(ends)
