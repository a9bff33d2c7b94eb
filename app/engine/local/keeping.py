"""Which engines live: the memory budget, and who has to go when it is short."""

from __future__ import annotations

from collections.abc import Callable, Collection, Hashable
from typing import Generic, Protocol, TypeVar


class Endable(Protocol):
    """An engine that can be ended."""

    def close(self) -> None:
        """Begin to end it; harmless when it is gone."""
        ...

    def join(self, seconds: float = ...) -> bool:
        """Wait for its end; False if it did not come in time."""
        ...


_K = TypeVar("_K", bound=Hashable)
_E = TypeVar("_E", bound=Endable)


class KeptEngines(Generic[_K, _E]):
    """Engines by key, least recently used first. One thread.

    Args:
        budget_bytes: What engines may use now beside what they use already: available memory
            less the reserve.
    """

    def __init__(self, budget_bytes: Callable[[], int]) -> None:
        self._budget_bytes = budget_bytes
        self._engines: dict[_K, _E] = {}
        self._needed_bytes: dict[_K, int] = {}  # of those that take memory of this PC
        self._leaving: list[_E] = []

    def get(self, key: _K) -> _E | None:
        """The engine with this key, unless it is gone or going."""
        return self._engines.get(key)

    def every(self) -> list[_K]:
        """The keys of all that live, least recently used first."""
        return list(self._engines)

    def put(self, key: _K, engine: _E, needed_bytes: int | None) -> None:
        """Keep an engine that is expected to need this much.

        One that needs nothing of this PC (None) is in nobody's way.
        """
        self._engines[key] = engine
        if needed_bytes is not None:
            self._needed_bytes[key] = needed_bytes

    def touch(self, key: _K, needed_bytes: int | None = None) -> None:
        """Note that an engine was used, and what it was measured to need."""
        if key in self._engines:
            self._engines[key] = self._engines.pop(key)
            if needed_bytes is not None and key in self._needed_bytes:
                self._needed_bytes[key] = needed_bytes

    def forget(self, key: _K) -> None:
        """An engine ended by itself."""
        self._needed_bytes.pop(key, None)
        engine = self._engines.pop(key, None)
        if engine is not None:
            self._leave(engine)

    def close(self, key: _K) -> None:
        """Close an engine if it lives."""
        engine = self._engines.get(key)
        if engine is not None:
            engine.close()
            self.forget(key)

    def in_the_way(self, wanted_bytes: int, keep: Collection[_K]) -> list[_K] | None:
        """Which engines must go so that another fits, least recently used first.

        Returns:
            Keys, none if there is room; None if it does not fit even alone.
        """
        room = self._budget_bytes()
        leaving: list[_K] = []
        for key in self._engines:
            if room >= wanted_bytes:
                break
            if key not in keep and key in self._needed_bytes:
                leaving.append(key)
                room += self._needed_bytes[key]
        return leaving if room >= wanted_bytes else None

    def make_room(self, wanted_bytes: int, keep: Collection[_K] = ()) -> None:
        """Close who is in the way of another one; all that may go where it does not fit even so."""
        leaving = self.in_the_way(wanted_bytes, keep)
        for key in list(self._needed_bytes) if leaving is None else leaving:
            if key not in keep:
                self.close(key)

    def room_bytes(self) -> int:
        """What a new engine may need if every other were closed."""
        return self._budget_bytes() + self.used_bytes

    @property
    def used_bytes(self) -> int:
        """What the engines that live need, as measured or expected."""
        return sum(self._needed_bytes.values())

    def close_all(self) -> bool:
        """Close every engine and wait for their ends; True if all are gone."""
        for key in list(self._engines):
            self.close(key)
        ends = [engine.join() for engine in self._leaving]
        return all(ends)

    def _leave(self, engine: _E) -> None:
        self._leaving = [other for other in self._leaving if not other.join(0)]
        self._leaving.append(engine)
