"""The words and numbers of the plots, for eyes, ears and the clipboard."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from app.ui.kit.words.format import (
    MISSING,
    Quantity,
    byte_size,
    byte_tick,
    number,
    percent,
    seconds_ago,
    speed,
)
from app.ui.kit.words.text import translate
from app.ui.plots.kinds import Metric, PlotCandidate

if TYPE_CHECKING:
    from app.ui.plots.history import EngineMoment, Moment


@dataclass(frozen=True, slots=True)
class ReadoutRow:
    """One candidate's values at a moment, one text a column of the `Readout`."""

    letter: str
    label: str
    colour: str
    values: tuple[Quantity, ...]


@dataclass(frozen=True, slots=True)
class Readout:
    """All values at a moment, ready to be shown.

    Attributes:
        title: Which moment.
        columns: What the values of the rows are.
        rows: The candidates.
        notes: The PC and the GPUs.
    """

    title: str
    columns: tuple[str, ...]
    rows: tuple[ReadoutRow, ...]
    notes: tuple[str, ...]

    def as_table(self) -> str:
        """Lines of cells between tabs, for the clipboard."""
        lines = ["\t".join(("", "", *self.columns))]
        lines += [
            "\t".join((row.letter, row.label, *(str(value) for value in row.values)))
            for row in self.rows
        ]
        return "\n".join((self.title, *lines, *self.notes)) + "\n"

    def as_sentences(self) -> str:
        """For a screen reader."""
        said = [
            f"{row.letter} {row.label}: "
            + ", ".join(
                f"{column} {value}"
                for column, value in zip(self.columns, row.values, strict=True)
                if value.value != MISSING
            )
            for row in self.rows
            if any(value.value != MISSING for value in row.values)
        ]
        return ". ".join((self.title, *said, *self.notes)) + "."


def readout(moment: Moment, candidates: Sequence[PlotCandidate], seconds: float) -> Readout:
    """Put the values at a moment into words."""
    engines = [moment.engines.get(candidate.key) for candidate in candidates]
    known = [engine for engine in engines if engine is not None]
    summed = any(
        engine.private_bytes is None and engine.resident_bytes is not None for engine in known
    )
    columns = (
        translate("Plots", "private"),
        translate("Plots", "mapped"),
        *((translate("Plots", "resident"),) if summed else ()),
    )
    rows = tuple(
        ReadoutRow(candidate.letter, candidate.label, candidate.colour, _values(engine, summed))
        for candidate, engine in zip(candidates, engines, strict=True)
    )
    return Readout(
        seconds_ago(seconds),
        (*columns, translate("Plots", "speed"), translate("Plots", "CPU")),
        rows,
        tuple(_notes(moment)),
    )


def value_tick(metric: Metric, value: float) -> str:
    """A value on a metric's axis."""
    if metric in (Metric.MEMORY, Metric.GPU_MEMORY):
        return byte_tick(value)
    if metric is Metric.SPEED:
        return number(value, 0 if value == round(value) else 1)
    return percent(value / 100.0)


def time_ticks(span_s: int) -> list[tuple[float, str]]:
    """Places and words of the time axis of a span."""
    if span_s >= 120:
        minutes = range(-span_s // 60, 0)
        ticks = [(m * 60.0, translate("Plots", "{0} min").format(number(m))) for m in minutes]
    else:
        step = span_s // 4 if span_s % 4 == 0 else span_s // 3
        ticks = [
            (float(s), translate("Plots", "{0} s").format(number(s)))
            for s in range(-span_s, 0, step)
        ]
    return [*ticks, (0.0, translate("Plots", "now"))]


def span_name(span_s: int) -> str:
    """A span in a list to choose from."""
    if span_s >= 120:
        return translate("Plots", "{0} min").format(number(span_s // 60))
    return translate("Plots", "{0} s").format(number(span_s))


def memory_of_pc(moment: Moment) -> tuple[Quantity, Quantity] | None:
    """Available and total memory of the PC."""
    machine = moment.machine
    if machine.memory_total_bytes is None or machine.memory_available_bytes is None:
        return None
    return byte_size(machine.memory_available_bytes), byte_size(machine.memory_total_bytes)


def load_of_pc(moment: Moment) -> str | None:
    """Load of all cores of the PC."""
    load = moment.machine.cpu_percent
    return None if load is None else percent(load / 100.0)


def _values(engine: EngineMoment | None, summed: bool) -> tuple[Quantity, ...]:
    if engine is None:
        return (Quantity(MISSING),) * (5 if summed else 4)
    memory = [byte_size(engine.private_bytes), byte_size(engine.mapped_bytes)]
    if summed:
        memory.append(byte_size(engine.resident_bytes))
    cpu = engine.cpu_percent
    return (
        *memory,
        speed(engine.tokens_per_second),
        Quantity(percent(None if cpu is None else cpu / 100.0)),
    )


def _notes(moment: Moment) -> list[str]:
    notes: list[str] = []
    memory = memory_of_pc(moment)
    load = load_of_pc(moment)
    if memory is not None:
        notes.append(translate("Plots", "PC: {0} of {1} available").format(*memory))
    if load is not None:
        notes.append(translate("Plots", "PC: CPU {0}").format(load))
    for index, gpu in moment.gpus.items():
        used = byte_size(gpu.memory_used_bytes)
        total = byte_size(gpu.memory_total_bytes)
        text = translate("Plots", "GPU {0}: {1} of {2} used").format(index, used, total)
        if gpu.load_percent is not None:
            text += ", " + translate("Plots", "load {0}").format(percent(gpu.load_percent / 100.0))
        notes.append(text)
    return notes
