from __future__ import annotations

import math

import numpy as np
import pytest

from app.core.quality.bits import bits_per_byte

LN2 = math.log(2)


def test_by_hand() -> None:
    found = bits_per_byte([8 * LN2, 24 * LN2], [4, 4], [6 * LN2, 20 * LN2], [4, 4])
    assert found is not None
    assert found.value.value == pytest.approx(4.0)
    assert found.reference.value == pytest.approx(3.25)
    assert found.difference.value == pytest.approx(0.75)
    assert found.value.chunks == 2


def test_tokens_that_end_elsewhere_are_brought_to_the_references_bytes() -> None:
    # Half of the bytes are scored, at the same bits a byte: the same figure.
    found = bits_per_byte([4 * LN2, 4 * LN2], [2, 4], [8 * LN2, 4 * LN2], [4, 4])
    assert found is not None
    assert found.value.value == pytest.approx((2 * 4 + 1 * 4) / 8)
    assert found.difference.value == pytest.approx(0.0)


def test_chunks_without_bytes_are_left_out() -> None:
    assert bits_per_byte([], [], [], []) is None
    assert bits_per_byte([1.0], [0], [1.0], [3]) is None
    found = bits_per_byte([1.0, 2 * LN2], [0, 2], [1.0, 2 * LN2], [3, 2])
    assert found is not None
    assert found.value.value == pytest.approx(1.0)
    assert found.value.standard_error is None


def test_the_paired_difference_is_far_surer_and_covers() -> None:
    """What makes a chunk hard is hard for both; the interval of the difference holds the truth."""
    rng = np.random.default_rng(5)
    held = 0
    runs = 1500
    for _ in range(runs):
        sizes = rng.integers(500, 900, 32)
        hard = rng.normal(2.0, 0.5, 32)
        base = hard * sizes * LN2
        ours = (hard + 0.04 + rng.normal(0, 0.05, 32)) * sizes * LN2
        found = bits_per_byte(ours.tolist(), sizes.tolist(), base.tolist(), sizes.tolist())
        assert found is not None
        interval = found.difference.interval()
        assert interval is not None
        held += interval.low <= 0.04 <= interval.high
        errors = found.difference.standard_error, found.value.standard_error
        assert errors[0] is not None
        assert errors[1] is not None
        assert errors[0] < errors[1]
    assert 0.92 <= held / runs <= 0.98
