"""What a region shows while it has nothing: a picture, a sentence, the next step."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QPushButton, QWidget

from app.ui.kit.icons import Tone
from app.ui.kit.plain import set_spoken, set_tip, words_of
from app.ui.kit.widgets.buttons import push_button, set_words
from app.ui.kit.widgets.labels import label
from app.ui.kit.widgets.layouts import in_column
from app.ui.kit.widgets.picture import Picture

if TYPE_CHECKING:
    from PySide6.QtGui import QAction


class EmptyState(QWidget):
    """Centred: icon, title, one sentence, and buttons for what to do next."""

    def __init__(
        self, icon_name: str, title: str, sentence: str = "", actions: tuple[QAction, ...] = ()
    ) -> None:
        super().__init__()
        self._title = label(title, "title", wrap=True)
        self._sentence = label(sentence, "dim", wrap=True)
        if not sentence:  # shown without a parent it would be a window for a moment
            self._sentence.hide()
        column = in_column(
            1,
            (Picture(icon_name, size_px=40, tone=Tone.DIM), 0, Qt.AlignmentFlag.AlignHCenter),
            on=self,
            margins=24,
        )
        for each in (self._title, self._sentence):
            each.setAlignment(Qt.AlignmentFlag.AlignHCenter)
            column.addWidget(each)
        for position, action in enumerate(actions):
            button = push_button(words_of(action.text()), "primary" if position == 0 else "")
            set_tip(button, action.toolTip())
            button.clicked.connect(action.trigger)
            column.addSpacing(4)
            column.addWidget(button, 0, Qt.AlignmentFlag.AlignHCenter)
            action.changed.connect(partial(_follow, button, action))
            if not action.isVisible():
                button.hide()
        column.addStretch(2)
        set_spoken(self, title, sentence)

    def set_text(self, title: str, sentence: str = "") -> None:
        """Say something else."""
        self._title.setText(title)
        self._sentence.setText(sentence)
        self._sentence.setVisible(bool(sentence))
        set_spoken(self, title, sentence)


def _follow(button: QPushButton, action: QAction) -> None:
    """A button says what its action says, and goes with it."""
    set_words(button, words_of(action.text()))
    button.setVisible(action.isVisible())
