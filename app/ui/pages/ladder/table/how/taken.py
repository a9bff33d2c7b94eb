"""How a figure of any column was taken."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.core.ladder.columns.column import Basis
from app.ui.pages.ladder.table.how.costs import (
    how_clocked,
    how_fast,
    how_large,
    how_much_memory,
    how_predicted,
)
from app.ui.pages.ladder.table.how.energy import how_much_energy
from app.ui.pages.ladder.table.how.losses import (
    how_along,
    how_asked,
    how_divergent,
    how_same,
    how_told,
    how_voted,
)

if TYPE_CHECKING:
    from app.core.ladder.row import Row
    from app.lab.verdict.view import LadderView


def how_taken(view: LadderView, row: Row, basis: Basis) -> str:
    """How a figure of a row was taken; nothing where nothing is known."""
    depth = row.depth_tokens
    match basis:
        case Basis.FILE:
            return how_large(row.facts) if row.facts is not None else ""
        case Basis.MEASURED_MEMORY:
            return how_much_memory(row.memory) if row.memory is not None else ""
        case Basis.PLANNED_MEMORY:
            return how_predicted(row.memory) if row.memory is not None else ""
        case Basis.PROMPT_TEST:
            return how_fast(view, row.test("pp"))
        case Basis.GENERATION_TEST:
            return how_fast(view, row.test("tg"))
        case Basis.ENERGY:
            return how_much_energy(row.test("tg"))
        case Basis.DEEP_PROMPT_TEST:
            return how_fast(view, row.test("pp", depth) if depth else None)
        case Basis.DEEP_GENERATION_TEST:
            return how_fast(view, row.test("tg", depth) if depth else None)
        case Basis.DIVERGENCE:
            return how_divergent(view, row)
        case _:
            return _how_judged(view, row, basis)


def _how_judged(view: LadderView, row: Row, basis: Basis) -> str:
    match basis:
        case Basis.TEXT:
            return how_divergent(view, row) if row.is_reference else how_same(row)
        case Basis.QUESTIONS:
            return how_asked(view, row) if row.summary is not None else ""
        case Basis.ANSWERS:
            return how_along(row)
        case Basis.TOLD:
            return how_told(row)
        case Basis.CLOCK:
            return how_clocked(row)
        case Basis.VOTES:
            return how_voted(row.votes) if row.votes is not None else ""
        case _:
            return ""
