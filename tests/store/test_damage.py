"""Each small database is made anew where it is damaged; the old one is kept, and it is said."""

from __future__ import annotations

import contextlib
import random
import sqlite3
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from app.core.engines.self_check import EngineCheck
from app.core.memory.speed import MachineRates
from app.store.damage import mended
from app.store.small.library import HeaderCache
from app.store.small.remembered import EngineCheckStore, PlanStore, TaskAnswerStore
from app.store.small.speeds import SpeedStore

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

PAGE = 4096
CHECK = EngineCheck("here", "", (), (), 1, 2)


@dataclass(frozen=True)
class Small:
    """How one of the small databases is filled and asked."""

    fill: Callable[[Path], object]
    ask: Callable[[Path], Any]
    good: Any


def fill_headers(path: Path) -> None:
    with HeaderCache(path) as cache:
        for number in range(40):
            cache.put(str(number).encode(), "s", bytes(900))


def ask_headers(path: Path) -> list[object]:
    with HeaderCache(path) as cache:
        return [cache.get(str(number).encode()) for number in range(40)]


def fill_plans(path: Path) -> None:
    for number in range(12):
        PlanStore(path).keep(str(number), bytes(2000))


def fill_speeds(path: Path) -> None:
    rates = {number: float(number) for number in range(1, 200)}
    for threads in range(1, 8):
        SpeedStore(path, "here").keep_rates(MachineRates(threads, 1e9, rates, 5.0))


def fill_answers(path: Path) -> None:
    TaskAnswerStore(path).keep("m", {str(number): bytes(2000) for number in range(12)})


def fill_checks(path: Path) -> None:
    for number in range(12):
        EngineCheckStore(path).keep(f"{number} {'x' * 7000}", CHECK)


SMALL = {
    "headers": Small(fill_headers, ask_headers, [("s", bytes(900))] * 40),
    "plans": Small(
        fill_plans,
        lambda path: [PlanStore(path).get(str(number)) for number in range(12)],
        [bytes(2000)] * 12,
    ),
    "speeds": Small(
        fill_speeds,
        lambda path: (
            [SpeedStore(path, "here").rates(threads) for threads in range(1, 8)]
            + [SpeedStore(path, "here").rounds(3), SpeedStore(path, "here").runs()]
        ),
        None,
    ),
    "answers": Small(
        fill_answers,
        lambda path: TaskAnswerStore(path).answers("m"),
        {str(number): bytes(2000) for number in range(12)},
    ),
    "engine checks": Small(
        fill_checks,
        lambda path: EngineCheckStore(path).get(f"3 {'x' * 7000}"),
        CHECK,
    ),
}


@pytest.fixture
def said() -> Iterator[list[str]]:
    """What was said about mended files."""
    sentences: list[str] = []
    end = mended.listen(sentences.append)
    sentences.clear()
    yield sentences
    end()


def sound(path: Path) -> bool:
    connection = sqlite3.connect(path)
    try:
        return connection.execute("PRAGMA quick_check(1)").fetchone() == ("ok",)
    finally:
        connection.close()


@pytest.mark.parametrize("checked", [True, False], ids=["looked through", "met on the way"])
@pytest.mark.parametrize("what", SMALL)
def test_pages_of_garbage(
    what: str, tmp_path: Path, said: list[str], checked: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not checked:
        monkeypatch.setattr("app.store.small.database.CHECKED_BYTES", 0)
    small, path = SMALL[what], tmp_path / "small.sqlite3"
    small.fill(path)
    size = path.stat().st_size
    assert size > 4 * PAGE
    with path.open("r+b") as file:
        file.seek(PAGE)
        file.write(b"\xa5" * (size - PAGE))
    small.ask(path)
    small.fill(path)
    if small.good is not None:
        assert small.ask(path) == small.good
    assert sound(path)
    (aside,) = tmp_path.glob("small.sqlite3.damaged-*")
    assert aside.read_bytes()[PAGE : 2 * PAGE] == b"\xa5" * PAGE
    (sentence,) = said
    assert f"The file with the {what} was damaged. It was moved to {aside}" in sentence
    small.ask(path)
    assert len(said) == 1


@pytest.fixture(scope="module", params=SMALL)
def filled(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Small, bytes]:
    """A small database, and the file that it fills."""
    path = tmp_path_factory.mktemp("filled") / "small.sqlite3"
    small = SMALL[request.param]
    small.fill(path)
    return small, path.read_bytes()


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@example(seed=142, hits=19, cut=False)  # of the speeds: SQLite's message was no valid text
@given(seed=st.integers(0, 10**6), hits=st.integers(1, 40), cut=st.booleans())
def test_whatever_bytes_are_changed_it_is_usable_afterwards(
    filled: tuple[Small, bytes], tmp_path: Path, seed: int, hits: int, cut: bool
) -> None:
    (small, whole), path = filled, tmp_path / "small.sqlite3"
    for old in tmp_path.iterdir():
        old.unlink()
    data, chance = bytearray(whole), random.Random(seed)
    for _ in range(hits):
        start = chance.randrange(len(data))
        data[start : start + chance.choice((1, 2, 30))] = chance.randbytes(1)
    path.write_bytes(data[: chance.randrange(len(data))] if cut else data)
    small.ask(path)
    small.fill(path)
    small.ask(path)
    assert sound(path)


def test_a_column_that_is_no_text_is_damage(tmp_path: Path, said: list[str]) -> None:
    path = tmp_path / "small.sqlite3"
    fill_speeds(path)
    with contextlib.closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("UPDATE rate SET kind = CAST(x'fe41' AS TEXT) WHERE kind = 'node'")
    speeds = SpeedStore(path, "here")
    assert speeds.rates(3) is None
    fill_speeds(path)
    assert speeds.rates(3) is not None
    assert len(said) == 1


def test_old_damaged_ones_make_room(tmp_path: Path, said: list[str]) -> None:
    path = tmp_path / "small.sqlite3"
    for number in range(6):
        path.write_bytes(b"%d no database" % number * 500)
        PlanStore(path).keep("a", b"x")
    kept = sorted(tmp_path.glob("small.sqlite3.damaged-*"))
    assert len(kept) == 3
    assert len(said) == 6
    assert kept[-1].read_bytes().startswith(b"5 no")


def test_a_file_that_another_program_made_anew_is_left(tmp_path: Path, said: list[str]) -> None:
    path = tmp_path / "headers.sqlite3"
    fill_headers(path)
    with HeaderCache(path) as cache:
        moved = path.rename(tmp_path / "elsewhere")
        fill_headers(path)
        with moved.open("r+b") as file:
            file.seek(PAGE)
            file.write(b"\xa5" * (moved.stat().st_size - PAGE))
        assert cache.get(b"3") is None
        assert cache.get(b"3") == ("s", bytes(900))
    assert said == []
