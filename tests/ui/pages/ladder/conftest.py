"""Ladders by hand for the widgets of the Ladder page."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.core.verdict import Limits
from app.lab.ladder.kept import About
from app.lab.verdict.view import LadderView, view_of
from app.lab.works.ladders.entry import letters_for, rows_of
from tests.lab import ladder_cases as cases

if TYPE_CHECKING:
    from app.lab.ladder.rows import LadderResult


def view(result: LadderResult | None = None, limits: Limits | None = None) -> LadderView:
    """A view of a ladder that was never measured."""
    result = result or cases.result()
    letters = letters_for(rows_of(result.plan), {})
    about = About(list(cases.ITEMS), 6, "aa")
    return view_of(result, about, limits or Limits(4000 * cases.MB, 5.0), letters)
