"""A text of any length in a window of its own."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QDialog, QScrollArea, QWidget

from app.ui.answers.markdown import MarkdownView
from app.ui.answers.part_bar import PartBar
from app.ui.kit.plain import set_title
from app.ui.kit.theme import GRID
from app.ui.kit.widgets import push_button
from app.ui.kit.widgets.layouts import in_column, in_row


class TextWindow(QDialog):
    """Shows a text as it is written, in parts; goes away when it is closed."""

    def __init__(self, title: str, text: str, parent: QWidget) -> None:
        super().__init__(parent.window())
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        set_title(self, title)
        self.resize(GRID * 88, GRID * 64)
        self.text = MarkdownView(title)
        self.text.parts.set_formatted(False)
        content = QWidget()
        in_column(self.text, 1, on=content, margins=None, spacing=None)
        area = QScrollArea()
        area.setWidgetResizable(True)
        area.setWidget(content)
        copy = push_button(self.tr("Copy all"), icon_name="copy")
        copy.clicked.connect(lambda: QGuiApplication.clipboard().setText(text))
        close = push_button(self.tr("Close"), run=self.close)
        in_column(
            (area, 1),
            PartBar(self.text, offers_format=False),
            in_row(copy, 1, close, spacing=None),
            on=self,
            margins=None,
            spacing=None,
        )
        self.text.set_markdown(text)
