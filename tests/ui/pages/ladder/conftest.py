"""Ladders by hand for the widgets of the Ladder page."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.lab.works.ladders.entry import letters_for, rows_of
from tests.lab import ladder_cases as cases

if TYPE_CHECKING:
    from app.core.verdict import Limits
    from app.lab.ladder.rows import LadderResult
    from app.lab.verdict.view import LadderView


def view(result: LadderResult | None = None, limits: Limits | None = None) -> LadderView:
    """A view of a ladder that was never measured."""
    result = result or cases.result()
    return cases.view(result, limits, letters=letters_for(rows_of(result.plan), {}))
