"""The ladders at the left: what is measured, what waits, and those of earlier times."""

from __future__ import annotations

from enum import IntEnum

from PySide6.QtCore import (
    QModelIndex,
    QObject,
    QPoint,
    QRect,
    QRectF,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import QAction, QColor, QFontMetrics, QKeySequence, QPainter
from PySide6.QtWidgets import (
    QFrame,
    QListView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
)

from app.core.candidates.notation import words_of
from app.core.text.clean import clean_line
from app.lab.works.ladders.entry import AT_WORK, QUEUED, LadderEntry, LadderState
from app.ui.kit.plain import plain_data
from app.ui.kit.theme import GRID, current_tokens, small_font, tabular
from app.ui.kit.views.rows import Index, Rows
from app.ui.kit.views.tables import paint_ground
from app.ui.kit.widgets import push_button
from app.ui.kit.widgets.buttons import brief_menu
from app.ui.kit.widgets.layouts import in_column
from app.ui.kit.words.sentences import told
from app.ui.pages.ladder.words import entry_second, entry_title

_LINE_PX = 3


class ListRole(IntEnum):
    """Data beside what is shown."""

    ENTRY = Qt.ItemDataRole.UserRole + 1
    SECOND_LINE = Qt.ItemDataRole.UserRole + 2
    SHARE = Qt.ItemDataRole.UserRole + 3


class LadderListModel(Rows["LadderEntry"]):
    """A row a ladder, in the order of the service.

    Signals:
        renamed: The person calls a ladder (an entry) otherwise.
    """

    renamed = Signal(object, str)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(lambda entry: entry, parent)
        self._held = False

    def note_ladder(self, entry: LadderEntry, *, held: bool) -> None:
        """A ladder has changed."""
        self._held = held
        if entry in self.rows:
            self.note(self.row_of(entry))

    # Qt's own names from here on.

    @plain_data(ListRole.SECOND_LINE)
    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if not index.isValid() or index.row() >= len(self.rows):
            return None
        entry = self.rows[index.row()]
        match role:
            case Qt.ItemDataRole.DisplayRole | Qt.ItemDataRole.EditRole:
                return entry_title(entry)
            case Qt.ItemDataRole.ToolTipRole:
                return "\n".join(
                    part for part in (*map(words_of, entry.candidates), told(entry.error)) if part
                )
            case Qt.ItemDataRole.AccessibleTextRole:
                return f"{entry_title(entry)}, {entry_second(entry, held=self._held)}"
            case ListRole.ENTRY:
                return entry
            case ListRole.SECOND_LINE:
                return entry_second(entry, held=self._held)
            case ListRole.SHARE:
                at_work = entry.state in AT_WORK and entry.progress is not None
                return entry.progress.fraction if at_work and entry.progress else None
            case _:
                return None

    def flags(self, index: Index) -> Qt.ItemFlag:
        flags = super().flags(index)
        return flags | Qt.ItemFlag.ItemIsEditable if index.isValid() else flags

    def setData(self, index: Index, value: object, role: int = Qt.ItemDataRole.EditRole) -> bool:
        entry = self.rows[index.row()] if index.isValid() else None
        name = clean_line(str(value)).strip()
        if entry is None or role != Qt.ItemDataRole.EditRole or name == entry_title(entry):
            return False
        self.renamed.emit(entry, name)
        return True


class _Row(QStyledItemDelegate):
    """Name, state, and a line of progress while it is at work."""

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        self.initStyleOption(option, index)
        option.state &= ~QStyle.StateFlag.State_HasFocus
        text, ink, faint = paint_ground(painter, option)
        entry: LadderEntry = index.data(ListRole.ENTRY)
        selected = bool(option.state & QStyle.StateFlag.State_Selected)
        tokens = current_tokens()
        if entry.state is LadderState.FAILED and not selected:
            faint = QColor(tokens.failed)
        box = option.rect.adjusted(GRID, GRID // 2, -GRID, -GRID // 2)
        line = option.fontMetrics.height()
        painter.save()
        painter.setPen(ink)
        shown = option.fontMetrics.elidedText(text, Qt.TextElideMode.ElideMiddle, box.width())
        painter.drawText(QRect(box.left(), box.top(), box.width(), line), 0, shown)
        small = tabular(small_font(option.font))
        painter.setFont(small)
        painter.setPen(faint)
        second = str(index.data(ListRole.SECOND_LINE))
        shown = QFontMetrics(small).elidedText(second, Qt.TextElideMode.ElideRight, box.width())
        painter.drawText(QRect(box.left(), box.top() + line + 2, box.width(), line), 0, shown)
        share = index.data(ListRole.SHARE)
        if share is not None:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(tokens.line))
            bar = QRectF(box.left(), box.bottom() - _LINE_PX + 1, box.width(), _LINE_PX)
            painter.drawRect(bar)
            painter.setBrush(QColor(tokens.accent))
            bar.setWidth(bar.width() * float(share))
            painter.drawRect(bar)
        painter.restore()

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        return QSize(0, option.fontMetrics.height() * 2 + GRID + GRID // 2 + 2)


class LadderList(QFrame):
    """Chooses one.

    Signals:
        chosen: A ladder (an entry) is to be shown.
        new_wanted: Another one is to be measured.
        delete_wanted: A ladder (an entry) is to be deleted.
        again_wanted: A ladder is to be measured once more, from the beginning.
        renamed: The person calls a ladder (an entry) otherwise; empty for its model's name.
    """

    chosen = Signal(object)
    new_wanted = Signal()
    delete_wanted = Signal(object)
    again_wanted = Signal(object)
    renamed = Signal(object, str)

    def __init__(self) -> None:
        super().__init__()
        self.setAccessibleName(self.tr("Measurements"))
        self.model = LadderListModel(self)
        self.view = QListView()
        self.view.setProperty("role", "plain")
        self.view.setAccessibleName(self.tr("Measurements"))
        self.view.setModel(self.model)
        self.view.setItemDelegate(_Row(self.view))
        self.view.setUniformItemSizes(True)
        self.view.setEditTriggers(QListView.EditTrigger.EditKeyPressed)
        self.model.renamed.connect(self.renamed)
        self.view.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.view.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.view.customContextMenuRequested.connect(self._show_menu)
        self.view.selectionModel().currentChanged.connect(lambda now, _before: self._tell(now))
        self.new_button = push_button(
            self.tr("Measure versions"), icon_name="add", run=self.new_wanted
        )
        self.delete_action = QAction(self.tr("Delete"), self)
        self.delete_action.setShortcut(QKeySequence(QKeySequence.StandardKey.Delete))
        self.delete_action.setShortcutContext(Qt.ShortcutContext.WidgetShortcut)
        self.delete_action.triggered.connect(lambda: self._about(self.delete_wanted))
        self.again_action = QAction(self.tr("Measure once more …"), self)
        self.again_action.triggered.connect(lambda: self._about(self.again_wanted))
        self.rename_action = QAction(self.tr("Rename"), self)
        self.rename_action.triggered.connect(lambda: self.view.edit(self.view.currentIndex()))
        self.view.addAction(self.delete_action)
        in_column(self.new_button, (self.view, 1), on=self, margins=(GRID, GRID, 0, GRID))

    @property
    def entry(self) -> LadderEntry | None:
        """The chosen ladder."""
        index = self.view.currentIndex()
        return index.data(ListRole.ENTRY) if index.isValid() else None

    def choose(self, entry: LadderEntry | None) -> None:
        """Show a ladder as chosen."""
        index = self.model.index(self.model.row_of(entry))
        if index.isValid():
            self.view.setCurrentIndex(index)
        else:
            self.view.clearSelection()
            self.view.setCurrentIndex(QModelIndex())

    def _tell(self, index: QModelIndex) -> None:
        if index.isValid():
            self.chosen.emit(index.data(ListRole.ENTRY))

    def _about(self, signal: object) -> None:
        entry = self.entry
        if entry is not None:
            signal.emit(entry)  # type: ignore[attr-defined]

    def _show_menu(self, position: QPoint) -> None:
        index = self.view.indexAt(position)
        if not index.isValid():
            return
        entry: LadderEntry = index.data(ListRole.ENTRY)
        self.delete_action.setEnabled(entry.state not in AT_WORK | QUEUED)
        menu = brief_menu(self)
        menu.addActions([self.rename_action, self.again_action, self.delete_action])
        menu.popup(self.view.viewport().mapToGlobal(position))
