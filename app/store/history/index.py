"""The index of the history: what each entry is about, and where its words stand.

A file of its own beside the store, which can be made again: whoever brings it up to date keeps
nobody from writing chats. It knows of each entry at which revision it was read.
"""

from __future__ import annotations

import contextlib
import logging
import threading
from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import msgspec

from app.core.history.entry import Entry, EntryFacts, EntryKind, Wanted
from app.core.history.words import around, contained, indexed, like, matching
from app.core.words.sentence import say
from app.store.connecting import attach
from app.store.database import said
from app.store.rows import storable
from app.store.small.database import open_sound
from app.store.tolerant import to_json

if TYPE_CHECKING:
    import sqlite3

    from app.store.paths import Paths

log = logging.getLogger(__name__)

MOST_CHARACTERS = 2_000_000
"""Of an entry's words so many are indexed."""
_MOST_LOOKED_THROUGH = 100_000
MOST_FOUND = 300
"""So many entries in which words stand are listed, the newest ones."""

_FORMAT = 3
_TABLES = (
    "CREATE TABLE known (id INTEGER PRIMARY KEY, revision INTEGER NOT NULL, facts TEXT NOT NULL)",
    """
    CREATE TABLE about (
        id INTEGER NOT NULL, key TEXT NOT NULL, name TEXT NOT NULL, PRIMARY KEY (id, key)
    ) WITHOUT ROWID
    """,
    "CREATE INDEX about_key ON about (key)",
    """
    CREATE VIRTUAL TABLE words USING
    fts5(text, prefix = '1 2', tokenize = 'unicode61 remove_diacritics 2')
    """,
)
_NAMES = ("words", "about", "known")
# A chat in which nothing was asked is none yet.
_THERE = """
    e.deleted_ns IS NULL AND (e.kind <> 'chat' OR EXISTS (
        SELECT 1 FROM store.turn WHERE chat_id = e.number AND retired_ns IS NULL
    ))
"""
_LIST = f"""
    SELECT e.id, e.kind, e.number, e.when_ns, e.pinned_ns IS NOT NULL, coalesce(folder.name, ''),
        known.facts, chat.title
    FROM store.entry AS e LEFT JOIN store.folder ON folder.id = e.folder_id
    LEFT JOIN known ON known.id = e.id
    LEFT JOIN store.chat ON e.kind = 'chat' AND chat.id = e.number
    WHERE {_THERE}
"""
# The index of times gives them in their order: what is beyond the limit is not even looked at.
_PINNED = " AND e.pinned_ns IS NOT NULL"
_OTHERS = " AND e.pinned_ns IS NULL"
_COUNT = f"""
    SELECT count(*) FROM store.entry AS e LEFT JOIN store.folder ON folder.id = e.folder_id
    WHERE {_THERE}
"""
_NEWEST_FIRST = " ORDER BY e.when_ns DESC, e.id DESC LIMIT ? OFFSET ?"
_HIT = "CREATE TEMP TABLE hit (id INTEGER PRIMARY KEY)"
_HITS = "INSERT INTO temp.hit SELECT rowid FROM words WHERE "
# Looked up for each entry in the order of times: by a list, SQLite would sort all that it has.
_IN_HITS = " AND EXISTS (SELECT 1 FROM temp.hit WHERE hit.id = e.id)"
_STALE = """
    SELECT e.id, e.kind, e.number, e.revision FROM store.entry AS e
    LEFT JOIN known ON known.id = e.id
    WHERE e.deleted_ns IS NULL AND known.revision IS NOT e.revision
    ORDER BY e.when_ns DESC LIMIT ?
"""
# From the table in which FTS5 keeps the texts (https://sqlite.org/fts5.html, appendix B): of a list
# of numbers FTS5 itself would look through all texts.
_TEXTS = "SELECT id, substr(c0, 1, ?) FROM words_content WHERE id IN "

_KINDS = frozenset(EntryKind)
"""A newer version may have kinds of its own."""

_making = threading.Lock()
_facts_decoder = msgspec.json.Decoder(EntryFacts)


@dataclass(frozen=True, slots=True)
class StaleEntry:
    """An entry that the index does not know, or not as it is now."""

    id: int
    kind: EntryKind
    number: int
    revision: int


class EntriesMade:
    """Entries as they were made of rows of the index. Any thread.

    Who looks at the same ones again gets the same objects, unless something of them has changed.
    """

    def __init__(self) -> None:
        self._made: dict[int, tuple[tuple[Any, ...], Entry]] = {}

    def entry(self, row: tuple[Any, ...], found: str = "") -> Entry:
        """Of a row as the index lists it, and of what stands around words that were found."""
        number, kind, own_number, when_ns, pinned, folder, facts, title = row
        known = self._made.get(number)
        if known is not None and known[0] == row and known[1].found == found:
            return known[1]
        about = _facts(facts, title)
        made = Entry(
            number, EntryKind(kind), own_number, when_ns, bool(pinned), folder, about, found
        )
        self._made[number] = row, made
        return made


