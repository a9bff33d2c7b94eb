"""Letters at the ends of lines."""

from __future__ import annotations

import itertools

from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QPointF
from PySide6.QtGui import QColor

from app.ui.plots.marks import Mark, spread


def marks(heights: list[float]) -> list[Mark]:
    letters = "ABCDEF"
    return [
        Mark(QPointF(100.0, height), height, letters[place], QColor("red"))
        for place, height in enumerate(heights)
    ]


@given(st.lists(st.floats(0.0, 100.0), max_size=6))
def test_letters_do_not_overlap(heights: list[float]) -> None:
    spread_marks = spread(marks(heights), 11.0, 100.0)
    places = sorted(mark.text_y for mark in spread_marks)
    assert all(b - a >= 11.0 - 1e-6 for a, b in itertools.pairwise(places))
    assert all(mark.text_y <= 100.0 for mark in spread_marks)
    assert sorted(mark.text for mark in spread_marks) == sorted("ABCDEF"[: len(heights)])


def test_letters_of_equal_lines_stand_in_their_order() -> None:
    one = spread(marks([50.2, 50.1, 50.0]), 11.0, 100.0)
    other = spread(marks([50.0, 50.2, 50.1]), 11.0, 100.0)
    order = [mark.text for mark in sorted(one, key=lambda mark: mark.text_y)]
    assert order == ["A", "B", "C"]
    assert [mark.text for mark in sorted(other, key=lambda mark: mark.text_y)] == order


def test_letters_far_from_one_another_stay_at_their_lines() -> None:
    far = [
        Mark(QPointF(100.0, 50.0), 50.0, "A", QColor("red")),
        Mark(QPointF(300.0, 50.0), 50.0, "B", QColor("red")),
    ]
    assert {mark.text_y for mark in spread(far, 11.0, 100.0)} == {50.0}
