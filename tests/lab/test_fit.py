"""What is predicted from headers, against engines that then load the files."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from app.core.chat import Message, Role
from app.core.errors import PersonError
from app.core.fit import Verdict
from app.core.settings import KvType, SamplingSettings
from app.core.speed import Basis
from app.engine import messages as m
from app.lab.bandwidth import last_cache_bytes, read_bandwidth
from app.lab.bench import Bench, BenchPlan
from app.lab.calls import EngineCalls
from app.lab.fit import Fitter, remember_bench
from app.store.speeds import SpeedStore
from tests.helpers import gguf_files as files
from tests.helpers.architectures import Size, write_architecture, write_header_only

PLENTY_BYTES = 50_000_000_000
# Large enough that the parts beside the engine's own matter.
SIZE = Size(layers=6, width=512, feed_forward=1536, heads=8, kv_heads=4, vocabulary_tokens=32_000)
SHARE, LEAST_BYTES = 0.05, 40_000_000


@pytest.fixture
def store(tmp_path: Path) -> SpeedStore:
    return SpeedStore(tmp_path / "speeds.sqlite3", "this one")


@pytest.fixture
def fitter(tmp_path: Path, store: SpeedStore) -> Iterator[Fitter]:
    with Fitter(tmp_path / "state", lambda: PLENTY_BYTES, store, 1) as made:
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
    predicted = fitter.fit(header, context, kv_type).needs.total_bytes
    with EngineCalls("measured", tmp_path / "state") as engine:
        load = m.Load(engine.next_id(), str(whole), context, 1, kv_type=kv_type)
        engine.call(load, m.Loaded)
        message = Message(Role.USER, "7" * (context - 80))
        generate = m.Generate(engine.next_id(), [message], SamplingSettings(max_tokens=8))
        measured = engine.call(generate, m.Finished).memory.needed_bytes
    if measured is None:
        pytest.skip("this system does not tell an engine's memory")
    assert predicted == pytest.approx(measured, abs=max(SHARE * measured, LEAST_BYTES))


def test_a_file_that_does_not_fit_is_told(tmp_path: Path, store: SpeedStore) -> None:
    header = write_header_only(tmp_path / "header.gguf", "llama", SIZE)
    with Fitter(tmp_path / "state", lambda: 100_000_000, store, 1) as fitter:
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
    bench = Bench(plan, tmp_path / "state", lambda: PLENTY_BYTES, lambda *_: None)
    result = bench.run([path])
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


def test_memory_is_read_by_several_threads() -> None:
    assert read_bandwidth(1, 1 << 22) > 0
    assert read_bandwidth(2, 1 << 22) > 0
    assert last_cache_bytes() >= 1 << 18
