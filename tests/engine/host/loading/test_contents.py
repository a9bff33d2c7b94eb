"""What is kept of a context is whole slices, and pictures move the positions behind them."""

from __future__ import annotations

from app.engine.host.loading.contents import Contents


def read(*slices: list[int]) -> Contents:
    contents = Contents()
    for each in slices:
        contents.add(each)
    return contents


def test_a_slice_is_kept_whole_or_not_at_all() -> None:
    contents = read([1, 2, 3], [4, 5], [6])
    assert contents.in_common([1, 2, 3, 4, 5, 6, 7]) == 6
    assert contents.in_common([1, 2, 3, 4, 9]) == 3
    assert contents.in_common([1, 2]) == 0


def test_a_picture_of_fewer_positions_moves_what_comes_behind_it() -> None:
    contents = read([1, 2])
    contents.add([-7] * 5, 3)
    contents.add([3])
    contents.add([-8] * 4, 1)
    assert contents.is_shifted
    assert contents.next_position == 2 + 3 + 1 + 1
    assert contents.position_after(8) == 6
    assert contents.position_after(2) == 2
    contents.cut(8)
    assert contents.next_position == 6
    contents.cut(2)
    assert not contents.is_shifted
    assert contents.tokens == [1, 2]


def test_a_picture_of_as_many_positions_moves_nothing() -> None:
    contents = read([1])
    contents.add([-7] * 5, 5)
    assert not contents.is_shifted
    assert contents.next_position == 6


def test_what_was_dropped_to_the_middle_of_a_slice_ends_one() -> None:
    contents = read([1, 2, 3], [4, 5])
    held = contents.tokens
    contents.cut(4)
    assert contents.in_common([1, 2, 3, 4]) == 3
    contents.end_slice()
    assert contents.in_common([1, 2, 3, 4]) == 4
    contents.end_slice()
    contents.cut(0)
    assert contents.tokens == []
    assert contents.tokens is held
