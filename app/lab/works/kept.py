"""Works in the store: what an earlier run has left, and what changes of the others."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from dataclasses import replace
from typing import TYPE_CHECKING

from app.core.errors import PersonError
from app.lab.works.work import Work, WorkState
from app.store.tolerant import to_json
from app.store.works import StoredWork, WorkStore

if TYPE_CHECKING:
    import msgspec

log = logging.getLogger(__name__)


class KeptWorks:
    """Belongs to the queue's thread.

    Attributes:
        last_position: The last place in the order that is taken.
    """

    def __init__(self, store: WorkStore) -> None:
        self._store = store
        known = frozenset(WorkState)
        self._left = [stored for stored in store.load() if stored.state in known]
        self.last_position = max((stored.position for stored in self._left), default=-1)

    # --- what an earlier run of the program has left --------------------------------------

    def has_left(self, kind: str) -> bool:
        """Whether there is a work of this kind that nobody has taken over yet."""
        return any(stored.kind == kind for stored in self._left)

    def take_left(self, kind: str) -> list[StoredWork]:
        """The works of this kind that an earlier run of the program has left, in their order.

        Whoever takes them gives each to :meth:`WorkQueue.go_on_with`, or removes it; else it is
        left for the next start.
        """
        taken = [stored for stored in self._left if stored.kind == kind]
        self._left = [stored for stored in self._left if stored.kind != kind]
        return taken

    def leave(self, kind: str, order: msgspec.Struct, so_far: msgspec.Struct) -> None:
        """Leave a work that was kept elsewhere, as an earlier run of the program would have.

        Raises:
            PersonError: It cannot be stored.
        """
        self.last_position += 1
        waiting = WorkState.WAITING.value
        new = StoredWork(0, kind, to_json(order), waiting, self.last_position, to_json(so_far))
        self._left.append(replace(new, id=self._store.add(new)))

    # --- what the queue has ---------------------------------------------------------------

    def add(self, work: Work) -> None:
        """Keep a new work, after all others.

        Raises:
            PersonError: It cannot be stored.
        """
        self.last_position += 1
        work.position = self.last_position
        if work.order is not None:
            work.id = self._store.add(_stored(work))

    def save(self, works: Iterable[Work]) -> None:
        """Store what changed; where that fails, the next change stores it."""
        lasting = [work for work in works if work.order is not None]
        if not lasting:
            return
        try:
            for work in lasting:
                if work.id is None:
                    work.id = self._store.add(_stored(work))
            self._store.save(_stored(work) for work in lasting)
        except PersonError as error:  # a full disk, say: works then stop and say so themselves
            log.warning("queue not stored: %s", error.detail)

    def remove(self, ids: Iterable[int]) -> None:
        """Let works not go on after the next start."""
        try:
            self._store.remove(ids)
        except PersonError as error:
            log.warning("works not forgotten: %s", error.detail)


def _stored(work: Work) -> StoredWork:
    return StoredWork(
        work.id or 0,
        work.kind,
        to_json(work.order),
        work.lasting.value,
        work.position,
        to_json(work.so_far),
        work.error,
    )
