"""Until when a night goes."""

from __future__ import annotations

import datetime

import pytest

from app.base.gate import Gate, Stopped
from app.core.errors import PersonError
from app.lab.ladder.visits import HourCome
from app.lab.works.nights.hour import HourGate, hour_of, same_hour_again, until_ns

SECOND_NS = 10**9


def at(hour: int, minute: int = 0) -> int:
    return int(datetime.datetime(2026, 12, 1, hour, minute).timestamp()) * SECOND_NS


def test_the_hour_is_the_next_time_that_a_clock_shows_it() -> None:
    assert until_ns("23:30", at(22)) == at(23, 30)
    assert until_ns(" 7:00", at(22)) == at(7) + 24 * 3600 * SECOND_NS
    assert hour_of(at(7, 5)) == "07:05"


@pytest.mark.parametrize("word", ["", "24:00", "7", "07:60", "7.00", "tomorrow"])
def test_what_is_no_hour_is_refused(word: str) -> None:
    with pytest.raises(PersonError, match="time of a day"):
        until_ns(word, at(22))


def test_an_hour_that_has_passed_comes_again() -> None:
    assert same_hour_again(at(7), at(6)) == at(7)
    assert same_hour_again(at(7), at(8)) == at(7) + 24 * 3600 * SECOND_NS


def test_the_gate_closes_at_the_hour_for_what_is_to_end_then() -> None:
    now = [at(6)]
    gate = HourGate(Gate(), at(7), lambda: now[0])
    gate.armed = True
    gate.check()
    assert gate.left_s == 3600
    now[0] = at(7)
    for ask in (gate.check, gate.check_end, lambda: gate.sleep(60.0)):
        with pytest.raises(HourCome):
            ask()
    gate.armed = False
    gate.check()


def test_the_person_ends_it_before() -> None:
    outer = Gate()
    gate = HourGate(outer, at(7), lambda: at(6))
    outer.stop()
    assert gate.is_stopped
    for ask in (gate.check, gate.check_end, lambda: gate.sleep(60.0)):
        with pytest.raises(Stopped):
            ask()
