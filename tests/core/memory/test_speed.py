"""How fast a candidate will be, from what a token asks of this PC.

Tests app.core.memory.token_work.
"""

from __future__ import annotations

import math
from dataclasses import replace
from pathlib import Path

import pytest

from app.core.candidates.settings import EngineSettings, KvType
from app.core.gguf import TensorInfo, parse_header
from app.core.memory.fit import judge
from app.core.memory.speed import (
    DEFAULT_EFFICIENCY,
    Basis,
    MachineRates,
    MeasuredRun,
    bytes_from_disk,
    expected_speed,
    predict_speed,
    several_threads,
    slowed_by_disk,
    undisturbed,
)
from app.core.memory.token_work import TokenWork, token_work
from app.core.models.model_file import ModelFile, Shard
from tests.helpers.architectures import Size, header_of

F32, F16, Q4_K, IQ4_XS = 0, 1, 12, 23
SIZE = Size(vocabulary_tokens=4096)
RATES = MachineRates(2, 40e9, {F16: 20e9, F32: 20e9})


def facts(name: str) -> tuple[ModelFile, TokenWork]:
    found = parse_header(header_of(name, SIZE))
    model = ModelFile.from_headers([Shard(Path("m.gguf"), found, found.end_bytes)])
    return model, token_work(found.tensors, model)


def test_embeddings_are_read_only_where_they_are_the_output() -> None:
    embeddings = SIZE.width * SIZE.vocabulary_tokens * 2
    untied, work = facts("llama")
    assert work.weight_bytes == untied.tensor_bytes - embeddings
    tied, work = facts("llama-tied")
    assert work.weight_bytes == tied.tensor_bytes


@pytest.mark.parametrize("name", ["mixtral", "qwen2moe"])
def test_only_the_experts_at_work_are_read(name: str) -> None:
    model, work = facts(name)
    found = parse_header(header_of(name, SIZE))
    experts = sum(tensor.n_bytes for tensor in found.tensors if "_exps" in tensor.name)
    embeddings = SIZE.width * SIZE.vocabulary_tokens * 2
    resting = experts * (SIZE.experts - SIZE.experts_used) // SIZE.experts
    assert work.weight_bytes == model.tensor_bytes - embeddings - resting


def test_the_matrices_of_heads_are_one_product_in_every_format() -> None:
    """Quantized experts each start anew; the heads of a latent attention do not."""
    found = parse_header(header_of("deepseek2", SIZE))
    model = ModelFile.from_headers([Shard(Path("m.gguf"), found, found.end_bytes)])
    heads = [tensor for tensor in found.tensors if tensor.name.endswith("attn_k_b.weight")]
    experts = [tensor for tensor in found.tensors if "_exps" in tensor.name]
    assert heads
    assert experts

    def nodes(tensors: list[TensorInfo], type_id: int) -> int:
        return token_work([replace(tensor, type_id=type_id) for tensor in tensors], model).nodes

    assert nodes(heads, Q4_K) == nodes(heads, F16)
    assert nodes(experts, Q4_K) > nodes(experts, F16)


@pytest.mark.parametrize("type_id", [F16, F32])
@pytest.mark.parametrize(
    ("name", "dimensions"),
    [
        ("blk.0.attn_output.bias", (97,)),
        ("blk.0.attn_q.weight", ()),
        ("blk.0.ssm_a", ()),
        ("blk.0.ffn_gate.weight", (0, 97)),
        ("token_embd.weight", (97,)),
        ("output.weight", (97, 0, 3, 0)),
    ],
)
def test_tensors_of_any_shape_are_work(
    name: str, dimensions: tuple[int, ...], type_id: int
) -> None:
    model, _ = facts("llama")
    n_bytes = math.prod(dimensions) * (2 if type_id == F16 else 4)
    work = token_work([TensorInfo(name, dimensions, type_id, 0, n_bytes)], model)
    assert work.weight_bytes in (0, n_bytes)
    assert work.tails == 0
    assert (expected_speed(work, RATES) > 0) is bool(n_bytes)


def test_a_model_without_weights_neither_has_a_speed_nor_corrects_one() -> None:
    model, work = facts("llama")
    bare = replace(work, bytes_by_type={}, nodes=0)
    run = MeasuredRun("other/model", "F16", bare, 0, RATES.threads, 10.0)
    found = predict_speed(work, model, RATES, [run])
    assert (found.basis, found.runs) == (Basis.KERNELS, 0)
    assert predict_speed(bare, model, RATES, [run]).tokens_per_second == 0


