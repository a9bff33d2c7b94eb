"""A ladder of one file with other settings: what each brings here, and which are best together.

Each row is held against the one that the others are compared with. Speed is that of a turn: reading
a prompt and writing an answer, behind every depth that was measured; all intervals of a ladder hold
at once (``core.ladder.turns``). What only changes speed and memory (threads, batches) loses
nothing by construction and is taken where it is faster for certain. A smaller cache is taken where
it spares memory, is as good and not slower for certain; all else where it is faster for certain and
as good. A context's size is the person's wish: its price is told, and it is never chosen. Where
several are taken, the row that has them all decides: if it does not bring what each of them does,
the one that brings most is taken alone.
"""

from __future__ import annotations

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
from app.core.ladder.tuned_words import SAME_MEMORY, most_unseen, percent_of, sentence_of_tried
from app.core.ladder.turns import (
    SLOWER,
    comparisons_of,
    is_decided,
    is_told_by_turn,
    turn_beside,
)
from app.core.verdict import State
from app.core.words.sentence import English, chained, worded

if TYPE_CHECKING:
    from app.core.ladder.row import Row


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


def tuned_of(rows: Sequence[Row], threads: int, looks: int = 1) -> Tuned | None:
    """What may be said of a ladder of one file's settings; None where it is another one.

    Args:
        rows: Of the ladder, the reference among them.
        threads: Of rows that name no number.
        looks: So often speeds are looked at, in all.
    """
    base = next(row for row in rows if row.is_reference)
    others = [row for row in rows if row is not base]
    changes = {row.key: changed(base.candidate, row.candidate) for row in others}
    if not others or any(row.is_far for row in rows) or not all(changes.values()):
        return None
    named = {key: names for key, names in changes.items() if names}
    compared = comparisons_of(named.values(), looks)
    tried = [_tried(row, base, named[row.key], compared, threads) for row in others]
    by_key = {row.key: row for row in others}
    taken = _taken(tried, by_key)
    best = combined(base.candidate, [one.candidate for one in taken])
    measured = next((row.key for row in rows if row.candidate == best), None)
    known = any(one.turn or one.drafted or one.saved_bytes is not None for one in tried)
    together = _together(tried, base, taken)
    less = together is not None and not _holds(together, by_key[together.key], taken)
    if less:
        taken = [max(taken, key=_worth)]
    if (decided := taken[0] if less else together) is not None:
        best, measured = decided.candidate, decided.key
    headline, sentence = _said(base, taken, best, measured, tried, by_key, known=known, less=less)
    chosen = taken if less or together is None else [together]
    marked = tuple(replace(one, is_taken=one in chosen) for one in tried)
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
        None if unlike else turn_beside(row, base, comparisons),
        None if busy else _faster(row, base, "pp"),
        None if unlike else _faster(row, base, "tg"),
        drafted,
        busy,
        saved,
        _loss(row),
    )
    return replace(found, sentence=sentence_of_tried(found, row, base, threads))


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


def _together(tried: Sequence[Tried], base: Row, taken: Sequence[Tried]) -> Tried | None:
    """The row that has all that is taken, of several the one with least beside that."""
    settings = [one.candidate for one in taken]
    whole = [
        one
        for one in tried
        if len(taken) > 1
        and not one.names & CONTEXT
        and combined(base.candidate, [one.candidate, *settings]) == one.candidate
    ]
    return min(whole, key=lambda one: len(one.names), default=None)


def _worth(one: Tried) -> tuple[bool, float]:
    """Orders the taken of different settings: speed before memory, more before less."""
    return one.names != CACHE, _times(one)


def _is_better(one: Tried, row: Row) -> bool:
    return one.names != CONTEXT and _is_able(one, row) and _brings(one.names, one, row)


def _holds(together: Tried, row: Row, taken: Sequence[Tried]) -> bool:
    """Whether settings bring together what each of them did."""
    return _is_able(together, row) and all(_brings(one.names, together, row) for one in taken)


def _is_able(one: Tried, row: Row) -> bool:
    """Whether it runs, within the limits, and answers as well."""
    if row.error or row.over_limit:
        return False
    return is_speed_alone(one.names) or one.loss in (Loss.SAME, Loss.NONE)


def _brings(names: frozenset[str], one: Tried, row: Row) -> bool:
    """Whether a row brings that for which these settings are taken."""
    if names == DRAFT_ALONE:
        gains = one.drafted
        return gains is not None and min(gains.repeating, gains.free) >= LEAST_GAIN
    if names == CACHE:
        slower = one.turn is not None and one.turn.high < SLOWER
        needed = (row.needed_bytes or 0) + (one.saved_bytes or 0)
        return not slower and (one.saved_bytes or 0) >= SAME_MEMORY * max(1, needed)
    if DRAFT in one.names:  # its speed is that of other text, and held against itself
        return one.drafted is not None
    return one.turn is not None and one.turn.is_faster


def _may_be_better(one: Tried, row: Row) -> bool:
    """Whether it was too close to call, and would be taken if it were faster."""
    if one.turn is None or one.names == CACHE or not is_told_by_turn(one.names):
        return False
    return _is_able(one, row) and not is_decided(one.names, one.turn)


def _said(
    base: Row,
    taken: Sequence[Tried],
    best: Candidate,
    measured: str | None,
    tried: Sequence[Tried],
    rows: Mapping[str, Row],
    *,
    known: bool,
    less: bool,
) -> tuple[English, English]:
    if not known:
        nothing = worded("verdict.nothing_known_yet")
        return nothing, nothing
    together = next((one for one in tried if one.key == measured and one not in taken), None)
    unsaid = [one for one in tried if one not in taken and one is not together]
    unseen = most_unseen(unsaid)
    left = [] if unseen is None else [worded("tuned.ruled_out", percent=percent_of(unseen))]
    if not taken:
        if any(one.is_busy for one in tried):
            return worded("tuned.cannot_tell"), worded("tuned.all_busy")
        is_open = any(_may_be_better(one, rows[one.key]) for one in tried)
        headline = worded("tuned.none_found") if is_open else worded("tuned.best_as_is")
        parts = [worded("tuned.nothing_better", name=base.name), *left]
        return headline, English(chained("program.list_space", parts))
    headline = worded("tuned.best", settings=told_settings(best))
    parts = [one.sentence for one in taken]
    if together is not None:
        parts = [together.sentence, worded("tuned.at_once")]
    elif measured is None:
        parts.append(worded("tuned.not_together"))
    elif less:
        parts.append(worded("tuned.less_together"))
    return headline, English(chained("program.list_space", [*parts, *left]))
