"""Prompts without a right answer: bundled ones in kinds, and the demo model's own."""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path

import msgspec

from app.core.errors import PersonError
from app.core.models.model_file import ModelFile
from app.lab.demo.demo import all_demo
from app.lab.tasks.sets import demo_set
from app.library.model_files import open_model_file
from app.resources import resource_path

DEMO_KIND = "demo"
_DEMO_PROMPTS = 120


class PromptKind(msgspec.Struct, frozen=True):
    """Prompts of one kind.

    Attributes:
        name: Names the kind within the program.
        prompts: In the order in which they are offered.
    """

    name: str = msgspec.field(name="kind")
    prompts: tuple[str, ...]


@lru_cache(maxsize=1)
def bundled_prompts() -> tuple[PromptKind, ...]:
    """The kinds that ship with the program."""
    text = resource_path("votes", "prompts.json").read_bytes()
    return msgspec.json.decode(text, type=tuple[PromptKind, ...])


@lru_cache(maxsize=1)
def demo_prompts() -> PromptKind:
    """Questions that the demo model was made to answer, of every kind in turn."""
    by_kind: dict[str, list[str]] = {}
    for item in demo_set().items:
        by_kind.setdefault(item.kind, []).append(item.prompt)
    longest = max(map(len, by_kind.values()))
    mixed = [
        prompts[place]
        for place in range(longest)
        for prompts in by_kind.values()
        if place < len(prompts)
    ]
    return PromptKind(DEMO_KIND, tuple(dict.fromkeys(mixed))[:_DEMO_PROMPTS])


def prompts_for(paths: Sequence[str]) -> tuple[PromptKind, ...]:
    """The kinds that suit these files: the demo model knows its own questions alone. Any thread."""
    models: list[ModelFile] = []
    for path in paths:
        with contextlib.suppress(PersonError):
            models.append(open_model_file(Path(path)))
    return (demo_prompts(),) if all_demo(models) else bundled_prompts()


def mixed_prompts(models: Sequence[ModelFile], most: int) -> tuple[str, ...]:
    """The first of each kind in turn, of the kinds that suit these models."""
    if all_demo(models):
        return demo_prompts().prompts[:most]
    turns = zip(*(kind.prompts for kind in bundled_prompts()), strict=False)
    return tuple(prompt for turn in turns for prompt in turn)[:most]
