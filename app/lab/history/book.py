"""The history as pages and commands read it: the index, brought up to date with the store."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Generator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from msgspec.structs import replace

from app.core.words.sentence import say
from app.lab.history.facts import read_entry
from app.store.connecting import connect
from app.store.database import said
from app.store.history.index import EntriesMade, history_index

if TYPE_CHECKING:
    import sqlite3

    from app.core.history.entry import Entry, Wanted
    from app.store.paths import Paths

# So many entries are written at once: whoever else brings it up to date waits no longer.
_AT_ONCE = 100
# Of what is not in the index yet so much is read for a list, before it is shown.
_MOST_READ = 60

Progress = Callable[[int, int], object]
"""How many entries are in the index, and how many are to be."""


@dataclass(frozen=True, slots=True)
class Page:
    """Entries of the history.

    Attributes:
        entries: Those that are pinned and then the newest first.
        total: How many there are of these in all.
    """

    entries: tuple[Entry, ...]
    total: int


@dataclass(frozen=True, slots=True)
class Choices:
    """What may be asked for.

    Attributes:
        models: What candidates are called, those of the most entries first.
        folders: In their order.
    """

    models: tuple[str, ...] = ()
    folders: tuple[str, ...] = ()


class HistoryBook:
    """Any thread; each call opens what it needs and waits for the disk.

    Every method raises ``StoreFailed`` where that cannot be read.

    Args:
        paths: This program's folders; whoever owns the store has made it.
    """

    def __init__(self, paths: Paths) -> None:
        self._paths = paths
        self._made = EntriesMade()

    def read(self, on_progress: Progress = lambda _done, _total: None) -> int:
        """Bring the index up to date; returns how many entries were read.

        Args:
            on_progress: Told now and then; may raise to end it: what was read stays.
        """
        with history_index(self._paths) as index, self._store() as store:
            index.forget_gone()
            index.keep()
            stale = index.stale()
            for done, entry in enumerate(stale, 1):
                facts, text = read_entry(store, entry.kind, entry.number)
                index.note(entry, facts, text)
                if done % _AT_ONCE == 0 or done == len(stale):
                    index.keep()
                    on_progress(done, len(stale))
        return len(stale)

    def last_before(
        self, entry: Entry, wanted: Wanted, such: Callable[[Entry], bool]
    ) -> Entry | None:
        """Of entries from before another one the last that is such a one; None where none is."""
        with history_index(self._paths, self._made) as index:
            return next(filter(such, index.earlier(wanted, entry)), None)

    def find(
        self, wanted: Wanted, most: int = -1, start: int = 0, total: int | None = None
    ) -> Page:
        """Entries as they are now; of words, what the index knows of them.

        Args:
            wanted: Which ones.
            most: No more than these; -1 for all.
            start: Without so many of the first.
            total: How many there are, where that is known.
        """
        with history_index(self._paths, self._made) as index, contextlib.ExitStack() as stack:
            entries = index.find(wanted, most, start)
            if total is None:
                total = index.count(wanted)
            if not all(entry.facts.candidates for entry in entries[:_MOST_READ]):
                entries = _with_facts(entries, stack.enter_context(self._store()))
        return Page(tuple(entries), total)

    def unread(self) -> int:
        """Of how many entries the words are not in the index yet."""
        with history_index(self._paths) as index:
            return len(index.stale())

    def entry(self, number: int) -> Entry | None:
        """One entry; None where it is gone or deleted."""
        with history_index(self._paths, self._made) as index, self._store() as store:
            entry = index.entry(number)
            if entry is None:
                return None
            return replace(entry, facts=read_entry(store, entry.kind, entry.number)[0])

    def choices(self) -> Choices:
        """What may be asked for, as far as the index knows."""
        with history_index(self._paths) as index:
            return Choices(tuple(index.names()), tuple(index.folders()))

    @contextlib.contextmanager
    def _store(self) -> Generator[sqlite3.Connection]:
        with said(say("store.history_cannot_read")):
            connection = connect(self._paths.database, "ro", autocommit=True)
        with contextlib.closing(connection):
            yield connection


def _with_facts(entries: list[Entry], store: sqlite3.Connection) -> list[Entry]:
    """Read the first ones that the index does not know."""
    left = _MOST_READ
    found: list[Entry] = []
    for entry in entries:
        known = entry.facts.candidates or left == 0
        if not known:
            left -= 1
        facts = entry.facts if known else read_entry(store, entry.kind, entry.number)[0]
        found.append(replace(entry, facts=facts))
    return found
