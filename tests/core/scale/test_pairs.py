"""Two files at equal memory."""

from __future__ import annotations

from pathlib import Path

from app.core.scale.pairs import Sized, equal_pair


def sized(level: str, parameters: int, needed: int) -> Sized:
    return Sized(Path(f"{parameters}-{level}.gguf"), level, parameters, needed)


SMALL = [sized("Q8_0", 4, 5_000), sized("Q4_K_M", 4, 3_000)]
LARGE = [sized("Q4_K_M", 8, 5_100), sized("Q2_K", 8, 3_400), sized("F16", 8, 16_000)]


def test_the_nearest_needs_are_paired_and_the_smaller_model_comes_first() -> None:
    for one, other in ((SMALL, LARGE), (LARGE, SMALL)):
        found = equal_pair(one, other, 10_000)
        assert found is not None
        assert (found.smaller, found.larger) == (SMALL[0], LARGE[0])


def test_what_this_pc_cannot_hold_is_passed_over() -> None:
    one, other = [*SMALL, sized("F16", 4, 9_000)], [*LARGE, sized("Q8_0", 8, 9_000)]
    assert (found := equal_pair(one, other, 10_000)) is not None
    assert found.smaller.level == "F16"
    assert (found := equal_pair(one, other, 6_000)) is not None
    assert found.smaller.level == "Q8_0"


def test_there_may_be_none() -> None:
    assert equal_pair(SMALL, [sized("F16", 8, 16_000)], 10_000) is None
    assert equal_pair([], LARGE, 10_000) is None
