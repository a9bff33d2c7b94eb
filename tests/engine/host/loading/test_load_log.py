"""What is read from llama.cpp's log of a load."""

from __future__ import annotations

import pytest

from app.engine.host.loading.load_log import LoadSizes, PlannedSizes
from app.engine.host.refusals import known_refusal
from app.engine.protocol.loading import Device
from app.engine.protocol.running import FailureKind

MIB = 1 << 20


# As llama.cpp 0c1e57098 prints it.
LOAD_LOG: str = """\
load_tensors:   CPU_Mapped model buffer size =    65.18 MiB
load_tensors:   CPU_REPACK model buffer size =    40.50 MiB
load_tensors:        CUDA0 model buffer size =   100.00 MiB
llama_context:        CPU  output buffer size =     0.58 MiB
llama_kv_cache_iswa: creating non-SWA KV cache, size = 4096 cells
llama_kv_cache:        CPU KV buffer size =    32.00 MiB
llama_kv_cache: size =   32.00 MiB (  4096 cells,   8 layers,  1/1 seqs), K (f16):   16.00 MiB
llama_kv_cache:        CPU KV buffer size =     8.00 MiB
llama_memory_recurrent:        CPU RS buffer size =     1.50 MiB
sched_reserve:        CPU compute buffer size =   252.50 MiB
sched_reserve:        CPU compute buffer size =    21.01 MiB
sched_reserve:      CUDA0 compute buffer size =    10.00 MiB
"""


def test_sizes_are_read_from_the_load_log() -> None:
    sizes = LoadSizes(LOAD_LOG.splitlines())
    assert sizes.weights_bytes == round(65.18 * MIB) + 100 * MIB
    assert sizes.repacked_bytes == round(40.5 * MIB)
    assert sizes.kv_bytes == round(41.5 * MIB)
    assert sizes.compute_bytes == round(21.01 * MIB) + 10 * MIB
    assert sizes.output_bytes == round(0.58 * MIB)


def test_sizes_are_told_by_device() -> None:
    known = [Device("CPU", "cpu", "a", 5, 6), Device("CUDA0", "gpu", "b", 7, 8)]
    processor, gpu = LoadSizes(LOAD_LOG.splitlines()).by_device(known)
    assert (processor.name, processor.kind, processor.available_bytes) == ("CPU", "cpu", 5)
    assert processor.weights_bytes == round(65.18 * MIB)
    assert (gpu.name, gpu.weights_bytes, gpu.compute_bytes) == ("CUDA0", 100 * MIB, 10 * MIB)


HOSTILE_LINES = [
    "x" * 1_000_000,
    " ".join(["x"] * 500_000),
    "x: " + "y" * 1_000_000 + " model buffer size",
    "model buffer size = " * 50_000,
    "x: " + " " * 1_000_000 + "model buffer size = 1.0 MiB",
    "x: CPU model buffer size = 1.2.3 MiB",
    "x: CPU model buffer size = " + "9" * 5000 + " MiB",
    "load_tensors: layer " + "9" * 5000 + " assigned to device CPU, is_swa = 0",
    "print_info: file size   = 1..2 MiB (",
]


@pytest.mark.parametrize("line", HOSTILE_LINES, ids=range(len(HOSTILE_LINES)))
def test_no_line_of_a_log_takes_long_or_counts(line: str) -> None:
    """Patterns that go back take hours for such a line; the suite would not end."""
    assert LoadSizes([line] * 20).weights_bytes == 0
    planned = PlannedSizes([line] * 20)
    assert not planned.complete
    assert planned.weights_bytes == 0
    assert known_refusal(FailureKind.QUANTIZE, [line] * 20) is None
