"""Original weights are known by their folder, before anything is converted."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from app.core.errors import PersonError
from app.lab.convert.originals import original_in, originals_in_cache
from tests.helpers.original_weights import write_original, write_safetensors

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize(("dtype", "level", "n_bytes"), [("F32", "F32", 4), ("BF16", "BF16", 2)])
def test_it_is_written_as_what_it_is(tmp_path: Path, dtype: str, level: str, n_bytes: int) -> None:
    weights = write_original(tmp_path / "tiny", dtype=dtype)
    found = original_in(tmp_path / "tiny")
    assert (found.name, found.architecture, found.level) == ("tiny", "LlamaForCausalLM", level)
    assert found.file_bytes == n_bytes * sum(each.size for each in weights.values())


def test_a_repository_of_the_cache_goes_by_its_name(tmp_path: Path) -> None:
    repository = tmp_path / "models--org--Tiny-1B"
    write_original(repository / "snapshots" / "b")
    write_original(repository / "snapshots" / "a")
    (repository / "refs").mkdir()
    (repository / "refs" / "main").write_text("b")
    (tmp_path / "models--org--Some-GGUF" / "snapshots" / "c").mkdir(parents=True)
    (found,) = originals_in_cache(tmp_path)
    assert (found.name, found.folder.name) == ("Tiny-1B", "b")
    assert original_in(repository / "snapshots" / "a").name == "Tiny-1B"
    assert originals_in_cache(tmp_path / "nothing") == []


def test_what_is_not_whole_is_a_sentence(tmp_path: Path) -> None:
    folder = tmp_path / "tiny"
    weights = write_original(folder)
    file = folder / "model.safetensors"
    whole = file.read_bytes()
    for data, part in (
        (whole[:-1], "ends before all of its weights do"),
        (whole[:40], "is damaged"),
        (b"\xff" * 16, "is damaged"),
        (b"", "is damaged"),
    ):
        file.write_bytes(data)
        with pytest.raises(PersonError, match=part):
            original_in(folder)
    file.unlink()
    with pytest.raises(PersonError, match="holds no original weights"):
        original_in(folder)
    write_safetensors(folder / "model-00001-of-00002.safetensors", weights)
    index = {
        "weight_map": {"a": "model-00001-of-00002.safetensors", "b": "model-00002.safetensors"}
    }
    (folder / "model.safetensors.index.json").write_text(json.dumps(index))
    with pytest.raises(PersonError, match=r"the file model-00002.safetensors is missing"):
        original_in(folder)
    (folder / "config.json").write_text("{")
    with pytest.raises(PersonError, match=r"config.json” is damaged"):
        original_in(folder)
    with pytest.raises(PersonError, match="holds no original weights"):
        original_in(tmp_path)
