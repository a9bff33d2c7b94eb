"""What an adapter says of itself, and which models it fits."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from app.core.models.adapter_facts import AdapterError, adapter_facts, check_fits
from app.library.model_files import read_shards
from tests.helpers.adapters import write_adapter

if TYPE_CHECKING:
    from pathlib import Path

    from app.core.gguf import GgufHeader


def header_of(path: Path) -> GgufHeader:
    return read_shards(path)[0].header


def refusal(path: Path, model: Path) -> str:
    with pytest.raises(AdapterError) as caught:
        check_fits(adapter_facts(header_of(path), path.name), path.name, [header_of(model)], "m")
    return str(caught.value.sentence)


def test_an_adapter_tells_what_it_changes(demo_model: Path, tmp_path: Path) -> None:
    path = write_adapter(tmp_path / "a.gguf", demo_model, rank=3, alpha=6.0)
    facts = adapter_facts(header_of(path), path.name)
    assert (facts.architecture, facts.rank, facts.alpha) == ("llama", 3, 6.0)
    assert facts.changes["blk.0.ffn_down.weight"] == (768, 256)
    assert 0 < facts.tensor_bytes < path.stat().st_size
    check_fits(facts, path.name, [header_of(demo_model)], "m")


def test_what_does_not_fit_is_said(demo_model: Path, tmp_path: Path) -> None:
    other = write_adapter(tmp_path / "other.gguf", demo_model, architecture="qwen2")
    assert refusal(other, demo_model) == (
        "The adapter “other.gguf” was made for models of the kind qwen2; “m” is of the kind llama."
    )
    half = write_adapter(tmp_path / "half.gguf", demo_model, only="lora_b")
    assert "of what it adds to blk.0.attn_q.weight, one half is missing" in refusal(
        half, demo_model
    )
    assert refusal(demo_model, demo_model) == f"“{demo_model.name}” is no adapter."


def test_a_model_of_another_shape_is_told(demo_model: Path, tmp_path: Path) -> None:
    path = write_adapter(tmp_path / "a.gguf", demo_model)
    facts = adapter_facts(header_of(path), path.name)
    (name, shape), *_ = facts.changes.items()
    for changes, said in (
        ({name: (shape[0], shape[1] * 2)}, f"{name} is 256 × 256 in “m”, the adapter is for"),
        ({"blk.99.attn_q.weight": shape}, "“m” has no blk.99.attn_q.weight"),
    ):
        object.__setattr__(facts, "changes", changes)
        with pytest.raises(AdapterError) as caught:
            check_fits(facts, path.name, [header_of(demo_model)], "m")
        assert said in str(caught.value.sentence)
