"""What a quality measurement reads: the bundled texts, and how texts become chunks.

The index (``resources/texts/mixed/index.json``) lists the bundled texts. A driver reads them, has
each turned into tokens by the reference's tokenizer (chats by way of its template), cuts each into
chunks with ``cut``, adds chunks of the person's own prompts, and evaluates all of them in the order
that ``chunk_order`` gives.
"""

from __future__ import annotations

import json
import random
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from typing import cast

CHUNK_TOKENS = 256
FIRST_SCORED = 32
"""The positions before this one have too little text before them to say much."""
SHORTEST_CHUNK_TOKENS = 128
ORDER_SEED = 20_260


class TextKind(Enum):
    """What a text is; the values stand in the index."""

    PROSE = "prose"
    FORUM = "forum"
    CHAT = "chat"
    CODE = "code"
    DATA = "data"


@dataclass(frozen=True, slots=True)
class BundledText:
    """One file of the index.

    Attributes:
        file: Its name beside the index.
        kind: What it is. ``CHAT`` is JSON lines, read with ``parse_chats``; all others are plain.
        language: A tag like ``en``, or ``mul`` for several.
        file_bytes: Its size.
        sha256: Of its bytes, in hexadecimal.
    """

    file: str
    kind: TextKind
    language: str
    file_bytes: int
    sha256: str


def parse_index(text: str) -> list[BundledText]:
    """Read the index.

    Raises:
        ValueError: It is not what the program ships.
    """
    rows = cast("list[dict[str, object]]", json.loads(text))
    return [
        BundledText(
            str(row["file"]),
            TextKind(row["kind"]),
            str(row["language"]),
            int(str(row["bytes"])),
            str(row["sha256"]),
        )
        for row in rows
    ]


def parse_chats(text: str) -> list[list[tuple[str, str]]]:
    """Read the bundled chats: for each the messages as (role, content), in order."""
    chats: list[list[tuple[str, str]]] = []
    for line in text.splitlines():
        row = cast("dict[str, list[dict[str, str]]]", json.loads(line))
        chats.append([(message["role"], message["content"]) for message in row["messages"]])
    return chats


def cut(
    tokens: Sequence[int],
    chunk_tokens: int = CHUNK_TOKENS,
    shortest_tokens: int = SHORTEST_CHUNK_TOKENS,
) -> list[list[int]]:
    """Cut one text into chunks; a rest shorter than ``shortest_tokens`` is left out.

    Raises:
        ValueError: A size is not positive.
    """
    if chunk_tokens <= 0 or shortest_tokens <= 0:
        raise ValueError("a chunk has at least one token")
    pieces = [list(tokens[at : at + chunk_tokens]) for at in range(0, len(tokens), chunk_tokens)]
    return [piece for piece in pieces if len(piece) >= min(shortest_tokens, chunk_tokens)]


def chunk_order(chunks: int, seed: int = ORDER_SEED) -> list[int]:
    """The order in which to evaluate so many chunks: mixed, and always the same.

    Any beginning of it is a random sample of all kinds of text, which the intervals of a
    measurement that stops early rely on.
    """
    order = list(range(chunks))
    random.Random(seed).shuffle(order)
    return order
