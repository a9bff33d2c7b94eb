"""Importance matrices by real engines: those of llama-imatrix, kept, and held against models.

Through :mod:`app.engine.host.making.importance` and :mod:`app.engine.host.llama.graph`. What
llama-imatrix of the same llama.cpp found stands in ``tests/lab/data/imatrix.json``.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import gguf
import numpy as np
import pytest

from app.core.errors import PersonError
from app.core.shrink.importance import from_bytes
from app.lab.engines.room import EngineRoom
from app.lab.shrink.importance import (
    ImportanceResult,
    kept_importance,
    make_importance,
)
from app.lab.shrink.matrices.kept import read_matrix
from app.lab.shrink.reader import CalibrationText, bundled_calibration
from app.library.model_files import open_model_file
from app.resources import resource_path
from tests.helpers import gguf_files as files
from tests.helpers.moe_files import EXPERTS, write_demo_mixture

FOUND: dict[str, Any] = json.loads(
    (Path(__file__).parents[1] / "data" / "imatrix.json").read_text("utf-8")
)
MIXED = CalibrationText("mixed", resource_path("texts", "calibration.txt").read_bytes())


def make(
    path: Path, target: Path, text: CalibrationText | None = MIXED, **options: int
) -> ImportanceResult:
    told: list[tuple[int, int]] = []
    made = make_importance(
        path,
        target,
        text,
        threads=1,
        room=EngineRoom(target.parent),
        on_progress=lambda done, total: told.append((done, total)),
        **options,
    )
    assert told == [(number, made.chunks) for number in range(made.chunks)]
    return made


def is_as_found(target: Path, kind: str) -> None:
    """What others read from the file is what llama-imatrix found, within a ten-thousandth."""
    tensors = {tensor.name: tensor.data for tensor in gguf.GGUFReader(target).tensors}
    assert len(tensors) == 2 * FOUND[f"{kind}_tensors"]
    for name, known in FOUND[kind].items():
        counts = tensors[f"{name}.counts"]
        assert counts.ravel().tolist() == known["counts"]
        sums = tensors[f"{name}.in_sum2"].ravel()
        np.testing.assert_allclose(sums[:: max(1, sums.size // 8)][:8], known["sums"], rtol=1e-4)


def test_sums_are_those_of_llama_imatrix(demo_model: Path, tmp_path: Path) -> None:
    made = make(demo_model, tmp_path / "new.gguf", chunks=3)
    assert (made.tensors, made.chunks, made.tokens, made.unused) == (42, 3, 1536, 0)
    is_as_found(tmp_path / "new.gguf", "plain")
    reader = gguf.GGUFReader(tmp_path / "new.gguf")
    facts = {key: field.contents() for key, field in reader.fields.items()}
    assert facts["general.type"] == "imatrix"
    assert facts["imatrix.datasets"] == ["mixed"]
    assert (facts["imatrix.chunk_count"], facts["imatrix.chunk_size"]) == (3, 512)


def test_experts_and_short_chunks_are_those_of_llama_imatrix(
    demo_model: Path, tmp_path: Path
) -> None:
    mixture = write_demo_mixture(demo_model, tmp_path / "mixture.gguf")
    made = make(mixture, tmp_path / "new.gguf", chunk_tokens=100, chunks=21)
    assert made.tensors == 48
    is_as_found(tmp_path / "new.gguf", "mixture")
    _, found = read_matrix(tmp_path / "new.gguf", mixture)
    assert len(found.entries["blk.0.ffn_up_exps.weight"].counts) == EXPERTS


def test_a_matrix_is_kept_by_model_and_text(demo_model: Path, tmp_path: Path) -> None:
    told: list[int] = []

    def kept() -> Path:
        return kept_importance(
            demo_model,
            tmp_path / "cache",
            threads=1,
            room=EngineRoom(tmp_path),
            on_progress=lambda done, _total: told.append(done),
        )

    first = kept()
    assert told
    told.clear()
    assert kept() == first
    assert not told
    _, found = read_matrix(first, demo_model)
    assert (found.datasets, found.model) == (("shrinkscope-demo",), demo_model.name)
    assert list((tmp_path / "cache" / "importance").iterdir()) == [first]


def test_the_bundled_text_of_other_models_is_a_mixed_one(tmp_path: Path) -> None:
    tiny = open_model_file(files.write_tiny_llama(tmp_path / "tiny.gguf"))
    text = bundled_calibration(tiny)
    assert not text.marks
    assert text.data == MIXED.data


def test_what_cannot_be_weighed_is_a_sentence_and_leaves_nothing(
    demo_model: Path, tmp_path: Path
) -> None:
    target = tmp_path / "new.gguf"
    for text, place, part in (
        (CalibrationText("short", b"Too short."), target, "The text has only "),
        (MIXED, tmp_path / "no" / "new.gguf", "no folder"),
        (MIXED, tmp_path, "cannot be written: it is a folder"),
    ):
        with pytest.raises(PersonError, match=part):
            make(demo_model, place, text)
    copy = tmp_path / "model.gguf"
    copy.write_bytes(demo_model.read_bytes())
    with pytest.raises(PersonError, match="what is read here"):
        make(copy, copy)
    assert copy.read_bytes() == demo_model.read_bytes()
    assert [path for path in tmp_path.iterdir() if path != copy] == []


def test_a_matrix_of_another_model_is_refused(demo_model: Path, tmp_path: Path) -> None:
    tiny = files.write_tiny_llama(tmp_path / "tiny.gguf")
    make(demo_model, tmp_path / "new.gguf", chunks=1)
    with pytest.raises(PersonError, match="was made of “shrinkscope-demo-F16"):
        read_matrix(tmp_path / "new.gguf", tiny)
    with pytest.raises(PersonError, match="is no importance matrix"):
        read_matrix(tiny, tiny)
    with pytest.raises(PersonError, match="cannot be read"):
        read_matrix(tmp_path / "none.gguf", tiny)
    assert from_bytes((tmp_path / "new.gguf").read_bytes(), "new").chunks == 1
