"""Files of importance matrices, read and written."""

from __future__ import annotations

import struct

import numpy as np
import pytest

from app.core.errors import PersonError
from app.core.shrink.importance import (
    Entry,
    Importance,
    NoMatrixError,
    from_bytes,
    input_size,
    to_bytes,
)

SUMS = np.array([2.0, 4.0, 6.0, 3.0, 3.0, 9.0], np.float32)
DENSE = Entry(SUMS, np.array([2.0], np.float32))
EXPERTS = Entry(SUMS, np.array([0.0, 3.0], np.float32))
WHOLE = Importance({"blk.1.b.weight": DENSE, "blk.0.a.weight": EXPERTS}, ("text", "ü"), 7, 512)


def legacy(name: bytes = b"blk.0.a.weight", calls: int = 4, size: int = 6) -> bytes:
    entry = struct.pack("<i", len(name)) + name + struct.pack("<ii", calls, size)
    end = struct.pack("<ii", 9, 4) + b"file"
    return struct.pack("<i", 1) + entry + SUMS.tobytes() + end


def test_what_is_written_is_read_again() -> None:
    found = from_bytes(to_bytes(WHOLE), "m")
    assert (found.datasets, found.chunks, found.chunk_tokens) == (("text", "ü"), 7, 512)
    assert list(found.entries) == ["blk.0.a.weight", "blk.1.b.weight"]
    for name, entry in WHOLE.entries.items():
        np.testing.assert_array_equal(found.entries[name].sums, entry.sums)
        np.testing.assert_array_equal(found.entries[name].counts, entry.counts)
    assert found.unused == 1


def test_values_are_means_and_unused_experts_count_alike() -> None:
    assert DENSE.values.tolist() == [1, 2, 3, 1.5, 1.5, 4.5]
    assert EXPERTS.values.tolist() == [1, 1, 1, 1, 1, 3]


def test_the_form_before_gguf_is_read() -> None:
    found = from_bytes(legacy(), "m.dat")
    assert (found.datasets, found.chunks) == (("file",), 9)
    assert found.entries["blk.0.a.weight"].values.tolist() == (SUMS / 4).tolist()


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"GGUF",
        b"a text\n" * 9,
        legacy()[:30],
        legacy(size=0),
        legacy(size=2**30),
        to_bytes(WHOLE)[:-64],
        to_bytes(Importance({})),
        to_bytes(WHOLE).replace(b".counts", b".countz"),
    ],
)
def test_what_is_no_matrix_is_refused(data: bytes) -> None:
    with pytest.raises(NoMatrixError, match="“m” is no importance matrix, or a damaged one"):
        from_bytes(data, "m")


def test_values_that_are_no_numbers_are_refused() -> None:
    sums = SUMS.copy()
    sums[1] = np.nan
    with pytest.raises(PersonError, match="no numbers"):
        from_bytes(to_bytes(Importance({"a": Entry(sums, DENSE.counts)})), "m")


def test_sizes_of_inputs_count_experts() -> None:
    assert input_size((256, 512)) == 256
    assert input_size((256, 512, 8)) == 2048
