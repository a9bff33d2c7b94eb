"""A number that changes in place: tabular figures, its unit dimmed."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import (
    QFont,
    QFontMetrics,
    QGuiApplication,
    QPainter,
    QPaintEvent,
)
from PySide6.QtWidgets import QMenu, QSizePolicy, QWidget

from app.ui.kit.plain import set_tip
from app.ui.kit.theme import small_font, tabular
from app.ui.kit.tokens import current_tokens
from app.ui.kit.words.format import UNKNOWN, Quantity

_GAP_PX = 3


class NumberLabel(QWidget):
    """A quantity: value right-aligned in tabular figures, unit dimmed behind it.

    Keeps the width of the widest value shown so far, so that what stands beside it does not jump.
    How the number was taken belongs in the tool tip; the context menu copies it.

    Args:
        name: What the number is, for screen readers and the tool tip.
        quantity: Its first value.
        prefix: A dimmed word before it ("first token").
        small: Takes the smaller text size.
        align_right: Right-aligned in its room; else left.
        parent: Its owner.
    """

    def __init__(
        self,
        name: str,
        quantity: Quantity = UNKNOWN,
        *,
        prefix: str = "",
        small: bool = False,
        align_right: bool = True,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._name = name
        self._prefix = prefix
        self._small = small
        self._align_right = align_right
        self._quantity = Quantity("")
        self._widest = 0
        self._dim = False
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        set_tip(self, name)
        self.set_quantity(quantity)

    @property
    def quantity(self) -> Quantity:
        """What is shown."""
        return self._quantity

    def set_quantity(self, quantity: Quantity) -> None:
        """Show another value; cheap when it is the same."""
        if quantity == self._quantity:
            return
        self._quantity = quantity
        self.setAccessibleName(f"{self._name}: {quantity}")
        width = self._text_width()
        if width > self._widest:
            self._widest = width
            self.updateGeometry()
        self.update()

    def set_dim(self, dim: bool) -> None:
        """Dim the value like its unit: it is there, and does not count."""
        if dim != self._dim:
            self._dim = dim
            self.update()

    def text(self) -> str:
        """What copying gives."""
        return str(self._quantity)

    def _font_metrics(self) -> QFontMetrics:
        return QFontMetrics(self._figures())

    def _figures(self) -> QFont:
        return tabular(small_font(self.font()) if self._small else self.font())

    def _parts(self) -> list[tuple[str, bool]]:
        """The pieces from left to right, each with whether it is dim."""
        parts = [
            (self._prefix, True),
            (self._quantity.value, self._dim),
            (self._quantity.unit, True),
        ]
        return [part for part in parts if part[0]]

    def _text_width(self) -> int:
        metrics = self._font_metrics()
        parts = self._parts()
        return sum(metrics.horizontalAdvance(text) for text, _dim in parts) + _GAP_PX * max(
            0, len(parts) - 1
        )

    # Qt's own names from here on.

    def sizeHint(self) -> QSize:
        return QSize(self._widest + 2, self._font_metrics().height() + 2)

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def paintEvent(self, event: QPaintEvent) -> None:
        tokens = current_tokens()
        painter = QPainter(self)
        painter.setFont(self._figures())
        metrics = painter.fontMetrics()
        rect = self.rect()
        x = rect.width() - self._text_width() - 1 if self._align_right else 0
        baseline = (rect.height() + metrics.ascent() - metrics.descent()) // 2
        for text, dim in self._parts():
            painter.setPen(tokens.dim if dim else tokens.text)
            painter.drawText(x, baseline, text)
            x += metrics.horizontalAdvance(text) + _GAP_PX

    def contextMenuEvent(self, event) -> None:  # noqa: ANN001
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        copy = menu.addAction(self.tr("Copy"))
        copy.triggered.connect(lambda: QGuiApplication.clipboard().setText(self.text()))
        menu.popup(event.globalPos())
