"""What this PC reaches is taken while it is calm; what was taken while it was busy is marked."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from app.cli import fit as fit_command
from app.cli.words.fit import fit_document
from app.core.candidates.candidate import Candidate
from app.core.memory.speed import TAKEN_WHILE_BUSY, Basis, MachineRates, MeasuredRun, predict_speed
from app.core.memory.token_work import token_work
from app.engine.local.client import LocalEngines
from app.engine.protocol.measuring import MeasureKernels
from app.lab.engines.calls import EngineCalls
from app.lab.predict import bandwidth
from app.lab.predict.bandwidth import MachineSpeed
from app.lab.predict.fit import Fit, Fitter
from app.lab.speed.calm import Calm
from app.lab.verdict.remarks import remarks_on
from app.library.model_files import open_model_file, read_shards
from app.monitor.load import OthersUse, others_use
from app.store.small.speeds import SpeedStore
from tests.helpers.architectures import write_header_only
from tests.helpers.rooms import roomy
from tests.lab import ladder_cases as cases

F32, F16 = 0, 1


class Pc:
    """A PC of one core whose other programs take some of it; time passes as it is looked at.

    Attributes:
        cores: That others keep busy.
    """

    def __init__(self) -> None:
        self.cores = 0.0
        self._at = self._busy = 0.0

    def pass_seconds(self, seconds: float) -> None:
        self._at += seconds
        self._busy += seconds * self.cores

    def __call__(self, pid: int) -> OthersUse:
        assert pid > 0
        self.pass_seconds(0.2)
        return OthersUse(self._at, self._busy)

    @property
    def calm(self) -> Calm:
        return Calm(1, self)


class Measuring(EngineCalls):
    """An engine that notes what kernels it measured."""

    def __init__(self, folder: Path) -> None:
        super().__init__("measures", LocalEngines(folder))
        self.measured: list[int] = []

    def call(self, command: Any, *kinds: Any, **options: Any) -> Any:
        if isinstance(command, MeasureKernels):
            self.measured += command.type_ids
        return super().call(command, *kinds, **options)


@pytest.fixture
def pc() -> Pc:
    return Pc()


@pytest.fixture
def store(tmp_path: Path) -> SpeedStore:
    return SpeedStore(tmp_path / "speeds.sqlite3", "this one")


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Measuring]:
    with Measuring(tmp_path / "state") as measuring:
        yield measuring


@pytest.fixture(autouse=True)
def memory_read(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Every reading of memory that was taken, in bytes a second; each is faster than the last."""
    taken: list[float] = []

    def read(threads: int) -> float:
        taken.append((10.0 + len(taken)) * 1e9)
        return taken[-1]

    monkeypatch.setattr(bandwidth, "read_bandwidth", read)
    return taken


def test_in_a_busy_command_everything_is_taken_once_and_marked(
    pc: Pc, store: SpeedStore, engine: Measuring, memory_read: list[float], tmp_path: Path
) -> None:
    pc.cores = 1.0
    machine = MachineSpeed(store, pc.calm)
    rates = machine.rates([F16, F32], 1, engine)
    for _ in range(2):  # as for several files of a repository
        assert machine.rates([F16, F32], 1, engine) == rates
        assert rates.busy_types == {F16, F32}
        assert rates.bandwidth_busy
        assert all(rates.by_type.values())
    assert sorted(engine.measured) == [F32, F16]
    assert len(memory_read) == 1
    assert store.rounds(1) == {}
    assert SpeedStore(tmp_path / "speeds.sqlite3", "this one").rates(1) == rates


def test_what_is_marked_is_taken_again_at_the_next_quiet_moment(
    pc: Pc, store: SpeedStore, engine: Measuring, memory_read: list[float]
) -> None:
    pc.cores = 1.0
    machine = MachineSpeed(store, pc.calm)
    machine.rates([F16], 1, engine)
    pc.pass_seconds(60)
    assert machine.rates([F16], 1, engine).busy_types == {F16}
    assert len(engine.measured) == len(memory_read) == 1  # still busy
    pc.cores = 0.0
    pc.pass_seconds(0.5)
    assert machine.rates([F16], 1, engine).busy_types == {F16}  # too short to tell
    pc.pass_seconds(60)
    rates = machine.rates([F16], 1, engine)
    assert not rates.busy_types
    assert not rates.bandwidth_busy
    assert rates.bandwidth == memory_read[-1] == 11e9
    assert len(store.rounds(1)[F16]) == 7
    kept = store.rates(1)
    assert kept == rates
    taken = len(engine.measured)
    machine.rates([F16], 1, engine)
    assert len(engine.measured) == taken
    assert len(memory_read) == 2