class HistoryIndex:
    """A connection to both files, for one piece of work. One thread."""

    def __init__(self, connection: sqlite3.Connection, made: EntriesMade | None = None) -> None:
        self.connection = connection
        self._made = made or EntriesMade()
        self._words = ""

    # --- keeping it in step ---------------------------------------------------------------

    def stale(self, most: int = -1) -> list[StaleEntry]:
        """Entries that are to be read, the newest first."""
        with _reading():
            rows = self.connection.execute(_STALE, (most,)).fetchall()
        return [
            StaleEntry(number, EntryKind(kind), own_number, revision)
            for number, kind, own_number, revision in rows
            if kind in _KINDS
        ]

    def note(self, entry: StaleEntry, facts: EntryFacts, text: str) -> None:
        """Take what was read of an entry; nothing of it is there before :meth:`keep`."""
        words = indexed(storable(text[:MOST_CHARACTERS]))
        with _writing():
            self._drop([entry.id])
            self.connection.execute(
                "INSERT INTO known VALUES (?, ?, ?)", (entry.id, entry.revision, to_json(facts))
            )
            self.connection.executemany(
                "INSERT OR IGNORE INTO about VALUES (?, ?, ?)",
                [(entry.id, storable(e.key), storable(e.name)) for e in facts.candidates],
            )
            self.connection.execute(
                "INSERT INTO words (rowid, text) VALUES (?, ?)", (entry.id, words)
            )

    def forget_gone(self) -> None:
        """Leave nothing of entries that are gone for good."""
        with _writing():
            rows = self.connection.execute(
                "SELECT id FROM known WHERE id NOT IN (SELECT id FROM store.entry)"
            ).fetchall()
            self._drop([number for (number,) in rows])
            if rows:  # else their words would stay in the file until they are in the way
                self.connection.execute("INSERT INTO words (words) VALUES ('optimize')")

    def keep(self) -> None:
        """Write what was taken."""
        with _writing():
            self.connection.commit()

    def _drop(self, ids: Sequence[int]) -> None:
        for table, column in (("words", "rowid"), ("about", "id"), ("known", "id")):
            self.connection.executemany(
                f"DELETE FROM {table} WHERE {column} = ?", [(each,) for each in ids]
            )

    # --- looking into it ------------------------------------------------------------------

    def find(self, wanted: Wanted, most: int = -1, start: int = 0) -> list[Entry]:
        """Entries, those that are pinned and then the newest first.

        Args:
            wanted: Which ones. Where words are looked for, no more than ``MOST_FOUND`` come, with
                what stands around them.
            most: No more than these.
            start: Without so many of the first.
        """
        if wanted.words.strip():
            left = max(0, MOST_FOUND - start)
            most = left if most < 0 else min(most, left)
        condition, values = self._condition(wanted)
        with _reading():
            rows = self._rows(condition, values, most, start)
            found = self._snippets(wanted.words, [row[0] for row in rows])
        made = self._made.entry
        return [made(row, found.get(row[0], "")) for row in rows if row[1] in _KINDS]

    def count(self, wanted: Wanted) -> int:
        """How many entries there are of these."""
        condition, values = self._condition(wanted)
        with _reading():
            row = self.connection.execute(f"{_COUNT}{condition}", values).fetchone()
        return int(row[0])

    def earlier(self, wanted: Wanted, than: Entry) -> Iterator[Entry]:
        """Entries from before another one, the last of these first, pinned or not.

        No more is read than is asked for.
        """
        condition, values = self._condition(wanted)
        query = f"{_LIST} AND (e.when_ns, e.id) < (?, ?){condition}{_NEWEST_FIRST}"
        with _reading():
            for row in self.connection.execute(query, (than.when_ns, than.id, *values, -1, 0)):
                if row[1] in _KINDS:
                    yield self._made.entry(row)

    def entry(self, number: int) -> Entry | None:
        """One entry; None where it is gone or deleted."""
        with _reading():
            row = self.connection.execute(f"{_LIST} AND e.id = ?", (number,)).fetchone()
        if row is None or row[1] not in _KINDS:
            return None
        return self._made.entry(row)

    def names(self) -> list[str]:
        """What candidates of entries are called, those of the most entries first."""
        with _reading():
            rows = self.connection.execute(
                "SELECT name FROM about WHERE id IN (SELECT id FROM store.entry "
                "WHERE deleted_ns IS NULL) GROUP BY name ORDER BY count(*) DESC, name"
            ).fetchall()
        return [name for (name,) in rows]

    def folders(self) -> list[str]:
        """The names of all folders, in their order."""
        with _reading():
            rows = self.connection.execute("SELECT name FROM store.folder").fetchall()
        return sorted((name for (name,) in rows), key=str.casefold)

    def _rows(
        self, condition: str, values: Sequence[object], most: int, start: int
    ) -> list[tuple[Any, ...]]:
        """Rows of entries: first those that are pinned, which are few."""
        ask = self.connection.execute
        pinned = ask(f"{_LIST}{_PINNED}{condition}{_NEWEST_FIRST}", (*values, -1, 0)).fetchall()
        rows = pinned[start:] if most < 0 else pinned[start : start + most]
        left = most if most < 0 else most - len(rows)
        skipped = max(0, start - len(pinned))
        others = f"{_LIST}{_OTHERS}{condition}{_NEWEST_FIRST}"
        return rows + ask(others, (*values, left, skipped)).fetchall()

    def _condition(self, wanted: Wanted) -> tuple[str, list[object]]:
        """As SQL behind other conditions, with its values; words are looked for but once."""
        condition, values = _condition(wanted)
        words = wanted.words.strip()
        if not words:
            return condition, values
        if words != self._words:
            asked = matching(words)
            match = "text LIKE ? ESCAPE '\\'" if asked is None else "words MATCH ?"
            with _reading():
                self.connection.execute("DROP TABLE IF EXISTS temp.hit")
                self.connection.execute(_HIT)
                self.connection.execute(f"{_HITS}{match}", (asked or contained(words),))
            self._words = words
        return condition + _IN_HITS, values

    def _snippets(self, words: str, ids: Sequence[int]) -> dict[int, str]:
        """What stands around words, by entry; SQLite's own ``snippet`` takes a millisecond each."""
        if not words.strip() or not ids:
            return {}
        query = f"{_TEXTS}({', '.join('?' * len(ids))})"
        texts = self.connection.execute(query, (_MOST_LOOKED_THROUGH, *ids))
        return {number: around(text, words) for number, text in texts}


