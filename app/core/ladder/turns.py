"""How fast rows do a turn, a prompt read and an answer written, beside the row they are held to.

Speeds of settings may be looked at more than once: after each look rows are dropped whose question
is answered, and only those that are too close to call go on in turns with the row that all are held
against (successive elimination: E. Even-Dar, S. Mannor, Y. Mansour, "Action Elimination and
Stopping Conditions for the Multi-Armed Bandit and Reinforcement Learning Problems", Journal of
Machine Learning Research 7, 2006). Who looks again and again errs more often than one look says
(P. Armitage, C. K. McPherson, B. C. Rowe, Journal of the Royal Statistical Society A 132, 1969), so
Bonferroni's correction counts every row at every look: all intervals of all looks hold together.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from app.core.candidates.changes import CACHE, CONTEXT, DRAFT, changed
from app.core.statistics.ratios import Part, Ratio, times_as_fast

if TYPE_CHECKING:
    from app.core.ladder.results import SpeedFigures
    from app.core.ladder.row import Row

SLOWER = 0.97
"""A smaller cache may cost so little speed."""
_SAME_SPEED = 1.05


def is_told_by_turn(names: frozenset[str]) -> bool:
    """Whether tests of speed tell these settings apart, with intervals.

    A context's size they do not know, and those of a draft are of other text.
    """
    return names != CONTEXT and DRAFT not in names


def comparisons_of(changes: Iterable[frozenset[str]], looks: int) -> int:
    """How many intervals are to hold together: of each row with these changes, at each look."""
    return looks * sum(map(is_told_by_turn, changes))


def turn_beside(row: Row, base: Row, comparisons: int) -> Ratio | None:
    """How many times as fast a turn is, behind every depth that was measured; None if not known.

    Args:
        row: Whose turn.
        base: That it is held against.
        comparisons: That are to hold together, this one among them.
    """
    parts: list[Part] = []
    for depth in sorted({one.depth for one in base.speed}):
        theirs, ours = (_turn_seconds(each, depth) for each in (base, row))
        if theirs and ours:
            in_turns = all(one.in_turns for one in base.speed if one.depth == depth)
            # A row that was decided early has the first rounds alone.
            theirs = theirs[: len(ours)] if in_turns else theirs
            parts.append(Part(theirs, ours, in_turns))
    found = times_as_fast(parts, comparisons) if parts else None
    if found is None or all(part.in_turns for part in parts):
        return found
    drift = _drift(base)
    return Ratio(found.times, found.low / drift, found.high * drift)


def is_same_speed(turn: Ratio) -> bool:
    """Whether it is certain that no difference is as large as to count."""
    return turn.low > 1 / _SAME_SPEED and turn.high < _SAME_SPEED


def is_decided(names: frozenset[str], turn: Ratio) -> bool:
    """Whether more rounds would change nothing of what is said and taken.

    Args:
        names: Of the settings that differ.
        turn: What they bring.
    """
    if names == CACHE:
        return turn.low >= SLOWER or turn.high < SLOWER
    return turn.is_faster or turn.is_slower or is_same_speed(turn)


def undecided(rows: Sequence[Row], base: Row, looks: int) -> frozenset[str]:
    """Keys of the rows whose speeds are too close to call, so that more rounds may tell.

    What was measured while the PC was busy, or not in turns, more rounds would not mend.

    Args:
        rows: Of a ladder of one file's settings; those of another one are all left alone.
        base: That they are held against.
        looks: That are taken in all, this one among them.
    """
    changes = {row.key: changed(base.candidate, row.candidate) for row in rows if row is not base}
    named = {key: names for key, names in changes.items() if names}
    if len(named) < len(changes):
        return frozenset()
    comparisons = comparisons_of(named.values(), looks)

    def is_open(row: Row) -> bool:
        names = named.get(row.key)
        figures = (*row.speed, *base.speed)
        if names is None or row.error or not is_told_by_turn(names):
            return False
        if any(one.beside_others or not one.in_turns for one in figures):
            return False
        turn = turn_beside(row, base, comparisons)
        return turn is not None and not is_decided(names, turn)

    return frozenset(row.key for row in rows if is_open(row))


def _turn_seconds(row: Row, depth: int) -> list[float]:
    """Of each repetition, what its prompt and its answer took together."""
    tests = [one for one in row.speed if one.depth == depth and one.samples and not one.error]
    if not tests:
        return []
    each = [[_tokens(one) / rate for rate in one.samples] for one in tests]
    return [sum(turn) for turn in zip(*each, strict=False)]


def _tokens(test: SpeedFigures) -> int:
    return int("".join(filter(str.isdigit, test.test)) or 1)


def _drift(base: Row) -> float:
    """How many times as fast or slow the PC itself had become, where rows were measured apart."""
    apart = [
        abs(math.log(after.mean / before.mean))
        for before in base.speed
        for after in base.again
        if (before.test, before.depth) == (after.test, after.depth) and before.mean and after.mean
    ]
    return math.exp(max(apart, default=0.0))
