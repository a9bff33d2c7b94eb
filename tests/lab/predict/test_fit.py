"""What is predicted from headers, against engines that then load the files.

Tests app.engine.host.measuring.kernels.
"""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from app.bootstrap import build_command_session
from app.core.candidates.candidate import candidate_of
from app.core.candidates.settings import EngineSettings, FlashAttention, KvType, SamplingSettings
from app.core.chats.chat import Message, Role
from app.core.errors import PersonError
from app.core.memory.devices import PlannedDevice
from app.core.memory.estimate import RESERVED_BYTES
from app.core.memory.fit import Verdict
from app.core.memory.speed import Basis, MachineRates
from app.core.statistics.describe import median
from app.engine.local.client import LocalEngines
from app.engine.protocol.answering import Finished, Generate
from app.engine.protocol.loading import Load, Loaded, Predicted
from app.lab.compare.room import expected_bytes
from app.lab.engines.calls import EngineCalls
from app.lab.engines.plans import Plans
from app.lab.engines.speeds import speed_store
from app.lab.predict.bandwidth import MachineSpeed, last_cache_bytes, read_bandwidth
from app.lab.predict.fit import Fitter, remember_bench
from app.lab.speed.bench import Bench, BenchPlan
from app.lab.speed.calm import Calm
from app.library.model_files import open_model_file
from app.store.paths import Paths
from app.store.small.remembered import PlanStore
from app.store.small.speeds import SpeedStore
from tests.helpers import gguf_files as files
from tests.helpers.architectures import Size, write_architecture, write_header_only
from tests.helpers.engine_processes import engine_processes
from tests.helpers.rooms import roomy

PATIENCE_SECONDS = 60.0
# Large enough that the parts beside the engine's own matter.
SIZE = Size(layers=6, width=512, feed_forward=1536, heads=8, kv_heads=4, vocabulary_tokens=32_000)
F32, F16 = 0, 1
SHARE, LEAST_BYTES = 0.05, 40_000_000
# What else this machine does is not to decide.
CALM = Calm(others_use=lambda _pid: None)


@pytest.fixture
def store(tmp_path: Path) -> SpeedStore:
    return SpeedStore(tmp_path / "speeds.sqlite3", "this one")


@pytest.fixture
def fitter(tmp_path: Path, store: SpeedStore) -> Iterator[Fitter]:
    with Fitter(roomy(tmp_path / "state"), store, 1, calm=CALM) as made:
        yield made


@pytest.mark.parametrize(
    ("name", "context", "kv_type"),
    [
        ("llama", 2048, KvType.F16),
        ("qwen2", 1024, KvType.Q8_0),
        ("gemma3", 2048, KvType.Q8_0),
        ("mixtral", 1024, KvType.F16),
        ("mamba", 1024, KvType.F16),
    ],
)
def test_predicted_memory_is_what_a_full_context_needs(
    fitter: Fitter, tmp_path: Path, name: str, context: int, kv_type: KvType
) -> None:
    header = write_header_only(tmp_path / "header.gguf", name, SIZE)
    whole = write_architecture(tmp_path / "whole.gguf", name, SIZE)
    predicted = fitter.fit(header, context, EngineSettings(kv_type=kv_type)).needs.total_bytes
    with EngineCalls("measured", LocalEngines(tmp_path / "state")) as engine:
        load = Load(engine.next_id(), str(whole), context, 1, EngineSettings(kv_type=kv_type))
        engine.call(load, Loaded)
        message = Message(Role.USER, "7" * (context - 80))
        generate = Generate(engine.next_id(), [message], SamplingSettings(max_tokens=8))
        measured = engine.call(generate, Finished).memory.needed_bytes
    if measured is None:
        pytest.skip("this system does not tell an engine's memory")
    assert predicted == pytest.approx(measured, abs=max(SHARE * measured, LEAST_BYTES))


