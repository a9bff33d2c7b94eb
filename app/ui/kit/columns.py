"""Which columns a narrow table can show."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

Column = TypeVar("Column")


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
