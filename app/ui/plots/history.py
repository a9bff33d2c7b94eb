"""What the plots remember: the last minutes of samples, in bounded memory."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from app.core.plots.series import RingSeries
from app.core.text.clean import clean_line

if TYPE_CHECKING:
    from app.monitor.samples import EngineSample, GpuSample, Sample

SAMPLE_POINTS = 1600
"""300 seconds of five samples, and some to spare."""
SPEED_POINTS = 3200
"""300 seconds of ten speeds, and some to spare."""
SPEED_STEP_NS = 100_000_000
GAP_NS = 3_000_000_000
"""A longer pause between samples is shown as a gap: the PC slept."""
FRESH_NS = 2_000_000_000
"""How long the newest value still says something about a later moment."""

ENGINE_COLUMNS = ("private_bytes", "mapped_bytes", "resident_bytes", "cpu_percent")
MACHINE_COLUMNS = ("memory_total_bytes", "memory_available_bytes", "cpu_percent")
GPU_COLUMNS = ("memory_used_bytes", "memory_total_bytes", "load_percent")
SPEED_COLUMNS = ("tokens_per_second",)

_NO_ENGINE = (math.nan,) * len(ENGINE_COLUMNS)


@dataclass(frozen=True, slots=True)
class EngineMoment:
    """One candidate at one moment; None is no value."""

    private_bytes: float | None = None
    mapped_bytes: float | None = None
    resident_bytes: float | None = None
    cpu_percent: float | None = None
    tokens_per_second: float | None = None


@dataclass(frozen=True, slots=True)
class MachineMoment:
    """The PC at one moment; None is no value."""

    memory_total_bytes: float | None = None
    memory_available_bytes: float | None = None
    cpu_percent: float | None = None


@dataclass(frozen=True, slots=True)
class GpuMoment:
    """One GPU at one moment; None is no value."""

    name: str
    memory_used_bytes: float | None = None
    memory_total_bytes: float | None = None
    load_percent: float | None = None


@dataclass(frozen=True, slots=True)
class Moment:
    """All values at one moment, engines by their keys."""

    engines: dict[str, EngineMoment]
    machine: MachineMoment
    gpus: dict[int, GpuMoment]


@dataclass(slots=True)
class _Engine:
    samples: RingSeries
    speeds: RingSeries
    # The first point of the present step of speeds; later ones take its place until the step ends.
    step_ns: int | None = None


class History:
    """Samples and speeds of the candidates, of the PC and of its GPUs.

    Main thread only. Times are those of `time.monotonic_ns`; one that runs behind is moved up to
    the newest, because messages of different threads can overtake one another by a hair.
    """

    def __init__(self) -> None:
        self._engines: dict[str, _Engine] = {}
        self.machine = RingSeries(MACHINE_COLUMNS, SAMPLE_POINTS)
        self.gpus: dict[int, RingSeries] = {}
        self.gpu_names: dict[int, str] = {}
        self._has_values = False

    @property
    def is_empty(self) -> bool:
        """Whether no candidate has had any value since the last clear."""
        return not self._has_values

    def set_candidates(self, keys: Iterable[str]) -> None:
        """Keep these candidates' values and forget the others'."""
        self._engines = {key: self._engines.get(key) or _new_engine() for key in keys}

    def add_sample(self, time_ns: int, sample: Sample) -> None:
        """Record a sample; engines that are no candidates are left out."""
        last_ns = self.machine.last_time_ns
        broken = last_ns is not None and time_ns - last_ns > GAP_NS
        for key, engine in self._engines.items():
            measured = sample.engines.get(key)
            if broken or measured is None:
                _end_line(engine.samples, time_ns, _NO_ENGINE)
            if measured is not None:
                _append(engine.samples, time_ns, _engine_values(measured))
                self._has_values = True
        machine = (sample.memory_total_bytes, sample.memory_available_bytes, sample.cpu_percent)
        _append(self.machine, time_ns, tuple(_float(value) for value in machine))
        for gpu in sample.gpus:
            self._add_gpu(time_ns, gpu)

    def add_speed(self, key: str, time_ns: int, tokens_per_second: float | None) -> None:
        """Record a speed, NaN or None when an answer has ended; unknown keys are ignored.

        More than ten a second are thinned: within a tenth of a second the newest one stays.
        """
        engine = self._engines.get(key)
        if engine is None:
            return
        value = _float(tokens_per_second)
        if math.isnan(value):
            engine.step_ns = None
            _end_line(engine.speeds, time_ns, (math.nan,))
            return
        self._has_values = True
        if engine.step_ns is not None and 0 <= time_ns - engine.step_ns < SPEED_STEP_NS:
            last_ns = engine.speeds.last_time_ns or time_ns
            engine.speeds.replace_last(max(time_ns, last_ns), (value,))
            return
        engine.step_ns = time_ns
        _append(engine.speeds, time_ns, (value,))

    def clear(self) -> None:
        """Forget all values; the candidates stay."""
        self._engines = {key: _new_engine() for key in self._engines}
        self.machine.clear()
        self.gpus.clear()
        self.gpu_names.clear()
        self._has_values = False

    def copy(self) -> History:
        """An independent history with the same values."""
        twin = History()
        twin._engines = {
            key: _Engine(engine.samples.copy(), engine.speeds.copy(), engine.step_ns)
            for key, engine in self._engines.items()
        }
        twin.machine = self.machine.copy()
        twin.gpus = {index: series.copy() for index, series in self.gpus.items()}
        twin.gpu_names = dict(self.gpu_names)
        twin._has_values = self._has_values
        return twin

    def samples(self, key: str) -> RingSeries | None:
        """A candidate's memory and CPU, with `ENGINE_COLUMNS`."""
        engine = self._engines.get(key)
        return engine.samples if engine else None

    def speeds(self, key: str) -> RingSeries | None:
        """A candidate's tokens per second."""
        engine = self._engines.get(key)
        return engine.speeds if engine else None

    def moment(self, time_ns: int) -> Moment:
        """The values that held at a moment: those of the newest points up to it."""
        engines = {
            key: EngineMoment(
                *_values_at(engine.samples, time_ns), *_values_at(engine.speeds, time_ns)
            )
            for key, engine in self._engines.items()
        }
        gpus = {
            index: GpuMoment(self.gpu_names[index], *_values_at(series, time_ns))
            for index, series in self.gpus.items()
        }
        return Moment(engines, MachineMoment(*_values_at(self.machine, time_ns)), gpus)

    def _add_gpu(self, time_ns: int, gpu: GpuSample) -> None:
        if gpu.index not in self.gpus:
            self.gpus[gpu.index] = RingSeries(GPU_COLUMNS, SAMPLE_POINTS)
        self.gpu_names[gpu.index] = clean_line(gpu.name)
        values = (gpu.memory_used_bytes, gpu.memory_total_bytes, gpu.load_percent)
        _append(self.gpus[gpu.index], time_ns, tuple(_float(value) for value in values))


