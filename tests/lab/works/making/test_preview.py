"""Levels before they are made, as the real quantizer plans them.

Through :mod:`app.lab.shrink.planning` and :mod:`app.core.shrink.pace`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.core.shrink.recipe import MatrixUse, Recipe
from app.lab.engines.room import EngineRoom
from app.lab.engines.speeds import speed_store
from app.lab.shrink.making.means import Means
from app.lab.shrink.making.shrink import shrink
from app.lab.works.making.preview import Preview, previews
from app.store.paths import Paths

if TYPE_CHECKING:
    from pathlib import Path


def previewed(model: Path, folder: Path) -> dict[str, Preview]:
    paths = Paths.below(folder)
    paths.create()
    found = previews(model, EngineRoom.of_this_pc(paths), speed_store(paths), 2)
    return {each.level.name: each for each in found}


def test_a_level_is_as_large_as_was_said(demo_model: Path, tmp_path: Path) -> None:
    found = previewed(demo_model, tmp_path / "home")
    assert "F16" not in found, "that is what it is made of"
    assert "MXFP4_MOE" not in found, "it has no experts"
    sizes = [found[name].file_bytes for name in ("Q8_0", "Q6_K", "Q4_K_M", "Q2_K")]
    assert sizes == sorted(sizes, reverse=True)
    means = Means(2, EngineRoom(tmp_path), tmp_path, lambda *_step: None)
    for name in ("Q4_K_M", "Q2_K"):
        target = tmp_path / f"{name}.gguf"
        shrink(demo_model, target, Recipe(found[name].level, matrix=MatrixUse.NONE), means)
        assert abs(found[name].file_bytes - target.stat().st_size) < 2_000, name
    assert found["IQ2_XS"].seconds > found["Q4_K_M"].seconds > found["Q8_0"].seconds > 0


def test_a_smaller_level_needs_less(demo_model: Path, tmp_path: Path) -> None:
    found = list(previewed(demo_model, tmp_path / "home").values())
    by_size = sorted(found, key=lambda each: each.file_bytes)
    needed = [each.needed_bytes for each in by_size]
    assert needed == sorted(needed)
    assert by_size[0].tokens_per_second > by_size[-1].tokens_per_second > 0
