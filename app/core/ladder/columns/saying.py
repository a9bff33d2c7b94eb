"""Columns of what a candidate says: beside a text, of questions, in blind votes."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from app.core.ladder.columns.column import (
    DETAILS,
    EVERYWHERE,
    QT_TRANSLATE_NOOP,
    Basis,
    Cell,
    Column,
    Kind,
    Place,
    plain,
)
from app.core.ladder.value import Missing, Note, Value
from app.core.quality.floor import NO_FURTHER

if TYPE_CHECKING:
    from app.core.ladder.row import Row


def _divergence(row: Row) -> Cell:
    if row.is_reference:
        return _own(row, "mean_kld", Note.FLOOR)
    found = row.divergence
    if found is None:
        return Missing.NOT_MEASURED
    note = Note.AT_FLOOR if row.at_floor else None
    return Value(found.number, found.low, found.high, note=note)


def _same_top(row: Row) -> Cell:
    if row.is_reference:
        return _own(row, "same_top", Note.WITH_ITSELF)
    return row.figure("same_top") or Missing.NOT_MEASURED


def _own(row: Row, name: str, note: Note) -> Cell:
    """A figure of the reference against itself."""
    number = row.floor.get(name) if row.floor is not None else None
    return Missing.NOT_MEASURED if number is None else Value(number, note=note, is_own=True)


def _ratio(row: Row) -> Cell:
    if row.is_reference:
        return Missing.IS_REFERENCE
    return row.figure("ln_ppl_ratio") or Missing.NOT_MEASURED


def _bits_per_byte(row: Row) -> Cell:
    return row.bits_per_byte or Missing.NOT_MEASURED


def _right(row: Row) -> Cell:
    return row.right or Missing.NOT_MEASURED


def _difference(row: Row) -> Cell:
    return row.difference or Missing.NOT_MEASURED


def _votes(row: Row) -> Cell:
    votes = row.votes
    if votes is None:
        return Missing.NOT_VOTED
    total = votes.wins + votes.losses
    ends, counts = votes.interval, (votes.wins, votes.losses)
    return Value(votes.wins / total if total else 0.5, ends.low, ends.high, counts)


def _flips(which: int) -> Callable[[Row], Cell]:
    """Questions that only one of the two got right."""

    def value(row: Row) -> Cell:
        found = row.difference
        return found.counts[which] if found is not None and found.counts is not None else None

    return value


def _figure(name: str, *, ends: bool = False) -> Column:
    return plain(name, lambda row: row.figure(name), ends=ends)


def _at_floor(row: Row) -> str | None:
    return NO_FURTHER if row.at_floor else None


def _of_floor(name: str) -> Callable[[Row], Cell]:
    return lambda row: row.floor.get(name) if row.floor is not None else None


SAYING = (
    _figure("chunks"),
    _figure("positions"),
    Column(
        "mean_kld", QT_TRANSLATE_NOOP("Columns", "Drift"), "drift",
        QT_TRANSLATE_NOOP(
            "Columns",
            "How far its next words drift from the original’s: mean KL divergence in nats. "
            "Only answers decide.",
        ),
        Kind.NATS, _divergence, DETAILS, ends=True, basis=Basis.DIVERGENCE,
    ),
    _figure("median_kld"),
    _figure("kld_p90"),
    _figure("kld_p99"),
    _figure("max_kld"),
    Column(
        "same_top", QT_TRANSLATE_NOOP("Columns", "Same next word"), "same next word",
        QT_TRANSLATE_NOOP(
            "Columns",
            "How often it would go on with the same word as the original.",
        ),
        Kind.SHARE, _same_top, DETAILS, ends=True, decimals=1, basis=Basis.TEXT,
    ),
    plain("at_noise_floor", _at_floor),
    plain("noise_floor_mean_kld", _of_floor("mean_kld")),
    plain("noise_floor_same_top", _of_floor("same_top")),
    Column(
        "rms_delta_p", QT_TRANSLATE_NOOP("Columns", "Δp"), "Δp",
        QT_TRANSLATE_NOOP(
            "Columns",
            "How far the probability of the text’s own next word is off: root of the mean square.",
        ),
        Kind.SHARE, lambda row: row.figure("rms_delta_p") or Missing.NOT_MEASURED,
        frozenset({Place.TABLE, Place.CSV}), decimals=2, basis=Basis.TEXT,
    ),
    Column(
        "ln_ppl_ratio", QT_TRANSLATE_NOOP("Columns", "ln PPL ratio"), "ln PPL ratio",
        QT_TRANSLATE_NOOP(
            "Columns",
            "Natural logarithm of the perplexity over the original’s, position by position.",
        ),
        Kind.RATIO, _ratio, frozenset({Place.TABLE, Place.HTML, Place.CSV}), ends=True, decimals=4,
        basis=Basis.TEXT,
    ),
    _figure("ppl"),
    _figure("reference_ppl"),
    Column(
        "bits_per_byte", QT_TRANSLATE_NOOP("Columns", "Bits per byte"), "bits/byte",
        QT_TRANSLATE_NOOP(
            "Columns",
            "What it needs to foretell a byte of the text; compares between vocabularies too.",
        ),
        Kind.BITS, _bits_per_byte, DETAILS, decimals=3, basis=Basis.TEXT,
        spare=4,
    ),
    _figure("bits_per_byte_se_chunks"),
    _figure("reference_bits_per_byte"),
    _figure("bits_per_byte_difference", ends=True),
    Column(
        "accuracy", QT_TRANSLATE_NOOP("Columns", "Right answers"), "right",
        QT_TRANSLATE_NOOP(
            "Columns",
            "Questions answered rightly, of those that the original can do; Wilson’s interval.",
        ),
        Kind.RIGHT, _right, EVERYWHERE - {Place.CSV}, basis=Basis.QUESTIONS,
    ),
    plain("items", lambda row: row.summary and row.summary.counts.total),
    plain("correct", lambda row: row.summary and row.summary.counts.right),
    plain("lost", _flips(0)),
    plain("gained", _flips(1)),
    Column(
        "difference", QT_TRANSLATE_NOOP("Columns", "In 100 questions"), "in 100",
        QT_TRANSLATE_NOOP(
            "Columns",
            "How many more or fewer of 100 are right than the original’s, with Newcombe’s paired "
            "interval.",
        ),
        Kind.POINTS, _difference, DETAILS - {Place.TERMINAL}, ends=True,
        basis=Basis.QUESTIONS,
    ),
    plain("decided_after", lambda row: row.tasks and row.tasks.decided_after),
    plain("p_value", lambda row: row.summary and row.summary.p_value),
    plain("corrected_p_value", lambda row: row.summary and row.summary.corrected_p_value),
    Column(
        "votes", QT_TRANSLATE_NOOP("Columns", "Votes"), "votes",
        QT_TRANSLATE_NOOP("Columns", "How many blind votes preferred it, ties left out."),
        Kind.VOTES, _votes, frozenset({Place.TABLE, Place.HTML, Place.MARKDOWN}),
        basis=Basis.VOTES,
    ),
)  # fmt: skip
"""In their order."""
OF_VOTES = (
    plain("votes_better", lambda row: row.votes and row.votes.wins),
    plain("votes_worse", lambda row: row.votes and row.votes.losses),
    plain("votes_low", lambda row: row.votes and row.votes.interval.low),
    plain("votes_high", lambda row: row.votes and row.votes.interval.high),
)  # fmt: skip
"""What programs read of the votes."""
