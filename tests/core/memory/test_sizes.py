"""How large a model a PC takes, from its memory alone."""

from __future__ import annotations

import pytest

from app.core.memory.fit import Verdict
from app.core.memory.sizes import (
    about_needed_bytes,
    about_verdict,
    largest_parameters,
    quick_parameters,
)

GIB = 1 << 30
B = 10**9


@pytest.mark.parametrize(
    ("memory_gib", "largest_b"), [(4, 3), (8, 8), (16, 16), (32, 40), (64, 85)]
)
def test_the_largest_model_follows_from_the_memory(memory_gib: int, largest_b: int) -> None:
    largest = largest_parameters(memory_gib * GIB)
    assert largest == largest_b * B
    assert about_verdict(largest, memory_gib * GIB) is Verdict.FITS


def test_what_is_clearly_larger_does_not_fit() -> None:
    assert about_verdict(32 * B, 16 * GIB) is Verdict.NO
    assert about_verdict(8 * B, 16 * GIB) is Verdict.FITS
    assert largest_parameters(400_000_000) == 0


def test_a_model_needs_more_than_its_weights() -> None:
    # Llama 3.1 8B at Q4_K_M: 4.92 GB of weights, 5.8 GB by llama.cpp's plan.
    assert about_needed_bytes(8_030_000_000) == pytest.approx(5.75e9, rel=0.05)


@pytest.mark.parametrize(("bandwidth", "quick_b"), [(20e9, 3), (40e9, 7), (400e9, 75)])
def test_how_large_a_quick_one_is_follows_from_the_bandwidth(
    bandwidth: float, quick_b: int
) -> None:
    assert quick_parameters(bandwidth) == quick_b * B


def test_small_ones_are_said_in_millions() -> None:
    assert largest_parameters(GIB * 5 // 4) == 600_000_000
