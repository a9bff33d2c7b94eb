"""Pruned models learn again from their originals, in real engines.

Through :mod:`app.lab.shrink.healed`, :mod:`app.engine.host.making.healing` and
:mod:`app.engine.host.making.optimizer`.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from app.core.errors import PersonError
from app.core.models.family import LibraryModel, ModelSource
from app.core.models.levels import level_by_name
from app.core.shrink.healing import Healing, healing_bytes
from app.core.shrink.recipe import MatrixUse, Recipe, Step
from app.core.shrink.written import as_done, written
from app.lab.engines.room import EngineRoom
from app.lab.shrink import healing
from app.lab.shrink.inspecting import inspect
from app.lab.shrink.making.means import Means
from app.lab.shrink.making.shrink import shrink
from app.lab.shrink.recipes import recipe_beside, write_recipe
from app.library.model_files import open_model_file
from tests.helpers.architectures import write_architecture

NONE = MatrixUse.NONE
FEW = Healing(windows=12)


def means(folder: Path, told: list[tuple[Step, int, int]] | None = None, **facts: object) -> Means:
    def tell(step: Step, done: int, total: int) -> None:
        if told is not None:
            told.append((step, done, total))

    (folder / "state").mkdir(exist_ok=True)
    room = EngineRoom(folder / "state")
    return Means(2, room, folder / "cache", tell, **facts)  # type: ignore[arg-type]


def in_library(path: Path) -> LibraryModel:
    model = open_model_file(path)
    return LibraryModel(
        path, (path,), path.stem, ModelSource.OWN_FOLDER, model.file_bytes, 0, model
    )


def test_it_comes_nearer_to_its_original_and_keeps_its_zeros(
    demo_model: Path, tmp_path: Path
) -> None:
    """Layers and weights are left out, it learns, and becomes a level that keeps zeros."""
    told: list[tuple[Step, int, int]] = []
    recipe = Recipe(level_by_name("Q8_0"), drop_layers=(2,), sparsity=0.3, healing=FEW)
    target = tmp_path / "new.gguf"
    result = shrink(demo_model, target, recipe, means(tmp_path, told))
    learned = result.recipe.healing
    assert learned is not None
    assert learned.windows == 12
    assert 0.05 < learned.kld_after < 0.85 * learned.kld_before
    assert [done for step, done, _ in told if step is Step.LEARNING] == list(range(13))
    assert str(result.remarks[-1]).startswith("It learned again from 12 windows of text.")

    model = open_model_file(target)
    assert (model.level_name, model.block_count) == ("Q8_0", 5)
    assert model.pruned.startswith("learned again from its original, 12 windows of 256 tokens; ")
    assert "layers 2 of 6 left out" in model.pruned
    assert (result.recipe.dropped_layers, result.recipe.sparsity) == ([2], 0.3)
    found = inspect(
        target, threads=1, folder=tmp_path, on_progress=lambda _done, _total: None
    ).tensors
    for each in found:
        if each.info.name.startswith("blk.") and "norm" not in each.info.name:
            assert each.zero_fraction == pytest.approx(0.3, abs=0.01)
    left = {path.name for path in tmp_path.iterdir()}
    assert left == {"new.gguf", "state", "cache"}


def test_a_pruned_file_learns_from_the_original_that_its_recipe_tells_of(
    demo_model: Path, tmp_path: Path
) -> None:
    pruned, target = tmp_path / "pruned.gguf", tmp_path / "new.gguf"
    asked = Recipe(drop_layers=(2,), matrix=NONE)
    made = shrink(demo_model, pruned, asked, means(tmp_path))
    again = Recipe(healing=FEW)
    with pytest.raises(PersonError, match="the original that it could learn from is not found"):
        shrink(pruned, target, again, means(tmp_path))
    size = demo_model.stat().st_size
    recipe = as_done(written(asked), made.recipe, demo_model.name, size)
    write_recipe(recipe, recipe_beside(pruned))
    known = [in_library(demo_model)]
    result = shrink(pruned, target, again, means(tmp_path, library=lambda: known))
    learned = result.recipe.healing
    assert learned is not None
    assert learned.kld_after < 0.9 * learned.kld_before
    assert result.level == "F16"
    model = open_model_file(target)
    assert (model.block_count, "learned again" in model.pruned) == (5, True)
    # Whoever makes it again lets it learn as much, not as long.
    timed = written(Recipe(healing=Healing(minutes=3)))
    assert as_done(timed, result.recipe, "a", 1).healing == FEW


def test_what_is_broken_off_while_it_learns_leaves_nothing(
    demo_model: Path, tmp_path: Path
) -> None:
    class BrokenOff(Exception):
        pass

    def end(step: Step, done: int, _total: int) -> None:
        if step is Step.LEARNING and done == 2:
            raise BrokenOff

    (tmp_path / "new").mkdir()
    how = Means(2, EngineRoom(tmp_path), tmp_path, end)
    recipe = Recipe(drop_layers=(2,), healing=Healing(minutes=60))
    with pytest.raises(BrokenOff):
        shrink(demo_model, tmp_path / "new" / "a.gguf", recipe, how)
    assert not list((tmp_path / "new").iterdir())


def test_what_cannot_learn_is_told_before(
    demo_model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = tmp_path / "new.gguf"
    fewer = Recipe(drop_layers=(0,), matrix=NONE, healing=FEW)

    def refused(source: Path, recipe: Recipe, how: Means, part: str) -> None:
        with pytest.raises(PersonError, match=part):
            shrink(source, target, recipe, how)
        assert not list(tmp_path.glob(f"*{target.name}*"))

    usual = means(tmp_path)
    refused(demo_model, Recipe(level_by_name("Q8_0"), healing=FEW), usual, "is for versions that")
    short = Recipe(drop_layers=(0,), healing=Healing(8, text=str(tmp_path / "short.txt")))
    (tmp_path / "short.txt").write_text("a few words")
    refused(demo_model, short, usual, "The text has only")
    # Found out before llama.cpp would abort over the way back.
    gelu = write_architecture(tmp_path / "gemma3.gguf", "gemma3")
    refused(gelu, fewer, usual, r"cannot learn again: llama.cpp knows no way back .*GEGLU")
    tight = EngineRoom(tmp_path, available_bytes=lambda: 10_000_000)
    how = Means(1, tight, tmp_path, lambda *_step: None)
    refused(demo_model, fewer, how, "Learning again takes .* of memory here, and .* are free")
    monkeypatch.setattr(healing, "MOST_PARAMETERS", 1_000_000)
    refused(demo_model, fewer, usual, "is too large to learn again on a PC: 128 windows")


def test_what_does_not_help_is_not_made(demo_model: Path, tmp_path: Path) -> None:
    """So little is left out that steps of this length can only disturb what is there."""
    recipe = Recipe(sparsity=0.005, matrix=NONE, healing=Healing(8))
    with pytest.raises(PersonError, match="Learning made it no better: on text that was held back"):
        shrink(demo_model, tmp_path / "new.gguf", recipe, means(tmp_path))
    assert not list(tmp_path.glob("*new.gguf*"))


def test_memory_is_about_what_is_taken(demo_model: Path) -> None:
    needed = healing_bytes(open_model_file(demo_model))
    assert 120_000_000 < needed < 350_000_000
