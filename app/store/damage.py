"""What is done about a database that is damaged: it is kept aside, and the person is told."""

from __future__ import annotations

import logging
import os
import sqlite3
import threading
import time
from collections.abc import Callable
from pathlib import Path

from app.base.files import Identity, identity_at
from app.core.words.sentence import English, Sentence, worded

log = logging.getLogger(__name__)

COMPANIONS = ("-wal", "-shm", "-journal")
_DAMAGE = {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB}
# Python's own error, without a code, where a column of text holds none.
_NO_TEXT = "Could not decode to UTF-8"
# Of each small database; of the chats all stay.
_KEPT = 3


class Sayings:
    """Sentences about what was mended, from whichever thread found it, for whoever shows them."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._listeners: list[Callable[[English], object]] = []
        self._unheard: list[English] = []

    def listen(self, listener: Callable[[English], object]) -> Callable[[], None]:
        """Hear of everything, also of what was said before anybody listened.

        Args:
            listener: Called on the thread that found the damage.

        Returns:
            What ends it.
        """
        with self._lock:
            self._listeners.append(listener)
            unheard, self._unheard = self._unheard, []
        for sentence in unheard:
            listener(sentence)
        return lambda: self._listeners.remove(listener)

    def say(self, sentence: English) -> None:
        """Tell the listeners; where there is none yet, the first."""
        with self._lock:
            listeners = list(self._listeners)
            if not listeners:
                self._unheard.append(sentence)
        for listener in listeners:
            listener(sentence)


mended = Sayings()
"""What happened to the small databases of this process."""


def is_damage(error: sqlite3.Error) -> bool:
    """Tell whether an error says that the contents are bad; all others may be gone next time."""
    return code_of(error) in _DAMAGE or str(error).startswith(_NO_TEXT)


def code_of(error: sqlite3.Error) -> int:
    """The error's plain code, 0 if it has none; an extended one carries it in its low byte."""
    return (getattr(error, "sqlite_errorcode", None) or 0) & 0xFF


def move_aside(path: Path) -> Path:
    """Give a damaged database and its companions another name; returns it.

    Raises:
        OSError: That cannot be done.
    """
    # To the microsecond: names stand in the order of their time.
    stamp = f"{time.strftime('%Y%m%d-%H%M%S')}-{time.time_ns() // 1000 % 10**6:06d}"
    aside = path.with_name(f"{path.name}.damaged-{stamp}")
    count = 1
    while aside.exists():
        count += 1
        aside = path.with_name(f"{path.name}.damaged-{stamp}-{count}")
    os.replace(path, aside)
    for suffix in COMPANIONS:
        companion = path.with_name(path.name + suffix)
        if companion.exists():
            os.replace(companion, aside.with_name(aside.name + suffix))
    return aside


def begin_anew(path: Path, what: Sentence, identity: Identity | None, error: object) -> bool:
    """Keep a small database aside that is damaged, so that the next to open it makes a new one.

    Args:
        path: The file.
        what: What is in it, for the sentence.
        identity: Of the file in which the damage was met: another program may have been faster.
        error: For the log.

    Returns:
        Whether there is no damaged file under this name any more.
    """
    log.warning("damage in %s: %r", path, error)
    if identity_at(path) != identity:
        return True
    try:
        aside = move_aside(path)
    except OSError as failure:
        log.warning("the damaged %s cannot be moved: %r", path, failure)
        return False
    mended.say(was_damaged(what, aside))
    _remove_old(path)
    return True


def was_damaged(what: Sentence, aside: Path) -> English:
    """What is said of a damaged file.

    Args:
        what: What is in it.
        aside: Where it is now.
    """
    return worded("store.file_was_damaged", what=what, aside=aside)


def _remove_old(path: Path) -> None:
    kept = sorted(
        each
        for each in path.parent.glob(f"{path.name}.damaged-*")
        if not each.name.endswith(COMPANIONS)
    )
    for old in kept[:-_KEPT]:
        for suffix in ("", *COMPANIONS):
            old.with_name(old.name + suffix).unlink(missing_ok=True)
