"""Candidates whose files were read."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from app.core.candidates.candidate import Candidate, NoFileError, ServerModel
from app.core.candidates.settings import EngineSettings
from app.lab.engines.opened import opened, opened_file
from app.library.model_files import open_model_file

if TYPE_CHECKING:
    from pathlib import Path


def test_a_context_is_no_larger_than_the_model_allows(demo_model: Path) -> None:
    model = open_model_file(demo_model)
    trained = model.context_length
    assert trained is not None
    assert opened_file(model).context_tokens(trained * 2) == trained
    assert opened_file(model, EngineSettings(context_tokens=256)).context_tokens(512) == 256


def test_its_own_settings_go_before_the_usual_ones(demo_model: Path) -> None:
    model = open_model_file(demo_model)
    assert opened_file(model).threads(3) == 3
    assert opened_file(model, EngineSettings(threads=2)).threads(3) == 2
    assert opened_file(model).manner.chosen is None
    assert opened_file(model, template_id="plain").manner.is_plain


def test_what_a_server_runs_has_no_file_and_is_asked_as_the_server_does() -> None:
    found = opened(
        Candidate(ServerModel("attic", "http://127.0.0.1:9931/v1", "f16")), open_model_file
    )
    assert found.header is None
    assert found.files == ()
    assert found.manner.chosen is None
    assert not found.manner.is_plain
    with pytest.raises(NoFileError, match="f16 runs on the server attic"):
        _ = found.model
