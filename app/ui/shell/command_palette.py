"""The command palette: every action of the window, found by a few letters."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from PySide6.QtCore import (
    QEvent,
    QModelIndex,
    QObject,
    QRect,
    QSize,
    Qt,
)
from PySide6.QtGui import QAction, QFont, QKeyEvent, QPainter
from PySide6.QtWidgets import (
    QApplication,
    QFrame,
    QLineEdit,
    QListView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QWidget,
)

from app.ui.kit.theme import small_font
from app.ui.kit.tokens import current_tokens
from app.ui.kit.widgets.labels import label
from app.ui.kit.widgets.layouts import in_column
from app.ui.shell.command_model import CommandModel, CommandRole, Index

_WIDTH_PX = 640
_ROW_PX = 34
_MOST_ROWS = 9


class _Delegate(QStyledItemDelegate):
    """A name with the found letters bold, its keys at the right."""

    # Qt's own names from here on.

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        return QSize(200, _ROW_PX)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        style = QApplication.style()
        style.drawPrimitive(
            QStyle.PrimitiveElement.PE_PanelItemViewItem, option, painter, option.widget
        )
        tokens = current_tokens()
        painter.save()
        rect: QRect = option.rect.adjusted(12, 0, -12, 0)
        enabled = bool(index.data(CommandRole.ENABLED))
        chosen = bool(option.state & QStyle.StateFlag.State_Selected)
        ink = tokens.selection_text if chosen else tokens.text
        keys = str(index.data(CommandRole.KEYS))
        painter.setFont(small_font(option.font))
        painter.setPen(ink if chosen else tokens.dim)
        right = int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        painter.drawText(rect, right, keys)
        rect.setRight(rect.right() - painter.fontMetrics().horizontalAdvance(keys) - 12)
        painter.setPen(ink if enabled else tokens.edge)
        rect.setLeft(_draw_matched(painter, rect, option.font, index) + 12)
        painter.setFont(small_font(option.font))
        painter.setPen(ink if chosen else tokens.dim)
        side = int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        about = str(index.data(CommandRole.ABOUT) or "")
        metrics = painter.fontMetrics()
        shown = metrics.elidedText(about, Qt.TextElideMode.ElideRight, rect.width())
        painter.drawText(rect, side, shown)
        painter.restore()


def _draw_matched(painter: QPainter, rect: QRect, font: QFont, index: Index) -> int:
    """Draw the name; returns where it ends."""
    bold = QFont(font)
    bold.setBold(True)
    matched = set(index.data(CommandRole.MATCHED))
    x = rect.left()
    for position, letter in enumerate(str(index.data())):
        painter.setFont(bold if position in matched else font)
        advance = painter.fontMetrics().horizontalAdvance(letter)
        if x + advance > rect.right():
            break
        room = QRect(x, rect.top(), advance + 2, rect.height())
        painter.drawText(room, int(Qt.AlignmentFlag.AlignVCenter), letter)
        x += advance
    return x


class CommandPalette(QFrame):
    """Floats over the top of the window: a field, and the commands that it finds.

    Up and Down choose, Enter runs, Esc or a click elsewhere closes.

    Args:
        parent: The window that it floats over.
        actions: Asked for the actions each time it opens.
    """

    def __init__(self, parent: QWidget, actions: Callable[[], Iterable[QAction]]) -> None:
        super().__init__(parent)
        self._over = parent
        self._ask_actions = actions
        self._before: QWidget | None = None
        self.setProperty("role", "floating")
        self.setAccessibleName(self.tr("Commands"))
        self.model = CommandModel(self)
        self.field = QLineEdit()
        self.field.setPlaceholderText(self.tr("A command, a setting, a chat or a model"))
        self.field.setAccessibleName(self.tr("Find a command"))
        self.field.textChanged.connect(self._on_query)
        self.field.installEventFilter(self)
        self.list = QListView()
        self.list.setProperty("role", "plain")
        self.list.setAccessibleName(self.tr("Commands found"))
        self.list.setModel(self.model)
        self.list.setItemDelegate(_Delegate(self.list))
        self.list.setUniformItemSizes(True)
        self.list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.clicked.connect(lambda _index: self._run())
        self.nothing = label(self.tr("No command has these letters."), "dim")
        self.nothing.setAlignment(Qt.AlignmentFlag.AlignCenter)
        in_column(self.field, self.list, self.nothing, on=self, margins=8)
        self.hide()

    def open(self) -> None:
        """Show it, empty, with every command."""
        self._before = QApplication.focusWidget()
        self.model.set_actions(self._ask_actions())
        self.field.clear()
        self._on_query("")
        self.place()
        self.show()
        self.raise_()
        self.field.setFocus(Qt.FocusReason.PopupFocusReason)

    def close_palette(self) -> None:
        """Hide it and give the focus back."""
        if self.isVisible():
            self.hide()
            if self._before is not None and self._before.isVisible():
                self._before.setFocus(Qt.FocusReason.PopupFocusReason)

    def place(self) -> None:
        """Stand over the middle of the window's upper part."""
        window = self._over
        width = min(_WIDTH_PX, window.width() - 32)
        rows = min(max(self.model.rowCount(), 2), _MOST_ROWS)
        self.nothing.setVisible(self.model.rowCount() == 0)
        self.list.setVisible(self.model.rowCount() > 0)
        list_height = rows * _ROW_PX + 2
        self.list.setFixedHeight(list_height)
        self.nothing.setFixedHeight(list_height)
        height = list_height + self.field.sizeHint().height() + 24
        left = (window.width() - width) // 2
        self.setGeometry(left, min(72, window.height() // 10), width, height)

    def _on_query(self, query: str) -> None:
        self.model.set_query(query)
        self.list.setCurrentIndex(self._first_enabled())
        if self.isVisible():
            self.place()

    def _first_enabled(self) -> QModelIndex:
        for row in range(self.model.rowCount()):
            index = self.model.index(row)
            if index.data(CommandRole.ENABLED):
                return index
        return QModelIndex()

    def _step(self, rows: int) -> None:
        wanted = self.list.currentIndex().row() + rows
        index = self.model.index(min(max(wanted, 0), self.model.rowCount() - 1))
        if index.data(CommandRole.ENABLED):
            self.list.setCurrentIndex(index)

    def _run(self) -> None:
        action = self.model.action(self.list.currentIndex().row())
        if action is not None and action.isEnabled():
            self.close_palette()
            action.trigger()

    # Qt's own names from here on.

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self.field and event.type() == QEvent.Type.FocusOut:
            self.hide()
        elif watched is self.field and isinstance(event, QKeyEvent):
            return self._on_key(event)
        return super().eventFilter(watched, event)

    def _on_key(self, event: QKeyEvent) -> bool:
        if event.type() == QEvent.Type.ShortcutOverride:
            # Esc would otherwise stop the models that are answering.
            if event.key() == Qt.Key.Key_Escape:
                event.accept()
                return True
            return False
        if event.type() != QEvent.Type.KeyPress:
            return False
        match event.key():
            case Qt.Key.Key_Down:
                self._step(1)
            case Qt.Key.Key_Up:
                self._step(-1)
            case Qt.Key.Key_PageDown:
                self._step(_MOST_ROWS)
            case Qt.Key.Key_PageUp:
                self._step(-_MOST_ROWS)
            case Qt.Key.Key_Return | Qt.Key.Key_Enter:
                self._run()
            case Qt.Key.Key_Escape:
                self.close_palette()
            case _:
                return False
        return True
