"""The same candidate measured twice: what differs and what has changed.

Tests app.lab.history.basis.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from app.bootstrap import open_house
from app.core.history.entry import (
    Basis,
    Circumstances,
    Entry,
    EntryFacts,
    EntryKind,
    Measured,
    Wanted,
)
from app.lab.history.again import Again, Change, Changed, again_of, changes_between, measured_before
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


def levels_again(tmp_path: Path, *changes: tuple[str, str]) -> tuple[Again, ...]:
    """The demo model's levels measured twice, the second time with other texts in their rows."""
    house = open_house(Paths.below(tmp_path))
    clock, book = Clock(), HistoryBook(house.paths)
    histories.add_ladder(house.connection, clock)
    histories.add_ladder(house.connection, clock, "", *changes)
    book.read()
    entry = book.find(Wanted()).entries[0]
    house.close()
    return measured_before(entry, book)


def test_drift_is_held_against_the_same_text_and_reference_alone(tmp_path: Path) -> None:
    text, f16 = "9893b56af51163c0", "7ce61fac8eb2b6d0"
    for place, (old, what, before) in enumerate(
        ((text, Change.TEXT, text[:8]), (f16, Change.REFERENCE, f16[:8]))
    ):
        found = levels_again(tmp_path / str(place), (old, "0" * 16))
        assert all(each.ratio("divergence") is None for each in found)
        assert [each.apart for each in found] == [
            {"divergence": (Changed(what, before, "0" * 8),)}
        ] * 5
        assert found[0].ratio("accuracy") == 1.0
        assert all(each.ratio("needed_bytes") == 1.0 for each in found)
    # The reference is another file now, which is said of its own row.
    assert [each.what for each in found[0].changed] == [Change.FILE]
    assert not any(each.changed for each in found[1:])


def test_answers_are_held_against_those_to_the_same_questions_alone(tmp_path: Path) -> None:
    found = levels_again(tmp_path, ("How much is 70 + 13?", "How much is 70 + 14?"))
    assert all(each.ratio("accuracy") is None for each in found)
    assert all(each.ratio("divergence") == 1.0 for each in found[1:])
    ((changed,),) = {each.apart["accuracy"] for each in found}
    assert changed.what is Change.QUESTIONS
    assert changed.before != changed.now


def measured_twice(before: Basis | None, now: Basis | None) -> Again:
    both = [
        Measured("/a", "a", 5.0, 5.0, None, "tg", None, 9, 0.1, 0.5, basis=basis)
        for basis in (before, now)
    ]
    first, second = (
        Entry(number, EntryKind.LADDER, number, number, facts=EntryFacts(candidates=(one,)))
        for number, one in enumerate(both)
    )
    return again_of(second, both[1], first, both[0])


def test_how_much_was_read_asked_and_held_must_be_the_same() -> None:
    basis = Basis("f", "r", "t", 16, "q", 45, 4096)
    assert measured_twice(basis, basis).apart == {}
    now = Basis("f", "r", "t", 45, "p", 300, 8192)
    again = measured_twice(basis, now)
    assert again.changed == ()
    assert {name: (one.before, one.now) for name, (one,) in again.apart.items()} == {
        "needed_bytes": ("4096", "8192"),
        "divergence": ("16 chunks", "45 chunks"),
        "accuracy": ("45", "300"),
    }
    assert again.ratio("speed") == 1.0
    # What an earlier version did not note is not known to be the same.
    again = measured_twice(Basis("f", chunks=16, asked=45, context_tokens=4096), basis)
    assert again.ratio("needed_bytes") == 1.0
    assert [(each.what, each.before) for each in again.apart["divergence"]] == [
        (Change.REFERENCE, ""),
        (Change.TEXT, ""),
    ]
    assert again.apart["accuracy"] == (Changed(Change.QUESTIONS, "", "45, q"),)


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