@contextlib.contextmanager
def history_index(paths: Paths, made: EntriesMade | None = None) -> Generator[HistoryIndex]:
    """The index with the store beside it, which another program may own.

    Args:
        paths: This program's folders.
        made: Entries that were made before, for who looks again.

    Raises:
        StoreFailed: One of them cannot be used.
    """
    with _reading():
        connection = open_sound(paths.history_index, say("store.history"), _prepare)
    with contextlib.closing(connection):
        with _reading():
            attach(connection, paths.database, "store")
        yield HistoryIndex(connection, made)


def _prepare(connection: sqlite3.Connection) -> None:
    connection.execute("PRAGMA synchronous = OFF")  # it can be made again
    connection.execute("PRAGMA secure_delete = ON")  # words of deleted chats
    with _making:  # to change the journal SQLite must be alone, and does not wait for that
        if not _is_ready(connection):
            connection.execute("PRAGMA journal_mode = WAL")
            _make(connection)


def _is_ready(connection: sqlite3.Connection) -> bool:
    return connection.execute("PRAGMA user_version").fetchone()[0] == _FORMAT


def _make(connection: sqlite3.Connection) -> None:
    connection.execute("BEGIN IMMEDIATE")
    with connection:
        if _is_ready(connection):  # another program was faster
            return
        for name in _NAMES:
            connection.execute(f"DROP TABLE IF EXISTS {name}")
        for statement in _TABLES:
            connection.execute(statement)
        connection.execute(f"PRAGMA user_version = {_FORMAT}")


def _condition(wanted: Wanted) -> tuple[str, list[object]]:
    """As SQL behind other conditions, with its values."""
    parts: list[str] = []
    values: list[object] = []

    def add(part: str, *value: object) -> None:
        parts.append(f" AND {part}")
        values.extend(value)

    if wanted.kinds:
        add(f"e.kind IN ({', '.join('?' * len(wanted.kinds))})", *wanted.kinds)
    if wanted.since_ns is not None:
        add("e.when_ns >= ?", wanted.since_ns)
    if wanted.folder:
        add("folder.name = ?", wanted.folder)
    if wanted.pinned:
        add("e.pinned_ns IS NOT NULL")
    if wanted.model.strip():
        pattern = like(wanted.model.strip())
        add("e.id IN (SELECT id FROM about WHERE name LIKE ? ESCAPE '\\')", pattern)
    if wanted.key:
        add("e.id IN (SELECT id FROM about WHERE key = ?)", wanted.key)
    return "".join(parts), values


def _facts(text: str | None, title: str | None) -> EntryFacts:
    try:
        facts = EntryFacts() if text is None else _facts_decoder.decode(text)
    except msgspec.DecodeError as error:
        log.info("facts of the history cannot be read: %s", error)
        facts = EntryFacts()
    # A chat that was renamed a moment ago is not read again yet.
    return msgspec.structs.replace(facts, title=title) if title is not None else facts


def _reading() -> contextlib.AbstractContextManager[None]:
    return said(say("store.history_cannot_read"))


def _writing() -> contextlib.AbstractContextManager[None]:
    return said(say("store.history_cannot_stored"))
