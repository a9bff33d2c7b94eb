"""Engines that a measurement uses in turn, kept loaded while memory allows."""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Collection
from dataclasses import replace
from typing import TYPE_CHECKING, Self

from app.core.errors import PersonError
from app.engine.local.keeping import KeptEngines
from app.lab.engines.loading import NO_CONTEXT

if TYPE_CHECKING:
    from app.lab.engines.asking import Manner
    from app.lab.engines.calls import EngineCalls
    from app.lab.engines.opened import OpenedCandidate
    from app.lab.engines.room import EngineRoom

log = logging.getLogger(__name__)

_Key = tuple[str, int]
"""A candidate's key, and which of its engines."""


class EngineShelf:
    """One engine a candidate; the oldest gives way, and one that died is started again.

    Where several share the work on a small model, a candidate has further ones if there is room.

    Use as a context manager: all engines end with it. One thread.

    Args:
        name: What the engines are for, as their logs are called.
        room: Where they are.
        threads: Of every load.
        context_tokens: Of every load.
        makes_contexts: The commands make contexts of that size: the load makes none.
        is_steady: What the engines say is measured, not their speed.
        engines: So many may share a candidate's work.

    Attributes:
        engine: What the last started engine said of itself.
    """

    def __init__(
        self,
        name: str,
        room: EngineRoom,
        threads: int,
        context_tokens: int,
        *,
        makes_contexts: bool = False,
        is_steady: bool = True,
        engines: int = 1,
    ) -> None:
        self._name = name
        self._room = room
        self._threads = threads
        self._context_tokens = context_tokens
        self._makes_contexts = makes_contexts
        self._is_steady = is_steady
        self._engines = engines
        self._kept: KeptEngines[_Key, EngineCalls] = KeptEngines(room.budget_bytes)
        self._begun: dict[_Key, EngineCalls] = {}
        self._thinking: set[str] = set()
        self.engine = ""

    def __enter__(self) -> Self:
        """Nothing is started yet."""
        return self

    def __exit__(self, *_error: object) -> None:
        """End every engine."""
        self.close()

    def hold(self, candidates: Collection[OpenedCandidate]) -> bool:
        """Whether engines of all these fit at the same time, those that are there included."""
        missing = [opened for opened in candidates if self._kept.get(_key(opened)) is None]
        wanted = sum(self._needed_bytes(each) or 0 for each in missing)
        keep = {_key(opened) for opened in candidates}
        return self._kept.in_the_way(wanted, keep) is not None

    def start(self, candidates: Collection[OpenedCandidate]) -> None:
        """Start the engines of those that have none, all at the same time, and wait for nothing.

        What cannot be started is told where it is taken.
        """
        for opened in candidates:
            self._start(opened, 0)

    def _start(self, opened: OpenedCandidate, number: int) -> None:
        key = _key(opened, number)
        if self._kept.get(key) is None and key not in self._begun:
            with contextlib.suppress(PersonError):
                engine = self._begun[key] = self._calls(opened)
                engine.start()

    def take(
        self, opened: OpenedCandidate, beside: Collection[OpenedCandidate] = ()
    ) -> EngineCalls:
        """The candidate's engine, loaded.

        Args:
            opened: The candidate.
            beside: Those whose engines do not give way to it.

        Raises:
            PersonError: It cannot be started, or the file cannot be loaded.
        """
        engine = self._kept.get(_key(opened))
        if engine is not None and engine.is_gone:
            log.warning("the engine of %s has ended, another one is started", opened.place)
            self.drop(opened)
            engine = None
        if engine is None:
            needed_bytes = self._needed_bytes(opened)
            if needed_bytes is not None:
                self._kept.make_room(needed_bytes, set(map(_key, beside)))
            engine = self._loaded(opened)
            self._kept.put(_key(opened), engine, needed_bytes)
        self._kept.touch(_key(opened))
        return engine

    def take_all(
        self, opened: OpenedCandidate, beside: Collection[OpenedCandidate] = ()
    ) -> list[EngineCalls]:
        """The candidate's engine, as :meth:`take`, and the further ones that have room now."""
        engines = [self.take(opened, beside)]
        for number in range(1, self._most(engines[0])):
            key = _key(opened, number)
            engine = self._kept.get(key)
            if engine is None or engine.is_gone:
                self._kept.forget(key)
                needed_bytes = self._needed_bytes(opened) or 0
                if self._kept.in_the_way(needed_bytes, ()) != []:
                    break
                try:
                    engine = self._loaded(opened, number)
                except PersonError as error:
                    log.info("no further engine of %s: %s", opened.place, error)
                    break
                self._kept.put(key, engine, needed_bytes)
            engines.append(engine)
        return engines

    def manner(self, opened: OpenedCandidate) -> Manner:
        """How a candidate is asked that was taken: its server may say that it thinks."""
        manner = opened.manner
        if opened.candidate.key() in self._thinking:
            manner = replace(manner, is_told_to_think=True)
        return manner

    def begin(self, opened: OpenedCandidate, context_tokens: int) -> EngineCalls:
        """A new engine in place of the candidate's, in which nothing is loaded yet.

        Who asks for it loads it with a context of this size, and frees that when it is done.

        Raises:
            PersonError: It cannot be started.
        """
        self.drop(opened)
        needed_bytes = self._room.needed_bytes(opened, opened.context_tokens(context_tokens))
        self._kept.make_room(needed_bytes)
        engine = self._started(opened)
        self._kept.put(_key(opened), engine, needed_bytes)
        for number in range(1, self._most(engine)):  # while the first one is loaded
            self._start(opened, number)
        return engine

    def ready(self, opened: OpenedCandidate) -> list[EngineCalls]:
        """The candidate's engines that are loaded and live."""
        engines = (self._kept.get(key) for key in self._keys(opened))
        return [engine for engine in engines if engine is not None and not engine.is_gone]

    def keep_only(self, keys: Collection[str]) -> None:
        """End the engines of all other candidates."""
        for key in (*self._kept.every(), *self._begun):
            if key[0] not in keys:
                self._end(key)

    def make_room(self, opened: OpenedCandidate, wanted_bytes: int) -> None:
        """End engines of others, as far as it takes to have so much memory free."""
        self._kept.make_room(wanted_bytes, self._keys(opened))

    def close(self) -> None:
        """End every engine."""
        for begun in self._begun.values():
            begun.close()
        self._begun.clear()
        self._kept.close_all()

    def drop(self, opened: OpenedCandidate) -> None:
        """End a candidate's engines, if it has any."""
        self._kept.close(_key(opened))
        self.drop_further(opened)

    def drop_further(self, opened: OpenedCandidate) -> None:
        """End all of a candidate's engines but the first."""
        for key in self._keys(opened)[1:]:
            self._end(key)

    def _end(self, key: _Key) -> None:
        self._kept.close(key)
        if (begun := self._begun.pop(key, None)) is not None:
            begun.close()

    def _most(self, first: EngineCalls) -> int:
        """So many engines share the work: on a GPU one does all."""
        on_gpu = first.hello is not None and first.hello.has_gpu
        return 1 if on_gpu else self._engines

    def _keys(self, opened: OpenedCandidate) -> list[_Key]:
        return [_key(opened, number) for number in range(self._engines)]

    def _started(self, opened: OpenedCandidate, number: int = 0) -> EngineCalls:
        engine = self._begun.pop(_key(opened, number), None) or self._calls(opened)
        engine.__enter__()
        if engine.hello is not None:
            self.engine = engine.hello.engine
        return engine

    def _calls(self, opened: OpenedCandidate) -> EngineCalls:
        name = f"{self._name}-{opened.candidate.name.removesuffix('.gguf')}"
        return self._room.calls(name, opened.candidate, is_steady=self._is_steady)

    def _loaded(self, opened: OpenedCandidate, number: int = 0) -> EngineCalls:
        engine = self._started(opened, number)
        # What drafts works on the load's own context.
        has_none = self._makes_contexts and opened.candidate.draft is None
        context_tokens = NO_CONTEXT if has_none else self._context_tokens
        try:
            served = self._room.load(engine, opened, self._threads, context_tokens).served
            if served is not None and served.thinks:
                self._thinking.add(opened.candidate.key())
        except BaseException:
            engine.close()
            raise
        return engine

    def _needed_bytes(self, opened: OpenedCandidate) -> int | None:
        if opened.candidate.server is not None:
            return None
        context_tokens = self._context_tokens
        if not self._makes_contexts:
            context_tokens = opened.context_tokens(context_tokens)
        return self._room.needed_bytes(opened, context_tokens)


def _key(opened: OpenedCandidate, number: int = 0) -> _Key:
    return opened.candidate.key(), number
