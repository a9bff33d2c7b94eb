"""Plans are remembered, and a damaged file costs nothing but time."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.store.small import plans
from app.store.small.plans import PlanStore

if TYPE_CHECKING:
    from pathlib import Path

    import pytest


def test_figures_come_back_and_are_replaced(tmp_path: Path) -> None:
    store = PlanStore(tmp_path / "plans.sqlite3")
    assert store.get("a") is None
    store.keep("a", b"1")
    store.keep("b", b"2")
    store.keep("a", b"3")
    again = PlanStore(tmp_path / "plans.sqlite3")
    assert (again.get("a"), again.get("b"), again.get("c")) == (b"3", b"2", None)


def test_the_oldest_make_room(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(plans, "MOST_PLANS", 3)
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
