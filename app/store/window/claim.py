"""One window for a store: become it, or hand over to it what this start was to do.

Nothing here needs Qt, and nothing that a second start does is slow.
"""

from __future__ import annotations

import logging
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from app.core.errors import PersonError
from app.core.words.sentence import say
from app.store.window.doorbell import Answer, Doorbell, listen_at, ring
from app.store.window.lock import OwnerLock, StoreInUse, process_words

if TYPE_CHECKING:
    from app.core.hub.opening import Opening
    from app.store.paths import Paths

log = logging.getLogger(__name__)

CLOSING_SECONDS = 8.0
"""How long a window that closes may take to give the store back."""
_LOOK_SECONDS = 0.05


class NotUnderstood(PersonError):
    """The window that has the store speaks another version's language."""


@dataclass(frozen=True, slots=True)
class Claim:
    """This process has the store and is the one that others reach.

    Attributes:
        lock: Held.
        doorbell: Rings when another start has something for the window; None where the system
            lets nobody listen, and others can only be told that the store is in use.
    """

    lock: OwnerLock
    doorbell: Doorbell | None

    def close_door(self) -> None:
        """Be reached no more; whoever comes now waits for the store."""
        if self.doorbell is not None:
            self.doorbell.close()

    def release(self) -> None:
        """Give everything back."""
        if self.doorbell is not None:
            self.doorbell.close()
            self.doorbell.join()
        self.lock.release()


def hand_over(paths: Paths, opening: Opening) -> bool:
    """Hand a start over to the window that has the store; False where there is none.

    Raises:
        PersonError: There is one, and it cannot be told.
    """
    rung = ring(paths.doorbell, opening)
    if rung is None or rung.answer is Answer.CLOSING:
        return False
    if rung.answer is Answer.TAKEN:
        return True
    named = process_words(rung.pid)
    if rung.answer is Answer.BUSY:
        raise PersonError(say("store.shrinkscope_already_running_but_busy", named=named))
    raise NotUnderstood(say("store.shrinkscope_already_running_did_not", named=named))


def claim_or_hand_over(paths: Paths, opening: Opening) -> Claim | None:
    """Take the store, or hand over to who was quicker; None once it was handed over.

    Waits some seconds for a window that is closing.

    Raises:
        PersonError: Another program has the store and cannot be told, or the store's folders
            cannot be used.
    """
    paths.create()
    end_s = time.monotonic() + CLOSING_SECONDS
    while True:
        lock = OwnerLock(paths.lock)
        try:
            lock.acquire()
        except StoreInUse:
            if hand_over(paths, opening):
                return None
            if time.monotonic() > end_s:
                raise
            time.sleep(_LOOK_SECONDS)
        else:
            return Claim(lock, _doorbell(paths))


def _doorbell(paths: Paths) -> Doorbell | None:
    try:
        return Doorbell(listen_at(paths.doorbell))
    except OSError as error:
        # The window works without; a network folder, say, takes no sockets.
        log.warning("no other start can reach this one: %r", error)
        return None