@pytest.mark.parametrize("kind", ["llama", "bert"])
def test_vocabularies_without_merges_take_less(fitter: Fitter, tmp_path: Path, kind: str) -> None:
    count = 60_000
    vocabulary: dict[str, Any] = {
        "tokenizer.ggml.model": kind,
        "tokenizer.ggml.scores": [-float(rank) for rank in range(count)],
        "tokenizer.ggml.unknown_token_id": 0,
    }
    file = files.write_tiny_llama(tmp_path / "m.gguf", n_tokens=count, metadata=vocabulary)
    predicted = fitter.fit(file, 512).needs
    assert not open_model_file(file).has_merges
    with EngineCalls("measured", LocalEngines(tmp_path / "state")) as engine:
        load = Load(engine.next_id(), str(file), 512, 1, EngineSettings())
        measured = engine.call(load, Loaded).memory.needed_bytes
    if measured is None:
        pytest.skip("this system does not tell an engine's memory")
    with_merges = 300 * count + predicted.total_bytes - 210 * count
    assert predicted.total_bytes == pytest.approx(measured, abs=LEAST_BYTES)
    assert abs(predicted.total_bytes - measured) < abs(with_merges - measured)


def test_a_file_that_does_not_fit_is_told(tmp_path: Path, store: SpeedStore) -> None:
    header = write_header_only(tmp_path / "header.gguf", "llama", SIZE)
    with Fitter(roomy(tmp_path / "state", 100_000_000 + RESERVED_BYTES), store, 1) as fitter:
        found = fitter.fit(header, 2048)
    assert found.judgement.verdict is Verdict.NO
    assert found.judgement.needed_bytes == found.needs.total_bytes > 100_000_000
    assert found.judgement.reason.endswith("100 MB free")


def test_the_context_is_what_the_model_allows(fitter: Fitter, tmp_path: Path) -> None:
    header = write_header_only(tmp_path / "header.gguf", "llama", Size(context_tokens=1024))
    assert fitter.fit(header, 100_000).context_tokens == 1024
    larger = write_header_only(tmp_path / "larger.gguf", "llama")
    assert fitter.fit(larger).context_tokens == 4096


def test_a_refused_file_is_told_and_the_next_one_answered(fitter: Fitter, tmp_path: Path) -> None:
    with pytest.raises(PersonError, match="zorblax"):
        fitter.fit(files.write_unknown_architecture(tmp_path / "unknown.gguf"))
    with pytest.raises(PersonError):
        fitter.fit(files.write_duplicate_token_model(tmp_path / "aborts.gguf"))
    with pytest.raises(PersonError, match="not there"):
        fitter.fit(tmp_path / "missing.gguf")
    assert fitter.fit(write_header_only(tmp_path / "h.gguf", "llama")).needs.kv_bytes > 0


def test_shards_are_one_model(fitter: Fitter, tmp_path: Path) -> None:
    whole = files.write_tiny_llama(tmp_path / "whole.gguf")
    shards = files.write_sharded_llama(tmp_path)
    expected, found = fitter.fit(whole).needs, fitter.fit(shards[1]).needs
    assert found.kv_bytes == expected.kv_bytes
    assert found.weights_bytes == pytest.approx(expected.weights_bytes, rel=0.05)


def test_a_measurement_corrects_what_is_predicted(
    fitter: Fitter, tmp_path: Path, store: SpeedStore
) -> None:
    path = write_architecture(tmp_path / "m.gguf", "llama")
    first = fitter.fit(path).speed
    assert first is not None
    assert first.basis is Basis.KERNELS
    assert first.tokens_per_second > 0
    plan = BenchPlan(prompt_tokens=0, generated_tokens=16, depth=0, repetitions=1, threads=1)
    bench = Bench(plan, roomy(tmp_path / "state"), lambda *_: None, calm=CALM)
    result = bench.run([candidate_of(path)])
    remember_bench(result, store)
    second = fitter.fit(path).speed
    assert second is not None
    assert (second.basis, second.runs) == (Basis.SAME_FILE, 1)
    measured = result.rows[0].mean
    assert measured is not None
    # The run held sixteen tokens at its end, the prediction holds none.
    assert second.tokens_per_second == pytest.approx(measured, rel=0.1)


def test_this_pc_is_measured_once(fitter: Fitter, tmp_path: Path, store: SpeedStore) -> None:
    path = write_header_only(tmp_path / "h.gguf", "llama")
    fitter.fit(path)
    rates = store.rates(1)
    assert rates is not None
    assert rates.bandwidth > 0
    assert all(rate > 0 for rate in rates.by_type.values())
    fitter.fit(path)
    assert store.rates(1) == rates


def no_engine(folder: Path) -> EngineCalls:
    """One that fails the test where it is asked: its working folder cannot be made."""
    in_the_way = folder / "in the way"
    in_the_way.write_bytes(b"")
    return EngineCalls("none", LocalEngines(in_the_way / "folder"))


