"""Files without channels, experts and layers, made and read by real engines.

Through :mod:`app.lab.shrink.left_out.pruning`, :mod:`app.lab.shrink.left_out.slabs`,
:mod:`app.lab.shrink.left_out.readings` and :mod:`app.lab.shrink.left_out.dropping`.
"""

from __future__ import annotations

from pathlib import Path

import gguf
import numpy as np
import pytest

from app.core.errors import PersonError
from app.core.models.levels import level_by_name
from app.core.shrink.recipe import MatrixUse, Recipe
from app.lab.engines.opened import opened_file
from app.lab.engines.room import EngineRoom
from app.lab.shrink.left_out.dropping import layer_influences
from app.lab.shrink.left_out.usage import expert_usage
from app.lab.shrink.making.means import Means, ShrinkResult
from app.lab.shrink.making.shrink import shrink
from app.library.model_files import open_model_file
from tests.helpers import gguf_files as files
from tests.helpers.architectures import Size, write_architecture
from tests.helpers.caches import run_cache
from tests.helpers.moe_files import EXPERTS, USED, write_demo_mixture

NONE = MatrixUse.NONE
LAYERS = 6


def made(source: Path, target: Path, recipe: Recipe, cache: Path | None = None) -> ShrinkResult:
    """Make it; what was read of a model is kept for the whole run, unless a cache is given."""
    folder = target.parent
    (folder / "state").mkdir(exist_ok=True)
    before = {each.name for each in folder.iterdir()}
    means = Means(1, EngineRoom(folder / "state"), cache or run_cache(), lambda *_told: None)
    try:
        return shrink(source, target, recipe, means)
    finally:
        assert {each.name for each in folder.iterdir()} - before <= {target.name, "cache"}


def influences(model: Path, cache: Path) -> list[float]:
    """What the layers do, by an engine that reads the demo's text."""
    return layer_influences(
        model, cache, threads=1, room=EngineRoom(cache), on_progress=lambda *_told: None
    )


def tensors_of(path: Path) -> dict[str, np.ndarray]:
    return {each.name: np.array(each.data) for each in gguf.GGUFReader(path).tensors}


def with_idle_channels(source: Path, target: Path) -> np.ndarray:
    """Let a quarter of the channels of each layer add nothing; returns which of them do."""
    target.write_bytes(source.read_bytes())
    works = np.arange(768) % 4 != 1
    for each in gguf.GGUFReader(target, "r+").tensors:
        if each.name.endswith("ffn_down.weight"):
            each.data[:, ~works] = 0
    return works


@pytest.mark.parametrize("matrix", [NONE, MatrixUse.AUTO])
def test_channels_that_add_nothing_are_not_missed(
    demo_model: Path, tmp_path: Path, matrix: MatrixUse
) -> None:
    source = tmp_path / "idle.gguf"
    works = with_idle_channels(demo_model, source)
    result = made(source, tmp_path / "narrow.gguf", Recipe(width=0.25, matrix=matrix))
    model = open_model_file(tmp_path / "narrow.gguf")
    assert model.feed_forward_length == works.sum() == 576
    assert result.pruned == model.pruned == "25 % of the feed-forward left out"
    assert result.file_bytes < 0.9 * source.stat().st_size
    before, after = tensors_of(source), tensors_of(tmp_path / "narrow.gguf")
    for layer in range(LAYERS):
        for kind in ("gate", "up"):
            name = f"blk.{layer}.ffn_{kind}.weight"
            assert np.array_equal(after[name], before[name][works])
        name = f"blk.{layer}.ffn_down.weight"
        assert np.array_equal(after[name], before[name][:, works])
    both = [influences(each, tmp_path) for each in (source, tmp_path / "narrow.gguf")]
    assert both[1] == pytest.approx(both[0], rel=1e-3)


def test_all_ways_go_together_and_can_be_quantized(demo_model: Path, tmp_path: Path) -> None:
    recipe = Recipe(
        level_by_name("IQ3_XXS"), width=0.34, drop_layers=(2,), sparsity=0.3
    )  # needs a matrix: narrowed, with layers that moved up
    result = made(demo_model, tmp_path / "all.gguf", recipe)
    model = open_model_file(tmp_path / "all.gguf")
    assert (model.block_count, model.feed_forward_length) == (LAYERS - 1, 512)
    assert (model.level_name, result.remarks) == ("IQ3_XXS", ())
    assert model.pruned == (
        "layers 2 of 6 left out; 33 % of the feed-forward left out; 30 % of the weights set to zero"
    )
    assert len(influences(tmp_path / "all.gguf", tmp_path)) == LAYERS - 1


@pytest.mark.slow
def test_a_size_is_met_without_what_goes(short_demo: Path, tmp_path: Path) -> None:
    small = made(short_demo, tmp_path / "small.gguf", Recipe(target_bits=4.5, width=0.34))
    assert 4.3 < small.bits_per_weight <= 4.5


def test_a_width_that_formats_do_not_divide_is_told(demo_model: Path, tmp_path: Path) -> None:
    recipe = Recipe(level_by_name("Q4_K_M"), width=0.2, matrix=NONE)
    (said,) = map(str, made(demo_model, tmp_path / "odd.gguf", recipe).remarks)
    assert "blk.0.ffn_down.weight (Q4_K → Q5_0)" in said
    assert open_model_file(tmp_path / "odd.gguf").feed_forward_length == 608


