"""What the cells of the ladder's table say: the figure, its uncertainty, how it was taken."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from app.core.candidates.notation import words_of
from app.core.ladder.columns.column import Column, Kind, cell_of, why_missing
from app.core.ladder.value import Missing, Note, Value
from app.ui.kit.words.format import (
    MISSING,
    NBSP,
    byte_size,
    count,
    deviation,
    divergence,
    duration,
    number,
    percent,
    points,
    speed,
)
from app.ui.kit.words.sentences import told
from app.ui.kit.words.text import translate
from app.ui.pages.ladder.table.columns import TABLE
from app.ui.pages.ladder.table.how.losses import state_help
from app.ui.pages.ladder.table.how.taken import how_taken
from app.ui.pages.ladder.words import DOT, points_range, range_words, state_words

if TYPE_CHECKING:
    from app.core.ladder.row import Row
    from app.lab.verdict.view import LadderView

# Below, a share without a decimal would be none.
_LEAST_SHARE = 0.0095


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell.

    Attributes:
        text: The figure.
        second: Its uncertainty or what belongs to it, in the second line.
        tip: How it was taken.
        order: What it is sorted by; None goes last.
        swing: How far the figure may be off, in short.
        dim: The figure says little: the PC was busy when it was taken.
    """

    text: str = MISSING
    second: str = ""
    tip: str = ""
    order: float | str | None = None
    swing: str = ""
    dim: bool = False

    @property
    def whole(self) -> str:
        """Both lines in one, to be copied: programs know plain spaces best."""
        return f"{self.text} {self.second}".strip().replace(NBSP, " ")


def cells_of(view: LadderView, row: Row) -> tuple[Cell, ...]:
    """A row's cells, in the order of the columns."""
    return tuple(_cell(view, row, column) for column in TABLE)


def _cell(view: LadderView, row: Row, column: Column) -> Cell:
    if column.kind is Kind.NAME:
        return _name(row)
    if column.kind is Kind.STATE:
        return _state(row)
    value, tip = cell_of(column, row), how_taken(view, row, column.basis)
    if isinstance(value, Value):
        text, second = _WRITTEN[column.kind](column, value)
        second = _note(value) or second
        if column.kind is Kind.SPEED:
            busy = any(one.beside_others for one in row.speed)
            return Cell(text, second, tip, value.number, second, dim=busy)
        half = _half(value) if column.kind is Kind.RIGHT else None
        swing = _note(value) if half is None else f"± {percent(half, int(half < _LEAST_SHARE))}"
        return Cell(text, second, tip, value.number, swing)
    if value in (Missing.NOT_MEASURABLE, Missing.NOT_TOLD):
        unsaid = translate("LadderCells", "The server does not tell it.")
        return Cell(_why(value), tip=tip or told(why_missing(column, row)) or unsaid)
    return Cell(tip=tip or (_why(value) if isinstance(value, Missing) else ""))


def _why(missing: Missing) -> str:
    """Why there is no figure, where that is not plain to see."""
    match missing:
        case Missing.IS_REFERENCE:
            return translate("LadderCells", "The others are compared with this one.")
        case Missing.NOT_MEASURABLE:
            return translate("LadderCells", "not possible")
        case Missing.NOT_TOLD:
            return translate("LadderCells", "not told")
        case Missing.NOT_TAKEN_THERE:
            return translate(
                "LadderCells",
                "This model’s context is too small for a filled one, or it was not taken.",
            )
        case Missing.NOT_VOTED:
            return translate("LadderCells", "Nobody has voted on it yet.")
        case Missing.NOT_MEASURED:
            return ""


def _note(value: Value) -> str:
    match value.note:
        case Note.AT_FLOOR:
            return translate("LadderCells", "at the noise floor")
        case Note.FLOOR:
            return translate("LadderCells", "noise floor")
        case Note.WITH_ITSELF:
            return translate("LadderCells", "with itself")
        case Note.OVER_LIMIT:
            return translate("LadderCells", "over the limit")
        case Note.AS_UNDRAFTED:
            return translate("LadderCells", "as without draft")
        case Note.SAME:
            return translate("LadderCells", "same by construction")
        case None:
            return ""


