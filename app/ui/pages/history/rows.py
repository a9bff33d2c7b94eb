"""The list of entries as a Qt model, and how a row of it is painted."""

from __future__ import annotations

from collections.abc import Sequence
from enum import IntEnum

from PySide6.QtCore import QDate, QObject, Qt

from app.core.history.entry import Entry
from app.core.text.clean import clean_line
from app.ui.entries.painting import Lines, TwoLines
from app.ui.kit.plain import plain_data
from app.ui.kit.views.rows import Index, Rows
from app.ui.pages.history.words import ICONS, entry_second, entry_title

# More changes than these, or any in a list that is longer, are shown as another list.
_MOST_STEPS, _MOST_ROWS = 100, 1000
_MOST_KNOWN = 500


class EntryRole(IntEnum):
    """Data of a row beside its title."""

    ENTRY = Qt.ItemDataRole.UserRole + 1


class EntryRows(Rows[Entry]):
    """Entries in the order of the history."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(lambda entry: entry.id, parent)

    def take(self, wanted: Sequence[Entry]) -> None:
        """Show these: step by step, or as another list where that is quicker."""
        before = [entry.id for entry in self.rows]
        after = [entry.id for entry in wanted]
        if before == after:
            pairs = enumerate(zip(self.rows, wanted, strict=True))
            # The same entry is the same object: a look at each of ten thousand takes 20 ms.
            changed = [row for row, (old, new) in pairs if old is not new and old != new]
            self.rows = list(wanted)
            if changed:  # once for all: a word for each of ten thousand takes 40 ms
                self.dataChanged.emit(self.index(changed[0]), self.index(changed[-1]))
            return
        few = max(len(before), len(after)) <= _MOST_ROWS
        if few and before and after and len({*before} ^ {*after}) <= _MOST_STEPS:
            super().take(wanted)
            return
        self.beginResetModel()
        self.rows = list(wanted)
        self.endResetModel()

    def add(self, more: Sequence[Entry]) -> None:
        """Show more below those that are there."""
        there = {entry.id for entry in self.rows}
        new = [entry for entry in more if entry.id not in there]
        if new:
            first = len(self.rows)
            self.beginInsertRows(self.index(-1), first, first + len(new) - 1)
            self.rows += new
            self.endInsertRows()

    # Qt's own names from here on.

    @plain_data()
    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if not index.isValid() or index.row() >= len(self.rows):
            return None
        entry = self.rows[index.row()]
        match role:
            case Qt.ItemDataRole.DisplayRole | Qt.ItemDataRole.ToolTipRole:
                return entry_title(entry)
            case Qt.ItemDataRole.AccessibleTextRole:
                return f"{entry_title(entry)}, {entry_second(entry)}"
            case EntryRole.ENTRY:
                return entry
            case _:
                return None


class EntryDelegate(TwoLines):
    """Title and, below, what stands around the words that were found, or what it is."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._known: dict[int, tuple[Entry, Lines]] = {}
        self._day = 0

    def lines(self, index: Index) -> Lines:
        entry: Entry = index.data(EntryRole.ENTRY)
        if (today := QDate.currentDate().toJulianDay()) != self._day:
            self._day = today  # “yesterday” is another day now
            self._known.clear()
        known = self._known.get(entry.id)
        if known is not None and known[0] is entry:
            return known[1]
        if len(self._known) >= _MOST_KNOWN:
            self._known.clear()
        below = entry.found or clean_line(entry_second(entry))
        title = clean_line(entry_title(entry))
        lines = Lines(title, below, entry.pinned, ICONS[entry.kind])
        self._known[entry.id] = entry, lines
        return lines
