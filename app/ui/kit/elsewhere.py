"""Use elsewhere: a model's path and the command that serves it without this program."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QFrame, QPlainTextEdit, QVBoxLayout, QWidget

from app.ui.kit.plain import shown_text
from app.ui.kit.theme import GRID, code_font
from app.ui.kit.widgets.buttons import IconButton
from app.ui.kit.widgets.labels import label
from app.ui.kit.widgets.layouts import in_column, in_row

if TYPE_CHECKING:
    from app.core.chats.elsewhere import Elsewhere

WIDTH_PX = 440


class ElsewherePopover(QFrame):
    """Closes at a click beside it or at Esc."""

    def __init__(self, letter: str, elsewhere: Elsewhere, parent: QWidget) -> None:
        super().__init__(parent, Qt.WindowType.Popup)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setProperty("role", "floating")
        title = self.tr("Use {letter} elsewhere").format(letter=letter)
        self.setAccessibleName(title)
        self.setFixedWidth(WIDTH_PX)
        layout = in_column(label(title, "strong"), on=self, margins=GRID * 2)
        self.path_button = self._add_part(
            layout, self.tr("The model file"), str(elsewhere.path), self.tr("Copy the path"), 2
        )
        if elsewhere.command:
            self.command_button = self._add_part(
                layout,
                self.tr("The command that serves it with the same settings"),
                elsewhere.command,
                self.tr("Copy the command"),
                5,
            )

    def _add_part(
        self, layout: QVBoxLayout, name: str, text: str, copy: str, lines: int
    ) -> IconButton:
        layout.addWidget(label(name, "small-dim"))
        field = QPlainTextEdit(shown_text(text))
        field.setReadOnly(True)
        field.setFont(code_font(self.font()))
        field.setAccessibleName(name)
        field.setTabChangesFocus(True)
        field.setFixedHeight(field.fontMetrics().lineSpacing() * lines + GRID * 2)
        button = IconButton("copy", copy, run=lambda: self._copy(button, text))
        row = in_row((field, 1), (button, 0, Qt.AlignmentFlag.AlignTop), spacing=None)
        layout.addLayout(row)
        return button

    def _copy(self, button: IconButton, text: str) -> None:
        QGuiApplication.clipboard().setText(text)
        button.set_icon_name("check")
        button.set_name(self.tr("Copied"))

    def show_below(self, position: QPoint) -> None:
        """Show it under a point, within the screen."""
        self.adjustSize()
        screen = QGuiApplication.screenAt(position) or QGuiApplication.primaryScreen()
        free = screen.availableGeometry()
        x = max(free.left(), min(position.x(), free.right() - self.width()))
        y = max(free.top(), min(position.y(), free.bottom() - self.height()))
        self.move(x, y)
        self.show()