def test_experts_that_work_least_are_left_out(demo_model: Path, tmp_path: Path) -> None:
    mixture = write_demo_mixture(demo_model, tmp_path / "mixture.gguf")
    quantized = tmp_path / "quantized.gguf"
    made(mixture, quantized, Recipe(level_by_name("Q4_0"), matrix=NONE))
    # A quantized mixture loses experts without being quantized again.
    cache = tmp_path / "cache"
    result = made(quantized, tmp_path / "fewer.gguf", Recipe(experts=1), cache)
    model = open_model_file(tmp_path / "fewer.gguf")
    assert (model.level_name, model.expert_count, model.expert_used_count) == ("Q4_0", 3, USED)
    assert (result.pruned, result.remarks) == ("1 of 4 experts left out", ())
    counted = expert_usage(
        opened_file(open_model_file(quantized)),
        threads=1,
        room=EngineRoom(tmp_path),
        on_progress=lambda *_told: None,
    )
    before, after = tensors_of(quantized), tensors_of(tmp_path / "fewer.gguf")
    for each in counted.layers:
        stays = np.array(each.counts) != min(each.counts)
        assert stays.sum() == EXPERTS - 1
        for kind in ("gate_inp", "gate_exps", "up_exps", "down_exps"):
            name = f"blk.{each.layer}.ffn_{kind}.weight"
            assert np.array_equal(after[name], before[name][stays]), name
    # They are counted once for a file; fewer than worked on a token work all then.
    kept = list((cache / "readings").iterdir())
    made(quantized, tmp_path / "one.gguf", Recipe(experts=3), cache)
    assert list((cache / "readings").iterdir()) == kept
    one = open_model_file(tmp_path / "one.gguf")
    assert (one.expert_count, one.expert_used_count) == (1, 1)
    assert len(influences(tmp_path / "one.gguf", tmp_path)) == LAYERS


@pytest.mark.parametrize("name", [pytest.param("qwen2moe", marks=pytest.mark.slow), "deepseek2"])
def test_mixtures_of_several_kinds_lose_experts(tmp_path: Path, name: str) -> None:
    source = write_architecture(tmp_path / "mixture.gguf", name, Size(layers=3))
    recipe = Recipe(level_by_name("Q8_0"), experts=2, drop_layers=(0,), matrix=NONE)
    made(source, tmp_path / "fewer.gguf", recipe)
    model = open_model_file(tmp_path / "fewer.gguf")
    assert (model.expert_count, model.block_count) == (6, 2)
    assert len(influences(tmp_path / "fewer.gguf", tmp_path)) == 2


def test_values_of_each_layer_go_with_their_layers(tmp_path: Path) -> None:
    facts = {"llama.attention.head_count_kv": [2, 2, 2], "llama.feed_forward_length": [512] * 3}
    source = files.write_tiny_llama(tmp_path / "arrays.gguf", n_layers=3, metadata=facts)
    made(source, tmp_path / "fewer.gguf", Recipe(drop_layers=(1,), width=0.5, matrix=NONE))
    model = open_model_file(tmp_path / "fewer.gguf")
    assert (model.block_count, model.feed_forward_length) == (2, 256)
    before, after = tensors_of(source), tensors_of(tmp_path / "fewer.gguf")
    assert np.array_equal(after["blk.1.attn_q.weight"], before["blk.2.attn_q.weight"])


def test_shards_become_one_file(tmp_path: Path) -> None:
    first, *_ = files.write_sharded_llama(tmp_path)
    whole = files.write_tiny_llama(tmp_path / "whole.gguf")
    for name, source in (("shards", first), ("whole", whole)):
        made(source, tmp_path / f"of-{name}.gguf", Recipe(width=0.5, matrix=NONE))
    of_shards, of_whole = (tensors_of(tmp_path / f"of-{each}.gguf") for each in ("shards", "whole"))
    assert all(np.array_equal(of_shards[name], of_whole[name]) for name in of_whole)


def test_what_cannot_be_left_out_is_a_sentence_and_leaves_nothing(
    demo_model: Path, tmp_path: Path
) -> None:
    made(demo_model, tmp_path / "q8.gguf", Recipe(level_by_name("Q8_0"), matrix=NONE))
    mixture = write_demo_mixture(demo_model, tmp_path / "mixture.gguf")
    for source, recipe, part in (
        (tmp_path / "q8.gguf", Recipe(width=0.5), r"is quantized \(Q8_0\), so that no channel"),
        (mixture, Recipe(width=0.5), "leave out experts instead"),
        (mixture, Recipe(experts=4), "has 4 experts in a layer"),
        (demo_model, Recipe(experts=1), "no mixture of experts"),
    ):
        with pytest.raises(PersonError, match=part):
            made(source, tmp_path / "other.gguf", recipe)


def test_what_would_not_load_is_not_made(
    demo_model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # As in a kind of model whose layers need what was left out in a way that nobody knows of.
    monkeypatch.setattr("app.core.shrink.cutting._CHANNELS", {"ffn_down.weight": 0})
    with pytest.raises(PersonError, match="would not load “shrinkscope-demo-F16"):
        made(demo_model, tmp_path / "other.gguf", Recipe(width=0.5, matrix=NONE))