def test_what_is_measured_within_little_time_is_completed_later(
    tmp_path: Path, store: SpeedStore
) -> None:
    path = write_header_only(tmp_path / "h.gguf", "llama")
    with Fitter(roomy(tmp_path / "state"), store, 2, patience_s=0, calm=CALM) as hurried:
        first = hurried.fit(path).speed
    one = store.rates(1)
    assert one is not None
    # The type that most of the weights have is measured in any case.
    assert list(one.by_type) == [F16]
    assert first is not None
    assert first.basis is Basis.KERNELS
    several = store.rates(2)
    assert several is not None
    assert not several.by_type
    with Fitter(roomy(tmp_path / "state"), store, 2, calm=CALM) as patient:
        assert patient.fit(path).speed is not None
    one, several = store.rates(1), store.rates(2)
    assert one is not None
    assert several is not None
    assert set(one.by_type) == set(several.by_type) == {F32, F16}


def test_what_was_spoilt_is_replaced_and_not_measured_at_every_call(
    tmp_path: Path, store: SpeedStore
) -> None:
    store.keep_rates(MachineRates(1, 20e9, {F16: 20e9, F32: 15e9}, 500.0))
    store.keep_rates(MachineRates(2, 40e9, {F16: 0.1e9, F32: 28e9}, 900.0))
    engine = no_engine(tmp_path)
    rates = MachineSpeed(store, CALM).rates([F16, F32], 2, engine, again=False)
    assert rates.by_type == {F16: 40e9, F32: 28e9}
    with EngineCalls("measures", LocalEngines(tmp_path / "state")) as measuring:
        MachineSpeed(store, CALM).rates([F16, F32], 2, measuring)
    kept = store.rates(2)
    assert kept is not None
    assert kept.by_type[F16] > 0.1e9
    assert kept.by_type[F32] == 28e9


def test_of_several_rounds_the_median_counts(tmp_path: Path, store: SpeedStore) -> None:
    machine = MachineSpeed(store, CALM)
    asked = 0

    def enough() -> bool:
        nonlocal asked
        asked += 1
        return asked % 4 == 0

    with EngineCalls("measures", LocalEngines(tmp_path / "state")) as measuring:
        # The first call ends after four of seven rounds; the second goes on where it ended.
        seen = [machine.rates([F32], 1, measuring, enough).by_type[F32] for _ in range(3)]
    assert asked == 6
    kept = store.rates(1)
    assert kept is not None
    assert kept.by_type[F32] == seen[-1]
    # The rounds are all taken: nothing is measured any more.
    assert machine.rates([F32], 1, no_engine(tmp_path)).by_type[F32] == seen[-1]


def test_rounds_that_one_program_had_no_time_for_are_taken_by_the_next(
    tmp_path: Path, store: SpeedStore
) -> None:
    with EngineCalls("measures", LocalEngines(tmp_path / "state")) as measuring:
        MachineSpeed(store, CALM).rates([F32], 1, measuring, lambda: True)
        (first,) = store.rounds(1)[F32]
        MachineSpeed(store, CALM).rates([F32], 1, measuring)
    rounds = store.rounds(1)[F32]
    assert len(rounds) == 7
    assert rounds[0] == first
    kept = store.rates(1)
    assert kept is not None
    assert kept.by_type[F32] == median(rounds)
    nothing_more = MachineSpeed(store, CALM).rates([F32], 1, no_engine(tmp_path))
    assert nothing_more.by_type == kept.by_type


def test_bandwidth_of_one_thread_is_measured_when_one_is_asked_for(
    tmp_path: Path, store: SpeedStore
) -> None:
    store.keep_rates(MachineRates(1, 0.0, {F16: 20e9}, 500.0))
    rates = MachineSpeed(store, CALM).rates([F16], 1, no_engine(tmp_path))
    assert rates.bandwidth > 0
    assert rates.by_type == {F16: 20e9}


def test_a_prepared_engine_answers(fitter: Fitter, tmp_path: Path) -> None:
    fitter.prepare()
    fitter.prepare()
    assert fitter.fit(write_header_only(tmp_path / "h.gguf", "llama")).needs.kv_bytes > 0


