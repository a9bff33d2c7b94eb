"""Where a model's matrices stand on the map, and what raising them costs."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.core.gguf import TensorInfo
from app.core.models.levels import TENSOR_TYPES
from app.core.shrink.inside.inspection import InspectedTensor, Inspection, TensorFigures
from app.core.shrink.inside.tensor_map import Figure, map_of, raised, raising, value_of
from app.library.model_files import open_model_file

IDS = {each.name: each for each in TENSOR_TYPES.values()}
FIGURES = TensorFigures(100, 5, 10, 1, 3.0, 100.0, error_squares=4.0, reference_squares=100.0)


def tensor(name: str, kind: str = "Q4_K", rows: int = 4, columns: int = 256) -> InspectedTensor:
    stored = IDS[kind]
    size = rows * columns // stored.block_elements * stored.block_bytes
    info = TensorInfo(name, (columns, rows), stored.type_id, 0, size)
    return InspectedTensor(info, FIGURES)


def vector(name: str) -> InspectedTensor:
    return InspectedTensor(TensorInfo(name, (256,), IDS["F32"].type_id, 0, 1024), FIGURES)


def test_layers_go_across_and_kinds_down(demo_model: Path) -> None:
    names = ["token_embd.weight"]
    names += [f"blk.{n}.{kind}.weight" for n in (0, 1, 10) for kind in ("attn_q", "ffn_down")]
    tensors = [*map(tensor, names), vector("blk.0.attn_norm.weight"), vector("output_norm.weight")]
    found = map_of(Inspection(open_model_file(demo_model), tensors))
    assert found.kinds == ["attn_q", "ffn_down", "token_embd"]
    assert found.layers == 11
    places = {place: each.info.name for place, each in found.cells.items()}
    assert places[1, 10] == "blk.10.ffn_down.weight"
    assert places[2, 0] == "token_embd.weight"
    assert len(places) == 7


def test_each_figure_has_its_value() -> None:
    one = tensor("blk.0.attn_q.weight")
    values = {each: value_of(one, each) for each in Figure}
    assert values == {
        Figure.LOST: pytest.approx(0.2),
        Figure.BITS: 4.5,
        Figure.ZEROS: 0.05,
        Figure.OUTLIERS: 0.01,
    }


@pytest.mark.parametrize(
    ("kind", "columns", "more"),
    [
        ("IQ2_XXS", 256, "Q2_K"),
        ("Q4_K", 256, "Q5_K"),
        ("Q4_0", 256, "Q5_K"),
        ("Q6_K", 256, "Q8_0"),
        ("Q8_0", 256, "F16"),
        ("Q4_0", 96, "Q8_0"),
        ("F16", 256, None),
    ],
)
def test_a_step_up_is_a_format_that_fits(kind: str, columns: int, more: str | None) -> None:
    found = raised(tensor("a.weight", kind, 4, columns))
    assert (found[0] if found else None) == more
    if found:
        assert found[1] > 0


def test_what_is_at_the_top_is_not_raised() -> None:
    rules, more = raising([tensor("a.weight", "F16"), tensor("b.weight", "Q4_K")])
    assert rules == [("b.weight", "Q5_K")]
    assert more == 4 * (IDS["Q5_K"].block_bytes - IDS["Q4_K"].block_bytes)