def _name(row: Row) -> Cell:
    second = ""
    if row.error:
        some = row.tasks is not None or any(one.mean for one in row.speed)
        second = (
            translate("LadderCells", "not all measured")
            if some
            else translate("LadderCells", "failed")
        )
    tip = "\n".join(part for part in (words_of(row.candidate), told(row.error)) if part)
    return Cell(told(row.name), second, tip, row.letter)


def _state(row: Row) -> Cell:
    judgement = row.judgement
    if judgement is None:
        return Cell(told(row.stands_as), "", told(row.sentence), "0")
    if row.has_failed:
        return Cell(translate("LadderCells", "failed"), told(row.error), told(row.error), "9")
    if row.state is None and row.tasks is None:
        return Cell(MISSING, "", translate("LadderCells", "Nothing was asked yet."), "8")
    word, second, order = state_words(judgement)
    return Cell(word, second, state_help(row), order)


def _bytes(_column: Column, value: Value) -> tuple[str, str]:
    off = value.off
    sign = "" if off is None else ("+" if off >= 0 else "−") + percent(abs(off))
    return str(byte_size(round(value.number))), sign


def _plain(column: Column, value: Value) -> tuple[str, str]:
    return number(value.number, column.decimals), ""


def _speed(_column: Column, value: Value) -> tuple[str, str]:
    if value.high is None:
        return str(speed(value.number)), ""
    return str(speed(value.number)), deviation(value.high - value.number, value.number)


def _share(column: Column, value: Value) -> tuple[str, str]:
    half = _half(value)
    second = "" if half is None else f"± {percent(half, column.decimals)}"
    return percent(value.number, column.decimals), second


def _nats(_column: Column, value: Value) -> tuple[str, str]:
    low, high = value.low, value.high
    ends = range_words(_rough(low), _rough(high)) if low and high else ""
    return divergence(value.number).value, ends


def _top_nats(column: Column, value: Value) -> tuple[str, str]:
    text, ends = _nats(column, value)
    most = translate("LadderCells", "top {k}").format(k=value.counts[0] if value.counts else 0)
    return text, DOT.join(part for part in (most, ends) if part)


def _ratio(column: Column, value: Value) -> tuple[str, str]:
    half = _half(value)
    second = "" if half is None else f"± {number(half, column.decimals)}"
    return number(value.number, column.decimals).replace("-", "−"), second


def _right(_column: Column, value: Value) -> tuple[str, str]:
    right, total = value.counts or (0, 0)
    return percent(value.number), f"{count(right)}/{count(total)}"


def _points(_column: Column, value: Value) -> tuple[str, str]:
    low, high = value.low, value.high
    ends = points_range(low, high) if low is not None and high is not None else ""
    return points(value.number).value, ends


def _votes(_column: Column, value: Value) -> tuple[str, str]:
    better, worse = value.counts or (0, 0)
    ends = range_words(percent(value.low), percent(value.high))
    words = translate("LadderCells", "{n} of {all}")
    return words.format(n=count(better), all=count(better + worse)), ends


_WRITTEN: dict[Kind, Callable[[Column, Value], tuple[str, str]]] = {
    Kind.BYTES: _bytes,
    Kind.BITS: _plain,
    Kind.ENERGY: lambda column, value: (f"{number(value.number, column.decimals)} J", ""),
    Kind.SPEED: _speed,
    Kind.DURATION: lambda _, value: (str(duration(round(value.number))), ""),
    Kind.SHARE: _share,
    Kind.NATS: _nats,
    Kind.TOP_NATS: _top_nats,
    Kind.RATIO: _ratio,
    Kind.RIGHT: _right,
    Kind.POINTS: _points,
    Kind.VOTES: _votes,
    Kind.PLAIN: _plain,
}


def _half(value: Value) -> float | None:
    """Half of an interval."""
    if value.low is None or value.high is None:
        return None
    return (value.high - value.low) / 2


def _rough(nats: float) -> str:
    """An end of an interval needs no more than two digits."""
    decimals = 1 - math.floor(math.log10(nats)) if nats > 0 else 0
    return divergence(round(nats, decimals)).value
