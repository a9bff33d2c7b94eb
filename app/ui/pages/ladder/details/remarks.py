"""The line above a ladder whose rows were not treated alike, or whose PC was not at rest."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from app.core.words.sentence import say
from app.ui.kit.icons import Tone
from app.ui.kit.plain import set_spoken
from app.ui.kit.theme import GRID
from app.ui.kit.tokens import current_tokens, mix
from app.ui.kit.widgets import IconButton, Picture, label, push_button
from app.ui.kit.widgets.labels import breakable
from app.ui.kit.widgets.layouts import in_column, in_row
from app.ui.kit.words.sentences import told

_EDGE_PX = 3


class RemarksBanner(QWidget):
    """The first remark; the others on request. Stays away once dismissed, until they change.

    Attributes:
        remarks: All of them, shown or not.
    """

    def __init__(self) -> None:
        super().__init__()
        self.remarks: tuple[str, ...] = ()
        self._short = False
        self.first = label("", wrap=True, selectable=True)
        self.others = label("", "dim", wrap=True, selectable=True)
        self.more_button = push_button("", "link", run=self._unfold)
        close = IconButton("close", self.tr("Dismiss"), size_px=14, run=self.hide)
        in_row(
            Picture("warning", size_px=16, tone=Tone.WORKING),
            (in_column(self.first, self.others, spacing=GRID // 2), 1),
            self.more_button,
            close,
            on=self,
            margins=(GRID + _EDGE_PX, GRID // 2, GRID // 2, GRID // 2),
        )
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
        self.setAccessibleName(self.tr("Remarks"))
        self.hide()

    def show_remarks(self, remarks: Sequence[str]) -> None:
        """Show these, or nothing."""
        wanted = tuple(map(told, remarks))
        if wanted == self.remarks:
            return
        self.remarks = wanted
        if not wanted:
            self.hide()
            return
        first, *others = wanted
        self.first.setText(breakable(first))
        self.others.setText(breakable("\n".join(others)))
        self._fold()
        set_spoken(self, self.accessibleName(), " ".join(wanted))
        self.show()

    def set_short(self, short: bool) -> None:
        """Say only how many there are, until they are asked for."""
        self._short = short
        self._fold()

    def _fold(self) -> None:
        number = len(self.remarks)
        self.others.hide()
        self.first.setVisible(not self._short)
        words = say("counted.more_remarks", n=number - 1)
        if self._short:
            words = say("counted.remarks", n=number)
        self.more_button.setText(told(words))
        self.more_button.setAccessibleName(self.more_button.text())
        self.more_button.setVisible(number > 1 or self._short)
        self.more_button.setMinimumHeight(self.more_button.sizeHint().height())

    def _unfold(self) -> None:
        self.first.show()
        self.others.setVisible(len(self.remarks) > 1)
        self.more_button.hide()

    # Qt's own names from here on.

    def paintEvent(self, event: QPaintEvent) -> None:
        tokens = current_tokens()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(mix(tokens.surface, tokens.working, 0.08)))
        painter.drawRoundedRect(self.rect(), 6, 6)
        painter.setBrush(QColor(tokens.working))
        painter.drawRoundedRect(0, 0, _EDGE_PX, self.height(), 1.5, 1.5)
