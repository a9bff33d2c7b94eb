"""The History page: what is looked for, the entries, and what is chosen of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QSplitter, QStackedWidget, QWidget

from app.ui.kit.commands import PageCommands
from app.ui.kit.plain import set_spoken
from app.ui.kit.theme import GRID
from app.ui.kit.widgets import Banner, EmptyState, ProgressLine, label, push_button
from app.ui.kit.widgets.layouts import in_column, in_row, split
from app.ui.kit.words.format import count
from app.ui.kit.words.text import translate

if TYPE_CHECKING:
    from PySide6.QtGui import QResizeEvent, QShowEvent

    from app.core.history.entry import Entry
    from app.ui.pages.history.details import EntryDetails
    from app.ui.pages.history.filters import HistoryFilters
    from app.ui.pages.history.list import EntryList

_NARROW_LETTERS = 110
"""Below, what is chosen stands under the list."""


class HistoryCommands(PageCommands):
    """They work while the page is shown."""

    def __init__(self) -> None:
        super().__init__()
        self.search = self.command(translate("History", "Search the history"), "search", "Ctrl+F")
        self.clear = self.command(translate("History", "Show all of the history"), "history")


class HistoryPage(QWidget):
    """Main thread only.

    Signals:
        wanted_changed: Other entries are looked for.
        shown: The person looks at it.

    Attributes:
        filters: What is looked for.
        entries: The list.
        details: What is chosen.
    """

    wanted_changed = Signal()
    shown = Signal()

    def __init__(self, filters: HistoryFilters, entries: EntryList, details: EntryDetails) -> None:
        super().__init__()
        self.commands = HistoryCommands()
        self.commands.give_to(self)
        self.filters = filters
        self.entries = entries
        self.details = details
        self.notice = Banner(dismissible=True)
        self.notice.hide()
        self.counted = label("", "small-dim")
        self.reading = ProgressLine(self.tr("Reading the history"), height_px=3)
        self.work = label("", "dim", wrap=True)
        self.stop_button = push_button(self.tr("Stop"), icon_name="stop")
        self._strip = QWidget()
        in_row((self.work, 1), self.stop_button, on=self._strip, margins=(GRID, 0, GRID, 0))
        self._strip.hide()
        self.empty = EmptyState(
            "history",
            self.tr("Nothing is here yet"),
            self.tr("Whatever you ask or measure stands here from then on, and can be searched."),
        )
        self.nothing = EmptyState(
            "search", self.tr("Nothing says this"), "", (self.commands.clear,)
        )
        self._narrow = False
        self._lay_out()
        self._wire()

    def _lay_out(self) -> None:
        self._stack = QStackedWidget()
        below = QWidget()
        in_column(
            (self.entries, 1),
            self.reading,
            in_row(self.counted, 1, margins=(GRID, 0, GRID, GRID // 2)),
            on=below,
            spacing=0,
        )
        self._split: QSplitter = split(below, self.details, grows=1, sizes=(GRID * 52, 10_000))
        for widget in (self._split, self.empty, self.nothing):
            self._stack.addWidget(widget)
        head = in_row((self.filters, 1), margins=(GRID, GRID, GRID, GRID))
        noted = in_row(self.notice, margins=(GRID, 0, GRID, 0), spacing=None)
        in_column(head, noted, self._strip, (self._stack, 1), on=self, spacing=0)

    def _wire(self) -> None:
        self.filters.changed.connect(self.wanted_changed)
        self.entries.chosen.connect(self.entries.follow)
        self.commands.search.triggered.connect(self.focus_search)
        self.commands.clear.triggered.connect(self.filters.clear)
        self.filters.search.returnPressed.connect(self._into_list)
        for action in self.entries.actions_of_rows():
            self.addAction(action)

    # --- what the desk tells it -----------------------------------------------------------

    def show_entries(self, entries: Sequence[Entry], total: int, *, more: bool) -> None:
        """Show the first of what was found, or all of it.

        Args:
            entries: In their order.
            total: How many there are of these.
            more: Whether the others follow.
        """
        self.entries.show_entries(entries)
        nothing = self.nothing if self.filters.is_set else self.empty
        self._stack.setCurrentWidget(self._split if entries else nothing)
        many = self.tr("1 entry") if total == 1 else self.tr("{n} entries")
        words = many.format(n=count(total))
        if not more and total > len(entries):
            words = self.tr("The newest {n} of {total} entries").format(
                n=count(len(entries)), total=count(total)
            )
        self.counted.setText(words)
        set_spoken(self.counted, words)
        if entries and not self.entries.entries:
            # Where rows went, Qt leaves a neighbour that is current and not chosen.
            self.entries.choose(max(0, self.entries.view.currentIndex().row()))

    def add_entries(self, more: Sequence[Entry]) -> None:
        """Show the others below those that are there."""
        self.entries.model.add(more)

    def show_reading(self, share: float | None) -> None:
        """How far the search has read the history; None for all of it."""
        if share is None:
            self.reading.clear()
        else:
            self.reading.set_share(share)

    def show_work(self, words: str) -> None:
        """Say what is measured once more; empty for nothing."""
        self.work.setText(words)
        self._strip.setVisible(bool(words))

    def focus_search(self) -> None:
        """Let the person type what they look for."""
        self.filters.search.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.filters.search.selectAll()

    def _into_list(self) -> None:
        if self._stack.currentWidget() is self._split:
            self.entries.view.setFocus(Qt.FocusReason.OtherFocusReason)

    # Qt's own names from here on.

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        narrow = self.width() < _NARROW_LETTERS * self.fontMetrics().averageCharWidth()
        if narrow is not self._narrow:
            self._narrow = narrow
            ways = Qt.Orientation
            self._split.setOrientation(ways.Vertical if narrow else ways.Horizontal)
            self._split.setSizes([GRID * 30, GRID * 30] if narrow else [GRID * 52, 10_000])

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if not event.spontaneous():
            self.entries.view.setFocus(Qt.FocusReason.OtherFocusReason)
            self.shown.emit()
