"""A ladder of one file with other settings: what each brings here, and which are best together.

Each row is held against the one that the others are compared with. Speed is that of a turn: reading
a prompt and writing an answer, behind every depth that was measured; all intervals of a ladder hold
at once (``core.statistics.ratios``). What only changes speed and memory (threads, batches) loses
nothing by construction and is taken where it is faster for certain. A smaller cache is taken where
it spares memory, is as good and not slower for certain; all else where it is faster for certain and
as good. A context's size is the person's wish: its price is told, and it is never chosen.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from app.core.candidates.candidate import Candidate
from app.core.candidates.changes import (
    CACHE,
    CONTEXT,
    DRAFT,
    DRAFT_ALONE,
    change_alone,
    changed,
    combined,
    is_speed_alone,
)
from app.core.candidates.drafts import LEAST_GAIN
from app.core.candidates.notation import told_settings
from app.core.ladder.tried import Loss, Tried
from app.core.ladder.tuned_words import SAME_MEMORY, sentence_of_tried
from app.core.statistics.ratios import Part, Ratio, times_as_fast
from app.core.verdict import State
from app.core.words.sentence import English, chained, worded

if TYPE_CHECKING:
    from app.core.ladder.results import SpeedFigures
    from app.core.ladder.row import Row

_SLOWER = 0.97
"""A smaller cache may cost so little speed."""


@dataclass(frozen=True, slots=True)
class Tuned:
    """What the settings of one file bring here.

    Attributes:
        base: Key of the row that the others are held against.
        tried: The others.
        best: The model with the best settings.
        measured: Key of the row that is just that; None where they were not measured together.
        is_known: Anything was measured yet.
        headline: In few words.
        sentence: With what each of the best brings.
    """

    base: str
    tried: tuple[Tried, ...]
    best: Candidate
    measured: str | None
    is_known: bool
    headline: English
    sentence: English

    @property
    def is_base(self) -> bool:
        """Whether nothing is better than what was there."""
        return self.measured == self.base

    @property
    def is_unsure(self) -> bool:
        """Whether nothing can be told yet, because the PC was busy."""
        return self.is_base and any(one.is_busy for one in self.tried)


def tuned_of(rows: Sequence[Row], threads: int) -> Tuned | None:
    """What may be said of a ladder of one file's settings; None where it is another one.

    Args:
        rows: Of the ladder, the reference among them.
        threads: Of rows that name no number.
    """
    base = next(row for row in rows if row.is_reference)
    others = [row for row in rows if row is not base]
    changes = {row.key: changed(base.candidate, row.candidate) for row in others}
    if not others or any(row.is_far for row in rows) or not all(changes.values()):
        return None
    named = {key: names for key, names in changes.items() if names}
    compared = sum(names != CONTEXT and DRAFT not in names for names in named.values())
    tried = [_tried(row, base, named[row.key], compared, threads) for row in others]
    taken = _taken(tried, {row.key: row for row in others})
    best = combined(base.candidate, [one.candidate for one in taken])
    measured = next((row.key for row in rows if row.candidate == best), None)
    known = any(one.turn or one.drafted or one.saved_bytes is not None for one in tried)
    headline, sentence = _said(base, taken, best, measured, tried, known=known)
    marked = tuple(replace(one, is_taken=one in taken) for one in tried)
    return Tuned(base.key, marked, best, measured, known, headline, sentence)


# --- one row ------------------------------------------------------------------------------------


def _tried(
    row: Row,
    base: Row,
    names: frozenset[str],
    comparisons: int,
    threads: int,
) -> Tried:
    busy = any(one.beside_others for each in (row, base) for one in each.speed)
    test = row.test("tg") if DRAFT in names else None
    drafted = test.drafted if test is not None else None
    unlike = busy or DRAFT in names  # tests with a draft are of other text
    saved = None
    if base.needed_bytes and row.needed_bytes:
        saved = base.needed_bytes - row.needed_bytes
    alone = told_settings(change_alone(base.candidate, row.candidate))
    found = Tried(
        row.key,
        row.candidate,
        names,
        English(alone or row.name),
        None if unlike else _turn(row, base, comparisons),
        None if busy else _faster(row, base, "pp"),
        None if unlike else _faster(row, base, "tg"),
        drafted,
        busy,
        saved,
        _loss(row),
    )
    return replace(found, sentence=sentence_of_tried(found, row, base, threads))


def _turn(row: Row, base: Row, comparisons: int) -> Ratio | None:
    parts: list[Part] = []
    for depth in sorted({one.depth for one in base.speed}):
        theirs, ours = (_turn_seconds(each, depth) for each in (base, row))
        if theirs and ours:
            in_turns = all(one.in_turns for one in base.speed if one.depth == depth)
            parts.append(Part(theirs, ours, in_turns))
    found = times_as_fast(parts, comparisons) if parts else None
    if found is None or all(part.in_turns for part in parts):
        return found
    drift = _drift(base)
    return Ratio(found.times, found.low / drift, found.high * drift)


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


def _faster(row: Row, base: Row, start: str) -> float | None:
    ours, theirs = row.rate(start), base.rate(start)
    return ours.number / theirs.number if ours and theirs else None


def _loss(row: Row) -> Loss:
    judged = row.judgement
    if judged is not None and judged.is_same:
        return Loss.SAME
    match row.state:
        case State.AS_GOOD:
            return Loss.NONE
        case State.LOSES:
            return Loss.LOSES
        case State.CANNOT_TELL:
            return Loss.UNKNOWN
        case None:
            return Loss.UNASKED


# --- the best of them ---------------------------------------------------------------------------


def _taken(tried: Sequence[Tried], rows: Mapping[str, Row]) -> list[Tried]:
    """The best of each setting, where it is better than what was there."""
    found: list[Tried] = []
    alone = [one for one in tried if len(one.names) == 1 or one.names == CACHE]
    for names in dict.fromkeys(one.names for one in alone):
        able = [one for one in alone if one.names == names and _is_better(one, rows[one.key])]
        if not able:
            continue
        if names == CACHE:
            found.append(max(able, key=lambda one: one.saved_bytes or 0))
        else:
            found.append(max(able, key=_times))
    return found


def _times(one: Tried) -> float:
    if one.drafted is not None:
        return one.drafted.speedup
    return one.turn.times if one.turn is not None else 0.0


def _is_better(one: Tried, row: Row) -> bool:
    if row.error or row.over_limit or one.names == CONTEXT:
        return False
    if not is_speed_alone(one.names) and one.loss not in (Loss.SAME, Loss.NONE):
        return False
    if one.names == DRAFT_ALONE:
        gains = one.drafted
        return gains is not None and min(gains.repeating, gains.free) >= LEAST_GAIN
    if one.names == CACHE:
        slower = one.turn is not None and one.turn.high < _SLOWER
        needed = (row.needed_bytes or 0) + (one.saved_bytes or 0)
        return not slower and (one.saved_bytes or 0) >= SAME_MEMORY * max(1, needed)
    return one.turn is not None and one.turn.is_faster


def _said(
    base: Row,
    taken: Sequence[Tried],
    best: Candidate,
    measured: str | None,
    tried: Sequence[Tried],
    *,
    known: bool,
) -> tuple[English, English]:
    if not known:
        nothing = worded("verdict.nothing_known_yet")
        return nothing, nothing
    if not taken:
        if any(one.is_busy for one in tried):
            return worded("tuned.cannot_tell"), worded("tuned.all_busy")
        return worded("tuned.best_as_is"), worded("tuned.nothing_better", name=base.name)
    told = told_settings(best)
    headline = worded("tuned.best", settings=told)
    parts = [one.sentence for one in taken]
    if measured is None:
        parts.append(worded("tuned.not_together"))
    return headline, English(chained("program.list_space", parts))
