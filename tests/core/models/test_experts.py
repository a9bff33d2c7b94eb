"""A mixture that is run with another number of experts."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from app.core.candidates.settings import EngineSettings
from app.core.memory.token_work import token_work
from app.core.models.experts import as_run
from app.core.models.model_file import ModelFileError
from app.library.model_files import open_model_file, read_shards
from tests.helpers.architectures import write_header_only

if TYPE_CHECKING:
    from pathlib import Path


def test_fewer_experts_are_fewer_parameters_at_work(tmp_path: Path) -> None:
    model = open_model_file(write_header_only(tmp_path / "m.gguf", "qwen2moe"))
    assert as_run(model, EngineSettings()) is model
    one, all_of_them = (as_run(model, EngineSettings(experts=n)) for n in (1, model.expert_count))
    assert one.active_parameters < model.active_parameters < all_of_them.active_parameters
    assert all_of_them.active_parameters == model.parameters
    tensors = read_shards(model.path)[0].header.tensors
    assert token_work(tensors, one).weight_bytes < token_work(tensors, model).weight_bytes


def test_what_cannot_be_is_said(tmp_path: Path) -> None:
    mixture = open_model_file(write_header_only(tmp_path / "m.gguf", "qwen2moe"))
    with pytest.raises(ModelFileError, match="has 8 experts"):
        as_run(mixture, EngineSettings(experts=9))
    dense = open_model_file(write_header_only(tmp_path / "d.gguf", "llama"))
    with pytest.raises(ModelFileError, match="no mixture"):
        as_run(dense, EngineSettings(experts=1))
