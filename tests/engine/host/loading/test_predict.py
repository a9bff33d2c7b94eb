"""What an engine says that a load would take, against loads."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from app.core.candidates.settings import EngineSettings, FlashAttention, KvType
from app.engine.host.loading.load_log import PlannedSizes
from app.engine.protocol.loading import Device, Load, Loaded, Predict, Predicted
from app.engine.protocol.running import Failed, FailureKind
from tests.helpers import gguf_files as files
from tests.helpers.architectures import DESIGNS, Size, write_architecture, write_header_only

if TYPE_CHECKING:
    from tests.engine.conftest import RecordedEngine

MIB = 1 << 20
# llama.cpp prints hundredths of a MiB.
ROUNDING_BYTES = 0.02 * MIB

# As llama.cpp 0c1e57098 prints it, with a GPU that takes two of three layers.
PLAN_LOG: str = """\
print_info: file format = GGUF V3 (latest)
print_info: file size   = 65.18 MiB (16.01 BPW)\x20
load_tensors: layer   0 assigned to device CPU, is_swa = 1
load_tensors: layer   1 assigned to device CUDA0, is_swa = 1
load_tensors: layer   2 assigned to device CUDA0, is_swa = 0
load_tensors:          CPU model buffer size =     0.00 MiB
llama_context:        CPU  output buffer size =     0.58 MiB
llama_kv_cache_iswa: creating non-SWA KV cache, size = 4096 cells
llama_kv_cache:        CPU KV buffer size =     0.00 MiB
llama_kv_cache: size =   32.00 MiB (  4096 cells,   8 layers,  1/1 seqs), K (f16):   16.00 MiB, \
V (f16):   16.00 MiB
llama_kv_cache_iswa: creating     SWA KV cache, size = 1024 cells
llama_kv_cache: size =    8.00 MiB (  1024 cells,   8 layers,  1/1 seqs), K (f16):    4.00 MiB, \
V (f16):    4.00 MiB
llama_memory_recurrent:        CPU RS buffer size =     1.50 MiB
llama_memory_recurrent: size =    1.50 MiB (     1 cells,   4 layers,  1 seqs  0 rs_seq), \
R (f32):    0.50 MiB, S (f32):    1.00 MiB, P (f32):    0.00 MiB
sched_reserve:      CUDA0 compute buffer size =    21.01 MiB
sched_reserve:  CUDA_Host compute buffer size =    10.00 MiB
"""


def test_the_log_of_a_plan_is_read() -> None:
    sizes = PlannedSizes(PLAN_LOG.splitlines())
    assert sizes.complete
    assert sizes.weights_bytes == round(65.18 * MIB)
    assert sizes.kv_bytes == round(41.5 * MIB)
    assert sizes.compute_bytes == round(21.01 * MIB) + 10 * MIB
    assert sizes.output_bytes == round(0.58 * MIB)
    known = [Device("CPU", "cpu", "a", 5, 6), Device("CUDA0", "gpu", "b", 7, 8)]
    processor, gpu = sizes.by_device(known)
    assert (processor.layers, processor.compute_bytes) == ([0], 10 * MIB)
    assert (gpu.layers, gpu.compute_bytes, gpu.available_bytes) == ([1, 2], round(21.01 * MIB), 7)


def test_large_files_are_told_in_gibibytes() -> None:
    large = PLAN_LOG.replace("65.18 MiB", "4.58 GiB")
    assert PlannedSizes(large.splitlines()).weights_bytes == round(4.58 * 1024 * MIB)


@pytest.mark.parametrize("missing", ["print_info: file size", ": size =", "compute buffer"])
def test_another_format_of_the_log_is_noticed(missing: str) -> None:
    lines = [line for line in PLAN_LOG.splitlines() if missing not in line]
    assert not PlannedSizes(lines).complete


def predicted(engine: RecordedEngine, path: Path, context: int, kv: KvType) -> Predicted:
    command_id = engine.client.next_id()
    engine.client.send(Predict(command_id, str(path), context, 1, EngineSettings(kv_type=kv)))
    return engine.wait(Predicted, lambda event: event.id == command_id)


def loaded(engine: RecordedEngine, path: Path, context: int, kv: KvType) -> Loaded:
    command_id = engine.client.next_id()
    engine.client.send(Load(command_id, str(path), context, 1, EngineSettings(kv_type=kv)))
    return engine.wait(Loaded, lambda event: event.id == command_id)


@pytest.mark.parametrize("name", DESIGNS)
def test_a_header_alone_tells_what_the_load_takes(
    engine: RecordedEngine, tmp_path: Path, name: str
) -> None:
    header = write_header_only(tmp_path / "header.gguf", name)
    whole = write_architecture(tmp_path / "whole.gguf", name)
    for context, kv_type in ((512, KvType.F16), (5000, KvType.Q8_0)):
        plan = predicted(engine, header, context, kv_type)
        load = loaded(engine, whole, context, kv_type)
        assert plan.context_tokens == load.context_tokens
        assert plan.vocabulary_size == load.vocabulary_size
        for part in ("weights_bytes", "kv_bytes", "compute_bytes", "output_bytes"):
            found, expected = getattr(plan, part), getattr(load, part)
            assert found == pytest.approx(expected, abs=ROUNDING_BYTES), part
        assert [device.layers for device in plan.devices] == [list(range(Size().layers + 1))]


def test_what_is_loaded_stays(engine: RecordedEngine, tmp_path: Path) -> None:
    model = files.write_scripted_model(tmp_path / "m.gguf", ["The", " sky"])
    engine.load(model)
    predicted(engine, write_header_only(tmp_path / "h.gguf", "gemma2"), 2048, KvType.F16)
    assert engine.answer("Why?")[0] == "The sky"


@pytest.mark.parametrize("write", [files.write_unknown_architecture, files.write_absurd_counts])
def test_a_refused_header_is_told(engine: RecordedEngine, tmp_path: Path, write: object) -> None:
    assert callable(write)
    path = write(tmp_path / "refused.gguf")
    engine.client.send(Predict(engine.client.next_id(), str(path), 512, 1))
    assert engine.wait(Failed).kind is FailureKind.LOAD
    healthy = write_header_only(tmp_path / "h.gguf", "llama")
    assert predicted(engine, healthy, 512, KvType.F16).kv_bytes > 0


def test_an_impossible_combination_is_told(engine: RecordedEngine, tmp_path: Path) -> None:
    path = write_header_only(tmp_path / "h.gguf", "llama")
    command = Predict(
        engine.client.next_id(),
        str(path),
        512,
        1,
        EngineSettings(kv_type=KvType.Q4_0, flash_attention=FlashAttention.OFF),
    )
    engine.client.send(command)
    assert engine.wait(Failed).kind is FailureKind.CONTEXT
