"""How many layers a GPU gets, and what is planned for that."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from app.core.candidates.settings import EngineSettings
from app.core.gguf import parse_header
from app.core.memory.devices import Plan, PlannedDevice, Question, Sharing, settle, with_room
from app.core.memory.estimate import Needs
from app.core.memory.fit import TIGHT_SHARE, Verdict, judge, layer_bytes
from app.core.models.model_file import ModelFile, Shard
from tests.helpers.architectures import Size, header_of

HEADER = parse_header(header_of("llama", Size(layers=8, vocabulary_tokens=300)))
MODEL = ModelFile.from_headers([Shard(Path("m.gguf"), HEADER, HEADER.end_bytes)])
WEIGHTS = layer_bytes(HEADER.tensors, 8)
KV_BYTES, COMPUTE_BYTES = 800_000, 1_000_000


def settled(free_bytes: int, engine: EngineSettings) -> tuple[list[int | None], Sharing]:
    """What was asked of an engine with one GPU, and what came of it."""
    asked: list[int | None] = []

    def ask(layers: int | None) -> Plan:
        asked.append(layers)
        on_gpu = 9 if layers is None else min(layers, 9)
        order = list(range(9))
        cpu = PlannedDevice("CPU", "cpu", 0, 1 << 40, order[: 9 - on_gpu])
        gpu = PlannedDevice("CUDA0", "gpu", COMPUTE_BYTES, free_bytes, order[9 - on_gpu :])
        weights = MODEL.tensor_bytes
        return Plan(512, 300, weights, KV_BYTES, COMPUTE_BYTES, 10, [cpu, gpu])

    def needs_of(plan: Plan) -> Needs:
        return Needs(plan.weights_bytes, plan.kv_bytes, plan.compute_bytes, plan.output_bytes, 0)

    _, sharing = settle(Question(MODEL, WEIGHTS, engine), ask, needs_of)
    return asked, sharing


@given(st.integers(0, 40_000_000), st.booleans())
def test_what_fits_is_planned_and_fits(free_bytes: int, kv_on_cpu: bool) -> None:
    asked, sharing = settled(free_bytes, EngineSettings(kv_on_cpu=kv_on_cpu))
    cpu, gpu = sharing.shares
    assert asked[0] is None
    assert sharing.gpu_layers == gpu.layers
    assert gpu.layers in (0, 9) or asked[-1] == gpu.layers
    if gpu.layers:
        assert judge(gpu.total_bytes, free_bytes).verdict is not Verdict.NO
    assert KV_BYTES - 9 <= cpu.kv_bytes + gpu.kv_bytes <= KV_BYTES
    assert not (kv_on_cpu and gpu.kv_bytes)


def test_the_cache_on_the_processor_makes_room_for_layers() -> None:
    room = WEIGHTS.of(8) + 5 * WEIGHTS.of(0) + COMPUTE_BYTES
    free_bytes = round(room / TIGHT_SHARE) + 1000
    with_cache = settled(free_bytes, EngineSettings())[1].gpu_layers
    without = settled(free_bytes, EngineSettings(kv_on_cpu=True))[1].gpu_layers
    assert with_cache is not None
    assert without is not None
    assert with_cache < without


def test_a_number_that_was_set_is_kept() -> None:
    asked, sharing = settled(0, EngineSettings(gpu_layers=5))
    assert asked == [5]
    assert sharing.gpu_layers == 5


def test_what_shares_the_pcs_memory_has_its_room() -> None:
    cpu, gpu = settled(1 << 40, EngineSettings())[1].shares
    assert with_room(cpu, 7) == replace(cpu, available_bytes=7)
    assert with_room(gpu, 7) is gpu
