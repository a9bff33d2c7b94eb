"""A ladder as a table and sentences."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.core.candidates.notation import words_of
from app.core.ladder.columns.column import Column, Kind, Place, is_wanted
from app.core.ladder.columns.listed import columns_at
from app.core.ladder.questions import most_asked
from app.core.tasks.results import UNASKED, KindResult, KindVerdict
from app.lab.reports.cells import shown
from app.lab.reports.words import partings, same_text

if TYPE_CHECKING:
    from app.cli.terminal.console import Console
    from app.core.ladder.row import Row
    from app.lab.verdict.view import LadderView


def show_ladder(view: LadderView, console: Console) -> None:
    """Print it: remarks, the table, a sentence a candidate, the recommendation."""
    for remark in view.remarks:
        console.text(f"! {remark}")
    columns = [one for one in columns_at(Place.TERMINAL) if is_wanted(one, view.rows)]
    spare = sorted((one for one in columns if one.spare), key=lambda one: one.spare)
    console.table(
        [column.head for column in columns],
        [[_cell(column, row) for column in columns] for row in view.rows],
        left=[column.head for column in columns if column.kind in (Kind.NAME, Kind.STATE)],
        spare=[column.head for column in spare],
    )
    for said in (view.floor_said, same_text(view.rows)):
        if said:
            console.text(said)
    asked = [row for row in view.rows if row.kinds]
    if asked:
        _show_kinds(asked, console)
    for row in view.rows:
        if row.quality is not None and row.quality.continuations:
            console.remark(f"{row.name}: {partings(row.quality.continuations)}.")
    for row in view.rows:
        console.text(row.sentence)
    if view.ways is not None:
        console.text(view.ways.sentence)
    for pair in view.pairs:
        console.text(pair.sentence)
    _show_answer(view, console)


def _show_answer(view: LadderView, console: Console) -> None:
    """Which one to run: in few words, then with all reasons."""
    console.text("")
    console.text(view.answer.headline)
    for name, fact in view.answer.named_facts:
        console.text(f"  {name}: {fact.said} {fact.beside}".rstrip())
    console.text(view.recommendation.sentence)
    if view.tuned is not None and view.tuned.measured is not None and not view.tuned.is_base:
        console.text(f"As it is typed: {words_of(view.tuned.best)}")
    for remark in view.recommendation.remarks:
        console.text(remark)


def _cell(column: Column, row: Row) -> str:
    cell = shown(column, row)
    return " ".join(part for part in (cell.text, cell.swing, cell.note) if part)


def _show_kinds(rows: list[Row], console: Console) -> None:
    asked = [most_asked(rows, place) for place in range(len(rows[0].kinds))]
    console.table(
        ("kind", "questions", *(row.name for row in rows)),
        [
            (
                rows[0].kinds[place].kind,
                str(most),
                *(_kind_cell(row.kinds[place], most) for row in rows),
            )
            for place, most in enumerate(asked)
        ],
        left=("kind",),
    )


def _kind_cell(kind: KindResult, asked: int) -> str:
    if kind.verdict in UNASKED:
        return kind.verdict.value
    if not kind.counts.total:
        return "–"
    of = f"/{kind.counts.total}" if kind.counts.total < asked else ""
    right = f"{kind.counts.right}{of}"
    match kind.verdict:
        case KindVerdict.LOSES:
            return f"{right} loses"
        case KindVerdict.GAINS:
            return f"{right} gains"
        case KindVerdict.REFERENCE_CANNOT:
            return f"({right})"
        case _:
            return right