def test_another_program_tries_once_and_gives_up_where_it_is_still_busy(
    pc: Pc, store: SpeedStore, engine: Measuring, memory_read: list[float]
) -> None:
    pc.cores = 1.0
    MachineSpeed(store, pc.calm).rates([F16], 1, engine)
    other = MachineSpeed(store, pc.calm)
    rates = other.rates([F16], 1, engine)
    assert other.rates([F16], 1, engine) == other.rates([F16], 1, engine) == rates
    assert rates.bandwidth_busy
    assert rates.bandwidth == memory_read[-1]  # a busy PC is never faster than it is
    assert len(memory_read) == 2
    assert engine.measured == [F16]
    pc.cores = 0.0
    assert not MachineSpeed(store, pc.calm).rates([F16], 1, engine).busy_types


def test_what_was_taken_while_calm_stays_when_others_begin(
    pc: Pc, store: SpeedStore, engine: Measuring
) -> None:
    machine = MachineSpeed(store, pc.calm)
    calm = machine.rates([F16], 1, engine, enough=lambda: len(engine.measured) == 2)
    pc.cores = 1.0
    busy = machine.rates([F16, F32], 1, engine)
    assert busy.by_type[F16] == calm.by_type[F16]
    assert busy.busy_types == {F32}
    assert len(store.rounds(1)[F16]) == 2


def test_several_threads_are_marked_by_what_they_rest_on(
    pc: Pc, store: SpeedStore, engine: Measuring
) -> None:
    pc.cores = 2.0
    rates = MachineSpeed(store, pc.calm).rates([F16], 2, engine)
    assert rates.busy_types == {F16}
    pc.cores = 0.0
    assert not MachineSpeed(store, pc.calm).rates([F16], 2, engine).busy_types


def test_this_program_is_counted_once_where_it_measures_itself() -> None:
    import os

    found = others_use(os.getpid())
    assert found is None or found.busy_seconds >= 0


# --- what is said -------------------------------------------------------------------------


def fit_of(pc: Pc, store: SpeedStore, folder: Path) -> Fit:
    path = write_header_only(folder / "m.gguf", "llama")
    with Fitter(roomy(folder / "state"), store, 1, calm=pc.calm) as fitter:
        return fitter.fit(path)


class Said:
    """A console that keeps what is said."""

    def __init__(self) -> None:
        self.lines: list[str] = []

    def text(self, text: str) -> None:
        self.lines.append(text)

    def table(self, *_args: object, **_options: object) -> None:
        pass


@pytest.mark.parametrize("cores", [0.0, 1.0])
def test_fit_says_so_while_the_mark_stands(
    pc: Pc, store: SpeedStore, tmp_path: Path, cores: float
) -> None:
    from app.ui.pages.models.words import fit_details

    pc.cores = cores
    fit, said = fit_of(pc, store, tmp_path), Said()
    assert fit.speed is not None
    assert fit.speed.taken_while_busy is bool(cores)
    assert fit_document(fit)["taken_while_busy"] is bool(cores)
    fit_command.show_fit("m.gguf", fit, said)  # type: ignore[arg-type]
    assert (TAKEN_WHILE_BUSY in said.lines) is bool(cores)
    assert (TAKEN_WHILE_BUSY in fit_details(fit)) is bool(cores)


def test_runs_of_the_very_file_rest_on_no_rate(tmp_path: Path) -> None:
    path = write_header_only(tmp_path / "m.gguf", "llama")
    model = open_model_file(path)
    tensors = [tensor for shard in read_shards(path) for tensor in shard.header.tensors]
    work = token_work(tensors, model)
    types = frozenset(work.bytes_by_type)
    rates = MachineRates(1, 1e9, dict.fromkeys(types, 1e9), 10.0, types)
    run = MeasuredRun(model.family_key, model.level_name, work, 0, 1, 25.0)
    alone = predict_speed(work, model, rates)
    assert (alone.basis, alone.taken_while_busy) == (Basis.KERNELS, True)
    same = predict_speed(work, model, rates, [run])
    assert (same.basis, same.taken_while_busy) == (Basis.SAME_FILE, False)
    family = predict_speed(work, model, rates, [replace(run, level_name="another")])
    assert (family.basis, family.taken_while_busy) == (Basis.FAMILY, True)
    only_memory = MachineRates(1, 1e9, bandwidth_busy=True)
    assert predict_speed(work, model, only_memory).taken_while_busy


def test_a_ladder_says_that_shares_of_memory_are_too_high() -> None:
    def nobody(_: Candidate) -> None:
        """No server is kept."""

    result = cases.result()
    names = {path: path for path in result.rows}
    assert not any("reads memory" in remark for remark in remarks_on(result, names, nobody))
    busy = cases.speed("tg128", 10.0, bandwidth_share=1.4, bandwidth_busy=True)
    row = result.reference
    cases.change(result, row.key, speed=(busy, *row.speed[1:]))
    remarks = remarks_on(result, names, nobody)
    (said,) = [remark for remark in remarks if "reads memory" in remark]
    assert said.startswith("Other programs kept this PC busy")
