"""Which projector belongs to which model."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from app.core.models.family import ModelSource, companions, families
from app.core.models.projectors import (
    below_their_models,
    fitting_projectors,
    is_projector,
    with_projectors,
)
from tests.helpers.model_folders import library_model, projector_gguf, small_gguf

if TYPE_CHECKING:
    from app.core.models.family import LibraryModel


def model(path: str, name: str = "Seer 4B") -> LibraryModel:
    return library_model(f"/m/{path}.gguf", gguf=small_gguf(name))


def eye(path: str, width: int = 32, level: str = "F16") -> LibraryModel:
    return library_model(f"/m/{path}.gguf", gguf=projector_gguf(width, level))


def seen_with(*models: LibraryModel) -> dict[str, str]:
    """Names of models that see, with those of their projectors."""
    found = with_projectors(models)
    assert [replace(each, projector=None) for each in found] == list(models)
    return {each.path.stem: each.projector.stem for each in found if each.projector}


def test_where_one_family_lies_its_projector_is_whatever_it_is_called() -> None:
    both = (model("hub/seer-Q8_0"), model("hub/seer-Q4_K_M"))
    assert seen_with(*both, eye("hub/mmproj-F16")) == {
        "seer-Q8_0": "mmproj-F16",
        "seer-Q4_K_M": "mmproj-F16",
    }
    assert seen_with(*both, eye("elsewhere/mmproj-F16")) == {}
    assert seen_with(*both) == {}


def test_some_old_projectors_give_another_width() -> None:
    assert seen_with(model("a/seer-Q8_0"), eye("a/mmproj", width=768)) == {"seer-Q8_0": "mmproj"}
    assert seen_with(model("a/seer-Q8_0"), eye("a/odd", width=768), eye("a/mmproj")) == {
        "seer-Q8_0": "mmproj"
    }


@pytest.mark.parametrize("level", ["F32", "BF16", "Q8_0"])
def test_halves_are_preferred(level: str) -> None:
    eyes = (eye("a/mmproj-a", level=level), eye("a/mmproj-z", level="F16"))
    assert seen_with(model("a/seer-Q8_0"), *eyes) == {"seer-Q8_0": "mmproj-z"}


def test_in_a_folder_of_many_models_names_and_widths_tell() -> None:
    many = (model("all/seer-4b-Q8_0"), model("all/other-Q8_0", "Other 1B"))
    assert seen_with(*many, eye("all/mmproj-F16")) == {}
    assert seen_with(*many, eye("all/mmproj-Seer-4B-f16")) == {"seer-4b-Q8_0": "mmproj-Seer-4B-f16"}
    assert seen_with(*many, eye("all/seer-4b-mmproj", width=64)) == {}


def test_ollama_says_what_belongs_together() -> None:
    ours = replace(model("blobs/sha256-1"), source=ModelSource.OLLAMA, name="seer:4b")
    other = replace(model("blobs/sha256-2"), source=ModelSource.OLLAMA, name="other:4b")
    eyes = replace(eye("blobs/sha256-3"), source=ModelSource.OLLAMA, name="seer:4b projector")
    assert seen_with(ours, other, eyes) == {"sha256-1": "sha256-3"}


def test_projectors_stand_below_what_sees_with_them() -> None:
    found = with_projectors([model("a/seer-Q8_0"), eye("a/mmproj"), eye("b/mmproj-b")])
    shown, left = below_their_models(families(found), companions(found))
    assert [[each.name for each in family.models] for family in shown] == [["seer-Q8_0", "mmproj"]]
    assert [each.name for each in left] == ["mmproj-b"]


def test_those_of_its_width_are_offered_for_a_model() -> None:
    facts = model("a/seer").model
    assert facts is not None
    eyes = [eye("z/b"), eye("y/a"), eye("x/wide", width=64), eye("w/unknown", width=0)]
    assert [each.name for each in fitting_projectors([*eyes, model("a/x")], facts)] == [
        "a",
        "b",
        "unknown",
    ]
    assert all(map(is_projector, eyes))
