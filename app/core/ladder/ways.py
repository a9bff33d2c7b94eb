"""Ways of shrinking beside each other at the same need of memory: which of them answers best.

Nothing is judged here: the pairs of the ladder, corrected together, say what may be said.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from app.core.ladder.pairs import ABOUT_THE_SAME, Pair
from app.core.verdict import State
from app.core.words.sentence import English, Sentence, chained, listed, size, worded

if TYPE_CHECKING:
    from app.core.ladder.row import Row


@dataclass(frozen=True, slots=True)
class WaysAnswer:
    """What may be said of the ways at one need of memory.

    Attributes:
        rows: Keys of the rows that are compared, as the ladder has them.
        sentence: The answer.
    """

    rows: tuple[str, ...]
    sentence: English


def answer_of_ways(rows: Sequence[Row], pairs: Sequence[Pair]) -> WaysAnswer | None:
    """Say which way answers best; None where a ladder has no two ways that need as much.

    Args:
        rows: Of the ladder, with their names.
        pairs: Those of its rows that need about the same memory, as they are judged.
    """
    alike = _alike(rows)
    asked = [row for row in alike if row.kinds]
    keys = tuple(row.key for row in alike)
    if not alike:
        return None
    most = max(row.needed_bytes or 0 for row in alike)
    if len(asked) < 2:
        return WaysAnswer(keys, worded("verdict.ways_not_asked", memory=size(most)))
    known = {frozenset((pair.first, pair.second)): pair for pair in pairs}
    best = _best(asked, pairs)
    found = [(row, known.get(frozenset((best.key, row.key)))) for row in asked if row is not best]

    def names(state: State) -> Sentence | None:
        said = [_called(row) for row, pair in found if pair and pair.judgement.state is state]
        return listed(said) if said else None

    first, said = _called(best), list[English]()
    if lose := names(State.LOSES):
        said.append(worded("verdict.ways_lose", names=lose, best=first))
    if good := names(State.AS_GOOD):
        said.append(worded("verdict.ways_as_good", names=good, best=first))
    if unsure := names(State.CANNOT_TELL):
        said.append(worded("verdict.ways_open", names=unsure, best=first))
    if not said:
        return None
    parted = chained("program.list_semicolon", said)
    return WaysAnswer(keys, worded("verdict.ways", memory=size(most), parted=parted))


def _best(asked: Sequence[Row], pairs: Sequence[Pair]) -> Row:
    """The row with most right answers, of those that lose against no other."""
    keys = {row.key for row in asked}
    within = [pair for pair in pairs if {pair.first, pair.second} <= keys]
    lost = {pair.second for pair in within if pair.judgement.state is State.LOSES}
    able = [row for row in asked if row.key not in lost] or asked
    return max(able, key=lambda row: (row.right.number if row.right else 0.0, -_need(row)))


def _alike(rows: Sequence[Row]) -> list[Row]:
    """The rows of most different ways that need about the same memory; none for a single way."""
    able = [row for row in rows if row.way is not None and row.needed_bytes]
    groups = [
        [other for other in able if _need(row) / ABOUT_THE_SAME <= _need(other) <= _need(row)]
        for row in able
    ]
    if not groups:
        return []
    best = max(groups, key=lambda group: (len({row.way for row in group}), len(group)))
    return best if len({row.way for row in best}) > 1 else []


def _need(row: Row) -> int:
    return row.needed_bytes or 0


def _called(row: Row) -> English:
    assert row.way is not None
    return worded("verdict.ways_name", way=row.way.words, name=row.name)
