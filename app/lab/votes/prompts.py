"""Prompts that are offered for voting: bundled ones in kinds, and the demo model's own."""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import msgspec

from app.core.errors import PersonError
from app.lab.demo.demo import demo_base
from app.library.model_files import open_model_file
from app.resources import resource_path

DEMO_KIND = "demo"
_DEMO_PROMPTS = 120


@dataclass(frozen=True, slots=True)
class PromptKind:
    """Prompts of one kind.

    Attributes:
        name: Names the kind within the program.
        prompts: In the order in which they are offered.
    """

    name: str
    prompts: tuple[str, ...]


class _Kind(msgspec.Struct):
    kind: str
    prompts: tuple[str, ...]


@lru_cache(maxsize=1)
def bundled_prompts() -> tuple[PromptKind, ...]:
    """The kinds that ship with the program."""
    text = resource_path("votes", "prompts.json").read_bytes()
    found = msgspec.json.decode(text, type=list[_Kind])
    return tuple(PromptKind(each.kind, each.prompts) for each in found)


@lru_cache(maxsize=1)
def demo_prompts() -> PromptKind:
    """Questions that the demo model was made to answer, of every kind in turn."""
    by_kind: dict[str, list[str]] = {}
    for item in _demo_items():
        by_kind.setdefault(item[0], []).append(item[1])
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
    family = open_model_file(demo_base()).family_key
    found: list[bool] = []
    for path in paths:
        with contextlib.suppress(PersonError):
            found.append(open_model_file(Path(path)).family_key == family)
    if found and all(found):
        return (demo_prompts(),)
    return bundled_prompts()


def _demo_items() -> list[tuple[str, str]]:
    lines = resource_path("demo", "held_out.jsonl").read_bytes().splitlines()
    items = [msgspec.json.decode(line, type=dict[str, object]) for line in lines if line.strip()]
    return [(str(item["kind"]), str(item["prompt"])) for item in items]
