"""What few people need, below a line that opens it."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget

from app.ui.kit.icons import Tone, icon
from app.ui.kit.widgets.buttons import push_button
from app.ui.kit.widgets.layouts import in_column, in_row


class Fold(QWidget):
    """A line of words with a chevron, and a widget below it; folded at first.

    Args:
        words: What is below.
        content: The widget.
    """

    def __init__(self, words: str, content: QWidget) -> None:
        super().__init__()
        self._content = content
        self.button = push_button(words, "link", run=self._turn)
        in_column(in_row(self.button, 1), content, on=self)
        self.set_open(False)

    @property
    def is_open(self) -> bool:
        """Whether the widget is shown."""
        return not self._content.isHidden()

    def set_open(self, is_open: bool) -> None:
        """Show the widget, or fold it away."""
        self._content.setVisible(is_open)
        self.button.setIcon(icon("chevron-down" if is_open else "chevron-right", Tone.ACCENT))

    def _turn(self) -> None:
        self.set_open(not self.is_open)
