"""Projectors as parts of candidates, and ``app.lab.engines.parts``."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from msgspec.structs import replace

from app.core.candidates.candidate import candidate_of
from app.core.errors import PersonError
from app.lab.engines.eyes import projector_beside, projector_bytes
from app.lab.engines.opened import opened
from app.lab.engines.parts import parts_bytes
from app.lab.engines.room import EngineRoom
from app.library.model_files import open_model_file
from tests.helpers.gguf_files import write_tiny_llama
from tests.helpers.vision_files import write_projector

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def model(tmp_path: Path) -> Path:
    return write_tiny_llama(tmp_path / "m.gguf")


def test_a_candidate_opens_with_its_projector(model: Path, tmp_path: Path) -> None:
    path = write_projector(tmp_path / "mmproj-F16.gguf", 256)
    candidate = replace(candidate_of(model), projector=str(path))

    seeing, blind = opened(candidate, open_model_file), opened(candidate_of(model), open_model_file)

    assert seeing.files == (model, path)
    room = EngineRoom(tmp_path)
    more_bytes = room.needed_bytes(seeing, 512) - room.needed_bytes(blind, 512)
    assert more_bytes == parts_bytes(candidate, seeing.model) == projector_bytes(candidate)
    assert more_bytes > 0.9 * path.stat().st_size
    assert candidate.load_key() != candidate_of(model).load_key()


@pytest.mark.parametrize("name", ["gone.gguf", "m.gguf"])
def test_what_is_no_projector_is_said_before_a_load(model: Path, tmp_path: Path, name: str) -> None:
    candidate = replace(candidate_of(model), projector=str(tmp_path / name))

    with pytest.raises(PersonError, match=name):
        opened(candidate, open_model_file)
    assert projector_bytes(candidate) == 0


def test_what_lies_beside_a_file_is_taken_by_the_librarys_rule(model: Path, tmp_path: Path) -> None:
    plain = candidate_of(model)
    assert projector_beside(plain) is None
    write_tiny_llama(tmp_path / "mmproj-in-name-alone.gguf")
    (tmp_path / "mmproj-broken.gguf").write_bytes(b"GGUF")
    assert projector_beside(plain) is None

    eights = write_projector(tmp_path / "mmproj-Q8_0.gguf", 256)
    assert projector_beside(plain) == str(eights)
    halves = write_projector(tmp_path / "mmproj-F16.gguf", 256)
    assert projector_beside(plain) == str(halves)
    assert projector_beside(replace(plain, projector=str(eights))) is None


def test_a_blind_model_does_not_see_with_the_eyes_of_another(model: Path, tmp_path: Path) -> None:
    seeing = write_tiny_llama(tmp_path / "seer-4b-Q8_0.gguf", metadata={"general.name": "Seer 4B"})
    own = write_projector(tmp_path / "seer-4b-mmproj-F16.gguf", 256)

    assert projector_beside(candidate_of(seeing)) == str(own)
    assert projector_beside(candidate_of(model)) is None
