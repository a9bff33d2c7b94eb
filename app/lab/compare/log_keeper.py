"""Sees that the store's log of changes does not grow long; the window does not wait for that."""

from __future__ import annotations

import logging
import time
from functools import partial
from typing import TYPE_CHECKING

from app.store.database import is_log_long, shorten_log

if TYPE_CHECKING:
    from pathlib import Path

    from app.core.errors import PersonError
    from app.lab.compare.deck import JobDoor

log = logging.getLogger(__name__)

_SECONDS = 0.5


class LogKeeper:
    """Looks now and then, on the thread that writes: a long answer is written 7 times a second.

    Args:
        path: The store.
        door: The way to background work.
    """

    def __init__(self, path: Path, door: JobDoor) -> None:
        self._path = path
        self._door = door
        self._is_busy = False
        self._next_s = 0.0

    def look(self) -> None:
        """Have the log written into the store if it is long. Cheap."""
        now_s = time.monotonic()
        if self._is_busy or now_s < self._next_s:
            return
        self._next_s = now_s + _SECONDS
        if is_log_long(self._path):
            self._is_busy = True
            self._door(partial(shorten_log, self._path), done=self._on_done, failed=self._on_failed)

    def _on_done(self, _result: None) -> None:
        self._is_busy = False

    def _on_failed(self, error: PersonError) -> None:
        self._is_busy = False
        log.warning("log not shortened: %s", error.detail or error.sentence)
