"""The numbers of a ladder's plots, with their uncertainty, as tables."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING

from app.core.candidates.shapes import letter_of
from app.core.quality.floor import NO_FURTHER
from app.core.text.clean import clean_line
from app.core.text.csv_cells import csv_cell
from app.lab.verdict.figures import Cost
from app.ui.kit.format import MISSING, byte_size, divergence, points, speed
from app.ui.kit.text import translate
from app.ui.pages.ladder.plots import words

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from app.lab.verdict.figures import Figure, LadderFigures, RowFigures
    from app.ui.kit.format import Quantity

_COLUMNS = ("letter", "version", "figure", "of", "value", "low", "high", "count", "unit", "file")
_Line = tuple[str, str, float | int | None, float | None, float | None, int | None, str]


def table(figures: LadderFigures | None) -> str:
    """A line for each number as comma-separated values, with both ends of its interval.

    Intervals are of 95 %; those of speed are ± the deviation of the repetitions. Of a bin of the
    histogram ``low`` and ``high`` are its edges.
    """
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(_COLUMNS)
    for row in figures.rows if figures else ():
        assert figures is not None
        for figure, of, value, low, high, count, unit in _lines(row, figures):
            cells = (_cell(value), _cell(low), _cell(high), _cell(count))
            writer.writerow(
                [letter_of(row.number), csv_cell(row.name), figure, csv_cell(of), *cells, unit,
                 csv_cell(row.file)]
            )  # fmt: skip
    if figures is not None and figures.floor is not None:
        floor = figures.floor
        cells = (_cell(floor.value), _cell(floor.low), _cell(floor.high))
        writer.writerow(["", "", "noise floor", "", *cells, "", "nats", ""])
        if figures.floor_top is not None:
            cells = (_cell(figures.floor_top), "", "", "")
            writer.writerow(["", "", "noise floor", "same top token", *cells, "share", ""])
    return text.getvalue()


def values(figures: LadderFigures | None) -> str:
    """A line for each version between tabs, for the clipboard."""
    head = (
        "",
        translate("LadderPlots", "version"),
        translate("LadderPlots", "needed memory"),
        translate("LadderPlots", "speed"),
        translate("LadderPlots", "KL divergence"),
        translate("LadderPlots", "difference at tasks"),
    )
    lines = ["\t".join(head)]
    for row in figures.rows if figures else ():
        together = row.together.difference if row.together else None
        cells = (
            letter_of(row.number),
            f"{csv_cell(clean_line(row.name))}",
            str(byte_size(row.needed_bytes)),
            _speed_words(row.speed),
            _with_ends(row.divergence, divergence)
            + (" " + translate("LadderPlots", "(at the noise floor)") if row.at_floor else ""),
            _with_ends(together, points),
        )
        lines.append("\t".join(cells))
    return "\n".join(lines) + "\n"


def _lines(row: RowFigures, figures: LadderFigures) -> Iterator[_Line]:
    if row.needed_bytes is not None:
        of = "predicted" if row.is_predicted else "measured"
        yield "needed memory", of, row.needed_bytes, None, None, None, "bytes"
    for name, of, figure, unit in (
        ("generation speed", "", row.speed, "tokens per second"),
        ("mean KL divergence", NO_FURTHER if row.at_floor else "", row.divergence, "nats"),
        ("bits per byte", "", row.bits_per_byte, "bits"),
        ("points lost", "", row.points_lost, "points"),
    ):
        if figure is not None:
            yield name, of, figure.value, figure.low, figure.high, None, unit
    for kind in (*((row.together,) if row.together else ()), *row.kinds):
        for name, figure in (("right answers", kind.accuracy), ("difference", kind.difference)):
            if figure is not None:
                yield name, kind.kind, figure.value, figure.low, figure.high, kind.items, "share"
    total = sum(row.histogram)
    if total:
        ends = (None, *figures.edges, None)
        for place, count in enumerate(row.histogram):
            low, high = ends[place], ends[place + 1]
            yield "positions", "KL divergence", count / total, low, high, count, "share"


def _speed_words(figure: Figure | None) -> str:
    if figure is None or figure.high is None:
        return str(speed(figure.value if figure else None))
    swing = figure.high - figure.value
    return str(words.cost_with_swing(Cost.SPEED, figure.value, swing))


def _with_ends(figure: Figure | None, written: Callable[[float], Quantity]) -> str:
    if figure is None:
        return MISSING
    text = str(written(figure.value))
    if figure.low is not None and figure.high is not None:
        text += f" ({words.interval_words(written(figure.low), written(figure.high))})"
    return text


def _cell(value: float | None) -> str:
    if value is None:
        return ""
    return str(int(value)) if value == int(value) else f"{value:.6g}"
