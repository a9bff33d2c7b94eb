"""Matrices that are kept for a model, brought from elsewhere, and found again."""

from __future__ import annotations

import struct
from pathlib import Path

import numpy as np
import pytest

from app.core.errors import PersonError
from app.core.models.model_file import ModelFile
from app.core.shrink.importance import (
    Entry,
    Importance,
    from_bytes,
    input_size,
    is_weighted,
    to_bytes,
)
from app.lab.shrink.matrices.kept import KeptMatrices, content_of, export, named_matrix
from app.lab.shrink.reader import CalibrationText
from app.library.model_files import open_model_file, read_shards
from tests.helpers import gguf_files as files


@pytest.fixture
def model(tmp_path: Path) -> ModelFile:
    return open_model_file(files.write_tiny_llama(tmp_path / "tiny.gguf"))


def matrix_for(model: ModelFile, value: float = 2.0, name: str = "") -> Importance:
    tensors = [info for shard in read_shards(model.path) for info in shard.header.tensors]
    sums = {t.name: input_size(t.dimensions) for t in tensors if is_weighted(t)}
    once = np.ones(1, np.float32)
    entries = {key: Entry(np.full(n, value, np.float32), once) for key, n in sums.items()}
    return Importance(entries, ("wiki.txt",), 7, 512, name)


def as_legacy(found: Importance) -> bytes:
    data = struct.pack("<i", len(found.entries))
    for name, entry in found.entries.items():
        data += struct.pack("<i", len(name)) + name.encode()
        data += struct.pack("<ii", 4, entry.sums.size) + (entry.sums * 4).tobytes()
    return data + struct.pack("<ii", 7, 8) + b"wiki.txt"


def test_one_from_elsewhere_is_kept_says_what_it_is_and_goes(
    model: ModelFile, tmp_path: Path
) -> None:
    kept = KeptMatrices(tmp_path / "cache")
    assert kept.of(model) == []
    new, old = tmp_path / "new.gguf", tmp_path / "old.dat"
    new.write_bytes(to_bytes(matrix_for(model)))
    old.write_bytes(as_legacy(matrix_for(model)))
    taken = [kept.take(path, model) for path in (new, old, new)]
    assert taken[0].path.read_bytes() == new.read_bytes()
    again = from_bytes(taken[1].path.read_bytes(), "old")
    assert all((entry.values == 2).all() for entry in again.entries.values())
    found = kept.of(model)
    assert {each.path for each in found} == {each.path for each in taken}
    for each in found:
        assert (each.texts, each.said.chunks) == ("wiki.txt", 7)
        assert len(each.said.entries) == len(matrix_for(model).entries)
        assert each.size_bytes == each.path.stat().st_size
    export(taken[1], tmp_path / "out.gguf")
    assert (tmp_path / "out.gguf").read_bytes() == taken[1].path.read_bytes()
    for each in found:
        kept.remove(each)
    assert kept.of(model) == []
    with pytest.raises(PersonError, match="cannot be read"):
        export(taken[0], tmp_path / "out.gguf")


def test_those_of_other_models_are_refused_by_name(model: ModelFile, tmp_path: Path) -> None:
    other = open_model_file(files.write_tiny_llama(tmp_path / "other.gguf", d_model=512))
    kept, path = KeptMatrices(tmp_path / "cache"), tmp_path / "m.gguf"
    for name, part in (
        ("", "“m.gguf” is another model's: it tells of 14 % of what “tiny.gguf” has"),
        ("big.gguf", "“m.gguf” was made of “big.gguf”: it tells of 14 % of"),
    ):
        path.write_bytes(to_bytes(matrix_for(other, name=name)))
        with pytest.raises(PersonError) as refused:
            kept.take(path, model)
        assert part in refused.value.sentence.replace("\u00a0", " ")
    assert kept.of(model) == []


def test_a_matrix_is_found_again_by_what_is_in_it(model: ModelFile, tmp_path: Path) -> None:
    kept, named = KeptMatrices(tmp_path / "cache"), tmp_path / "elsewhere" / "m.gguf"
    data = to_bytes(matrix_for(model))
    beside = model.path.with_name("m.gguf")
    beside.write_bytes(data)
    wanted = content_of(beside)
    assert named_matrix(str(named), "", model.path, kept) == beside
    assert named_matrix(str(named), wanted, model.path, kept) == beside
    at_home = kept.take(beside, model)
    beside.write_bytes(to_bytes(matrix_for(model, 3)))
    assert named_matrix(str(named), wanted, model.path, kept) == at_home.path
    kept.remove(at_home)
    with pytest.raises(PersonError, match="what is there under this name is another one"):
        named_matrix(str(named), wanted, model.path, kept)
    beside.unlink()
    with pytest.raises(PersonError, match=r"“m\.gguf”, which is not on this PC"):
        named_matrix(str(named), wanted, model.path, kept)


def test_places_differ_with_the_model_and_the_text(model: ModelFile, tmp_path: Path) -> None:
    kept = KeptMatrices(tmp_path / "cache")
    other = open_model_file(files.write_tiny_llama(tmp_path / "other.gguf"))
    texts = [
        CalibrationText("a", b"one"),
        CalibrationText("a", b"two"),
        CalibrationText("b", b"one"),
    ]
    places = {kept.place_for(each, text) for each in (model, other) for text in texts}
    assert len(places) == 6
    assert kept.place_for(model, texts[0]) in places
    blocked = KeptMatrices(model.path)
    with pytest.raises(PersonError, match="cannot be"):
        blocked.place_for(model, texts[0])
