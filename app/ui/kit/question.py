"""A question asked in place before something is lost."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QHideEvent, QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QApplication, QBoxLayout, QFrame, QPushButton, QWidget
from shiboken6 import isValid

from app.ui.kit.plain import set_spoken
from app.ui.kit.theme import GRID
from app.ui.kit.widgets import label
from app.ui.kit.widgets.buttons import set_words
from app.ui.kit.widgets.layouts import in_column, in_row

if TYPE_CHECKING:
    from collections.abc import Callable


class Question(QFrame):
    """Hidden until :meth:`ask`; the safe answer has the focus, Esc gives it."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", "raised")
        self._before: QWidget | None = None
        self._do: Callable[[], object] = lambda: None
        self._label = label(wrap=True)
        self.keep_button = QPushButton(self.tr("Keep"))
        self.keep_button.clicked.connect(self.hide)
        self.do_button = QPushButton()
        self.do_button.clicked.connect(self._confirm)
        self._buttons = in_row(1, self.keep_button, self.do_button, spacing=None)
        in_column(self._label, self._buttons, on=self, margins=GRID)
        self.hide()

    def ask(
        self, sentence: str, do_it: str, do: Callable[[], object], keep: str | None = None
    ) -> None:
        """Show the question; ``do_it`` is the word on the button that confirms, and does it.

        ``keep`` is the word of the safe answer, where nothing would be lost by the other.
        """
        self._do = do
        self._label.setText(sentence)
        set_spoken(self, sentence)
        set_words(self.do_button, do_it)
        set_words(self.keep_button, self.tr("Keep") if keep is None else keep)
        self._arrange()
        if not self.isVisible():
            self._before = QApplication.focusWidget()
        self.show()
        self.keep_button.setFocus(Qt.FocusReason.OtherFocusReason)

    def _arrange(self) -> None:
        """One below the other where their words need it."""
        needed = self.keep_button.sizeHint().width() + self.do_button.sizeHint().width()
        fits = needed + 4 * GRID <= self.width()
        directions = QBoxLayout.Direction
        self._buttons.setDirection(directions.LeftToRight if fits else directions.TopToBottom)

    def _give_back(self) -> None:
        """Let the keyboard go on where it was before the question."""
        before, self._before = self._before, None
        focused = QApplication.focusWidget()
        here = focused is None or focused is self or self.isAncestorOf(focused)
        if here and before is not None and isValid(before) and before.isVisible():
            before.setFocus(Qt.FocusReason.OtherFocusReason)

    def _confirm(self) -> None:
        self.hide()
        self._do()

    def event(self, event: QEvent) -> bool:
        escape = (
            event.type() == QEvent.Type.ShortcutOverride
            and isinstance(event, QKeyEvent)
            and event.key() == Qt.Key.Key_Escape
        )
        if escape:
            event.accept()
            return True
        return super().event(event)

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self._give_back()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._arrange()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.hide()
            return
        super().keyPressEvent(event)
