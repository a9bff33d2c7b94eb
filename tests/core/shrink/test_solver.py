"""The choices that lose least within a size."""

from __future__ import annotations

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.shrink.solver import Choice, OutOfReach, hull, solve

SMALL, MIDDLE, LARGE = Choice("s", 10, 9.0), Choice("m", 20, 4.0), Choice("l", 40, 1.0)
WORSE = Choice("w", 25, 8.0)
choices = st.lists(
    st.builds(Choice, st.just("t"), st.integers(1, 60), st.floats(0, 100)), min_size=1, max_size=5
)


def test_only_choices_on_the_lower_hull_stay() -> None:
    assert hull([LARGE, WORSE, SMALL, MIDDLE]) == [SMALL, MIDDLE, LARGE]


def test_bytes_go_where_they_save_most() -> None:
    tensors = {"a": [SMALL, MIDDLE, LARGE], "b": [SMALL, Choice("m", 20, 8.9)]}
    assert [each.type for each in solve(tensors, 30).values()] == ["m", "s"]
    assert [each.type for each in solve(tensors, 20).values()] == ["s", "s"]
    assert [each.type for each in solve(tensors, 60).values()] == ["l", "m"]
    with pytest.raises(OutOfReach) as caught:
        solve(tensors, 19)
    assert caught.value.least_bytes == 20


@given(st.dictionaries(st.sampled_from("abcd"), choices, min_size=1), st.integers(1, 240))
def test_no_choice_on_hulls_of_the_same_size_loses_less(
    tensors: dict[str, list[Choice]], most: int
) -> None:
    least = sum(hull(each)[0].n_bytes for each in tensors.values())
    if least > most:
        with pytest.raises(OutOfReach):
            solve(tensors, most)
        return
    found = solve(tensors, most)
    taken = sum(each.n_bytes for each in found.values())
    assert taken <= most
    lost = sum(each.loss for each in found.values())
    for other in product(*(tensors[name] for name in found)):
        if sum(each.n_bytes for each in other) <= taken:
            # A greedy walk is best at its own sizes, but for the steps that were filled up last.
            assert lost <= sum(each.loss for each in other) + max(
                hull(tensors[name])[0].loss for name in found
            )
