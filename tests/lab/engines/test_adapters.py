"""Adapters as parts of candidates: checked before anything is loaded, and right in every figure."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from msgspec.structs import replace

from app.core.candidates.adapters import Adapter
from app.core.candidates.candidate import candidate_of
from app.core.models.adapter_facts import AdapterError
from app.lab.engines.adapters import adapter_bytes
from app.lab.engines.opened import opened
from app.lab.engines.room import EngineRoom
from app.library.model_files import open_model_file
from tests.helpers.adapters import write_adapter

if TYPE_CHECKING:
    from pathlib import Path


def test_a_candidate_opens_with_adapters_that_fit(demo_model: Path, tmp_path: Path) -> None:
    path = write_adapter(tmp_path / "a.gguf", demo_model)
    candidate = replace(candidate_of(demo_model), adapters=(Adapter(str(path)),))
    with_it = opened(candidate, open_model_file)
    assert with_it.files == (demo_model, path)
    room, plain = EngineRoom(tmp_path), opened(candidate_of(demo_model), open_model_file)
    more_bytes = room.needed_bytes(with_it, 512) - room.needed_bytes(plain, 512)
    assert more_bytes == adapter_bytes(candidate, with_it.model) == path.stat().st_size
    other = write_adapter(tmp_path / "other.gguf", demo_model, architecture="gemma")
    with pytest.raises(AdapterError, match="gemma"):
        opened(replace(candidate, adapters=(Adapter(str(other)),)), open_model_file)
