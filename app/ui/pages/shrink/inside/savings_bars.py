"""What leaving weights out of a file saves, as bars: in formats of today, and in others."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from app.core.shrink.inside.savings import PART
from app.ui.kit.plain import set_spoken
from app.ui.kit.theme import GRID, current_tokens
from app.ui.kit.widgets import label
from app.ui.kit.widgets.layouts import in_column
from app.ui.kit.words.format import byte_size, percent

if TYPE_CHECKING:
    from app.core.shrink.inside.savings import Savings

_ROW_PX, _MOST_PX = 22, 45 * GRID


class SavingsBars(QWidget):
    """A line a way: its words, a bar, and the bytes; hollow where no engine here reads it."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._lines: list[tuple[str, int, bool]] = []
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    @property
    def lines(self) -> list[tuple[str, int, bool]]:
        """Words, bytes, and whether engines read it today."""
        return self._lines

    def show_savings(self, found: Savings) -> None:
        """Show a file's."""
        zeros = percent(found.zero_fraction, 1)
        lines = [
            (self.tr("This file, {zeros} zeros").format(zeros=zeros), found.dense_bytes, True),
            (self.tr("Zeros in a bitmap format"), found.bitmap_bytes, False),
            (self.tr("Zeros in a 2:4 format"), found.two_of_four_bytes, False),
        ]
        part = percent(PART)
        for words, n_bytes in (
            (self.tr("Without one layer"), found.layer_bytes),
            (self.tr("Feed-forward {part} narrower").format(part=part), found.width_bytes),
            (self.tr("{part} fewer experts").format(part=part), found.experts_bytes),
        ):
            if n_bytes is not None:
                lines.append((words, n_bytes, True))
        self._lines = lines
        set_spoken(self, "; ".join(f"{words}: {byte_size(size)}" for words, size, _ in lines))
        self.updateGeometry()
        self.update()

    # Qt's own names from here on.

    def sizeHint(self) -> QSize:
        return QSize(30 * GRID, _ROW_PX * len(self._lines))

    def paintEvent(self, event: QPaintEvent) -> None:
        if not self._lines:
            return
        painter, tokens, names = QPainter(self), current_tokens(), self.fontMetrics()
        middle = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft
        sizes = [str(byte_size(n_bytes)) for _, n_bytes, _ in self._lines]
        left = max(names.horizontalAdvance(words) for words, *_ in self._lines) + GRID
        right = max(map(names.horizontalAdvance, sizes)) + GRID
        room = max(4 * GRID, min(_MOST_PX, self.width() - left - right))
        whole = self._lines[0][1] or 1
        for row, ((words, n_bytes, is_real), size) in enumerate(
            zip(self._lines, sizes, strict=True)
        ):
            top = row * _ROW_PX
            painter.setPen(QColor(tokens.dim))
            painter.drawText(QRectF(0, top, left, _ROW_PX), middle, words)
            box = QRectF(left + 0.5, top + 4.5, max(2.0, room * n_bytes / whole), _ROW_PX - 9)
            if is_real:
                painter.fillRect(box, QColor(tokens.accent))
            else:
                painter.setPen(QPen(QColor(tokens.accent), 1, Qt.PenStyle.DashLine))
                painter.drawRect(box)
            painter.setPen(QColor(tokens.text))
            place = QRectF(box.right() + GRID // 2, top, right, _ROW_PX)
            painter.drawText(place, middle, size)


class SavingsCard(QWidget):
    """The bars with what they teach; hidden until a file was looked into."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.bars = SavingsBars()
        self.words = label("", "small-dim", wrap=True)
        title = label(self.tr("What leaving weights out saves"), "strong")
        in_column(title, self.bars, self.words, on=self, spacing=GRID // 2)
        self.hide()

    def show_savings(self, found: Savings) -> None:
        """Show a file's."""
        self.bars.show_savings(found)
        spared = percent(1 - found.bitmap_bytes / max(1, found.dense_bytes), 0)
        self.words.setText(
            self.tr(
                "In the number formats of today a zero takes as many bytes, and as much time, as"
                " any other weight: {zeros} zeros save nothing here. A format with a bitmap would"
                " save {spared}; no engine here reads one, so its bar is hollow. Whole layers,"
                " channels and experts that are left out save what their bars show, and time."
            ).format(zeros=percent(found.zero_fraction, 1), spared=spared)
        )
        self.show()
