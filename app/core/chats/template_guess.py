"""Which well-known template a file without one was most likely trained with."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from app.core.chats.templates import PLAIN_ID

if TYPE_CHECKING:
    from app.core.models.model_file import ModelFile

# What a name says counts before the architecture: most models of one architecture are somebody
# else's, trained further.
_BY_NAME = (
    ("vicuna", "vicuna"),
    ("alpaca", "alpaca"),
    ("hermes", "chatml"),
    ("chatml", "chatml"),
    ("smollm", "chatml"),
    ("mixtral", "mistral"),
    ("mistral", "mistral"),
    ("codellama", "llama-2"),
    ("gemma", "gemma"),
)
# Beginnings of names of architectures.
_BY_ARCHITECTURE = (("gemma", "gemma"), ("qwen", "chatml"), ("mistral", "mistral"))
# Llama 3 has a vocabulary of 128,256 tokens, what came before one of 32,000.
_LLAMA_3_TOKENS = 100_000
_UNTRAINED = re.compile(r"(?:^|[^a-z0-9])(?:base|pt|pretrained)(?:$|[^a-z0-9])")


def guessed_template(model: ModelFile) -> str:
    """The id of a template of our own; the plain one where nothing speaks for another.

    Name and architecture are the file's own words: a guess to begin with, for a person to judge.
    """
    names = f"{model.name} {model.path.name}".casefold()
    if _UNTRAINED.search(names):
        return PLAIN_ID
    for word, template_id in _BY_NAME:
        if word in names:
            return template_id
    for begin, template_id in _BY_ARCHITECTURE:
        if model.architecture.startswith(begin):
            return template_id
    if model.architecture == "llama":
        return "llama-3" if model.vocabulary_size >= _LLAMA_3_TOKENS else "llama-2"
    return PLAIN_ID
