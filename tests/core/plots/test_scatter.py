"""Names of points find room; shapes and letters tell candidates apart."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.candidates.shapes import colour_of, letter_of, numbers_of, outline_of
from app.core.plots.scatter import Box, covered, line_box, place_labels, staircase

BOUNDS = Box(0, 0, 400, 300)


def test_a_lonely_name_stands_beside_its_mark_in_full() -> None:
    (label,) = place_labels([(100, 100)], [[80, 10]], 14, BOUNDS)
    assert label.form == 0
    assert label.box.right - label.box.left == 80
    assert label.box.left > 100


def test_names_at_the_edges_stay_inside() -> None:
    corners = [(2, 2), (398, 2), (2, 298), (398, 298)]
    for box, _ in place_labels(corners, [[80]] * 4, 14, BOUNDS):
        assert box.beyond(BOUNDS) == 0


def test_neighbours_do_not_cover_each_other() -> None:
    places = [(100 + 30 * n, 150 - 12 * n) for n in range(8)]
    labels = place_labels(places, [[70, 10]] * 8, 14, BOUNDS)
    for one, other in itertools.combinations(labels, 2):
        assert covered(one.box, [other.box]) < 12


def test_where_there_is_no_room_for_the_name_the_letter_stays() -> None:
    walls = [Box(0, 0, 95, 300), Box(125, 0, 400, 300)]
    (label,) = place_labels([(110, 150)], [[80, 8]], 14, BOUNDS, walls)
    assert label.form == 1


@given(places=st.lists(st.tuples(st.floats(0, 400), st.floats(0, 300)), min_size=1, max_size=12))
def test_every_point_has_a_name(places: list[tuple[float, float]]) -> None:
    labels = place_labels(places, [[60, 10]] * len(places), 14, BOUNDS)
    assert len(labels) == len(places)
    assert all(label.form in (0, 1) for label in labels)


def test_the_first_thirty_candidates_all_look_different() -> None:
    assert len({(colour_of(n), outline_of(n)) for n in range(30)}) == 30
    assert [letter_of(n) for n in (0, 25, 26, 27, 51, 52)] == ["A", "Z", "AA", "AB", "AZ", "BA"]


@pytest.mark.parametrize(
    ("letters", "numbers"),
    [
        (["A", "B", "C"], [0, 1, 2]),
        (["B", "", "A"], [1, 2, 0]),
        (["C", "?", "", "A"], [2, 1, 3, 0]),
        (["", ""], [0, 1]),
        ([], []),
    ],
)
def test_letters_from_elsewhere_are_kept(letters: list[str], numbers: list[int]) -> None:
    assert numbers_of(letters) == numbers


def test_the_line_along_a_front_keeps_to_the_worse_side() -> None:
    # More memory, less loss: y grows downwards, so the line goes right before it goes down.
    assert staircase([(0, 0), (10, 50)]) == [(0, 0), (10, 0), (10, 50)]
    # More speed, more loss: up before it goes right.
    assert staircase([(0, 50), (10, 0)]) == [(0, 50), (0, 0), (10, 0)]
    assert staircase([(3, 4)]) == [(3, 4)]
    assert staircase([]) == []


def test_a_name_may_touch_a_line_but_not_lie_along_it() -> None:
    along = line_box((0, 100), (400, 100))
    (label,) = place_labels([(100, 100)], [[80]], 14, BOUNDS, [along])
    assert covered(label.box, [along]) == 0
