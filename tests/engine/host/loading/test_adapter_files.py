"""Adapters beside a quantized model, and such that cannot be.

Tests app.core.models.adapter_form.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import gguf
import numpy as np
import pytest

from app.core.gguf import parse_header
from app.core.models.adapter_form import Q8_0, in_blocks
from app.engine.host.errors import EngineError
from app.engine.host.loading.adapter_files import as_loaded
from tests.helpers.adapters import write_adapter

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray


def products(path: Path | str) -> dict[str, NDArray[np.float32]]:
    """What an adapter adds to each tensor, by llama.cpp's rule for alpha and rank."""
    reader = gguf.GGUFReader(path)
    alpha = reader.fields.get("adapter.lora.alpha")
    halves = {
        tensor.name: gguf.dequantize(tensor.data, tensor.tensor_type) for tensor in reader.tensors
    }
    found: dict[str, NDArray[np.float32]] = {}
    for name, b in halves.items():
        if name.endswith(".lora_b"):
            factor = float(alpha.contents()) / b.shape[1] if alpha is not None else 1.0
            a = halves[f"{name[:-1]}a"]
            found[name] = np.asarray(factor * b @ a, np.float32)
    return found


@pytest.mark.parametrize("half", [False, True])
def test_beside_a_quantized_model_it_adds_the_same_in_blocks(
    demo_model: Path, tmp_path: Path, half: bool
) -> None:
    path = write_adapter(tmp_path / "a.gguf", demo_model, rank=12, half=half)
    with as_loaded(str(path), quantized=True) as loaded:
        types = {tensor.tensor_type for tensor in gguf.GGUFReader(loaded).tensors}
        there, wanted = products(loaded), products(path)
        assert types == {gguf.GGMLQuantizationType.Q8_0}
        assert there.keys() == wanted.keys()
        for name, product in wanted.items():
            off = np.linalg.norm(there[name] - product) / np.linalg.norm(product)
            assert off < 0.01, name
        expected = sum(each.n_bytes for each in in_blocks(parse_header(path.read_bytes())))
        assert sum(tensor.n_bytes for tensor in gguf.GGUFReader(loaded).tensors) == expected
    with as_loaded(str(path), quantized=False) as loaded:
        assert loaded == str(path)


def test_a_rank_of_whole_blocks_is_not_filled_up(demo_model: Path, tmp_path: Path) -> None:
    path = write_adapter(tmp_path / "a.gguf", demo_model, rank=32)
    halves = in_blocks(parse_header(path.read_bytes()))
    assert all(half.dimensions == half.tensor.dimensions for half in halves)
    assert {half.type_id for half in halves} == {Q8_0}


@pytest.mark.parametrize("quantized", [False, True])
def test_numbers_that_are_none_are_said(demo_model: Path, tmp_path: Path, quantized: bool) -> None:
    path = write_adapter(tmp_path / "a.gguf", demo_model)
    raw = bytearray(path.read_bytes())
    raw[-4:] = np.float32(np.nan).tobytes()
    path.write_bytes(raw)
    with (
        pytest.raises(EngineError, match=r"a\.gguf.* is damaged"),
        as_loaded(str(path), quantized=quantized),
    ):
        pass


def test_what_is_not_whole_is_left_to_llama_cpp(demo_model: Path, tmp_path: Path) -> None:
    path = write_adapter(tmp_path / "a.gguf", demo_model)
    one_half = write_adapter(tmp_path / "half.gguf", demo_model, only="lora_a")
    path.write_bytes(path.read_bytes()[:-100])
    for each in (path, one_half):
        with as_loaded(str(each), quantized=True) as loaded:
            assert loaded == str(each)
