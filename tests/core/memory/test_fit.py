from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.gguf import GgufHeader, parse_header
from app.core.memory.estimate import Needs, overhead_bytes
from app.core.memory.fit import (
    DeviceShare,
    LevelChoice,
    Verdict,
    advise_level,
    judge,
    judge_devices,
    kept_tensors,
    layer_bytes,
    layers_that_fit,
    share_out,
)
from app.core.models.model_file import ModelFile, Shard
from tests.helpers.architectures import Size, header_of

GB = 1_000_000_000
NEEDS = Needs(6 * GB, 2 * GB, GB, GB // 2, GB // 2)


def header(name: str = "llama") -> GgufHeader:
    return parse_header(header_of(name, Size(vocabulary_tokens=300)))


def model(found: GgufHeader) -> ModelFile:
    return ModelFile.from_headers([Shard(Path("m.gguf"), found, found.end_bytes)])


def gpu(available_bytes: int, compute_bytes: int = 0) -> DeviceShare:
    return DeviceShare("CUDA0", "gpu", 0, 0, compute_bytes, available_bytes, 0)


@pytest.mark.parametrize(
    ("needed", "available", "verdict"),
    [(90, 100, Verdict.FITS), (91, 100, Verdict.TIGHT), (100, 100, Verdict.TIGHT),
     (101, 100, Verdict.NO), (1, 0, Verdict.NO), (0, 0, Verdict.FITS)],
)  # fmt: skip
def test_tight_is_above_nine_tenths(needed: int, available: int, verdict: Verdict) -> None:
    assert judge(needed, available).verdict is verdict


def test_the_reason_has_the_figures() -> None:
    assert judge(11_200_000_000, 9_800_000_000).reason == (
        "does not fit: needs 11.2 GB, 9.80 GB free"
    )
    assert judge(7_000_000, 8 * GB, "CUDA0").reason == "fits: needs 7.00 MB, 8.00 GB free on CUDA0"


def test_parts_add_up() -> None:
    assert NEEDS.total_bytes == 10 * GB
    assert overhead_bytes(150_000) - overhead_bytes(0) == pytest.approx(45_000_000, rel=0.1)


def test_the_memory_that_is_short_decides() -> None:
    on_gpu = DeviceShare("CUDA0", "gpu", 4 * GB, GB, GB, 8 * GB, 10)
    shared = DeviceShare("Vulkan0", "igpu", 4 * GB, GB, GB, 8 * GB, 10)
    assert judge_devices(NEEDS, [on_gpu], 5 * GB).verdict is Verdict.FITS
    short = judge_devices(NEEDS, [on_gpu], 3 * GB)
    assert (short.verdict, short.device, short.needed_bytes) == (Verdict.NO, "", 4 * GB)
    full = DeviceShare("CUDA0", "gpu", 4 * GB, GB, GB, 5 * GB, 10)
    assert judge_devices(NEEDS, [full], 50 * GB).device == "CUDA0"
    # One that shares the PC's memory takes nothing off it.
    assert judge_devices(NEEDS, [shared], 9 * GB).verdict is Verdict.NO


@pytest.mark.parametrize("name", ["llama", "qwen2", "mamba", "qwen2moe"])
def test_weights_are_summed_up_by_layer(name: str) -> None:
    found = header(name)
    size = Size(vocabulary_tokens=300)
    weights = layer_bytes(found.tensors, size.layers)
    total = sum(tensor.n_bytes for tensor in found.tensors)
    assert weights.input_bytes + sum(weights.layers) + weights.output_bytes == total
    assert weights.tied == (name in {"qwen2", "mamba"})
    assert weights.input_bytes == size.width * 300 * 2


@given(st.integers(0, 7), st.sampled_from(["llama", "qwen2", "jamba", "mamba"]))
def test_shares_hold_everything_once(on_gpu: int, name: str) -> None:
    found = header(name)
    facts = model(found)
    n_layers = facts.block_count
    weights = layer_bytes(found.tensors, n_layers)
    needs = Needs(facts.tensor_bytes, 70_000, 10, 10, 10)
    order = list(range(n_layers + 1))
    split = n_layers + 1 - on_gpu
    cpu = DeviceShare("CPU", "cpu", 0, 0, 5, GB, 0)
    shares = share_out(needs, weights, facts, 512, [(cpu, order[:split]), (gpu(GB), order[split:])])
    copied = weights.input_bytes if weights.tied and on_gpu else 0
    assert sum(share.weights_bytes for share in shares) == facts.tensor_bytes + copied
    assert sum(share.kv_bytes for share in shares) == pytest.approx(70_000, abs=n_layers)
    assert [share.layers for share in shares] == [split, on_gpu]


@given(st.integers(0, 5), st.integers(0, 4), st.integers(0, 99))
def test_experts_stay_with_the_processor(on_gpu: int, kept: int, adapter_bytes: int) -> None:
    found = header("mixtral")
    facts = model(found)
    n_layers = facts.block_count
    split = n_layers + 1 - min(on_gpu, n_layers + 1)
    order = list(range(n_layers + 1))

    def on_each(cpu_experts: int | None) -> list[int]:
        weights = layer_bytes(found.tensors, n_layers, cpu_experts, adapter_bytes)
        needs = Needs(facts.tensor_bytes + adapter_bytes, 0, 10, 10, 10)
        cpu = DeviceShare("CPU", "cpu", 0, 0, 5, GB, 0)
        devices = [(cpu, order[:split]), (gpu(GB), order[split:])]
        return [share.weights_bytes for share in share_out(needs, weights, facts, 512, devices)]

    usual, moved = on_each(None), on_each(kept)
    of_a_layer = sum(t.n_bytes for t in found.tensors if t.name.startswith("blk.0.ffn_") and
                     "_exps" in t.name)  # fmt: skip
    taken = of_a_layer * max(0, min(kept, n_layers) - split)
    assert sum(usual) == sum(moved) == facts.tensor_bytes + adapter_bytes
    assert (usual[0] + taken, usual[1] - taken) == tuple(moved)


def test_layers_are_counted_from_the_last() -> None:
    found = header()
    facts = model(found)
    weights = layer_bytes(found.tensors, facts.block_count)
    needs = Needs(facts.tensor_bytes, 60_000, 10, 10, 10)

    def fitting(room_bytes: float) -> int:
        free = int(room_bytes / 0.9) + 1 + int(1000 / 0.9)
        return layers_that_fit(needs, weights, facts, 512, gpu(free, 1000))

    assert fitting(0) == 0
    assert fitting(weights.output_bytes) == 1
    two = weights.output_bytes + 2 * (weights.layers[-1] + 10_000)
    assert fitting(two) == 3
    assert fitting(10 * GB) == facts.block_count + 1


def choice(name: str, bits: float, size: int, verdict: Verdict) -> LevelChoice:
    return LevelChoice(name, bits, size, verdict)


def test_the_largest_that_fits_is_recommended() -> None:
    levels = [
        choice("F16", 16, 16, Verdict.NO),
        choice("Q8_0", 8.5, 8, Verdict.TIGHT),
        choice("Q4_K_M", 4.9, 5, Verdict.FITS),
        choice("Q2_K", 3.2, 3, Verdict.FITS),
    ]
    found = advise_level(levels)
    assert found.index == 2
    assert "largest" in str(found.reason)
    assert advise_level(levels[:2]).index == 1
    assert "tight" in str(advise_level(levels[:2]).reason)
    assert advise_level(levels[:1]).index is None
    assert advise_level([]).index is None


def test_full_precision_is_for_measuring_against() -> None:
    levels = [choice("F16", 16, 16, Verdict.FITS), choice("Q8_0", 8.5, 8, Verdict.FITS)]
    found = advise_level(levels)
    assert found.index == 1
    assert "F16" in str(found.reason)
    assert advise_level(levels[:1]).index == 0


@pytest.mark.parametrize("name", ["llama", "llama-tied"])
def test_what_a_gpu_does_not_take_stays_with_the_processor(name: str) -> None:
    found = header(name)
    n_layers = model(found).block_count
    weights = layer_bytes(found.tensors, n_layers)
    for gpu_layers in range(1, n_layers + 2):
        kept = kept_tensors(found.tensors, n_layers, gpu_layers)
        assert sum(t.n_bytes for t in kept) == sum(weights.layers[: n_layers + 1 - gpu_layers])