def _new_engine() -> _Engine:
    return _Engine(
        RingSeries(ENGINE_COLUMNS, SAMPLE_POINTS), RingSeries(SPEED_COLUMNS, SPEED_POINTS)
    )


def _float(value: float | None) -> float:
    return math.nan if value is None else float(value)


def _engine_values(sample: EngineSample) -> tuple[float, ...]:
    return tuple(_float(getattr(sample, column)) for column in ENGINE_COLUMNS)


def _append(series: RingSeries, time_ns: int, values: tuple[float, ...]) -> None:
    last_ns = series.last_time_ns
    series.append(time_ns if last_ns is None else max(time_ns, last_ns), values)


def _end_line(series: RingSeries, time_ns: int, nothing: tuple[float, ...]) -> None:
    """Add a point without values, unless the line has ended already."""
    if len(series) and not np.isnan(series.latest(1).values).all():
        _append(series, time_ns, nothing)


def _values_at(series: RingSeries, time_ns: int) -> tuple[float | None, ...]:
    window = series.latest()
    after = int(np.searchsorted(window.times_ns, time_ns, side="right"))
    newest = after == len(window)
    if after == 0 or (newest and time_ns - int(window.times_ns[-1]) > FRESH_NS):
        return (None,) * len(series.columns)
    values = window.values[:, after - 1]
    return tuple(None if math.isnan(value) else float(value) for value in values)
