"""The order of questions, and the looks: balanced, and their shares add up."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.tasks.items import Check, TaskItem
from app.core.tasks.looks import LEAST_QUESTIONS, in_turns, looks_at, looks_of


def test_every_beginning_is_balanced_over_the_kinds() -> None:
    items = [
        TaskItem(f"{kind}{n}", kind, "?", "1", Check.NUMBER)
        for kind, count in (("a", 60), ("b", 60), ("c", 15))
        for n in range(count)
    ]
    ordered = in_turns(items)
    assert sorted(item.key for item in ordered) == sorted(item.key for item in items)
    for look in looks_at(ordered, stops=True):
        counts = Counter(item.kind for item in ordered[: look.questions])
        assert counts["a"] == counts["b"]
        assert counts["c"] == min(15, counts["a"])
        first = [item.key for item in ordered[: look.questions] if item.kind == "a"]
        assert first == [f"a{n}" for n in range(counts["a"])]


@pytest.mark.parametrize(
    ("each", "ends"),
    [
        ([60] * 8, [64, 120, 240, 480]),
        ([480] * 8, [64, 120, 240, 480, 960, 1920, 3840]),
        ([20] * 15, [45, 75, 150, 300]),
        ([10], [10]),
        ([], []),
    ],
)
def test_the_looks_of_the_profiles(each: list[int], ends: list[int]) -> None:
    assert [look.questions for look in looks_of(each, stops=True)] == ends
    assert [look.questions for look in looks_of(each, stops=False)] == ends[-1:]


@given(st.lists(st.integers(0, 300), max_size=9), st.booleans())
def test_shares_add_up_to_one(each: list[int], stops: bool) -> None:
    looks = looks_of(each, stops=stops)
    assert sum(look.share for look in looks) == pytest.approx(1.0 if sum(each) else 0.0)
    assert all(look.share > 0 for look in looks)
    assert [look.questions for look in looks] == sorted({look.questions for look in looks})
    assert all(look.questions >= LEAST_QUESTIONS for look in looks[:-1])
