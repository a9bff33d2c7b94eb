"""Which published model a file is a version of."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from app.core.scale.published import published_of
from app.lab.scale.shipped import shipped_models
from app.library.model_files import open_model_file
from tests.helpers.gguf_files import write_tiny_llama

if TYPE_CHECKING:
    from pathlib import Path

    from app.core.models.model_file import ModelFile


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> ModelFile:
    path: Path = write_tiny_llama(tmp_path_factory.mktemp("tiny") / "tiny.gguf")
    return replace(open_model_file(path), base_model=None)


@pytest.mark.parametrize(
    ("key", "parameters", "name"),
    [
        ("qwen3/qwen3-0.6b", 751_000_000, "Qwen3 0.6B"),  # the tied matrix is written twice
        ("qwen3moe/qwen3-30b-a3b-instruct-2507", 30_532_122_624, "Qwen3 30B A3B"),
        ("llama/llama-3.1-8b-instruct-abliterated", 8_030_261_248, "Llama 3.1 8B"),
        ("llama/llama-2-7b-chat", 6_738_417_664, "Llama 2 7B"),
        ("llama/llama-7b", 6_738_415_616, "LLaMA 7B"),
        ("gemma3/gemma-3-4b-it", 3_880_099_328, "Gemma 3 4B"),
        ("qwen2/qwen2.5-coder-7b-instruct", 7_615_616_512, None),  # further 5.5 T
        ("qwen3/qwen3.5-4b", 4_000_000_000, None),  # not published
        ("llama/mistral-7b", 7_241_732_096, None),
        ("llama/llama-3.2-11b-vision", 9_775_192_064, None),  # no such size
    ],
)
def test_name_and_size_decide(tiny: ModelFile, key: str, parameters: int, name: str | None) -> None:
    model = replace(tiny, family_key=key, parameters=parameters)
    found = published_of(model, shipped_models())
    assert (found and found.name) == name


def test_a_tuned_model_is_known_by_what_it_was_made_from(tiny: ModelFile) -> None:
    tuned = replace(tiny, family_key="llama/hermes-3-8b", parameters=8_030_261_248)
    assert published_of(tuned, shipped_models()) is None
    tuned = replace(tuned, base_model="meta-llama/Meta-Llama-3.1-8B")
    found = published_of(tuned, shipped_models())
    assert found is not None
    assert found.name == "Llama 3.1 8B"
    # Trained on with 5.5 T of code, whatever its header says that it was made from.
    coder = replace(
        tiny,
        family_key="qwen2/qwen2.5-coder-7b",
        parameters=7_615_616_512,
        base_model="Qwen/Qwen2.5-7B",
    )
    assert published_of(coder, shipped_models()) is None
