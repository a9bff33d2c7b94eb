"""The store for who measures on the command line, also while the window owns it."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Generator
from typing import TYPE_CHECKING

from app.core.errors import PersonError
from app.core.words.sentence import say, worded
from app.store.database import StoreFailed, open_beside, open_database
from app.store.schema import MIGRATIONS
from app.store.window.lock import OwnerLock, StoreInUse

if TYPE_CHECKING:
    import sqlite3

    from app.store.paths import Paths


@contextlib.contextmanager
def owned_store(paths: Paths, tell: Callable[[str], None]) -> Generator[sqlite3.Connection]:
    """The store, for what nobody else may do meanwhile.

    Args:
        paths: This program's folders.
        tell: Takes a sentence when something happened to it that the person should know.

    Raises:
        StoreInUse: The window owns it.
        StoreFailed: It cannot be had.
    """
    with contextlib.ExitStack() as stack:
        lock = OwnerLock(paths.lock)
        lock.acquire()
        stack.callback(lock.release)
        connection = open_database(paths.database, tell=tell)
        stack.callback(connection.close)
        yield connection


@contextlib.contextmanager
def shared_store(paths: Paths, tell: Callable[[str], None]) -> Generator[sqlite3.Connection]:
    """The store, for what is only added to it or read: the window may be open, or be opened.

    Raises:
        StoreFailed: It cannot be had.
    """
    # One that is missing or of a version before is nobody else's business while it is made.
    with contextlib.suppress(StoreInUse), owned_store(paths, tell):
        pass
    connection = open_beside(paths.database)
    with contextlib.closing(connection):
        version = int(connection.execute("PRAGMA user_version").fetchone()[0])
        if version != len(MIGRATIONS):
            raise StoreFailed(say("store.other_version_at_work"), f"store version {version}")
        yield connection


@contextlib.contextmanager
def where_it_can_be_kept(
    paths: Paths, tell: Callable[[str], None]
) -> Generator[sqlite3.Connection | None]:
    """The store to add to; None where it cannot be had, and ``tell`` is told why."""
    with contextlib.ExitStack() as stack:
        connection: sqlite3.Connection | None = None
        try:
            connection = stack.enter_context(shared_store(paths, tell))
        except PersonError as error:
            tell(worded("lab.not_in_history", reason=error.said))
        yield connection
