"""The numbers of a ladder's plots, with their uncertainty, as tables."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from app.core.candidates.notation import words_of
from app.core.candidates.shapes import letter_of
from app.core.ladder.plotted import Cost
from app.core.ladder.questions import difference_of, share_of
from app.core.quality.floor import NO_FURTHER
from app.core.quality.histogram import EDGES
from app.core.text.clean import clean_line
from app.core.text.csv_cells import csv_cell
from app.ui.kit.words.format import MISSING, Quantity, byte_size, divergence, points, speed
from app.ui.kit.words.text import translate
from app.ui.plots.ladder import words

if TYPE_CHECKING:
    from app.core.ladder.row import Row
    from app.core.ladder.value import Value
    from app.lab.verdict.view import LadderView

_COLUMNS = (
    *("letter", "version", "figure", "of", "value", "low", "high", "count", "unit"),
    *("file", "candidate"),
)
_Line = tuple[str, str, float | int | None, float | None, float | None, int | None, str]


def table(view: LadderView | None) -> str:
    """A line for each number as comma-separated values, with both ends of its interval.

    Intervals are of 95 %; those of speed are of the mean of its repetitions. Of a bin of the
    histogram ``low`` and ``high`` are its edges.
    """
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(_COLUMNS)
    for row in view.rows if view else ():
        for figure, of, value, low, high, count, unit in _lines(row):
            cells = (_cell(value), _cell(low), _cell(high), _cell(count))
            writer.writerow(
                [letter_of(row.number), csv_cell(row.name), figure, csv_cell(of), *cells, unit,
                 csv_cell(row.file), csv_cell(words_of(row.candidate))]
            )  # fmt: skip
    if view is not None and view.floor is not None and view.floor_nats is not None:
        floor = view.floor
        cells = tuple(_cell(floor.get(f"mean_kld{end}")) for end in ("", "_low", "_high"))
        writer.writerow(["", "", "noise floor", "", *cells, "", "nats", "", ""])
        if (top := floor.get("same_top")) is not None:
            cells = (_cell(top), "", "", "")
            writer.writerow(["", "", "noise floor", "same top token", *cells, "share", "", ""])
    return text.getvalue()


def values(view: LadderView | None) -> str:
    """A line for each version between tabs, for the clipboard."""
    head = (
        "",
        translate("LadderPlots", "version"),
        translate("LadderPlots", "memory"),
        translate("LadderPlots", "speed"),
        translate("LadderPlots", "drift"),
        translate("LadderPlots", "in 100 questions"),
    )
    lines = ["\t".join(head)]
    for row in view.rows if view else ():
        together = row.difference
        cells = (
            letter_of(row.number),
            f"{csv_cell(clean_line(row.name))}",
            str(byte_size(row.needed_bytes)),
            _speed_words(row.rate("tg")),
            _with_ends(row.divergence, divergence)
            + (" " + translate("LadderPlots", "(at the noise floor)") if row.at_floor else ""),
            _with_ends(together, points),
        )
        lines.append("\t".join(cells))
    return "\n".join(lines) + "\n"


def _lines(row: Row) -> Iterator[_Line]:
    if row.way is not None:
        yield "way of shrinking", str(row.way), None, None, None, None, ""
    if row.needed_bytes is not None:
        of = "predicted" if row.is_predicted else "measured"
        yield "needed memory", of, row.needed_bytes, None, None, None, "bytes"
    for name, of, figure, unit in (
        ("generation speed", "", row.rate("tg"), "tokens per second"),
        ("mean KL divergence", NO_FURTHER if row.at_floor else "", row.divergence, "nats"),
        ("bits per byte", "", row.bits_per_byte, "bits"),
        ("points lost", "", row.points_lost, "points"),
    ):
        if figure is not None:
            yield name, of, figure.number, figure.low, figure.high, None, unit
    for kind in (*((row.summary,) if row.summary else ()), *row.kinds):
        for name, figure in (
            ("right answers", share_of(kind)),
            ("difference", difference_of(kind)),
        ):
            if figure is not None:
                yield (
                    name,
                    kind.kind,
                    figure.number,
                    figure.low,
                    figure.high,
                    kind.counts.total,
                    "share",
                )
    total = sum(row.histogram)
    if total:
        ends = (None, *EDGES, None)
        for place, count in enumerate(row.histogram):
            low, high = ends[place], ends[place + 1]
            yield "positions", "KL divergence", count / total, low, high, count, "share"


def _speed_words(figure: Value | None) -> str:
    if figure is None or figure.high is None:
        return str(speed(figure.number if figure else None))
    swing = figure.high - figure.number
    return str(words.cost_with_swing(Cost.SPEED, figure.number, swing))


def _with_ends(figure: Value | None, written: Callable[[float], Quantity]) -> str:
    if figure is None:
        return MISSING
    ends = words.ends_of(figure, written)
    return f"{written(figure.number)} ({ends})" if ends else str(written(figure.number))


def _cell(value: float | None) -> str:
    if value is None:
        return ""
    return str(int(value)) if value == int(value) else f"{value:.6g}"
