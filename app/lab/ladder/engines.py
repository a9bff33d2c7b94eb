"""The engines of one ladder: each file is loaded once for its speeds, and once for all else.

Tests of speed need engines of their own, since those that measure what a model says wait and use
their threads in another way (``is_steady``). Of these the memory is measured first, in an engine in
which nothing has happened before; then the same one reads the text and answers the questions, with
other contexts on the same weights. The reference's stays beside the others' while memory allows.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from app.core.errors import PersonError
from app.engine.protocol.loading import Reopened
from app.lab.engines.loading import NO_CONTEXT, reopen_command
from app.lab.engines.shelf import EngineShelf

if TYPE_CHECKING:
    from collections.abc import Collection

    from app.lab.engines.calls import EngineCalls
    from app.lab.engines.opened import OpenedCandidate
    from app.lab.engines.room import EngineRoom

log = logging.getLogger(__name__)

# Of the contexts that texts are read in, in tokens: what an engine is expected to need beside its
# weights while it waits.
_TEXT_TOKENS = 512
# A chunk takes a small model a tenth of a second, an engine's start three: more would spare little.
_MOST_SHARING = 4


class LadderEngines:
    """Hands out engines for one step after the other; :meth:`close` ends all. One thread.

    Args:
        room: Where they are.
        reference: Key of the candidate whose engine is kept beside the others'.
    """

    def __init__(self, room: EngineRoom, reference: str) -> None:
        self._room = room
        self._reference = reference
        self._timed: EngineShelf | None = None
        self._timed_for: tuple[object, ...] = ()
        self._steady: EngineShelf | None = None

    def close(self) -> None:
        """End every engine."""
        self._rest_timed()
        self._rest_steady()

    def timed(self, keys: tuple[str, ...], threads: int, context_tokens: int) -> EngineShelf:
        """Engines for tests of speed of these candidates; every other one ends.

        Those of the same candidates stay loaded from one depth to the next.
        """
        self._rest_steady()
        wanted = (keys, threads, context_tokens)
        if self._timed is None or self._timed_for != wanted:
            self._rest_timed()
            self._timed = EngineShelf(
                "bench", self._room, threads, context_tokens, makes_contexts=True, is_steady=False
            )
            self._timed_for = wanted
        return self._timed

    def steady(self, opened: OpenedCandidate, threads: int, engines: int = 1) -> EngineShelf:
        """Where the engines are that read texts; those of other candidates but the reference end.

        Args:
            opened: Whose turn it is.
            threads: Of every load.
            engines: So many may share a file's work.
        """
        self._rest_timed()
        if self._steady is None:
            self._steady = EngineShelf(
                "ladder",
                self._room,
                threads,
                _TEXT_TOKENS,
                makes_contexts=True,
                engines=min(engines, _MOST_SHARING),
            )
        self._steady.keep_only({opened.candidate.key(), self._reference})
        return self._steady

    def free_context(self, opened: OpenedCandidate) -> None:
        """Take the context from a candidate's engine; the weights stay."""
        engine = next(iter(self._steady.ready(opened)), None) if self._steady is not None else None
        if engine is None:
            return
        command = reopen_command(engine.next_id(), opened.candidate, 1, NO_CONTEXT)
        try:
            engine.call(command, Reopened)
        except PersonError as error:
            log.warning("the engine of %s is of no more use: %s", opened.place, error)
            self.drop(opened)

    def lent(self, opened: OpenedCandidate, engines: int, needed_bytes: int) -> list[EngineCalls]:
        """A candidate's engines for its questions; none where it has none.

        Args:
            opened: The candidate.
            engines: So many may share the questions.
            needed_bytes: About what each will need.
        """
        shelf = self.steady(opened, 1, engines)
        copies = opened.model.tensor_bytes  # rearranged for the processor
        shelf.make_room(opened, engines * (needed_bytes + copies))
        return shelf.take_all(opened)[:engines] if shelf.ready(opened) else []

    def asked(self, opened: OpenedCandidate) -> None:
        """A candidate has answered its questions: its engines end, but the reference's first."""
        if opened.candidate.key() == self._reference:
            if self._steady is not None:
                self._steady.drop_further(opened)
            self.free_context(opened)
        else:
            self.drop(opened)

    def drop(self, opened: OpenedCandidate) -> None:
        """End a candidate's engines, if it has any."""
        if self._steady is not None:
            self._steady.drop(opened)

    def rest(self, keys: Collection[str] = ()) -> None:
        """End all engines but those of these candidates."""
        self._rest_timed()
        if self._steady is not None:
            self._steady.keep_only(keys)

    def _rest_timed(self) -> None:
        if self._timed is not None:
            self._timed.close()
        self._timed, self._timed_for = None, ()

    def _rest_steady(self) -> None:
        if self._steady is not None:
            self._steady.close()
        self._steady = None
