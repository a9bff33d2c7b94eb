"""A target in people's words: “7.2 GB”, “8 GB of memory at 8k context”, “4.2 bits”."""

from __future__ import annotations

import re

from app.core.candidates.settings import DEFAULT_CONTEXT_TOKENS, KvType
from app.core.errors import PersonError
from app.core.shrink.recipe import MemoryTarget, Recipe
from app.core.words.sentence import say

LEAST_BITS, MOST_BITS = 0.5, 32.0
MOST_BYTES = 1 << 56
_UNITS = {f"{sign}{end}": base**power for power, sign in enumerate("kmgt", 1)
          for end, base in (("b", 1000), ("ib", 1024))}  # fmt: skip
_THOUSAND = 1024  # a context of 8k has 8,192 tokens
_WORDS = re.compile(
    r"(?:(?P<fits>fits)\s+)?(?:in(?:to)?\s+)?"
    r"(?:(?P<amount>\d+(?:[.,]\d+)?)\s*(?P<unit>[kmgt]i?b|bits?(?:\s+a\s+weight)?)|free)"
    r"(?P<memory>\s+(?:of\s+)?(?:memory|ram))?"
    r"(?:\s+(?:at|with)\s+(?:a\s+context\s+of\s+)?(?P<context>\d+)\s*(?P<thousand>k)?"
    r"(?:\s+(?:tokens|context))*)?"
)


def parse_target(word: str, free_bytes: int, kv_type: KvType = KvType.F16) -> Recipe:
    """What a person wrote, as a recipe with a target and nothing else.

    Args:
        word: A size of the file, memory to fit into (with a context), or bits a weight.
        free_bytes: What “free memory” stands for.
        kv_type: Of the KV cache, where memory is the target.

    Raises:
        PersonError: It is no target; the sentence shows some.
    """
    found = _WORDS.fullmatch(word.strip().lower())
    if found is None:
        raise PersonError(say("shrink.target_form", word=word[:80]))
    amount = float(found["amount"].replace(",", ".")) if found["amount"] else 0.0
    is_memory = any((found["fits"], found["memory"], found["context"], not found["amount"]))
    if (found["unit"] or "").startswith("bit"):
        if is_memory or not LEAST_BITS <= amount <= MOST_BITS:
            raise PersonError(say("shrink.target_form", word=word[:80]))
        return Recipe(target_bits=amount)
    n_bytes = round(amount * _UNITS[found["unit"]]) if found["amount"] else free_bytes
    if not 0 < n_bytes <= MOST_BYTES:
        raise PersonError(say("shrink.target_form", word=word[:80]))
    if not is_memory:
        return Recipe(target_bytes=n_bytes)
    context = int(found["context"] or 0) * (_THOUSAND if found["thousand"] else 1)
    return Recipe(target_memory=MemoryTarget(n_bytes, context or DEFAULT_CONTEXT_TOKENS, kv_type))
