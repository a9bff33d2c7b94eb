"""A figure of a ladder in a table for people: in reports and in the terminal."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from app.core.ladder.columns.column import Column, Kind, cell_of, figure_of, why_missing
from app.core.ladder.value import Missing, Note, Value
from app.core.quality.floor import AT_FLOOR
from app.core.words import figures

if TYPE_CHECKING:
    from app.core.ladder.row import Row


@dataclass(frozen=True, slots=True)
class Shown:
    """A cell.

    Attributes:
        text: The figure.
        swing: How much it swings.
        interval: Both ends of its interval, or how far it is off.
        note: What must be said beside it.
        aside: What else there is to it, where there is room.
    """

    text: str = figures.MISSING
    swing: str = ""
    interval: str = ""
    note: str = ""
    aside: str = ""

    @property
    def line(self) -> str:
        """All of it in one line."""
        line = f"{self.text} {self.swing}".rstrip()
        line += f" ({self.interval})" if self.interval else ""
        return f"{line}, {self.note}" if self.note else line


def shown(column: Column, row: Row) -> Shown:
    """A row's cell."""
    if column.kind is Kind.NAME:
        return Shown(row.name)
    if column.kind is Kind.STATE:
        said = column.value(row)
        decided = row.judgement.decided if row.judgement is not None else None
        if decided is not None:
            return Shown(f"{said}, after {decided.after:,} of {decided.of:,}")
        return Shown(row.stands_as if said is Missing.IS_REFERENCE else str(said))
    if (cell := cell_of(column, row)) in (Missing.NOT_MEASURABLE, Missing.NOT_TOLD):
        return Shown(cell.value, aside=why_missing(column, row) or "")
    value = figure_of(column, row)
    if value is None:
        return Shown()
    found = _FIGURES[column.kind](column, value)
    if value.note in (Note.AS_UNDRAFTED, Note.SAME):
        return replace(found, note=value.note.value)
    return found


def _bytes(_column: Column, value: Value) -> Shown:
    off = value.off
    sign = "" if off is None else f"{'+' if off >= 0 else '−'}{figures.share(abs(off), 0)}"
    return Shown(str(figures.size(value.number)), interval=sign)


def _speed(_column: Column, value: Value) -> Shown:
    number = figures.speed(value.number).value
    if value.high is None:
        return Shown(number)
    return Shown(number, f"± {figures.deviation(value.high - value.number, value.number)}")


def _share(column: Column, value: Value) -> Shown:
    def said(share: float) -> str:
        return str(figures.share(share, column.decimals))

    return Shown(said(value.number), interval=_between(value, said))


def _nats(_column: Column, value: Value) -> Shown:
    note = AT_FLOOR if value.note is Note.AT_FLOOR else ""
    between = _between(value, lambda end: figures.nats(end).value)
    return Shown(figures.nats(value.number).value, interval=between, note=note)


def _top_nats(column: Column, value: Value) -> Shown:
    likeliest = value.counts[0] if value.counts else 0
    return replace(_nats(column, value), note=f"k = {likeliest}")


def _plain(column: Column, value: Value) -> Shown:
    def said(number: float) -> str:
        return figures.number(number, column.decimals)

    return Shown(said(value.number), interval=_between(value, said))


def _right(_column: Column, value: Value) -> Shown:
    right, total = value.counts or (0, 0)
    return Shown(f"{right}/{total}", aside=str(figures.share(value.number, 1)))


def _points(_column: Column, value: Value) -> Shown:
    flips = f"lost {value.counts[0]}, gained {value.counts[1]}" if value.counts else ""
    between = _between(value, lambda end: figures.points(end).value)
    return Shown(figures.points(value.number).value, interval=between, aside=flips)


def _votes(_column: Column, value: Value) -> Shown:
    better, worse = value.counts or (0, 0)
    return Shown(f"{better} of {better + worse}", interval=_between(value, _whole))


_FIGURES: dict[Kind, Callable[[Column, Value], Shown]] = {
    Kind.BYTES: _bytes,
    Kind.SPEED: _speed,
    Kind.DURATION: lambda _, value: Shown(str(figures.duration(value.number))),
    Kind.SHARE: _share,
    Kind.NATS: _nats,
    Kind.TOP_NATS: _top_nats,
    Kind.BITS: _plain,
    Kind.ENERGY: _plain,
    Kind.RATIO: _plain,
    Kind.RIGHT: _right,
    Kind.POINTS: _points,
    Kind.VOTES: _votes,
    Kind.PLAIN: _plain,
}


def _whole(share: float) -> str:
    return str(figures.share(share, 0))


def _between(value: Value, said: Callable[[float], str]) -> str:
    if value.low is None or value.high is None:
        return ""
    return f"{said(value.low)} to {said(value.high)}"
