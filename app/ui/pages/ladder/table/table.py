"""Shows a ladder: five columns that always fit, or all of them with their details."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from PySide6.QtCore import (
    QModelIndex,
    QPoint,
    QSortFilterProxyModel,
    Qt,
    Signal,
)
from PySide6.QtGui import (
    QAction,
    QContextMenuEvent,
    QFontMetrics,
    QGuiApplication,
    QKeySequence,
    QResizeEvent,
)
from PySide6.QtWidgets import (
    QMenu,
    QTableView,
    QWidget,
)

from app.core.text.clean import clean_line
from app.ui.kit.plain import caption, set_tip
from app.ui.kit.theme import GRID, small_font, tabular
from app.ui.kit.timers import later
from app.ui.kit.views.tables import dress_table
from app.ui.kit.widgets.buttons import brief_menu
from app.ui.kit.words.offered import explaining_action, offer_words
from app.ui.pages.ladder.table.cell_delegate import LadderCellDelegate, row_height
from app.ui.pages.ladder.table.columns import (
    BARS,
    NAME,
    STATE,
    TABLE,
    USUAL,
    shown_columns,
    title,
    word,
)
from app.ui.pages.ladder.table.model import Index, LadderModel, LadderRole

if TYPE_CHECKING:
    from app.ui.pages.ladder.table.cells import Cell

_SIGN_PX = GRID * 3


class LadderSorting(QSortFilterProxyModel):
    """Sorts by the figures; what is not known stands last in both directions."""

    # Qt's own names from here on.

    def lessThan(self, left: Index, right: Index) -> bool:
        one, other = left.data(LadderRole.SORT), right.data(LadderRole.SORT)
        if one is None or other is None:
            last = self.sortOrder() is Qt.SortOrder.DescendingOrder
            return (one is None) is last and one is not other
        return bool(one < other)


class LadderTable(QTableView):
    """Sorts by a click on a header.

    Five columns share the room there is. With details the person chooses the columns, and the table
    scrolls sideways where they have no room.

    Attributes:
        act_of: What else can be done about a version, by its file: in words, and how.
        details: Whether more than the five columns are shown.

    Signals:
        row_chosen: A row is looked at, by its file; empty where none is.
        pane_wanted: A version is to be opened in Compare.
        columns_changed: The person chose other columns.
        shape_changed: Rows are of another height, or other columns are shown.
    """

    row_chosen = Signal(str)
    pane_wanted = Signal(str)
    columns_changed = Signal()
    shape_changed = Signal()

    def __init__(self, model: LadderModel) -> None:
        super().__init__()
        self.source = model
        self.act_of: Callable[[str], tuple[str, Callable[[], object]] | None] = lambda _key: None
        self.details = False
        self._chosen_columns = shown_columns(())
        self.setAccessibleName(self.tr("Versions"))
        self.proxy = LadderSorting(self)
        self.proxy.setSourceModel(model)
        self.setModel(self.proxy)
        self._delegate = LadderCellDelegate(self)
        self.setItemDelegate(self._delegate)
        dress_table(self, row_height(self.fontMetrics(), plain=True))
        header = self.horizontalHeader()
        header.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        header.customContextMenuRequested.connect(self._show_columns_menu)
        offer_words(header, word)
        header.sortIndicatorChanged.connect(self._share_widths)
        self._make_actions()
        self.selectionModel().currentRowChanged.connect(lambda *_: self._tell_row())
        # Several rows change at once: widths are shared once, when the event loop comes round.
        self._sharing = later(self, 0, self._share_widths)
        model.modelReset.connect(self._show_columns)
        self._needed: dict[int, int] = {}
        model.dataChanged.connect(self._on_changed)
        model.modelReset.connect(self._tell_row)
        self._show_columns()

    @property
    def columns(self) -> list[str]:
        """The columns of the details by their names in the settings."""
        return [TABLE[at].key for at in sorted(self._chosen_columns)]

    def set_details(self, details: bool) -> None:
        """Show the columns of the details, or the five that decide."""
        self.details = details
        self._show_columns()

    @property
    def _shown(self) -> frozenset[int]:
        return self._chosen_columns - self.source.unwanted if self.details else USUAL

    def set_columns(self, keys: Iterable[str]) -> None:
        """Show these columns among the details; with none, all of them."""
        self._chosen_columns = shown_columns(keys)
        self._show_columns()

    def columns_menu(self, parent: QWidget) -> QMenu:
        """A menu in which each column can be shown or hidden."""
        menu = brief_menu(parent)
        for column in range(len(TABLE)):
            if column == NAME:
                continue
            action = menu.addAction(title(column))
            action.setCheckable(True)
            action.setChecked(column in self._chosen_columns)
            action.toggled.connect(lambda on, which=column: self._choose(which, on=on))
        menu.addSeparator()
        usual = menu.addAction(self.tr("All columns"))
        usual.triggered.connect(lambda: self._set_shown(shown_columns(())))
        return menu

    @property
    def chosen(self) -> str:
        """The file of the row that is looked at; empty where none is."""
        index = self.currentIndex()
        return str(index.data(LadderRole.FILE)) if index.isValid() else ""

    def choose(self, file: str) -> None:
        """Look at a row."""
        row = self.source.row_of(file)
        if row >= 0 and file != self.chosen:
            index = self.proxy.mapFromSource(self.source.index(row, 0))
            self.selectRow(index.row())
            self.setCurrentIndex(index)

    def order(self) -> list[str]:
        """The files from top to bottom."""
        return [
            str(self.proxy.index(row, 0).data(LadderRole.FILE))
            for row in range(self.proxy.rowCount())
        ]

    def content_height(self) -> int:
        """What all rows need."""
        return self.height_of(self.proxy.rowCount())

    def height_of(self, rows: int) -> int:
        """What so many rows need, with the header and the bar that scrolls sideways."""
        bar = self.horizontalScrollBar()
        width = sum(self.columnWidth(column) for column in self._shown)
        extra = bar.sizeHint().height() if width > self.viewport().width() else 0
        one = row_height(self.fontMetrics(), plain=not self.details)
        height = one * max(1, rows) + self.horizontalHeader().height()
        return height + extra + 2 * self.frameWidth() + 2

    def text_of_row(self, file: str) -> str:
        """A row's shown cells, to be pasted into a table."""
        row = self.source.row_of(file)
        cells: list[Cell] = [
            self.source.index(row, column).data(LadderRole.CELL) for column in sorted(self._shown)
        ]
        return "\t".join(clean_line(cell.whole) for cell in cells)

    def text_of_all(self) -> str:
        """The table as it is shown, to be pasted into another."""
        titles = [title(column) for column in sorted(self._shown)]
        return "\n".join(["\t".join(titles), *map(self.text_of_row, self.order())])

    # --- within ---------------------------------------------------------------------------

    def _make_actions(self) -> None:
        self.copy_action = self._action(self.tr("Copy the row"), self._copy_row)
        self.copy_action.setShortcut(QKeySequence(QKeySequence.StandardKey.Copy))
        self.copy_all_action = self._action(self.tr("Copy the table"), self._copy_all)
        self.pane_action = self._action(self.tr("Open in Compare"), self._ask_pane)
        for action in (self.copy_action, self.copy_all_action, self.pane_action):
            action.setShortcutContext(Qt.ShortcutContext.WidgetShortcut)
            self.addAction(action)

    def _action(self, text: str, run: object) -> QAction:
        action = QAction(text, self)
        action.triggered.connect(run)
        return action

    def _tell_row(self) -> None:
        self.row_chosen.emit(self.chosen)

    def _ask_pane(self) -> None:
        if self.chosen:
            self.pane_wanted.emit(self.chosen)

    def _copy_row(self) -> None:
        if self.chosen:
            QGuiApplication.clipboard().setText(self.text_of_row(self.chosen))

    def _copy_all(self) -> None:
        QGuiApplication.clipboard().setText(self.text_of_all())

    def _choose(self, column: int, *, on: bool) -> None:
        chosen = self._chosen_columns
        self._set_shown(chosen | {column} if on else chosen - {column})

    def _set_shown(self, columns: frozenset[int]) -> None:
        self._chosen_columns = columns
        self._show_columns()
        self.columns_changed.emit()

    def _show_columns(self) -> None:
        plain = not self.details
        self._delegate.plain = plain
        self.source.set_plain(plain)
        row_px = row_height(self.fontMetrics(), plain=plain)
        self.verticalHeader().setMinimumSectionSize(row_px)
        self.verticalHeader().setDefaultSectionSize(row_px)
        policy = Qt.ScrollBarPolicy
        self.setHorizontalScrollBarPolicy(
            policy.ScrollBarAlwaysOff if plain else policy.ScrollBarAsNeeded
        )
        for column in range(len(TABLE)):
            self.setColumnHidden(column, column not in self._shown)
        self._share_anew()
        self.shape_changed.emit()

    def _show_columns_menu(self, position: QPoint) -> None:
        header = self.horizontalHeader()
        menu = self.columns_menu(self)
        if key := word(header.logicalIndexAt(position)):
            first = menu.actions()[0]
            menu.insertAction(first, explaining_action(menu, key))
            menu.insertSeparator(first)
        menu.popup(header.mapToGlobal(position))

    def _on_changed(self, first: QModelIndex, last: QModelIndex) -> None:
        """Only what has changed is laid out anew: measuring goes on meanwhile."""
        for column in range(first.column(), last.column() + 1):
            self._needed.pop(column, None)
        self._sharing.start()

    def _share_anew(self) -> None:
        self._needed.clear()
        self._share_widths()

    def _share_widths(self) -> None:
        """Each column what it needs; what is left over goes to the spaces between all."""
        shown = sorted(self._shown)
        header = self.horizontalHeader()
        sign = header.sortIndicatorSection() if header.isSortIndicatorShown() else -1
        titles = {
            column: header.fontMetrics().horizontalAdvance(title(column))
            + GRID * 2
            + (_SIGN_PX if column == sign else 4)
            for column in shown
        }
        for column in shown:
            if column not in self._needed:
                self._needed[column] = self.sizeHintForColumn(column)
        needed = {column: max(self._needed[column], titles[column]) for column in shown}
        if not self.details:
            self._share_room(needed)
            return
        rest = self.viewport().width() - sum(needed.values())
        share = max(0, rest // max(1, len(shown)))
        for column in shown:
            self.setColumnWidth(column, needed[column] + share)
        if (left := rest - share * len(shown)) > 0:
            self.setColumnWidth(shown[0], self.columnWidth(shown[0]) + left)

    def _share_room(self, needed: dict[int, int]) -> None:
        """Give the five columns all the room, and no more than there is."""
        small = QFontMetrics(tabular(small_font(self.font())))
        figures = QFontMetrics(tabular(self.font()))
        cells = [self.source.index(row, 0) for row in range(self.source.rowCount())]
        for column in BARS:
            of: list[Cell] = [
                index.siblingAtColumn(column).data(LadderRole.CELL) for index in cells
            ]
            self._delegate.texts_px[column] = max(
                (figures.horizontalAdvance(cell.text) + 2 for cell in of), default=0
            )
            self._delegate.swings_px[column] = max(
                (small.horizontalAdvance(cell.swing) + 2 for cell in of if cell.swing), default=0
            )
        width, total = self.viewport().width(), sum(needed.values())
        if width < total:
            # Words are cut first, figures never.
            for column in (NAME, STATE):
                cut = min(needed[column] // 2, total - width)
                needed[column] -= max(0, cut)
                total -= max(0, cut)
        spare = max(0, width - total)
        shares = {column: (3 if column in BARS else 1) for column in needed}
        whole = sum(shares.values())
        for column, least in needed.items():
            self.setColumnWidth(column, least + spare * shares[column] // whole)
        last = max(needed)
        used = sum(self.columnWidth(column) for column in needed)
        self.setColumnWidth(last, self.columnWidth(last) + width - used)
        self.viewport().update()

    # Qt's own names from here on.

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._share_widths()

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        index: QModelIndex = self.indexAt(event.pos())
        if not index.isValid():
            return
        menu = brief_menu(self)
        cell: Cell = index.data(LadderRole.CELL)
        words = self.tr("Copy “{value}”").format(value=cell.whole[:40])
        value = menu.addAction(caption(words))
        set_tip(value, words)
        value.triggered.connect(lambda: QGuiApplication.clipboard().setText(cell.whole))
        menu.addActions([self.copy_action, self.copy_all_action])
        menu.addSeparator()
        menu.addAction(self.pane_action)
        found = self.act_of(str(index.data(LadderRole.FILE)))
        if found is not None:
            text, run = found
            menu.addAction(text).triggered.connect(lambda _checked=False: run())
        menu.popup(event.globalPos())
