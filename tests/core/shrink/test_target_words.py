"""Targets as people write them."""

from __future__ import annotations

import pytest

from app.core.candidates.settings import KvType
from app.core.errors import PersonError
from app.core.shrink.recipe import MemoryTarget, Recipe
from app.core.shrink.target_words import parse_target

FREE = 6_000_000_000


@pytest.mark.parametrize(
    ("word", "recipe"),
    [
        ("7.2 GB", Recipe(target_bytes=7_200_000_000)),
        ("7,2gb", Recipe(target_bytes=7_200_000_000)),
        ("900 MiB", Recipe(target_bytes=900 << 20)),
        ("4.2 bits", Recipe(target_bits=4.2)),
        ("4 bits a weight", Recipe(target_bits=4.0)),
        ("8 GB of memory", Recipe(target_memory=MemoryTarget(8_000_000_000, 4096))),
        ("8 GB RAM", Recipe(target_memory=MemoryTarget(8_000_000_000, 4096))),
        (
            "fits 8 GB of memory at 8k context",
            Recipe(target_memory=MemoryTarget(8_000_000_000, 8192)),
        ),
        (
            "fits into 8 GB with a context of 10000 tokens",
            Recipe(target_memory=MemoryTarget(8_000_000_000, 10_000)),
        ),
        ("free memory at 16K", Recipe(target_memory=MemoryTarget(FREE, 16_384))),
        ("fits free", Recipe(target_memory=MemoryTarget(FREE, 4096))),
    ],
)
def test_words_become_a_target(word: str, recipe: Recipe) -> None:
    assert parse_target(word, FREE) == recipe


def test_the_cache_goes_with_memory() -> None:
    found = parse_target("free memory", FREE, KvType.Q8_0).target_memory
    assert found is not None
    assert found.kv_type is KvType.Q8_0


@pytest.mark.parametrize(
    "word", ["", "small", "7.2", "GB", "0 GB", "0.1 bits", "99 bits", "4 bits of memory", "-3 GB"]
)
def test_what_is_no_target_is_said_with_examples(word: str) -> None:
    with pytest.raises(PersonError, match=r"8 GB of memory at 8k context"):
        parse_target(word, FREE)


def test_without_free_memory_there_is_no_target() -> None:
    with pytest.raises(PersonError, match="is no size"):
        parse_target("free memory", 0)
