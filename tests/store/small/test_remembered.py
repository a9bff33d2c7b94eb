"""Plans and checks of engines are remembered; a damaged file costs nothing but time."""

from __future__ import annotations

import sqlite3
from typing import TYPE_CHECKING

from app.core.engines.self_check import EngineCheck, Finding, TypeFinding
from app.store.small import remembered
from app.store.small.remembered import EngineCheckStore, PlanStore

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

FOUND = (
    TypeFinding(12, Finding.DIED, signal=4, detail="so"),
    TypeFinding(2, Finding.WRONG, difference=None, bound=0.35),
)
CHECK = EngineCheck("engine 1", "zen4", ("AVX2",), FOUND, checked_at=5, elapsed_ns=7)


def test_figures_come_back_and_are_replaced(tmp_path: Path) -> None:
    store = PlanStore(tmp_path / "plans.sqlite3")
    assert store.get("a") is None
    store.keep("a", b"1")
    store.keep("b", b"2")
    store.keep("a", b"3")
    again = PlanStore(tmp_path / "plans.sqlite3")
    assert (again.get("a"), again.get("b"), again.get("c")) == (b"3", b"2", None)


def test_the_oldest_make_room(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(remembered, "MOST_PLANS", 3)
    store = PlanStore(tmp_path / "plans.sqlite3")
    for number in range(6):
        store.keep(str(number), b"x")
    assert [store.get(str(number)) for number in range(6)] == [None] * 3 + [b"x"] * 3


def test_a_file_that_is_none_is_kept_aside(tmp_path: Path) -> None:
    path = tmp_path / "plans.sqlite3"
    path.write_bytes(b"not a database " * 1000)
    before = path.read_bytes()
    store = PlanStore(path)
    store.keep("a", b"1")
    assert store.get("a") == b"1"
    (aside,) = tmp_path.glob("plans.sqlite3.damaged-*")
    assert aside.read_bytes() == before
    missing = PlanStore(tmp_path / "no folder" / "plans.sqlite3")
    missing.keep("a", b"1")
    assert missing.get("a") is None


def test_what_was_found_comes_back_also_later(tmp_path: Path) -> None:
    path = tmp_path / "checks.sqlite3"
    EngineCheckStore(path).keep("here", CHECK)
    assert EngineCheckStore(path).get("here") == CHECK
    assert EngineCheckStore(path).get("there") is None
    assert not CHECK.is_right
    assert [fault.name for fault in CHECK.faults] == ["Q4_K", "Q4_0"]


def test_what_cannot_be_read_is_not_known(tmp_path: Path) -> None:
    path = tmp_path / "checks.sqlite3"
    store = EngineCheckStore(path)
    store.keep("here", CHECK)
    with sqlite3.connect(path) as connection:
        connection.execute("UPDATE engine_check SET found = ?", (b"{",))
    connection.close()
    assert store.get("here") is None
    path.write_bytes(b"no database" * 100)
    assert store.get("here") is None
    store.keep("here", CHECK)
