"""Ways to the same need of memory, as the real quantizer and llama.cpp plan them.

Through :mod:`app.core.shrink.ways` and :mod:`app.lab.shrink.recipes`.
"""

from __future__ import annotations

import shutil
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from msgspec.structs import replace as replace_fields

from app.core.errors import PersonError
from app.core.models.family import LibraryModel, ModelSource
from app.core.models.levels import level_by_name
from app.core.shrink.healing import in_words
from app.core.shrink.recipe import MatrixUse, Recipe, exactly
from app.core.shrink.ways import Way, way_of_file
from app.core.shrink.written import written
from app.lab.engines.room import EngineRoom
from app.lab.engines.speeds import speed_store
from app.lab.predict.fit import Fitter
from app.lab.shrink.making.means import Means
from app.lab.shrink.making.shrink import shrink
from app.lab.shrink.recipes import made_of, recipe_beside, way_of, write_recipe
from app.lab.shrink.ways import ABOUT_EQUAL, WaysPlan, plan_ways
from app.library.model_files import open_model_file
from app.store.paths import Paths

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path


@pytest.fixture
def paths(tmp_path: Path) -> Paths:
    found = Paths.below(tmp_path / "home")
    found.create()
    return found


def planned(
    paths: Paths, model: Path, memory: int | None = None, others: Sequence[LibraryModel] = ()
) -> WaysPlan:
    room = EngineRoom.of_this_pc(paths)
    return plan_ways(model, memory, None, threads=2, room=room, library=lambda: others)


def made(model: Path, target: Path, recipe: Recipe) -> Path:
    means = Means(2, EngineRoom(target.parent), target.parent, lambda *_step: None)
    shrink(model, target, recipe, means)
    return target


def without(*layers: int, level: str = "") -> Recipe:
    return Recipe(level_by_name(level) if level else None, drop_layers=layers)


def test_each_way_needs_what_llama_cpp_plans_of_its_file(
    demo_model: Path, tmp_path: Path, paths: Paths
) -> None:
    plan = planned(paths, demo_model)
    q4 = made(demo_model, tmp_path / "q4.gguf", Recipe(level_by_name("Q4_K_M")))
    room = EngineRoom.of_this_pc(paths)
    with Fitter(room, speed_store(paths), 2) as fitter:
        assert plan.memory_bytes == fitter.memory(q4).needs.total_bytes
        assert plan.source_bytes == fitter.memory(demo_model).needs.total_bytes
        ways = {each.title: each for each in plan.ways}
        less = made(demo_model, tmp_path / "less.gguf", without(2, 3, level="Q8_0"))
        fit = fitter.memory(less)
    said = ways["Q8_0-without-2-layers"]
    assert said.needed_bytes == fit.needs.total_bytes
    assert abs(said.file_bytes - less.stat().st_size) < 2_000
    for each in plan.ways:
        assert 0 <= plan.memory_bytes - each.needed_bytes <= ABOUT_EQUAL * plan.memory_bytes
    assert [each.way for each in plan.ways if each.is_usual] == [
        Way.QUANTIZED, Way.CHOSEN, Way.PRUNED, Way.PRUNED_QUANTIZED, Way.PRUNED_QUANTIZED,
    ]  # fmt: skip
    assert str(said.how) == "2 of 6 layers left out, the rest in Q8_0"


def test_what_there_is_no_way_to_is_said(demo_model: Path, paths: Paths) -> None:
    with pytest.raises(PersonError, match="needs no more than that itself"):
        planned(paths, demo_model, 10**9)
    tight = planned(paths, demo_model, 65_600_000)
    assert {each.way for each in tight.ways} == {Way.PRUNED, Way.PRUNED_QUANTIZED, Way.HEALED}
    assert "No usual version" in str(tight.remarks[0])
    with pytest.raises(PersonError, match="There is no way to"):
        planned(paths, demo_model, 40_000_000)


def test_smaller_models_of_the_library_that_need_as_much(
    demo_model: Path, tmp_path: Path, paths: Paths
) -> None:
    full = made(demo_model, tmp_path / "full.gguf", without(5))
    small = made(demo_model, tmp_path / "small.gguf", without(2, 3, level="Q8_0"))
    library = [as_other(full), as_other(small), as_other(demo_model)]
    plan = planned(paths, demo_model, 65_900_000, library)
    quantized, there = [each for each in plan.ways if each.way is Way.OTHER]
    assert quantized.source == full
    assert quantized.recipe is not None
    assert quantized.recipe.level is not None
    assert 0 <= plan.memory_bytes - quantized.needed_bytes <= ABOUT_EQUAL * plan.memory_bytes
    assert (there.source, there.recipe) == (small, None)
    assert not quantized.is_usual


def as_other(path: Path) -> LibraryModel:
    """A file as another model than it is: nothing is said of what it lacks."""
    model = replace(open_model_file(path), pruned="", family_key=f"llama/{path.stem}")
    return LibraryModel(
        path, (path,), path.stem, ModelSource.OWN_FOLDER, model.file_bytes, 0, model
    )


def test_the_original_is_found_again_where_it_was_moved(demo_model: Path, tmp_path: Path) -> None:
    before, after = tmp_path / "before" / "original.gguf", tmp_path / "after" / "original.gguf"
    for path in (before, after):
        path.parent.mkdir()
    shutil.copy(demo_model, before)
    version = made(before, tmp_path / "version.gguf", without(5))
    asked = written(without(5))
    recipe = replace_fields(asked, source=before.name, source_bytes=before.stat().st_size)
    write_recipe(recipe, recipe_beside(version))
    before.rename(after)
    found = made_of(version, [as_other(after), as_other(version)])
    assert found == (recipe, after)
    assert way_of(open_model_file(version)) is Way.PRUNED


def test_a_file_tells_its_way(demo_model: Path, q3: Path) -> None:
    original, shrunken = open_model_file(demo_model), open_model_file(q3)
    chosen = written(Recipe(level_by_name("Q4_K_M"), rules=(exactly("output.weight", "Q6_K"),)))
    plain = written(Recipe(level_by_name("Q4_K_M"), matrix=MatrixUse.NONE))
    assert way_of_file(original, None) is None
    assert way_of_file(replace(original, pruned="layers"), None) is Way.PRUNED
    assert way_of_file(replace(shrunken, pruned="layers"), chosen) is Way.PRUNED_QUANTIZED
    healed = replace(shrunken, pruned=f"layers 3 of 6 left out; {in_words(128)}")
    assert way_of_file(healed, plain) is Way.HEALED
    assert way_of_file(shrunken, chosen) is Way.CHOSEN
    assert way_of_file(shrunken, plain) is way_of_file(shrunken, None) is Way.QUANTIZED
