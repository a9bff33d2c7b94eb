"""Which chat template was chosen for a file is known again wherever the file lies."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.lab.models.kept_templates import KeptTemplates
from app.library.model_files import open_model_file
from tests.helpers import gguf_files as files

if TYPE_CHECKING:
    from pathlib import Path

    from app.core.models.model_file import ModelFile


def raw(folder: Path, name: str, model: str = "Sky 1B") -> ModelFile:
    folder.mkdir(exist_ok=True)
    path = folder / name
    files.write_tiny_llama(path, chat_template=None, metadata={"general.name": model})
    return open_model_file(path)


def test_a_choice_holds_for_a_file_wherever_it_lies_and_for_its_family(tmp_path: Path) -> None:
    written: dict[str, str] = {}
    kept = KeptTemplates(keep=lambda all_of_it: written.update(all_of_it))
    first, second = raw(tmp_path / "a", "sky-Q4_0.gguf"), raw(tmp_path / "a", "sky-Q2_K.gguf")
    assert kept.of(first) is None
    kept.learn(first, "gemma")
    kept.learn(second, "chatml")
    again = KeptTemplates(written)
    assert again.of(raw(tmp_path / "b", "sky-Q4_0.gguf")) == "gemma"
    assert again.of(raw(tmp_path / "b", "sky-Q8_0.gguf")) == "chatml", "the family's last"
    assert again.of(raw(tmp_path / "b", "moon-Q8_0.gguf", "Moon 1B")) is None


def test_what_is_forgotten_is_asked_again(tmp_path: Path) -> None:
    kept = KeptTemplates()
    model = raw(tmp_path, "sky-Q4_0.gguf")
    kept.learn(model, "gemma")
    kept.forget(model)
    assert kept.of(model) is None


def test_a_template_that_there_is_no_more_is_not_taken(tmp_path: Path) -> None:
    written: dict[str, str] = {}
    model = raw(tmp_path, "sky-Q4_0.gguf")
    KeptTemplates(keep=written.update).learn(model, "of-tomorrow")
    assert KeptTemplates(written).of(model) is None
