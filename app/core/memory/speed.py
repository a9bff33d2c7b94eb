"""How fast a model will generate on this PC, before it is there: what is read for each token.

Every token reads all weights that work on it once, and the keys and values so far. How many bytes
a second that may be is measured on this PC: for memory alone, and better for each number format
with llama.cpp's own kernels, since some formats cost more to decode than to read. Small models
spend as long between the products as in them: each product, each pass over a vector costs a start
and a meeting of the threads, which is measured too; how many there are follows from the tensors.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import TYPE_CHECKING

from app.core.memory.fit import FitJudgement, Verdict
from app.core.models.levels import TENSOR_TYPES
from app.core.statistics.describe import median
from app.core.words.sentence import worded

if TYPE_CHECKING:
    from app.core.memory.token_work import TokenWork
    from app.core.models.model_file import ModelFile

_F16 = next(type_id for type_id, entry in TENSOR_TYPES.items() if entry.name == "F16")
# What is left of the memory's bandwidth in llama.cpp's kernels, where those were not measured.
DEFAULT_EFFICIENCY = 0.6
# Scalar work, in ns of one thread: present processors differ in it by some tens of percent.
# An element of a key or a value that one query head looks at.
_ATTENDED_NS = 0.11
# Mamba's first kind of state decays by an exponential for each of its elements.
_DECAY_NS = 4.0
# An element that the steps of a product leave over.
_TAIL_NS = 0.75
# A state is taken from the cache, read, written, and put back.
_STATE_PASSES = 4
# Threads that meet after a small node wait about so long for each other.
_MEETING_NS = 1_000.0
_SPOILT_SHARE = 0.5
# Several threads that are not faster than one were on one core.
_SPOILT_SHARE_OF_ONE = 0.95
# Of one file so many runs count: the PC, its drivers and its other work change.
_RECENT_RUNS = 9
# Models of other families correct a prediction up to so many times its size.
_COMPARABLE_TIMES = 16


TAKEN_WHILE_BUSY = worded("lab.other_programs_kept_pc_busy")


class Basis(StrEnum):
    """What a predicted speed rests on, from the weakest to the strongest."""

    BANDWIDTH = "measured memory bandwidth"
    KERNELS = "measured speed of this PC's kernels"
    OTHER_MODELS = "measured kernels, corrected by runs of other models"
    FAMILY = "measured kernels, corrected by runs of this family"
    SAME_FILE = "runs of this file"
    DISK = "measured speed of this PC's disk"
    PARTLY_GPU = "measured kernels, at most: what the GPU adds to that is not known"


@dataclass(frozen=True, slots=True)
class MachineRates:
    """How fast this PC reads, with a given number of threads.

    Attributes:
        threads: With so many.
        bandwidth: Bytes a second read from memory.
        by_type: Bytes a second through llama.cpp's product of matrix and vector, by tensor type;
            empty where it was not measured.
        node_ns: What a node of a graph costs beside its bytes.
        busy_types: Of those, which were taken while other programs kept the PC busy, and are to be
            taken again.
        bandwidth_busy: Likewise the bandwidth.
    """

    threads: int
    bandwidth: float
    by_type: Mapping[int, float] = field(default_factory=dict[int, float])
    node_ns: float = 0.0
    busy_types: frozenset[int] = frozenset()
    bandwidth_busy: bool = False

    def is_busy_for(self, work: TokenWork) -> bool:
        """Whether a rate that this work rests on was taken while the PC was busy."""
        if not self.by_type:
            return self.bandwidth_busy
        return not self.busy_types.isdisjoint(work.bytes_by_type)


@dataclass(frozen=True, slots=True)
class MeasuredRun:
    """A measured generation speed of this PC.

    Attributes:
        family_key: Of the model file.
        level_name: Of the model file.
        work: What each token took.
        depth_tokens: Tokens that the context held on the average.
        threads: Of the engine.
        tokens_per_second: As measured.
    """

    family_key: str
    level_name: str
    work: TokenWork
    depth_tokens: int
    threads: int
    tokens_per_second: float


@dataclass(frozen=True, slots=True)
class SpeedPrediction:
    """A predicted speed.

    Attributes:
        tokens_per_second: While generating.
        basis: What it rests on.
        runs: How many measured runs corrected it.
        taken_while_busy: The rates that it rests on were; so it may well be too low.
    """

    tokens_per_second: float
    basis: Basis
    runs: int = 0
    taken_while_busy: bool = False


def expected_speed(work: TokenWork, rates: MachineRates, depth_tokens: int = 0) -> float:
    """Tokens a second by the rates alone."""
    seconds = 0.0
    for type_id, n_bytes in work.bytes_by_type.items():
        seconds += n_bytes / type_rate(type_id, rates)
    f16 = type_rate(_F16, rates)
    attention_ns = work.attended(depth_tokens) * _ATTENDED_NS / rates.threads
    seconds += max(work.kv_bytes(depth_tokens) / f16, attention_ns / 1e9)
    seconds += _STATE_PASSES * work.state_bytes / f16
    seconds += work.nodes * rates.node_ns / 1e9
    seconds += (work.decays * _DECAY_NS + work.tails * _TAIL_NS) / rates.threads / 1e9
    return 1 / seconds if seconds > 0 else 0.0


def type_rate(type_id: int, rates: MachineRates) -> float:
    """Bytes of weights of a type that are read a second, as far as that is known."""
    rate = rates.by_type.get(type_id)
    if rate is not None:
        return rate
    if not rates.by_type:
        return rates.bandwidth * DEFAULT_EFFICIENCY
    # A type that was not measured is taken for one of about as many bits.
    bits = TENSOR_TYPES[type_id].bits_per_weight
    nearest = min(rates.by_type, key=lambda known: abs(TENSOR_TYPES[known].bits_per_weight - bits))
    return rates.by_type[nearest]


def several_threads(one: MachineRates, bandwidth: float, threads: int) -> MachineRates:
    """What several threads should reach by what one reaches.

    So many times as much, as far as memory goes.

    Args:
        one: Measured with one thread.
        bandwidth: Measured with so many threads.
        threads: How many.
    """
    if threads == one.threads:
        return one
    by_type = {
        type_id: min(threads * rate, max(bandwidth, rate)) for type_id, rate in one.by_type.items()
    }
    return MachineRates(
        threads, bandwidth, by_type, one.node_ns + _MEETING_NS, busy_types=one.busy_types
    )


def undisturbed(measured: MachineRates, likely: MachineRates, one: MachineRates) -> MachineRates:
    """Of measured rates, those that other work on the PC has not spoilt.

    Threads that wait for each other are slowed a hundredfold when one of them is kept from its
    core, and are as slow as one when they share a core; such figures say nothing of the PC.

    Args:
        measured: With several threads.
        likely: By :func:`several_threads`.
        one: Measured with one thread.
    """

    def least(type_id: int) -> float:
        return max(
            _SPOILT_SHARE * likely.by_type.get(type_id, 0.0),
            _SPOILT_SHARE_OF_ONE * one.by_type.get(type_id, 0.0),
        )

    by_type = {
        type_id: rate for type_id, rate in measured.by_type.items() if rate >= least(type_id)
    }
    node_ns = min(measured.node_ns, likely.node_ns + _MEETING_NS)
    return replace(measured, by_type=by_type, node_ns=node_ns)


def predict_speed(
    work: TokenWork,
    model: ModelFile,
    rates: MachineRates,
    runs: Sequence[MeasuredRun] = (),
    depth_tokens: int = 0,
) -> SpeedPrediction:
    """Predict tokens a second, corrected by what this PC was measured to do.

    Args:
        work: What one token takes.
        model: The model file.
        rates: Of this PC, with the threads that it will have.
        runs: Measured on this PC, the latest last. Those with the same threads count, and of each
            file the latest few; of other families only models of comparable size.
        depth_tokens: Tokens that the context holds already.
    """
    expected = expected_speed(work, rates, depth_tokens)
    usable = [
        run
        for run in runs
        if run.threads == rates.threads and run.tokens_per_second > 0 and run.work.weight_bytes > 0
    ]
    family = [run for run in usable if run.family_key == model.family_key]
    same = [
        run
        for run in family
        if run.level_name == model.level_name and run.work.bytes_by_type == work.bytes_by_type
    ]
    chosen, basis = [run for run in usable if _is_comparable(run, work)], Basis.OTHER_MODELS
    if same:
        chosen, basis = same, Basis.SAME_FILE
    elif family:
        chosen, basis = family, Basis.FAMILY
    if not chosen:
        basis = Basis.KERNELS if rates.by_type else Basis.BANDWIDTH
        return SpeedPrediction(expected, basis, 0, rates.is_busy_for(work))
    by_file: dict[object, list[float]] = {}
    for run in chosen:
        ratio = run.tokens_per_second / expected_speed(run.work, rates, run.depth_tokens)
        by_file.setdefault(_file_of(run), []).append(math.log(ratio))
    recent = [ratios[-_RECENT_RUNS:] for ratios in by_file.values()]
    # Each file has one vote, so that the one that is asked every day does not decide for others.
    ratio = math.exp(median([median(ratios) for ratios in recent]))
    # Of the same file the rates cancel out: its runs alone count.
    is_busy = basis is not Basis.SAME_FILE and rates.is_busy_for(work)
    return SpeedPrediction(expected * ratio, basis, sum(map(len, recent)), is_busy)


def bytes_from_disk(
    work: TokenWork, model: ModelFile, judged: FitJudgement, weights_bytes: int
) -> float:
    """How much of the weights every token has to read from disk; 0 where that does not help.

    What is read in the same order again and again has left a memory that is too small for it
    before its turn comes: nothing of it stays. Of a mixture what every token reads stays as long
    as there is room for it, and beside that as many of its experts as there is room for.

    Args:
        work: What a token takes.
        model: As it is run.
        judged: What it needs, and what there is of the PC's memory.
        weights_bytes: Of what it needs, its weights; the rest has to be in memory.
    """
    room = judged.available_bytes - (judged.needed_bytes - weights_bytes)
    if judged.verdict is not Verdict.NO or judged.device or room <= 0:
        return 0.0
    active = work.expert_bytes * model.expert_used_count // max(1, model.expert_count)
    beside = room - (work.weight_bytes - active)
    if not active or beside <= 0:
        return work.weight_bytes
    return active * max(0.0, 1 - beside / work.expert_bytes)


def slowed_by_disk(
    speed: SpeedPrediction, disk_bytes: float, bytes_per_second: float
) -> SpeedPrediction:
    """The speed of a model of which every token reads so many bytes from disk."""
    seconds = 1 / speed.tokens_per_second + disk_bytes / bytes_per_second
    return replace(speed, tokens_per_second=1 / seconds, basis=Basis.DISK)


def _file_of(run: MeasuredRun) -> object:
    return run.family_key, run.level_name, tuple(sorted(run.work.bytes_by_type.items()))


def _is_comparable(run: MeasuredRun, work: TokenWork) -> bool:
    # What the processor's cache holds whole says nothing of what memory must bring.
    larger, smaller = sorted((run.work.weight_bytes, work.weight_bytes), reverse=True)
    return larger <= _COMPARABLE_TIMES * smaller
