"""Which models adapters fit, and below which of them they stand.

Tests app.core.models.layer_shapes, too.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from app.core.models.adapter_facts import AdapterError
from app.core.models.bases import (
    bases_of,
    check_base,
    fits,
    fitting_adapters,
    with_adapters,
    with_and_without,
)
from app.core.models.family import companions, families
from app.core.models.layer_shapes import layer_shapes, shape_among
from app.library.model_files import inspect_file
from tests.helpers.adapters import write_adapter
from tests.helpers.model_folders import adapter_model, library_model, small_gguf

if TYPE_CHECKING:
    from pathlib import Path

    from app.core.models.family import LibraryModel


def base(name: str) -> LibraryModel:
    return library_model(f"/models/{name}-F16.gguf", gguf=small_gguf(name))


def test_tensors_that_are_alike_in_every_layer_are_told_once() -> None:
    usual = [(f"blk.{n}.attn_q.weight", (8, 8)) for n in range(3)]
    some = [("blk.1.attn_k.weight", (8, 4)), ("output.weight", (8, 9))]
    odd = [(f"blk.{n}.ffn_up.weight", (8, 8 + n // 2)) for n in range(3)]
    shapes = layer_shapes([*usual, *some, *odd], 3)
    assert len(shapes) == 1 + len(some) + len(odd)
    for name, shape in [*usual, *some, *odd]:
        assert shape_among(shapes, name, 3) == shape, name
    for name in ("blk.3.attn_q.weight", "blk.0.attn_k.weight", "blk.*.attn_q.weight", "other"):
        assert shape_among(shapes, name, 3) == ((8, 8) if "*" in name else ()), name


def test_a_real_adapter_fits_its_base_and_no_other(demo_model: Path, tmp_path: Path) -> None:
    model = inspect_file(demo_model)
    assert len(model.shapes) < 20
    own = inspect_file(write_adapter(tmp_path / "own.gguf", demo_model))
    assert fits(own, model)
    other = replace(model, shapes=tuple((name, (7, 7)) for name, _ in model.shapes))
    assert not fits(own, other)
    with pytest.raises(AdapterError, match="was made for another model"):
        check_base(own, other)
    assert not fits(own, replace(model, block_count=1)), "it changes layers that are not there"
    assert not fits(replace(own, shapes=()), model), "of another kind: nothing is known of it"


def test_an_adapter_stands_below_what_it_was_made_for() -> None:
    alpha, beta = base("Alpha 1B"), base("Beta 1B")
    made = adapter_model("/models/a.gguf", made_for="someone/Beta-1B")
    unnamed = adapter_model("/models/b.gguf")
    strange = adapter_model("/models/c.gguf", architecture="qwen2")
    found = families([alpha, beta])
    assert [each.name for each in bases_of(made, found)] == ["Beta 1B", "Alpha 1B"]
    grouped, left = with_adapters(found, companions([made, unnamed, strange]))
    assert [family.models for family in grouped] == [(alpha,), (beta, made)]
    assert left == [unnamed, strange]
    alone, left = with_adapters(found[:1], [unnamed])
    assert (alone[0].models, left) == ((alpha, unnamed), [])
    assert alpha.model is not None
    assert fitting_adapters([strange, unnamed, alpha, made], alpha.model) == [made, unnamed]
    pair = with_and_without([made], [alpha])
    assert [len(each.adapters) for each in pair] == [0, 1]
    assert with_and_without([made, strange], [alpha]) == []
    assert with_and_without([], [alpha]) == []
