"""Which columns a narrow table can show, and how wide they must be."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, TypeVar

from PySide6.QtCore import Qt

from app.ui.kit.theme import GRID

if TYPE_CHECKING:
    from PySide6.QtWidgets import QHeaderView

Column = TypeVar("Column")
Section = TypeVar("Section", bound=int)


def fitting(
    width_px: int, fixed: Mapping[Column, int], hiding: Iterable[Column], least_px: int
) -> tuple[frozenset[Column], int]:
    """Hide columns until the others have enough.

    Args:
        width_px: Of the table.
        fixed: Widths of the columns that get no more and no less.
        hiding: Those that may hide, the least telling first.
        least_px: What the remaining columns need together.

    Returns:
        The hidden columns, and what is left for the remaining ones.
    """
    hidden: set[Column] = set()
    rest = width_px - sum(fixed.values())
    for column in hiding:
        if rest >= least_px:
            break
        hidden.add(column)
        rest += fixed[column]
    return frozenset(hidden), rest


def with_titles(header: QHeaderView, widths: Mapping[Section, int]) -> dict[Section, int]:
    """Widths of columns, wider where a column's title needs it."""

    def needed(column: int) -> int:
        title = header.model().headerData(column, Qt.Orientation.Horizontal)
        return header.fontMetrics().horizontalAdvance(str(title or "")) + 2 * GRID

    return {column: max(width, needed(column)) for column, width in widths.items()}
