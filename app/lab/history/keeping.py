"""The store for who measures on the command line, also while the window owns it."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Generator
from typing import TYPE_CHECKING

from msgspec.structs import replace

from app.core.errors import PersonError
from app.core.words.sentence import say, worded
from app.store.chats import ChatStore
from app.store.database import StoreFailed, open_beside, open_database
from app.store.history.marks import EntryMarks
from app.store.schema import MIGRATIONS
from app.store.window.lock import OwnerLock, StoreInUse

if TYPE_CHECKING:
    import sqlite3

    from app.core.chats.chat import Chat
    from app.lab.history.book import HistoryBook
    from app.store.paths import Paths

_MOST_AT_ONCE = 50
_BREATH_SECONDS = 0.02


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


def keep(
    paths: Paths, tell: Callable[[str], None], write: Callable[[sqlite3.Connection], object]
) -> None:
    """Add to the store; where that cannot be, ``tell`` is told why, and nothing else is lost."""
    try:
        with shared_store(paths, tell) as connection:
            write(connection)
    except PersonError as error:
        tell(worded("lab.not_in_history", reason=error.said))


def keep_chat(connection: sqlite3.Connection, chat: Chat) -> int | None:
    """Keep what was asked outside the window, as a chat of those that were asked.

    Returns:
        Its number; None where nothing was asked.

    Raises:
        StoreFailed: It cannot be kept.
    """
    asked = {key for turn in chat.turns for key in turn.answers}
    panes = [pane for pane in chat.panes if pane.key in asked]
    if not panes:
        return None
    kept = [pane.key for pane in panes]
    reference = chat.reference_key if chat.reference_key in kept else kept[0]
    return ChatStore(connection).create(replace(chat, panes=panes, reference_key=reference)).id


def purge_deleted(
    paths: Paths, book: HistoryBook, check: Callable[[], object], *, older_than_ns: int = 0
) -> int:
    """Remove for good what was deleted, a few at a time: others write meanwhile.

    Args:
        paths: This program's folders.
        book: Forgets it, too.
        check: Asked now and then; raises to end it.
        older_than_ns: What was deleted since then stays.
    """
    removed = 0
    with contextlib.closing(open_beside(paths.database)) as connection:
        marks = EntryMarks(connection)
        while some := marks.purge(older_than_ns, _MOST_AT_ONCE):
            removed += some
            check()
            time.sleep(_BREATH_SECONDS)
    if removed:
        book.read()
    return removed
