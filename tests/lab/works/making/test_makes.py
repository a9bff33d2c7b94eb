"""Versions in the queue, made by real engines: wishes, ends, and what outlives the program.

Through :mod:`app.lab.works.making.work`, :mod:`app.lab.shrink.leftovers` and
:mod:`app.lab.shrink.recipes`.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from app.core.errors import PersonError
from app.core.models.levels import level_by_name
from app.core.shrink.recipe import MatrixUse, Recipe
from app.core.shrink.written import Written, written
from app.core.words.sentence import from_kept
from app.lab.engines.room import EngineRoom
from app.lab.shrink.making.means import Means
from app.lab.shrink.making.shrink import shrink
from app.lab.shrink.recipes import read_recipe, recipe_beside
from app.lab.works.making.makes import Makes
from app.lab.works.making.work import Make, MakeOrder
from app.lab.works.queue import WorkQueue
from app.lab.works.work import WorkState
from app.library.model_files import open_model_file
from app.store.database import open_database
from app.store.paths import Paths
from app.store.works import WorkStore
from tests.helpers.gguf_files import write_tiny_llama

if TYPE_CHECKING:
    import sqlite3

PATIENCE_S = 400.0


@pytest.fixture
def paths(tmp_path: Path) -> Paths:
    made = Paths.below(tmp_path / "home")
    made.create()
    return made


@pytest.fixture
def connection(paths: Paths) -> Iterator[sqlite3.Connection]:
    opened = open_database(paths.database)
    yield opened
    opened.close()


def makes(connection: sqlite3.Connection, paths: Paths) -> Makes:
    return Makes(WorkQueue(WorkStore(connection)), paths, EngineRoom(paths.state), 2)


def until(all_makes: Makes, condition: Callable[[], bool]) -> None:
    end = time.monotonic() + PATIENCE_S
    while not condition():
        assert time.monotonic() < end, [(each.state, each.error) for each in all_makes.all]
        all_makes.queue.pump()
        time.sleep(0.01)


def order(source: Path, target: Path, level: str = "Q4_0") -> MakeOrder:
    recipe = Recipe(level_by_name(level), matrix=MatrixUse.NONE)
    return MakeOrder(str(source), str(target), level, written(recipe))


def test_several_are_made_one_after_the_other(
    connection: sqlite3.Connection, paths: Paths, demo_model: Path, tmp_path: Path
) -> None:
    queue = makes(connection, paths)
    levels = ("Q8_0", "Q4_K_M")
    wanted = [queue.add(order(demo_model, tmp_path / f"{level}.gguf", level)) for level in levels]
    assert [each.state for each in wanted] == [WorkState.RUNNING, WorkState.WAITING]
    steps: set[str] = set()

    def done() -> bool:
        steps.update(each.progress.step for each in wanted if each.progress is not None)
        return all(each.state is WorkState.DONE for each in wanted)

    until(queue, done)
    assert steps
    assert steps <= {"Quantizing", "Looking into the file"}
    for each, level in zip(wanted, levels, strict=True):
        target = tmp_path / f"{level}.gguf"
        assert open_model_file(target).level_name == level == each.made.level
        assert each.made.file_bytes == target.stat().st_size
        recipe = read_recipe(recipe_beside(target))
        assert (recipe.level, recipe.source) == (level, demo_model.name)
        assert recipe.source_bytes == demo_model.stat().st_size
    assert queue.queue.close()
    later = makes(connection, paths)
    assert [each.made for each in later.all] == [each.made for each in wanted]
    later.queue.forget(later.all)
    assert makes(connection, paths).all == ()


def test_what_is_stopped_leaves_nothing(
    connection: sqlite3.Connection, paths: Paths, tmp_path: Path
) -> None:
    source = write_tiny_llama(tmp_path / "source.gguf", n_layers=24)
    folder = tmp_path / "new"
    folder.mkdir()
    queue = makes(connection, paths)
    work = queue.add(order(source, folder / "a.gguf", "IQ3_S"))  # seconds: none ends by itself
    until(queue, lambda: work.progress is not None)
    queue.queue.cancel(work)
    until(queue, lambda: queue.all == ())
    assert list(folder.iterdir()) == []


def test_what_was_begun_is_made_anew_after_the_program_was_killed(
    connection: sqlite3.Connection, paths: Paths, demo_model: Path, tmp_path: Path
) -> None:
    target = tmp_path / "a.gguf"
    queue = makes(connection, paths)
    queue.add(order(demo_model, target, "Q8_0"))
    queue.queue.close()
    target.unlink(missing_ok=True)
    left = [tmp_path / "a.gguf.4242.part", tmp_path / ".a.gguf.x7" / "copy.gguf"]
    others = [tmp_path / "a.gguf.old.part", tmp_path / "b.gguf.4242.part"]
    left[1].parent.mkdir()
    for each in (*left, *others):
        each.write_bytes(b"x")
    later = makes(connection, paths)
    until(later, lambda: all(each.state is WorkState.DONE for each in later.all))
    assert target.is_file()
    assert not any(each.exists() for each in left)
    assert all(each.exists() for each in others)
    assert later.queue.close()


def test_what_cannot_be_made_says_why_and_is_tried_again(
    connection: sqlite3.Connection, paths: Paths, demo_model: Path, tmp_path: Path
) -> None:
    target = tmp_path / "a.gguf"
    target.write_bytes(b"something else")
    queue = makes(connection, paths)
    work = queue.add(order(demo_model, target))
    until(queue, lambda: work.state is WorkState.FAILED)
    assert "already" in str(from_kept(work.error))
    assert target.read_bytes() == b"something else"
    target.unlink()
    assert queue.add(order(demo_model, target)) is work
    until(queue, lambda: work.state is WorkState.DONE)
    assert queue.queue.close()


def test_one_file_is_made_once_at_a_time(
    connection: sqlite3.Connection, paths: Paths, demo_model: Path, tmp_path: Path
) -> None:
    queue = makes(connection, paths)
    first = queue.add(order(demo_model, tmp_path / "a.gguf"))
    with pytest.raises(PersonError, match="is being made already"):
        queue.add(order(demo_model, tmp_path / "a.gguf", "Q8_0"))
    queue.queue.cancel(first)
    assert queue.queue.close()


def test_what_a_target_chose_is_made_again_without_choosing(
    connection: sqlite3.Connection, paths: Paths, demo_model: Path, tmp_path: Path
) -> None:
    queue = makes(connection, paths)
    recipe = written(Recipe(target_bits=4.5))
    one, other = tmp_path / "one.gguf", tmp_path / "other.gguf"
    work = queue.add(MakeOrder(str(demo_model), str(one), "4.5 bits", recipe))
    until(queue, lambda: work.state in (WorkState.DONE, WorkState.FAILED))
    assert work.state is WorkState.DONE, work.error
    again: Written = read_recipe(recipe_beside(one))
    assert again.target_bits is None
    means = Means(2, EngineRoom(paths.state), paths.cache, lambda *_step: None)
    shrink(demo_model, other, again.recipe(), means)
    assert one.read_bytes() == other.read_bytes()
    assert queue.queue.close()
    assert isinstance(work, Make)
