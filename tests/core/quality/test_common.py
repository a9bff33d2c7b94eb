"""Of how much text all rows can be told."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from app.core.quality.common import CHECKPOINTS, checkpoints, common_chunks
from app.core.statistics.looks import LOOKS_CHUNKS


def test_figures_are_made_at_every_look_and_at_the_end() -> None:
    assert set(LOOKS_CHUNKS) <= set(CHECKPOINTS)
    assert checkpoints(17) == [1, 2, 4, 6, 8, 10, 12, 14, 16, 17]
    assert checkpoints(48)[-1] == 48
    assert checkpoints(1) == [1]


def test_the_shortest_row_decides() -> None:
    assert common_chunks([checkpoints(48), checkpoints(16), checkpoints(24)]) == 16
    assert common_chunks([checkpoints(48)]) == 48
    assert common_chunks([checkpoints(13), checkpoints(24)]) == 12
    assert common_chunks([checkpoints(13), checkpoints(13)]) == 13


def test_who_has_next_to_nothing_holds_back_nobody() -> None:
    assert common_chunks([checkpoints(48), checkpoints(3)]) == 48
    assert common_chunks([checkpoints(5), checkpoints(3)]) == 2
    assert common_chunks([checkpoints(16), []]) == 16
    assert common_chunks([[], []]) is None
    assert common_chunks([]) is None


@given(st.lists(st.integers(8, 48), min_size=1, max_size=6))
def test_rows_have_it_and_it_is_little_less_than_the_shortest(counts: list[int]) -> None:
    common = common_chunks([checkpoints(count) for count in counts])
    assert common is not None
    assert all(common in checkpoints(count) for count in counts)
    assert min(counts) - 7 <= common <= min(counts)
