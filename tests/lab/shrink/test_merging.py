"""Adapters merged by real engines: the weights are those that base and adapter make together.

Through :mod:`app.lab.shrink.making`. That merged weights answer as base and adapter do is seen in
``tests/cli/test_quality.py``.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import gguf
import numpy as np
import pytest

from app.core.candidates.adapters import Adapter
from app.core.errors import PersonError
from app.core.models.levels import level_by_name
from app.core.shrink.plain import bits_of, floats_of
from app.core.shrink.recipe import MatrixUse, Recipe
from app.core.shrink.written import as_done, from_text, to_text, written
from app.lab.demo.demo import demo_adapter, is_demo
from app.lab.engines.room import EngineRoom
from app.lab.shrink.making.means import Means, ShrinkResult
from app.lab.shrink.making.shrink import shrink
from app.library.model_files import open_model_file
from tests.helpers import gguf_files as files
from tests.helpers.adapters import write_adapter, write_merged
from tests.helpers.gguf_container import Tensor, Typed, file_bytes
from tests.helpers.moe_files import write_demo_mixture

F32, F16, Q8_0, BF16 = 0, 1, 8, 30


def merge(source: Path, target: Path, *adapters: Adapter, **wishes: Any) -> ShrinkResult:
    folder = target.parent / "state"
    folder.mkdir(exist_ok=True)
    means = Means(2, EngineRoom(folder), folder / "cache", lambda *_step: None)
    asked = Recipe(matrix=MatrixUse.NONE, merge=adapters)
    return shrink(source, target, replace(asked, **wishes), means)


def weights_in(path: Path) -> dict[str, np.ndarray[Any, Any]]:
    found = gguf.GGUFReader(path).tensors
    return {each.name: gguf.dequantize(each.data, each.tensor_type) for each in found}


def halves(path: Path, numbers: dict[str, np.ndarray[Any, Any]], **more: Any) -> Path:
    """An adapter of these halves; rows of 32 numbers are written as Q8_0."""
    facts = {
        "general.architecture": "llama",
        "general.type": "adapter",
        "adapter.type": "lora",
        "adapter.lora.alpha": Typed(files.GgufType.FLOAT32, 0.0),
        **more,
    }
    tensors: list[Tensor] = []
    for name, values in numbers.items():
        shape = tuple(reversed(values.shape))
        kind = Q8_0 if shape[0] == 32 else F32
        if kind == Q8_0:
            quantized = gguf.quantize(values.astype(np.float32), gguf.GGMLQuantizationType.Q8_0)
            tensors.append(Tensor(name, shape, kind, quantized.tobytes()))
        else:
            tensors.append(Tensor(name, shape, kind, values.astype("<f4").tobytes()))
    path.write_bytes(file_bytes(facts, tensors))
    return path


def test_weights_are_those_of_base_and_adapter(demo_model: Path, tmp_path: Path) -> None:
    style = write_adapter(tmp_path / "style.gguf", demo_model)
    result = merge(demo_model, tmp_path / "new.gguf", Adapter(str(style), 0.8))
    expected = weights_in(write_merged(tmp_path / "plain.gguf", demo_model, style, 0.8))
    found = weights_in(tmp_path / "new.gguf")
    assert set(found) == set(expected)
    for name, weights in found.items():
        # The product may be summed up in another order: a step of F16 in few of many weights.
        differ = weights != expected[name]
        assert np.allclose(weights, expected[name], rtol=1e-3, atol=1e-6)
        assert differ.mean() < 0.002
    model = open_model_file(tmp_path / "new.gguf")
    assert (model.level_name, model.merged) == ("F16", "style.gguf*0.8")
    assert (model.name, is_demo(model)) == ("Shrinkscope Demo + style", True)
    assert model.family_key != open_model_file(demo_model).family_key
    assert result.recipe.merged == [Adapter(str(style), 0.8)]
    assert str(tmp_path).encode() not in (tmp_path / "new.gguf").read_bytes()

    # Its recipe makes the same file again, elsewhere with the adapter beside the model.
    asked = written(Recipe(matrix=MatrixUse.NONE, merge=(Adapter("/elsewhere/style.gguf", 0.8),)))
    again = from_text(to_text(as_done(asked, result.recipe, "a.gguf", 1)), "r").recipe()
    source = tmp_path / "moved.gguf"
    source.write_bytes(demo_model.read_bytes())
    merge(source, tmp_path / "again.gguf", *again.merge)
    assert (tmp_path / "again.gguf").read_bytes() == (tmp_path / "new.gguf").read_bytes()
    with pytest.raises(PersonError, match="is not there any more"):
        merge(demo_model, tmp_path / "no.gguf", Adapter("/elsewhere/style.gguf"))


def test_several_add_up_and_any_level_is_made_of_them(demo_model: Path, tmp_path: Path) -> None:
    style = write_adapter(tmp_path / "style.gguf", demo_model, scale=0.5)
    both = (Adapter(str(style), -0.5), Adapter(str(demo_adapter())))
    step = write_merged(tmp_path / "step.gguf", demo_model, style, -0.5)
    expected = weights_in(write_merged(tmp_path / "plain.gguf", step, demo_adapter()))
    bf16 = level_by_name("BF16")
    for name, wishes in (("BF16", {"level": bf16}), ("Q8_0", {"level": level_by_name("Q8_0")})):
        merge(demo_model, tmp_path / f"{name}.gguf", *both, **wishes)
        found = weights_in(tmp_path / f"{name}.gguf")
        for tensor, weights in found.items():
            assert np.abs(weights - expected[tensor]).max() < np.abs(expected[tensor]).max() / 120

    # A quantized base: through plain numbers, after a word, and only at a level that is named.
    q8, target = tmp_path / "Q8_0.gguf", tmp_path / "more.gguf"
    with pytest.raises(PersonError, match="say as which version"):
        merge(q8, target, *both)
    result = merge(q8, target, *both, level=bf16)
    assert "is quantized already (Q8_0)" in str(result.remarks[0])
    typed = f"style.gguf*-0.5 + {demo_adapter().name}"
    assert open_model_file(target).merged == f"{typed} + {typed}"
    # Of BF16 numbers, where they stay.
    merge(tmp_path / "BF16.gguf", tmp_path / "stays.gguf", Adapter(str(style), 0.5))
    model = open_model_file(tmp_path / "stays.gguf")
    assert model.level_name == "BF16"
    assert sorted(path.name for path in tmp_path.glob(".*")) == []


def test_embeddings_and_experts(demo_model: Path, tmp_path: Path) -> None:
    random = np.random.default_rng(5)
    mixture = write_demo_mixture(demo_model, tmp_path / "mixture.gguf")
    own = weights_in(mixture)
    tensor = "blk.1.ffn_down_exps.weight"
    experts, rows, columns = own[tensor].shape
    tokens, width = own["token_embd.weight"].shape
    numbers = {
        f"{tensor}.lora_a": random.normal(0, 0.1, (experts, 3, columns)),
        f"{tensor}.lora_b": random.normal(0, 0.1, (experts, rows, 3)),
        "token_embd.weight.lora_a": random.normal(0, 0.1, (tokens, 32)),
        "token_embd.weight.lora_b": random.normal(0, 0.1, (width, 32)),
    }
    adapter = halves(tmp_path / "adapter.gguf", numbers)
    merge(mixture, tmp_path / "new.gguf", Adapter(str(adapter), 0.5))
    found = weights_in(tmp_path / "new.gguf")
    a, b = numbers[f"{tensor}.lora_a"], numbers[f"{tensor}.lora_b"]
    assert np.allclose(found[tensor], own[tensor] + 0.5 * (b @ a), atol=1e-3)
    looked_up = numbers["token_embd.weight.lora_a"] @ numbers["token_embd.weight.lora_b"].T
    assert np.allclose(
        found["token_embd.weight"], own["token_embd.weight"] + 0.5 * looked_up, atol=5e-3
    )
    for name in set(own) - {tensor, "token_embd.weight"}:
        assert np.array_equal(found[name], own[name])


def test_what_cannot_be_merged_is_a_sentence_and_leaves_nothing(
    demo_model: Path, tmp_path: Path
) -> None:
    other = files.write_tiny_llama(tmp_path / "other.gguf", n_layers=1)
    own = "blk.0.attn_q.weight"
    a, b = np.ones((2, 256)), np.ones((256, 2))
    nothing = np.full((256, 2), np.nan)
    pair = {f"{own}.lora_a": a, f"{own}.lora_b": b}
    tokens = Typed(files.GgufType.UINT32, [1, 2], array=True)
    cases: list[tuple[Path, float, str]] = [
        (demo_model, 1.0, "is no adapter"),
        (write_adapter(tmp_path / "big.gguf", demo_model), 1.0, "was made for another model"),
        (write_adapter(tmp_path / "a.gguf", other, architecture="gemma"), 1.0, "of the kind gemma"),
        (write_adapter(tmp_path / "half.gguf", other, only="lora_a"), 1.0, "one half is missing"),
        (halves(tmp_path / "rank.gguf", pair | {f"{own}.lora_b": b.repeat(2, 1)}), 1, "ranks"),
        (halves(tmp_path / "nan.gguf", pair | {f"{own}.lora_b": nothing}), 1, "are no numbers"),
        (halves(tmp_path / "strong.gguf", {name: each * 99 for name, each in pair.items()}), 50.0,
         "adds so much to blk.0.attn_q.weight"),
        (halves(tmp_path / "waits.gguf", pair, **{"adapter.alora.invocation_tokens": tokens}), 1,
         "only behind certain words"),
    ]  # fmt: skip
    f16 = tmp_path / "f16.gguf"
    merge(other, f16, level=level_by_name("F16"))
    before = sorted(tmp_path.iterdir())
    for adapter, strength, part in cases:
        with pytest.raises(PersonError, match=part):
            merge(f16, tmp_path / "new.gguf", Adapter(str(adapter), strength))
        assert sorted(tmp_path.iterdir()) == before
    # A template stays with its adapter, which is said.
    talks = write_adapter(tmp_path / "talks.gguf", other, chat_template="{{ messages }}")
    (said,) = merge(f16, tmp_path / "new.gguf", Adapter(str(talks))).remarks
    assert "brings a chat template of its own" in str(said)


def test_numbers_are_rounded_to_the_nearest() -> None:
    values = np.random.default_rng(1).normal(0, 1, 10_000).astype(np.float32)
    for kind, bits in (("F32", 24), ("F16", 11), ("BF16", 8)):
        back = floats_of(bits_of(values, kind), kind)
        assert np.abs(back / values - 1).max() <= 2.0**-bits
        assert np.array_equal(floats_of(bits_of(back, kind), kind), back)
    assert np.isinf(floats_of(bits_of(np.array([1e6], np.float32), "F16"), "F16")).all()
    # Halfway between two: to the even one.
    halfway = np.array([0x3F808000, 0x3F818000], np.uint32).view(np.float32)
    assert bits_of(halfway, "BF16").tolist() == [0x3F80, 0x3F82]
