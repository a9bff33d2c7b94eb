"""Opens the database: its settings, its version, and what to do when it is damaged."""

from __future__ import annotations

import contextlib
import logging
import sqlite3
from collections.abc import Callable, Generator, Sequence
from pathlib import Path

from app.core.errors import PersonError
from app.core.words.sentence import Sentence, say
from app.store.backups import back_up, check_room, copy_for, remove_old_copies
from app.store.connecting import connect
from app.store.damage import code_of, is_damage, move_aside, was_damaged
from app.store.schema import APPLICATION_ID, MIGRATIONS

log = logging.getLogger(__name__)

Say = Callable[[str], None]

# Below this size the whole file is looked through at every start; it takes some 10 ms.
_ALWAYS_CHECKED_BYTES = 16 << 20
_READ_WAIT_SECONDS = 5.0
_WAL, _JOURNAL = "-wal", "-journal"
_SHORT_LOG_BYTES, _LONG_LOG_BYTES = 1 << 20, 4 << 20
# In SQLite's pages of 4 KiB; only where nobody shortens it, as :func:`shorten_log` does.
_LONGEST_LOG_PAGES = 1 << 14
# In a store of a version before nothing is marked as deleted.
_NO_HISTORY = "CREATE TEMP TABLE entry (kind, number, deleted_ns)"


class StoreFailed(PersonError):
    """The database could not be read or written."""


class StoreTooNew(PersonError):
    """The database belongs to a newer version of this program."""


class _Damaged(Exception):
    """The file is no database of this program that can be read."""


def open_database(
    path: Path,
    *,
    tell: Say = log.warning,
    migrations: Sequence[Sequence[str]] = MIGRATIONS,
) -> sqlite3.Connection:
    """Open or make the database; the connection belongs to the calling thread.

    Writes survive a killed process at once: the log of WAL mode is then in the system's hands,
    whether or not SQLite waits for the disk (https://sqlite.org/pragma.html#pragma_synchronous, at
    NORMAL). A power cut may take back what the system had not yet put on the disk by itself, never
    what was made with ``durable=True`` or before, and leaves the file whole. An older database is
    brought up to date after a copy of it was made. A damaged one is moved aside, never deleted,
    and an empty one takes its place.

    Writing the log into the file waits for the disk: whoever writes much lets another thread do it
    (:func:`is_log_long`, :func:`shorten_log`).

    Args:
        path: The file; its folder must exist.
        tell: Takes a sentence when something happened that the person should know.
        migrations: The steps from an empty file to this program's version.

    Raises:
        StoreTooNew: A newer program wrote it; the file is left as it is.
        NoRoom: The disk is too full for the copy of an older one, which is left as it is.
        StoreFailed: It cannot be opened, or not be brought up to date; it is left as it is.
    """
    with said(say("store.chats_cannot_opened", path=path)):
        try:
            version = _inspect(path)
        except _Damaged as damage:
            aside = move_aside(path)
            log.warning("damaged store %s: %s", path, damage)
            tell(was_damaged(say("store.chats"), aside))
            version = 0
        if version > len(migrations):
            raise _too_new(path, version, len(migrations))
        # Before anything is written beside the file, be it SQLite's own.
        copy = _copied(path, version) if 0 < version < len(migrations) else None
        try:
            connection = _connect(path)
            try:
                connection.execute(f"PRAGMA wal_autocheckpoint = {_LONGEST_LOG_PAGES}")
                if version < len(migrations):
                    _migrate(connection, version, migrations)
            except BaseException:
                connection.close()
                raise
        except BaseException:
            if copy is not None:
                copy.unlink(missing_ok=True)  # of what is unchanged
            raise
        if copy is not None:
            known = len(migrations)
            log.info("store brought from version %d to %d, copied to %s", version, known, copy)
            remove_old_copies(path)
        return connection


def open_beside(path: Path) -> sqlite3.Connection:
    """One more connection to the database that this program has open, for another thread.

    Raises:
        StoreFailed: It cannot be had.
    """
    with said(say("store.chats_cannot_opened", path=path)):
        return _connect(path)


