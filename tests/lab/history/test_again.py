"""The same candidate measured twice: what differs and what has changed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from app.bootstrap import open_house
from app.core.history.entry import Circumstances
from app.lab.history.again import Again, Change, changes_between, measured_before
from app.lab.history.book import HistoryBook
from app.store.paths import Paths
from tests.helpers import histories
from tests.helpers.histories import SMALL_CACHE, Clock

if TYPE_CHECKING:
    from pathlib import Path

THEN = Circumstances("Shrinkscope 1", "b1", "A CPU", "Linux 1", "mains", (), 8 << 30)


def test_both_times_are_found_with_their_difference(tmp_path: Path) -> None:
    house = open_house(Paths.below(tmp_path))
    clock, book = Clock(), HistoryBook(house.paths)
    for speed in (20.0, 30.0):
        histories.add_bench(house.connection, clock, speed, speed)
    histories.add_bench(house.connection, clock, 9.0, candidate=SMALL_CACHE)
    histories.add_chat(house.connection, clock, "Sky", ("Why?", "So."))
    histories.add_bench(house.connection, clock, 33.0, threads=2)
    histories.add_ladder(house.connection, clock)
    histories.add_ladder(house.connection, clock)
    book.read()

    def before(number: int) -> tuple[Again, ...]:
        entry = book.entry(number)
        assert entry is not None
        return measured_before(entry, book)

    assert before(1) == before(3) == before(4) == before(6) == ()
    (second,) = before(2)
    assert (second.earlier.id, second.ratio("speed"), second.changed) == (1, 1.5, ())
    (third,) = before(5)
    assert third.earlier.id == 2
    assert third.ratio("prompt_speed") == pytest.approx(1.1)
    assert [(each.what, each.before, each.now) for each in third.changed] == [
        (Change.THREADS, "4", "2")
    ]
    ladder = before(7)
    assert len(ladder) == 5
    assert all(each.ratio("speed") == each.ratio("needed_bytes") == 1.0 for each in ladder)
    assert sum(each.ratio("divergence") is not None for each in ladder) >= 4
    house.close()


def test_energy_is_held_against_the_same_counters_alone(tmp_path: Path) -> None:
    house = open_house(Paths.below(tmp_path))
    clock, book = Clock(), HistoryBook(house.paths)
    for joules in (4.0, 5.0, None):
        histories.add_bench(house.connection, clock, 20.0, 20.0, joules=joules)
    book.read()
    entries = [book.entry(number) for number in (1, 2, 3)]
    assert [each.facts.candidates[0].joules_per_token for each in entries if each] == [4, 5, None]
    (second, third) = (measured_before(each, book)[0] for each in entries[1:] if each)
    assert second.ratio("joules_per_token") == 1.25
    assert third.ratio("speed") == 1.0
    assert third.ratio("joules_per_token") is None
    house.close()


def test_what_was_not_noted_is_not_said_to_have_changed() -> None:
    assert changes_between(THEN, THEN) == ()
    assert changes_between(Circumstances(engine="b2"), THEN)[0].what is Change.ENGINE
    assert len(changes_between(Circumstances(engine="b2"), THEN)) == 1
    now = Circumstances("Shrinkscope 2", "b1", "A CPU", "Linux 1", "battery", ("GPU",), 16 << 30)
    told = {each.what: (each.before, each.now) for each in changes_between(THEN, now)}
    assert told == {
        Change.PROGRAM: ("Shrinkscope 1", "Shrinkscope 2"),
        Change.POWER: ("mains", "battery"),
        Change.GPUS: ("", "GPU"),
        Change.MEMORY: ("8.0 GiB", "16.0 GiB"),
    }
