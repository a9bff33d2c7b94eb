"""Parts of the engine host that need no llama.cpp."""

from __future__ import annotations

import ctypes

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from app.core.chats.thinking import USUAL_MARKS, ThinkingMarks
from app.engine.host.abort import AbortFlag
from app.engine.host.load_log import LoadSizes, PlannedSizes
from app.engine.host.refusals import known_refusal
from app.engine.host.text import StopStrings, TextBuilder
from app.engine.protocol.loading import Device
from app.engine.protocol.running import FailureKind

MIB = 1 << 20

# As llama.cpp 0c1e57098 prints it.
LOAD_LOG = """\
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


def asks(flag: AbortFlag) -> bool:
    """What llama.cpp would be told."""
    prototype = ctypes.CFUNCTYPE(ctypes.c_bool, ctypes.c_void_p)
    callback = flag.callback(prototype)
    assert callable(callback)
    return bool(callback(flag.address))


def test_a_stop_reaches_the_command_that_it_names() -> None:
    flag = AbortFlag()
    flag.begin(1)
    assert not asks(flag)
    flag.stop(1)
    assert flag.is_set
    assert asks(flag)
    flag.end()
    assert not asks(flag)


def test_a_stop_ahead_of_its_command_waits_and_a_late_one_is_dropped() -> None:
    flag = AbortFlag()
    flag.begin(1)
    flag.stop(2)
    assert not flag.is_set
    flag.end()
    flag.begin(2)
    assert flag.is_set
    flag.end()
    flag.stop(2)
    flag.begin(3)
    assert not flag.is_set


@given(st.text("ab#\n", max_size=30), st.lists(st.text("ab#\n", min_size=1, max_size=4)))
def test_stop_strings_do_not_depend_on_the_pieces(text: str, stops: list[str]) -> None:
    whole = StopStrings(stops)
    expected = whole.feed(text)
    expected += "" if whole.found else whole.finish()
    pieces = StopStrings(stops)
    shown = "".join(pieces.feed(sign) for sign in text)
    shown += "" if pieces.found else pieces.finish()
    assert pieces.found == whole.found
    # A short stop string may be seen before a longer one that began earlier is complete.
    assert shown.startswith(expected) or expected.startswith(shown)
    if not any(stop in text for stop in stops):
        assert shown == text


@pytest.mark.parametrize(
    ("pieces", "shown", "found"),
    [
        (["\n\n", "B) Lisbon", "\n\n", "Next"], "\n\nB) Lisbon", True),
        (["\n", "\n", " \n", "\nB", "\n", "\nNext"], "\n\n \n\nB", True),
        (["\n\nB\n\nNext"], "\n\nB", True),
        (["\n\n", "\t\n\n"], "\n\n\t\n\n", False),
        (["B\n", "\n"], "B", True),
        (["\n\nB\n"], "\n\nB\n", False),
        # A mark with signs in it ends what has not begun too.
        (["\n\nEN", "D\n\nmore"], "\n\n", True),
        (["EN", "D"], "", True),
    ],
)
def test_a_stop_counts_only_behind_an_answer(pieces: list[str], shown: str, found: bool) -> None:
    stops = StopStrings(["\n\n", "END"])
    assert "".join(map(stops.feed, pieces)) + stops.finish() == shown
    assert stops.found == found


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=60), st.integers(1, 5))
def test_text_survives_being_cut_anywhere(text: str, size: int) -> None:
    data = text.encode()
    assume(not text.lstrip().startswith(USUAL_MARKS.start))
    builder = TextBuilder(USUAL_MARKS, starts_thinking=False, stops=[])
    for start in range(0, len(data), size):
        builder.feed(data[start : start + size])
    builder.finish()
    assert builder.pieces.take() == (text, "")


def test_thinking_and_answer_come_apart() -> None:
    marks = ThinkingMarks("<think>", "</think>")
    builder = TextBuilder(marks, starts_thinking=True, stops=["END"])
    for piece in (b"so ", b"so</thi", b"nk>\n\nYes", b".EN", b"D more"):
        builder.feed(piece)
    builder.finish()
    assert builder.pieces.take() == ("Yes.", "so so")
    assert builder.stop_found


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