def is_log_long(path: Path) -> bool:
    """Whether so much stands in the database's log that it should be written into the file."""
    with contextlib.suppress(OSError):
        return _companion(path, _WAL).stat().st_size >= _LONG_LOG_BYTES
    return False


def shorten_log(path: Path) -> None:
    """Write the log into the file; the next change then begins it anew. Waits for the disk.

    Whoever writes meanwhile does not wait. On another thread than theirs.

    Raises:
        StoreFailed: It cannot be done; the log stays as it is.
    """
    with said(say("store.change_cannot_stored")), contextlib.closing(_connect(path)) as connection:
        connection.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchall()


def in_memory() -> sqlite3.Connection:
    """An empty database that is gone with its connection, for who keeps nothing."""
    connection = sqlite3.connect(":memory:", isolation_level=None)
    _migrate(connection, 0, MIGRATIONS)
    return connection


def _too_new(path: Path, version: int, known: int) -> StoreTooNew:
    copy = copy_for(path, known)
    other = "" if copy is None else say("store.put_place_before", name=copy.name)
    return StoreTooNew(
        say("store.chats_were_written_newer_shrinkscope", path=path, other=other),
        f"store version {version}, this program knows {known}",
    )


@contextlib.contextmanager
def transaction(connection: sqlite3.Connection, *, durable: bool = False) -> Generator[None]:
    """Everything inside is written together or not at all.

    Args:
        connection: One that :func:`open_database` gave.
        durable: Wait until the disk has it, so that a power cut does not take it back.
    """
    if durable:
        connection.execute("PRAGMA synchronous = FULL")
    try:
        connection.execute("BEGIN IMMEDIATE")
        try:
            yield
            connection.execute("COMMIT")
        except BaseException:
            if connection.in_transaction:  # some errors have rolled back already
                connection.execute("ROLLBACK")
            raise
    finally:
        if durable:
            connection.execute("PRAGMA synchronous = NORMAL")


@contextlib.contextmanager
def reading(path: Path, table: str, what: Sentence) -> Generator[sqlite3.Connection | None]:
    """A database that another program may own, to be read; None where it has no such table.

    Nothing is written, and nothing brought up to date.

    Args:
        path: The file, there or not.
        table: What is to be read.
        what: As for :func:`said`.

    Raises:
        StoreFailed: It cannot be read.
    """
    if not path.exists():
        yield None
        return
    with contextlib.ExitStack() as stack:
        with said(what):
            connection = connect(path, "ro", timeout=_READ_WAIT_SECONDS)
            stack.callback(connection.close)
            there = connection.execute("SELECT 1 FROM sqlite_schema WHERE name = ?", (table,))
            found = there.fetchone() is not None
            if found and not _has_history(connection):
                connection.execute(_NO_HISTORY)
        yield connection if found else None


def not_deleted(kind: str, number: str) -> str:
    """As SQL: what a row's entry in the history is not marked as.

    Args:
        kind: Of its entry.
        number: The column with its number.
    """
    marked = f"SELECT number FROM entry WHERE kind = '{kind}' AND deleted_ns IS NOT NULL"
    return f"{number} NOT IN ({marked})"


def _has_history(connection: sqlite3.Connection) -> bool:
    there = connection.execute("SELECT 1 FROM sqlite_schema WHERE name = 'entry'")
    return there.fetchone() is not None


@contextlib.contextmanager
def said(what: Sentence) -> Generator[None]:
    """Turn the database's and the file system's errors into a sentence that starts with ``what``.

    Raises:
        StoreFailed: In place of ``sqlite3.Error`` and ``OSError``.
    """
    try:
        yield
    except (sqlite3.Error, OSError) as error:
        raise StoreFailed(
            say("store.failed", what=what, reason=_reason(error)), repr(error)
        ) from error