def test_keys_and_values_grow_with_the_depth_up_to_the_window() -> None:
    _, dense = facts("llama")
    per_token = 2 * SIZE.kv_width * 2 * SIZE.layers
    assert dense.kv_bytes(1000) == 1000 * per_token
    _, windowed = facts("gemma2")
    full = per_token / 2
    assert windowed.kv_bytes(100) == 100 * per_token
    assert windowed.kv_bytes(10_000) == 10_000 * full + SIZE.window * full
    _, recurrent = facts("mamba")
    assert recurrent.kv_bytes(10_000) == 0 == recurrent.attended(10_000)
    assert recurrent.state_bytes > 0
    # Each of the query heads looks at the keys and values that it shares with others.
    heads = 2 * SIZE.head_length * SIZE.heads * SIZE.layers
    assert dense.attended(1000) == 1000 * heads
    assert windowed.attended(10_000) == (10_000 + SIZE.window) * heads // 2
    found = parse_header(header_of("llama", SIZE))
    model, _ = facts("llama")
    smaller = token_work(found.tensors, model, EngineSettings(kv_type=KvType.Q8_0))
    assert smaller.kv_bytes(1000) == pytest.approx(1000 * per_token * 34 / 64)


def test_without_kernels_the_bandwidth_is_all_that_is_known() -> None:
    model, work = facts("llama")
    plain = MachineRates(2, 40e9)
    found = predict_speed(work, model, plain)
    assert found.basis is Basis.BANDWIDTH
    assert found.tokens_per_second == pytest.approx(
        40e9 * DEFAULT_EFFICIENCY / work.weight_bytes, rel=1e-3
    )


def test_each_format_counts_at_its_own_rate() -> None:
    work = TokenWork({F16: 2_000_000_000, Q4_K: 1_000_000_000}, 0, 0, 0, 0, 1000)
    rates = MachineRates(2, 40e9, {F16: 20e9, Q4_K: 5e9}, node_ns=1000.0)
    assert expected_speed(work, rates) == pytest.approx(1 / (0.1 + 0.2 + 0.001))
    # One that was not measured is taken for the nearest in bits.
    work = TokenWork({IQ4_XS: 1_000_000_000}, 0, 0, 0, 0, 0)
    assert expected_speed(work, rates) == pytest.approx(5.0)


def test_depth_and_states_cost_time() -> None:
    _, work = facts("llama")
    assert expected_speed(work, RATES, 8192) < expected_speed(work, RATES, 0)
    _, recurrent = facts("mamba")
    assert recurrent.decays == 16 * 2 * SIZE.width * SIZE.layers
    one, two = MachineRates(1, 40e9, {F16: 1e15}), MachineRates(2, 40e9, {F16: 1e15})
    assert expected_speed(recurrent, two) > expected_speed(recurrent, one)


def test_threads_add_up_as_far_as_memory_goes() -> None:
    one = MachineRates(1, 30e9, {F16: 25e9, Q4_K: 10e9, IQ4_XS: 3e9}, 500.0)
    four = several_threads(one, 40e9, 4)
    assert four.by_type == {F16: 40e9, Q4_K: 40e9, IQ4_XS: 12e9}
    assert four.threads == 4
    assert four.node_ns > one.node_ns
    assert several_threads(one, 1.0, 1) is one
    # A bandwidth that other work spoilt takes nothing away from what one thread reached.
    assert several_threads(one, 1e9, 2).by_type[F16] == 25e9


def test_spoilt_measurements_are_left_out() -> None:
    likely = MachineRates(2, 40e9, {F16: 40e9, Q4_K: 20e9}, 1500.0)
    measured = MachineRates(2, 38e9, {F16: 0.1e9, Q4_K: 18e9}, 4e6)
    one = MachineRates(1, 30e9, {F16: 25e9, Q4_K: 10e9}, 500.0)
    found = undisturbed(measured, likely, one)
    assert found.by_type == {Q4_K: 18e9}
    assert found.node_ns < 5000
    calm = MachineRates(2, 38e9, {F16: 36e9}, 600.0)
    assert undisturbed(calm, likely, one) == calm
    # Two threads that are slower than one had one core between them.
    shared = MachineRates(2, 38e9, {F16: 23e9, Q4_K: 12e9}, 600.0)
    assert undisturbed(shared, likely, one).by_type == {Q4_K: 12e9}


