"""The map of experts, counted by a real engine."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from app.core.models.family import LibraryModel, ModelSource
from app.lab.engines.room import EngineRoom
from app.library.model_files import open_model_file
from app.ui.pages.models.desk import count_experts
from app.ui.pages.models.library.experts import ExpertsCard
from tests.helpers.moe_files import EXPERTS, write_demo_mixture

if TYPE_CHECKING:
    from pathlib import Path

    from pytestqt.qtbot import QtBot

    from app.ui.kit.jobs import Jobs

PATIENCE_MS = 120_000


def found(path: Path) -> LibraryModel:
    size = path.stat().st_size
    source = ModelSource.OWN_FOLDER
    return LibraryModel(path, (path,), path.stem, source, size, 1, open_model_file(path))


def test_experts_are_counted_when_asked_and_shown_again(
    qtbot: QtBot, jobs: Jobs, demo_model: Path, tmp_path: Path
) -> None:
    mixture = found(write_demo_mixture(demo_model, tmp_path / "mixture.gguf"))
    card = ExpertsCard(jobs, partial(count_experts, EngineRoom(tmp_path), tmp_path, 1))
    qtbot.addWidget(card)
    dense = found(demo_model)
    card.show_model(dense)
    assert card.isHidden()
    card.show_model(mixture)
    assert not card.isHidden()
    assert card.map.isHidden()
    card.button.click()
    assert not card.button.isEnabled()
    qtbot.waitUntil(lambda: not card.map.isHidden(), timeout=PATIENCE_MS)
    assert "About 2 of 4 do half" in card.words.text()
    assert card.map.accessibleName() == card.words.text()
    card.map.resize(EXPERTS * 10, 60)
    assert card.map.words_at(35, 55).startswith("Layer 5, expert 3: ")
    assert card.map.words_at(35, 60) == ""
    card.show_model(dense)
    card.show_model(mixture)
    assert not card.map.isHidden()


def test_another_choice_ends_the_counting_and_a_failure_is_said(
    qtbot: QtBot, jobs: Jobs, demo_model: Path, tmp_path: Path
) -> None:
    path = write_demo_mixture(demo_model, tmp_path / "mixture.gguf")
    mixture = found(path)
    card = ExpertsCard(jobs, partial(count_experts, EngineRoom(tmp_path), tmp_path, 1))
    qtbot.addWidget(card)
    card.show_model(mixture)
    card.button.click()
    card.show_model(found(demo_model))
    assert jobs.running == 0
    card.show_model(mixture)
    path.unlink()
    card.button.click()
    qtbot.waitUntil(card.button.isEnabled, timeout=PATIENCE_MS)
    assert card.map.isHidden()
    assert "is no longer there" in card.words.text()
