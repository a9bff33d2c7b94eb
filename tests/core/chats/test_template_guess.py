"""The first guess at the template of a file that brings none."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, cast

import pytest

from app.core.chats.template_guess import guessed_template

if TYPE_CHECKING:
    from app.core.models.model_file import ModelFile


@pytest.mark.parametrize(
    ("architecture", "name", "tokens", "guess"),
    [
        ("gemma3", "Gemma 3 270M it", 262_144, "gemma"),
        ("gemma3", "Gemma 3 270M pt", 262_144, "plain"),
        ("qwen3", "Qwen3 0.6B", 151_936, "chatml"),
        ("qwen3", "Qwen3 0.6B Base", 151_936, "plain"),
        ("llama", "Llama 3.2 1B Instruct", 128_256, "llama-3"),
        ("llama", "Sky 7B Chat", 32_000, "llama-2"),
        ("llama", "Mistral 7B Instruct", 32_000, "mistral"),
        ("llama", "Vicuna 7B", 32_000, "vicuna"),
        ("llama", "Llama 3.2 1B", 128_256, "plain"),
        ("llama", "Mistral 7B v0.1", 32_000, "plain"),
        ("llama", "Database Helper Instruct", 32_000, "llama-2"),
        ("mamba", "Mamba 1.4B", 50_280, "plain"),
    ],
)
def test_name_and_architecture_speak(architecture: str, name: str, tokens: int, guess: str) -> None:
    model = SimpleNamespace(
        architecture=architecture, name=name, path=Path("/m/file.gguf"), vocabulary_size=tokens
    )
    assert guessed_template(cast("ModelFile", model)) == guess


@pytest.mark.parametrize(
    ("name", "adapter", "guess"),
    [
        ("Llama 7B", "alpaca-lora", "alpaca"),
        ("Llama 7B base", "my-instruct-lora", "llama-2"),
        ("Llama 7B", "style", "plain"),
    ],
)
def test_an_adapter_says_more_than_its_base(name: str, adapter: str, guess: str) -> None:
    model = SimpleNamespace(
        architecture="llama", name=name, path=Path("/m/file.gguf"), vocabulary_size=32_000
    )
    assert guessed_template(cast("ModelFile", model), [adapter]) == guess
