"""Use elsewhere: a model's path and the command that serves it without this program."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QFrame, QVBoxLayout, QWidget

from app.ui.kit.theme import GRID
from app.ui.kit.widgets.buttons import push_button
from app.ui.kit.widgets.copy_field import CopyField
from app.ui.kit.widgets.labels import label
from app.ui.kit.widgets.layouts import in_column
from app.ui.kit.wishes import ServeWanted, wish

if TYPE_CHECKING:
    from app.core.candidates.candidate import Candidate
    from app.core.chats.elsewhere import Elsewhere
    from app.ui.kit.widgets.buttons import IconButton

WIDTH_PX = 440


class ElsewherePopover(QFrame):
    """Closes at a click beside it or at Esc.

    Args:
        letter: Of the candidate, or its name.
        elsewhere: What is copied.
        parent: Where it was asked for.
        candidate: What this program can serve to others; None where it cannot.
    """

    def __init__(
        self,
        letter: str,
        elsewhere: Elsewhere,
        parent: QWidget,
        candidate: Candidate | None = None,
    ) -> None:
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

        if candidate is not None:
            self.serve_button = push_button(
                self.tr("Serve it from here to other programs …"),
                "link",
                run=lambda: self._serve(candidate),
            )
            layout.addWidget(self.serve_button, 0, Qt.AlignmentFlag.AlignLeft)

    def _serve(self, candidate: Candidate) -> None:
        wish(self, ServeWanted(candidate))
        self.close()

    def _add_part(
        self, layout: QVBoxLayout, name: str, text: str, copy: str, lines: int
    ) -> IconButton:
        layout.addWidget(label(name, "small-dim"))
        part = CopyField(name, copy, lines)
        part.set_text(text)
        layout.addWidget(part)
        return part.button

    def show_below(self, position: QPoint) -> None:
        """Show it under a point, within the screen."""
        self.adjustSize()
        screen = QGuiApplication.screenAt(position) or QGuiApplication.primaryScreen()
        free = screen.availableGeometry()
        x = max(free.left(), min(position.x(), free.right() - self.width()))
        y = max(free.top(), min(position.y(), free.bottom() - self.height()))
        self.move(x, y)
        self.show()
