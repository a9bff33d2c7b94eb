"""A line of the list of standings: whose, the interval as a bar, the score."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QSizePolicy, QWidget

from app.ui.kit.plain import set_spoken, set_tip
from app.ui.kit.theme import GRID, tabular
from app.ui.kit.tokens import current_tokens
from app.ui.kit.widgets.status_dot import paint_letter
from app.ui.kit.words.format import count
from app.ui.pages.ladder.votes.words import finding_words, rate_words, score_words

if TYPE_CHECKING:
    from app.core.votes.tally import Tally
    from app.ui.pages.ladder.votes.candidate import VoteCandidate

_BAR_PX = 15 * GRID
_DOT_PX = 3.5
_MARK_PX = 20


class StandingRow(QAbstractButton):
    """Checked while the picture shows this candidate.

    Attributes:
        candidate: Whose line this is.
    """

    def __init__(
        self,
        candidate: VoteCandidate,
        reference: str,
        tally: Tally,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.candidate = candidate
        self._tally = tally
        of = self.tr("{n} of {all}")
        self._score = of.format(n=count(tally.better), all=count(tally.decided))
        self._widest = of.format(n=count(888), all=count(888))
        self.setCheckable(True)
        self.setAutoExclusive(True)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        finding = finding_words(tally, candidate.name, reference)
        set_spoken(self, f"{score_words(tally, candidate.name, reference)}. {finding}.")
        set_tip(self, " ".join(filter(None, (f"{finding}.", rate_words(tally, candidate.name)))))

    # Qt's own names from here on.

    def sizeHint(self) -> QSize:
        return QSize(_BAR_PX + 16 * GRID, _MARK_PX + GRID)

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def paintEvent(self, event: QPaintEvent) -> None:
        tokens = current_tokens()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        whole = QRectF(self.rect()).adjusted(1, 1, -1, -1)
        if self.isChecked() or self.underMouse():
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(tokens.line if self.isChecked() else tokens.hover))
            painter.drawRoundedRect(whole, 5, 5)
        if self.hasFocus():
            painter.setPen(QPen(QColor(tokens.accent), 2.0))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(whole, 5, 5)
        middle = self.height() / 2
        mark = QRectF(GRID, middle - _MARK_PX / 2, _MARK_PX, _MARK_PX)
        paint_letter(painter, mark, self.candidate.letter, tokens)
        painter.setFont(tabular(self.font()))
        painter.setPen(QColor(tokens.text))
        score_px = painter.fontMetrics().horizontalAdvance(self._widest)
        right = self.width() - GRID
        score = QRectF(right - score_px, 0, score_px, self.height())
        flags = int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        painter.drawText(score, flags, self._score)
        bar_px = min(_BAR_PX, (score.left() - mark.right()) / 2)  # the name has as much
        bar = QRectF(score.left() - GRID - bar_px, middle - GRID, bar_px, 2 * GRID)
        name = QRectF(mark.right() + GRID, 0, bar.left() - mark.right() - 2 * GRID, self.height())
        words = painter.fontMetrics().elidedText(
            self.candidate.name, Qt.TextElideMode.ElideMiddle, round(name.width())
        )
        painter.drawText(name, int(Qt.AlignmentFlag.AlignVCenter), words)
        self._paint_bar(painter, bar)

    def _paint_bar(self, painter: QPainter, bar: QRectF) -> None:
        tokens, middle = current_tokens(), bar.center().y()
        painter.setPen(QPen(QColor(tokens.edge), 1.0))
        painter.drawLine(bar.center().toPoint().x(), round(bar.top()), bar.center().toPoint().x(),
                         round(bar.bottom()))  # fmt: skip
        painter.setPen(QPen(QColor(tokens.line if not self.isChecked() else tokens.edge), 1.0))
        painter.drawLine(round(bar.left()), round(middle), round(bar.right()), round(middle))
        if not self._tally.decided:
            return
        interval, colour = self._tally.rate.interval, QColor(tokens.text)
        painter.setPen(QPen(colour, 2.0))
        low = bar.left() + bar.width() * interval.low
        high = bar.left() + bar.width() * interval.high
        painter.drawLine(round(low), round(middle), round(high), round(middle))
        share = bar.left() + bar.width() * self._tally.better / self._tally.decided
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(colour)
        painter.drawEllipse(QRectF(share - _DOT_PX, middle - _DOT_PX, 2 * _DOT_PX, 2 * _DOT_PX))
