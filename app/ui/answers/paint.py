"""What is painted behind and beside an answer's text."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRect, QRectF, QSizeF, Qt
from PySide6.QtGui import QColor, QPainter, QTextBlock, QTextDocument

from app.ui.answers.style import CODE_PADDING_PX, COPY_PX, GUTTER_PX, is_code, is_quote

if TYPE_CHECKING:
    from app.ui.kit.tokens import Tokens


def paint_boxes(
    painter: QPainter, document: QTextDocument, seen: QRect, width_px: int, tokens: Tokens
) -> list[tuple[QTextBlock, QRectF]]:
    """Paint rounded boxes behind code and bars beside quotations.

    Args:
        painter: In the document's coordinates, antialiased.
        document: The answer, laid out.
        seen: What has to be painted; what lies below it is passed over.
        width_px: Width of the view.
        tokens: The theme's colours.

    Returns:
        The first line of each code block that was painted, and the square that copies it.
    """
    layout = document.documentLayout()
    painter.setPen(Qt.PenStyle.NoPen)
    copied: list[tuple[QTextBlock, QRectF]] = []
    block = document.begin()
    while block.isValid():
        box = layout.blockBoundingRect(block)
        if box.top() > seen.bottom() + CODE_PADDING_PX:
            break
        if is_code(block):
            first = block
            while is_code(block.next()):
                block = block.next()
                box = box.united(layout.blockBoundingRect(block))
            if box.bottom() + CODE_PADDING_PX >= seen.top():
                whole = _paint_code_box(painter, box, width_px, tokens)
                corner = whole.topRight() + QPointF(-COPY_PX - 2, 2)
                copied.append((first, QRectF(corner, QSizeF(COPY_PX, COPY_PX))))
        elif is_quote(block):
            painter.setBrush(QColor(tokens.edge))
            painter.drawRect(QRectF(GUTTER_PX, box.top(), 2, box.height()))
        block = block.next()
    return copied


def _paint_code_box(painter: QPainter, lines: QRectF, width_px: int, tokens: Tokens) -> QRectF:
    top = lines.top() - CODE_PADDING_PX
    height = lines.height() + 2 * CODE_PADDING_PX
    box = QRectF(GUTTER_PX, top, width_px - GUTTER_PX, height).adjusted(0.5, 0.5, -0.5, -0.5)
    painter.setBrush(QColor(tokens.code))
    painter.setPen(QColor(tokens.line))
    painter.drawRoundedRect(box, 5, 5)
    painter.setPen(Qt.PenStyle.NoPen)
    return box