def _reason(error: sqlite3.Error | OSError) -> Sentence | str:
    if isinstance(error, OSError):
        return error.strerror or str(error)
    match code_of(error):
        case sqlite3.SQLITE_FULL:
            return say("store.disk_full")
        case sqlite3.SQLITE_READONLY | sqlite3.SQLITE_PERM | sqlite3.SQLITE_AUTH:
            return say("store.file_may_not_written")
        case sqlite3.SQLITE_CANTOPEN:
            return say("store.file_folder_cannot_opened")
        case sqlite3.SQLITE_BUSY | sqlite3.SQLITE_LOCKED:
            return say("store.another_program_using_file")
        case sqlite3.SQLITE_IOERR:
            return say("store.disk_reports_error")
        case _ if is_damage(error):
            return say("store.file_damaged")
        case _:
            return str(error) or say("store.database_reports_error")


def _connect(path: Path) -> sqlite3.Connection:
    # Autocommit: transactions are begun by hand, because Python begins them only before some
    # statements and commits before others.
    connection = connect(path, autocommit=True)
    try:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = NORMAL")
        connection.execute("PRAGMA foreign_keys = ON")
        connection.execute("PRAGMA trusted_schema = OFF")
        # Where the log begins anew its file shrinks, so that its size tells what stands in it.
        connection.execute(f"PRAGMA journal_size_limit = {_SHORT_LOG_BYTES}")
    except BaseException:
        connection.close()
        raise
    return connection


def _inspect(path: Path) -> int:
    """The database's version, 0 if there is nothing in it yet; changes nothing.

    Raises:
        _Damaged: It is not a database, another program's, or broken.
    """
    if not path.exists() or path.stat().st_size == 0:
        return 0
    try:
        connection = connect(path, _inspection_mode(path))
        try:
            return _version(connection, path)
        finally:
            connection.close()
    except sqlite3.DatabaseError as error:
        # Only these two say that the contents are bad; all others may be gone at the next start.
        if is_damage(error):
            raise _Damaged(str(error)) from error
        raise


def _inspection_mode(path: Path) -> str:
    """How to open the file so that it, and the folder if possible, stay as they are."""
    if _companion(path, _JOURNAL).exists():
        return "rw"  # a half-made change must be undone before anything can be read
    if _companion(path, _WAL).exists():
        return "ro"
    return "ro&immutable=1"  # closed cleanly, and this program alone owns it


def _version(connection: sqlite3.Connection, path: Path) -> int:
    version = int(connection.execute("PRAGMA user_version").fetchone()[0])
    owner = int(connection.execute("PRAGMA application_id").fetchone()[0])
    if owner != APPLICATION_ID:
        if version == 0 and connection.execute("SELECT 1 FROM sqlite_schema").fetchone() is None:
            return 0  # made, and left before the first step
        raise _Damaged(f"application id {owner:#x}, version {version}")
    unclean = _companion(path, _WAL).exists()
    if unclean or path.stat().st_size <= _ALWAYS_CHECKED_BYTES:
        answer = str(connection.execute("PRAGMA quick_check(1)").fetchone()[0])
        if answer != "ok":
            raise _Damaged(answer)
    return version


def _companion(path: Path, suffix: str) -> Path:
    return path.with_name(path.name + suffix)


def _copied(path: Path, version: int) -> Path:
    """A copy of an older database, made without touching it."""
    check_room(path)
    with contextlib.closing(connect(path, _inspection_mode(path))) as connection:
        return back_up(connection, path, version)


def _migrate(
    connection: sqlite3.Connection, version: int, migrations: Sequence[Sequence[str]]
) -> None:
    """Bring the database from ``version`` to the newest, all steps or none."""
    # Steps that rebuild a table would otherwise delete what refers to it; checked at the end.
    connection.execute("PRAGMA foreign_keys = OFF")
    with transaction(connection, durable=True):
        for step in migrations[version:]:
            for statement in step:
                connection.execute(statement)
        orphan = connection.execute("PRAGMA foreign_key_check").fetchone()
        if orphan is not None:
            raise sqlite3.IntegrityError(f"a row of {orphan[0]} lost what it refers to")
        connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
        connection.execute(f"PRAGMA user_version = {len(migrations)}")
    connection.execute("PRAGMA foreign_keys = ON")
    # The version then stands in the file itself, where an older program looks first.
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
