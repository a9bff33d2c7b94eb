"""How wide a table's columns are: words stay whole, and a table that is too wide scrolls."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtGui import (
    QFont,
    QFontMetricsF,
    QTextDocument,
    QTextLength,
    QTextTable,
    QTextTableCell,
)

_ROWS = 60
"""So many rows of a table are measured."""
_MOST_WORD_PX = 280
"""Longer words are broken all the same: a hash must not make a table ten screens wide."""
_CHARACTERS = 400
_AROUND_PX = 14.0


def fit_tables(document: QTextDocument, room_px: float) -> bool:
    """Give columns their widths for so much room; cheap where nothing changes.

    Returns:
        Whether any table has other widths now.
    """
    changed = False
    if room_px <= 0:
        return False
    for frame in document.rootFrame().childFrames():
        if isinstance(frame, QTextTable):
            changed |= _fit(frame, QFont(document.defaultFont()), room_px)
    return changed


def column_widths(
    least: Sequence[float], natural: Sequence[float], room: float
) -> list[float] | None:
    """Widths between a longest word and a longest line; None where all lines fit.

    Args:
        least: The longest word of each column.
        natural: The longest line of each column.
        room: For all of them; where it is too little, each column gets its least.
    """
    if sum(natural) <= room:
        return None
    spare, wanted = room - sum(least), sum(natural) - sum(least)
    share = max(0.0, spare / wanted) if wanted > 0 else 0.0
    return [low + (high - low) * share for low, high in zip(least, natural, strict=True)]


def _fit(table: QTextTable, font: QFont, room_px: float) -> bool:
    bold = QFont(font)
    bold.setWeight(QFont.Weight.DemiBold)
    metrics, head = QFontMetricsF(font), QFontMetricsF(bold)
    least = [0.0] * table.columns()
    natural = [0.0] * table.columns()
    for row in range(min(table.rows(), _ROWS)):
        for column in range(table.columns()):
            measure = head if row == 0 else metrics
            word, line = _measured(table.cellAt(row, column), measure)
            least[column] = max(least[column], min(word, _MOST_WORD_PX) + _AROUND_PX)
            natural[column] = max(natural[column], line + _AROUND_PX)
    widths = column_widths(least, natural, room_px)
    constraints = [] if widths is None else [_fixed(width) for width in widths]
    wanted = table.format()
    if wanted.columnWidthConstraints() == constraints:
        return False
    if constraints:
        wanted.setColumnWidthConstraints(constraints)
    else:
        wanted.clearColumnWidthConstraints()
    table.setFormat(wanted)
    return True


def _fixed(width_px: float) -> QTextLength:
    return QTextLength(QTextLength.Type.FixedLength, round(width_px))


def _measured(cell: QTextTableCell, metrics: QFontMetricsF) -> tuple[float, float]:
    """The longest word and the longest line of a cell, in pixels."""
    word = line = 0.0
    block, end = cell.firstCursorPosition().block(), cell.lastPosition()
    while block.isValid() and block.position() <= end:
        for text in block.text()[:_CHARACTERS].split("\u2028"):
            line = max(line, metrics.horizontalAdvance(text))
            longest = max(text.split(), key=len, default="")
            word = max(word, metrics.horizontalAdvance(longest))
        block = block.next()
    return word, line
