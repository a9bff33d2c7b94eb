"""Which well-known template a file without one was most likely trained with."""

from __future__ import annotations

import re
from collections.abc import Iterable
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
    ("mixtral", "mistral"),
    ("mistral", "mistral"),
    ("codellama", "llama-2"),
    ("gemma", "gemma"),
)
# Beginnings of names of architectures.
_BY_ARCHITECTURE = (("gemma", "gemma"), ("qwen", "chatml"), ("mistral", "mistral"))
# Llama 3 has a vocabulary of 128,256 tokens, what came before one of 32,000.
_LLAMA_3_TOKENS = 100_000
# Without one of these words a file of most families is its base model.
_TUNED = re.compile(
    r"instruct|chat|assist|tuned|tulu|zephyr|orca|wizard|dolphin|sft|dpo|(?:^|[^a-z])it(?:$|[^a-z])"
)
# Their makers say of the base models that they are.
_BASES_SAY_SO = ("qwen", "gemma")
_OF_TUNED = frozenset({"vicuna", "alpaca", "chatml"})
_UNTRAINED = re.compile(r"(?:^|[^a-z0-9])(?:base|pt|pretrained)(?:$|[^a-z0-9])")


def guessed_template(model: ModelFile, adapters: Iterable[str] = ()) -> str:
    """The id of a template of our own; the plain one where nothing speaks for another.

    Names and architecture are the files' own words: a guess to begin with, for a person to judge.

    Args:
        model: The file.
        adapters: What the adapters are called that it runs with: they say more.
    """
    names = f"{model.name} {model.path.name}".casefold()
    added = " ".join(adapters).casefold()
    by_name = next((found for word, found in _BY_NAME if word in added), None)
    if by_name is not None:
        return by_name
    if _UNTRAINED.search(names) and not _TUNED.search(added):
        return PLAIN_ID
    by_name = next((found for word, found in _BY_NAME if word in names), None)
    tuned = bool(_TUNED.search(f"{names} {added}"))
    if not (tuned or by_name in _OF_TUNED or model.architecture.startswith(_BASES_SAY_SO)):
        return PLAIN_ID
    if by_name is not None:
        return by_name
    for begin, template_id in _BY_ARCHITECTURE:
        if model.architecture.startswith(begin):
            return template_id
    if model.architecture == "llama":
        return "llama-3" if model.vocabulary_size >= _LLAMA_3_TOKENS else "llama-2"
    return PLAIN_ID
