"""The versions of the queue that are made, or were."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from typing import TYPE_CHECKING

from app.core.errors import PersonError
from app.core.words.sentence import say
from app.lab.works.making.work import Made, Make, MakeOrder
from app.lab.works.work import ENDED, WorkState
from app.store.tolerant import NotReadable, from_json

if TYPE_CHECKING:
    from app.lab.engines.room import EngineRoom
    from app.lab.works.queue import WorkQueue
    from app.store.paths import Paths
    from app.store.works import StoredWork

log = logging.getLogger(__name__)


class Makes:
    """Belongs to the queue's thread.

    Takes back those that an earlier run of the program has left; what was not finished begins
    anew with the queue.

    Args:
        queue: Where they stand.
        paths: The program's folders.
        room: Where engines run.
        threads: Of the quantizer.

    Attributes:
        queue: Where they stand.
    """

    def __init__(self, queue: WorkQueue, paths: Paths, room: EngineRoom, threads: int) -> None:
        self.queue = queue
        self._paths = paths
        self._room = room
        self._threads = threads
        for stored in queue.kept.take_left(Make.kind):
            found = _read(stored)
            if found is not None:
                order, made = found
                work = Make(order, paths, room, threads, made, is_again=True)
                queue.go_on_with(work, stored)

    @property
    def all(self) -> Sequence[Make]:
        """Every version in its order, finished ones too."""
        return self.queue.of(Make)

    def add(self, order: MakeOrder) -> Make:
        """Want a version.

        Raises:
            PersonError: Another one is to become the same file, or the queue cannot be stored.
        """
        for known in self.all:
            if known.order.target == order.target and known.state not in ENDED:
                if known.state is WorkState.FAILED and known.order == order:
                    self.queue.resume(known)
                    return known
                raise PersonError(say("shrink.is_made_already", name=order.title))
        work = Make(order, self._paths, self._room, self._threads)
        self.queue.add(work)
        return work


def _read(stored: StoredWork) -> tuple[MakeOrder, Made] | None:
    try:
        return from_json(stored.what, MakeOrder), from_json(stored.so_far, Made)
    except NotReadable:
        log.warning("version %d cannot be read", stored.id, exc_info=True)
        return None
