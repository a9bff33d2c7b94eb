"""What is published of models: their size and training tokens; and which of them a file is."""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING

import msgspec

from app.core.models.model_names import family_of

if TYPE_CHECKING:
    from app.core.models.model_file import ModelFile

# Files count tied matrices twice, or leave embeddings out; neighbours are further apart.
_SAME_SIZE = math.log(1.35)
# What these are called after was trained on with so much other text that the count is another one.
_TRAINED_ON = frozenset(
    {"audio", "code", "coder", "embedding", "math", "medical", "next", "omni", "vl"}
)
_COUNTED = ("qwen3-next",)


class PublishedModel(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A model whose training tokens are published.

    Attributes:
        parameters: All of them.
        tokens: It was trained on; as the source says.
        named: Beginnings of names in model files that mean it, where the size agrees.
        source: Who says so.
        date: When somebody last looked.
        active: Parameters that work on a token; None for all.
        at_least: The source gives a lower bound.
        article: One of the systems that the field's story is told with.
        distilled: It learned from a larger model's distributions: the law does not describe it.
        fine_tuned: The tokens are those of the model that it was made from.
    """

    family: str
    name: str
    parameters: int
    tokens: int
    named: tuple[str, ...]
    source: str
    url: str
    date: date
    active: int | None = None
    at_least: bool = False
    article: bool = False
    distilled: bool = False
    fine_tuned: bool = False

    @property
    def working(self) -> int:
        """Parameters that work on a token: those that the law means."""
        return self.parameters if self.active is None else self.active

    @property
    def tokens_per_parameter(self) -> float:
        """Training tokens for each parameter that works on a token."""
        return self.tokens / self.working


def published_of(model: ModelFile, published: Sequence[PublishedModel]) -> PublishedModel | None:
    """Which published model a file is a version of; None where that is not known.

    Its own name decides, else the name of the model that its header says it was made from. Of
    what was left out of a file the original's count stays; its size no longer fits, and is let be.
    """
    names = [model.family_key.partition("/")[2]]
    names += [family_of(model.base_model)] if model.base_model else []
    for name in names:
        words = set(name.split("-"))
        if words & _TRAINED_ON and not name.startswith(_COUNTED):
            return None  # what it was made from saw less than it did
        near = [
            (abs(math.log(max(1, model.parameters) / row.parameters)), -len(beginning), order)
            for order, row in enumerate(published)
            for beginning in row.named
            if name.startswith(beginning) and name[len(beginning) :][:1] in ("", "-")
        ]
        if near:
            apart, _, order = min(near)
            return published[order] if apart <= _SAME_SIZE else None
    return None
