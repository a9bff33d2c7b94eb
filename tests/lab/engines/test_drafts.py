"""Draft models as parts of candidates: checked before anything is loaded; memory foreseen.

Tests app.library.vocabulary and app.lab.speed.drafted.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from msgspec.structs import replace

from app.core.candidates.candidate import candidate_of
from app.core.candidates.drafts import Draft
from app.core.errors import PersonError
from app.core.models.family import LibraryModel, ModelSource
from app.lab.engines.drafts import draft_bytes, fitting_drafts
from app.lab.engines.opened import opened
from app.lab.engines.room import EngineRoom
from app.lab.ladder.memory import measure_memory
from app.lab.speed.drafted import whether_worth
from app.library.model_files import open_model_file
from app.library.vocabulary import same_vocabulary
from tests.helpers.architectures import Size, write_architecture
from tests.helpers.deep_models import write_deep
from tests.helpers.gguf_files import write_tiny_llama

if TYPE_CHECKING:
    from pathlib import Path

    from app.core.candidates.candidate import Candidate


def with_draft(model: Path, draft: Path | str) -> Candidate:
    return replace(candidate_of(model), draft=Draft(str(draft)))


def test_a_draft_of_another_vocabulary_is_refused_before_the_load(
    demo_model: Path, tmp_path: Path
) -> None:
    other = write_tiny_llama(tmp_path / "other.gguf")
    with pytest.raises(PersonError, match=r"other\.gguf.* cannot draft for .*vocabulary"):
        opened(with_draft(demo_model, other), open_model_file)
    with pytest.raises(PersonError, match=r"gone\.gguf.* is not there"):
        opened(with_draft(demo_model, tmp_path / "gone.gguf"), open_model_file)
    assert opened(with_draft(demo_model, ""), open_model_file).draft is None


def test_vocabularies_may_differ_in_a_few_last_tokens(tmp_path: Path) -> None:
    def model(tokens: int) -> Path:
        size = Size(layers=1, vocabulary_tokens=tokens)
        return write_architecture(tmp_path / f"{tokens}.gguf", "llama", size)

    assert same_vocabulary(model(2048), model(2048 + 128))
    assert same_vocabulary(model(2048 + 128), model(2048))
    assert not same_vocabulary(model(2048), model(2048 + 256))


@pytest.mark.parametrize("drafted", ["model", "text"])
def test_needed_memory_is_foreseen_with_a_draft(
    demo_model: Path, tmp_path: Path, drafted: str
) -> None:
    deep = write_deep(tmp_path / "deep.gguf", demo_model, 60)
    path = str(demo_model) if drafted == "model" else ""
    room = EngineRoom(tmp_path)
    ready = opened(with_draft(deep, path), open_model_file)
    foreseen = room.needed_bytes(ready, 1024)
    assert draft_bytes(ready.candidate, ready.model, ready.draft, 1024) > 0
    figures, _ = measure_memory(ready, 1024, 1, room, foreseen)
    assert figures.needed_bytes is not None
    assert abs(figures.needed_bytes - foreseen) < max(40_000_000, 0.05 * figures.needed_bytes)


def found(path: Path) -> LibraryModel:
    model = open_model_file(path)
    return LibraryModel(
        path, (path,), path.stem, ModelSource.OWN_FOLDER, model.file_bytes, 0, model
    )


def test_far_smaller_models_of_as_many_tokens_are_offered(demo_model: Path, tmp_path: Path) -> None:
    deep = write_deep(tmp_path / "deep.gguf", demo_model, 60)
    other = write_tiny_llama(tmp_path / "other.gguf")
    models = [found(path) for path in (deep, demo_model, other)]
    assert fitting_drafts(models, open_model_file(deep)) == [models[1]]
    assert fitting_drafts(models, open_model_file(demo_model)) == []


def test_one_is_told_whether_it_is_worth_it(demo_model: Path, tmp_path: Path) -> None:
    deep = write_deep(tmp_path / "deep.gguf", demo_model, 60, wide=True)
    candidate, room = with_draft(deep, demo_model), EngineRoom(tmp_path)
    assert "Worth it here" in str(whether_worth(candidate, room, 1, lambda: None))
    with pytest.raises(PersonError, match="can be used on this PC"):
        whether_worth(candidate, EngineRoom(tmp_path, lambda: 0), 1, lambda: None)