def test_a_plan_is_remembered_for_the_very_load(tmp_path: Path, store: SpeedStore) -> None:
    path = write_header_only(tmp_path / "h.gguf", "llama")
    plans = Plans(PlanStore(tmp_path / "plans.sqlite3"), lambda: "one build")
    with Fitter(roomy(tmp_path / "state", plans=plans), store, 1) as fitter:
        found = fitter.fit(path, 2048, EngineSettings(kv_type=KvType.Q8_0))
    how = EngineSettings(kv_type=KvType.Q8_0, threads=5)
    assert plans.needed_bytes(found.model, 2048, how) == found.needs.total_bytes
    elsewhere = write_header_only(tmp_path / "elsewhere.gguf", "llama")
    assert plans.needed_bytes(open_model_file(elsewhere), 2048, how) is not None
    assert plans.needed_bytes(found.model, 4096, how) is None
    assert plans.needed_bytes(found.model, 2048, EngineSettings()) is None
    assert (
        plans.needed_bytes(found.model, 2048, replace(how, flash_attention=FlashAttention.OFF))
        is None
    )
    larger = write_header_only(tmp_path / "l.gguf", "llama", Size(layers=7))
    assert plans.needed_bytes(open_model_file(larger), 2048, how) is None
    another_build = Plans(PlanStore(tmp_path / "plans.sqlite3"), lambda: "another build")
    assert another_build.needed_bytes(found.model, 2048, how) is None
    unknown_build = Plans(PlanStore(tmp_path / "plans.sqlite3"), lambda: "")
    assert unknown_build.needed_bytes(found.model, 2048, how) is None


def test_a_plan_with_a_gpu_is_not_remembered(tmp_path: Path) -> None:
    model = open_model_file(write_header_only(tmp_path / "h.gguf", "llama"))
    plans = Plans(PlanStore(tmp_path / "plans.sqlite3"), lambda: "one build")
    how = (model, 2048, EngineSettings())
    gpu = PlannedDevice("CUDA0", "gpu", 10, 1000, [0, 1])
    plans.keep(*how, Predicted(2048, 100, 1000, 100, 10, 1, [gpu], 1, 5))
    assert plans.find(*how) is None
    processor = PlannedDevice("CPU", "cpu", 10, 1000, [0, 1])
    plans.keep(*how, Predicted(2048, 100, 1000, 100, 10, 1, [processor], 1, 5))
    assert plans.find(*how) is not None


def test_a_known_plan_decides_whether_a_pane_fits(tmp_path: Path) -> None:
    paths = Paths.below(tmp_path / "home")
    paths.create()
    path = write_header_only(tmp_path / "h.gguf", "llama")
    other = write_header_only(tmp_path / "o.gguf", "llama", Size(layers=7))
    plans = Plans.of_this_pc(paths)
    with Fitter(roomy(paths.state, plans=plans), speed_store(paths), 1) as fitter:
        needed = fitter.fit(path).needs.total_bytes
    session, _ = build_command_session(paths)
    session.start_with([candidate_of(path), candidate_of(other)])
    known, unknown = session.panes
    assert known.planned_bytes == known.estimated_bytes == expected_bytes(known) == needed
    assert unknown.planned_bytes is None
    assert unknown.estimated_bytes
    # Another context is another load.
    settings = EngineSettings(context_tokens=512)
    session.update_candidate(known.setup.running(engine=settings))
    assert known.planned_bytes is None
    assert 0 < expected_bytes(known) < needed
    assert session.close()


def test_memory_is_read_by_several_threads() -> None:
    assert read_bandwidth(1, 1 << 22) > 0
    assert read_bandwidth(2, 1 << 22) > 0
    assert last_cache_bytes() >= 1 << 18


@pytest.mark.skipif(sys.platform == "win32", reason="processes cannot be halted here")
def test_closing_ends_a_question_that_an_engine_does_not_answer(
    fitter: Fitter, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    header = write_header_only(tmp_path / "header.gguf", "llama", SIZE)
    fitter.fit(header, 512)
    asked, call = threading.Event(), EngineCalls.call

    def tell_and_call(engine: EngineCalls, *arguments: Any) -> object:
        asked.set()
        return call(engine, *arguments)

    monkeypatch.setattr(EngineCalls, "call", tell_and_call)
    (engine,) = engine_processes()
    engine.suspend()
    with ThreadPoolExecutor(1) as jobs:
        question = jobs.submit(fitter.fit, header, 1024)
        assert asked.wait(PATIENCE_SECONDS)
        fitter.close()
        with pytest.raises(PersonError):
            question.result(PATIENCE_SECONDS)
    assert not engine.is_running()
