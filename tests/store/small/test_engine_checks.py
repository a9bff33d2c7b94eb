"""What engines' checks found, remembered."""

from __future__ import annotations

import sqlite3
from typing import TYPE_CHECKING

from app.core.engines.self_check import EngineCheck, Finding, TypeFinding
from app.store.small.engine_checks import EngineCheckStore

if TYPE_CHECKING:
    from pathlib import Path

FOUND = (
    TypeFinding(12, Finding.DIED, signal=4, detail="so"),
    TypeFinding(2, Finding.WRONG, difference=None, bound=0.35),
)
CHECK = EngineCheck("engine 1", "zen4", ("AVX2",), FOUND, checked_at=5, elapsed_ns=7)


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
