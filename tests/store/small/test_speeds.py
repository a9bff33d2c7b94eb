"""Speeds of this PC are remembered, apart from those of another."""

from __future__ import annotations

import sqlite3
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from app.core.memory.speed import MachineRates, MeasuredRun
from app.core.memory.token_work import TokenWork
from app.store.small import speeds
from app.store.small.speeds import SpeedStore

if TYPE_CHECKING:
    from pathlib import Path

WORK = TokenWork({1: 100, 12: 200}, 1.5, 0.5, 512, 30, 40, 50, 60, 70, 80)
RUN = MeasuredRun("llama/sky", "Q4_K_M", WORK, 64, 2, 31.25)


def test_rates_come_back_and_are_added_to(tmp_path: Path) -> None:
    path = tmp_path / "speeds.sqlite3"
    store = SpeedStore(path, "this one")
    assert store.rates(2) is None
    store.keep_rates(MachineRates(2, 40e9, {1: 20e9}, 300.0))
    store.keep_rates(MachineRates(2, 40e9, {12: 10e9}, 310.0))
    assert SpeedStore(path, "this one").rates(2) == MachineRates(
        2, 40e9, {1: 20e9, 12: 10e9}, 310.0
    )
    assert store.rates(1) is None
    assert SpeedStore(path, "another").rates(2) is None


def test_single_rounds_come_back_and_give_way(tmp_path: Path) -> None:
    path = tmp_path / "speeds.sqlite3"
    store = SpeedStore(path, "this one")
    for place, rate in enumerate((1e9, 2e9, 3e9)):
        store.keep_round(2, 12, place, rate)
    store.keep_round(2, 12, 1, 5e9)
    store.keep_round(2, 1, 0, 7e9)
    assert SpeedStore(path, "this one").rounds(2) == {12: [1e9, 5e9, 3e9], 1: [7e9]}
    assert store.rounds(1) == {}
    assert SpeedStore(path, "another").rounds(2) == {}
    assert store.rates(2) is None


def test_runs_come_back_in_their_order(tmp_path: Path) -> None:
    path = tmp_path / "speeds.sqlite3"
    store = SpeedStore(path, "this one")
    later = replace(RUN, tokens_per_second=30.0)
    store.add_run(RUN)
    store.add_run(later)
    assert SpeedStore(path, "this one").runs() == [RUN, later]
    assert SpeedStore(path, "another").runs() == []


def test_the_oldest_runs_make_room(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(speeds, "MOST_RUNS", 3)
    store = SpeedStore(tmp_path / "speeds.sqlite3", "this one")
    for number in range(5):
        store.add_run(replace(RUN, tokens_per_second=float(number)))
    assert [run.tokens_per_second for run in store.runs()] == [2.0, 3.0, 4.0]


@pytest.mark.parametrize("text", ["", "{}", "[]", "null", '{"types": 3}', "\u0000"])
def test_a_run_that_cannot_be_read_is_passed_over(tmp_path: Path, text: str) -> None:
    path = tmp_path / "speeds.sqlite3"
    store = SpeedStore(path, "this one")
    store.add_run(RUN)
    store.add_run(RUN)
    with sqlite3.connect(path) as connection:
        connection.execute("UPDATE run SET work = ? WHERE id = 1", (text,))
    connection.close()
    assert store.runs() == [RUN]


def test_a_file_of_another_kind_costs_nothing_but_accuracy(tmp_path: Path) -> None:
    path = tmp_path / "speeds.sqlite3"
    path.write_bytes(b"no database at all" * 100)
    store = SpeedStore(path, "this one")
    store.add_run(RUN)
    store.keep_rates(MachineRates(2, 40e9))
    assert store.runs() == [RUN]
    assert store.rates(2) is not None
    (aside,) = tmp_path.glob("speeds.sqlite3.damaged-*")
    assert aside.read_bytes().startswith(b"no database")
    assert SpeedStore(tmp_path / "no" / "folder", "x").runs() == []
