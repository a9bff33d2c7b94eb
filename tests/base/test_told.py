"""Whoever wants to know is told."""

from __future__ import annotations

import pytest

from app.base.told import Listeners


def test_all_are_told_in_the_order_they_came() -> None:
    told: list[tuple[str, int]] = []
    heard = Listeners[[int]]()
    heard.tell(1)  # nobody wants to know
    heard.add(lambda number: told.append(("first", number)))
    heard.add(lambda number: told.append(("second", number)))
    heard.tell(2)
    assert told == [("first", 2), ("second", 2)]


def test_who_is_removed_is_told_no_more() -> None:
    told: list[int] = []
    heard = Listeners[[int]]()
    heard.add(told.append)
    heard.remove(told.append)
    heard.tell(1)
    assert told == []
    with pytest.raises(ValueError, match="list"):
        heard.remove(told.append)


def test_who_comes_or_goes_meanwhile_counts_from_the_next_time_on() -> None:
    told: list[str] = []
    heard = Listeners[[]]()

    def late() -> None:
        told.append("late")

    def once() -> None:
        told.append("once")
        heard.remove(once)
        heard.add(late)

    heard.add(once)
    heard.tell()
    assert told == ["once"]
    heard.tell()
    assert told == ["once", "late"]
