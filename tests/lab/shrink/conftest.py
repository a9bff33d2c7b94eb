"""A model that is shrunk in less time than the demo model."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.core.shrink.recipe import MatrixUse, Recipe
from app.lab.engines.room import EngineRoom
from app.lab.shrink.making.means import Means
from app.lab.shrink.making.shrink import shrink
from tests.helpers.caches import run_cache


@pytest.fixture(scope="session")
def short_demo(demo_model: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The demo model's first and last layer: a third of it, with all kinds of tensors."""
    folder = tmp_path_factory.mktemp("short")
    target = folder / "short-demo-F16.gguf"
    recipe = Recipe(matrix=MatrixUse.NONE, drop_layers=(1, 2, 3, 4))
    shrink(demo_model, target, recipe, Means(1, EngineRoom(folder), run_cache(), lambda *_: None))
    return target