def run(model: ModelFile, work: TokenWork, factor: float, **changes: object) -> MeasuredRun:
    values = {
        "family_key": model.family_key,
        "level_name": model.level_name,
        "work": work,
        "depth_tokens": 0,
        "threads": 2,
        "tokens_per_second": expected_speed(work, RATES) * factor,
    }
    return MeasuredRun(**(values | changes))  # type: ignore[arg-type]


def test_measured_runs_correct_and_the_nearest_count() -> None:
    model, work = facts("llama")
    expected = expected_speed(work, RATES)
    other = run(model, work, 0.5, family_key="another/family")
    level = run(model, work, 0.8, level_name="Q8_0")
    same = run(model, work, 0.9)
    on_more_threads = run(model, work, 3.0, threads=8)

    def predicted(*runs: MeasuredRun) -> tuple[float, Basis, int]:
        found = predict_speed(work, model, RATES, runs)
        return found.tokens_per_second / expected, found.basis, found.runs

    assert predicted() == (pytest.approx(1.0), Basis.KERNELS, 0)
    assert predicted(on_more_threads) == (pytest.approx(1.0), Basis.KERNELS, 0)
    assert predicted(other) == (pytest.approx(0.5), Basis.OTHER_MODELS, 1)
    assert predicted(other, level) == (pytest.approx(0.8), Basis.FAMILY, 1)
    assert predicted(other, level, same) == (pytest.approx(0.9), Basis.SAME_FILE, 1)
    slower = run(model, work, 0.7)
    assert predicted(same, slower, run(model, work, 0.1)) == (
        pytest.approx(0.7), Basis.SAME_FILE, 3,
    )  # fmt: skip


def test_a_file_that_is_asked_every_day_does_not_outvote_others() -> None:
    model, work = facts("llama")
    often = [run(model, work, 0.5, level_name="Q8_0")] * 30
    once = [run(model, work, 0.9, level_name=name) for name in ("Q6_K", "Q5_K_M")]
    found = predict_speed(work, model, RATES, [*once, *often])
    assert found.tokens_per_second == pytest.approx(0.9 * expected_speed(work, RATES))
    assert (found.basis, found.runs) == (Basis.FAMILY, 11)


def test_the_latest_runs_of_a_file_count() -> None:
    model, work = facts("llama")
    before, now = [run(model, work, 0.4)] * 40, [run(model, work, 0.8)] * 9
    found = predict_speed(work, model, RATES, [*before, *now])
    assert found.tokens_per_second == pytest.approx(0.8 * expected_speed(work, RATES))
    assert (found.basis, found.runs) == (Basis.SAME_FILE, 9)


def test_tiny_models_say_nothing_of_large_ones() -> None:
    model, work = facts("llama")
    by_type = {type_id: size // 100 for type_id, size in work.bytes_by_type.items()}
    tiny = run(model, replace(work, bytes_by_type=by_type), 0.3, family_key="tiny/other")
    assert predict_speed(work, model, RATES, [tiny]).basis is Basis.KERNELS
    own = replace(tiny, family_key=model.family_key)
    assert predict_speed(work, model, RATES, [own]).basis is Basis.FAMILY


def from_disk(name: str, room_bytes: int) -> float:
    model, work = facts(name)
    beside = 1_000_000
    judged = judge(model.tensor_bytes + beside, room_bytes + beside)
    return bytes_from_disk(work, model, judged, model.tensor_bytes)


def test_what_is_read_in_order_does_not_stay() -> None:
    model, work = facts("llama")
    assert from_disk("llama", model.tensor_bytes) == 0
    assert from_disk("llama", model.tensor_bytes - 1) == work.weight_bytes
    assert from_disk("llama", 1) == work.weight_bytes
    assert from_disk("llama", 0) == 0  # what is no weight does not fit either


def test_experts_stay_as_far_as_there_is_room() -> None:
    model, work = facts("mixtral")
    active = work.expert_bytes * model.expert_used_count // model.expert_count
    always = work.weight_bytes - active
    assert 0 < active < work.expert_bytes
    assert from_disk("mixtral", always // 2) == work.weight_bytes
    half = always + work.expert_bytes // 2
    assert from_disk("mixtral", half) == pytest.approx(active / 2, rel=1e-3)


def test_the_disk_comes_on_top() -> None:
    model, work = facts("llama")
    speed = predict_speed(work, model, RATES)
    slowed = slowed_by_disk(speed, 5e9, 1e9)
    assert slowed.basis is Basis.DISK
    assert 1 / slowed.tokens_per_second == pytest.approx(5 + 1 / speed.tokens_per_second)
