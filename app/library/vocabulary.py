"""Whether two model files have the same tokens. Any thread; reads their headers."""

from __future__ import annotations

import itertools
import struct
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

from app.core.gguf import ArraySummary, GgufHeader
from app.library.model_files import read_shards

_TOKENS = "tokenizer.ggml.tokens"
MOST_APART_TOKENS = 128
"""Vocabularies of one family may differ in how many unused tokens follow the last: llama.cpp's own
bound for drafts (common/speculative.cpp, SPEC_VOCAB_MAX_SIZE_DIFFERENCE)."""
_SIZE = struct.Struct("<Q")


def same_vocabulary(one: Path, other: Path) -> bool:
    """Whether the tokens of two models are the same, but for a few at the end.

    Raises:
        PersonError: A file cannot be read.
    """
    return _same(*(_known(path) for path in (one, other)))


def _known(path: Path) -> tuple[Path, int, int]:
    header = read_shards(path)[0]
    status = header.path.stat()
    return header.path.absolute(), status.st_size, status.st_mtime_ns


@lru_cache(maxsize=64)
def _same(one: tuple[Path, int, int], other: tuple[Path, int, int]) -> bool:
    headers = [read_shards(path)[0].header for path, _, _ in (one, other)]
    sizes = [header.length(_TOKENS) or 0 for header in headers]
    if not min(sizes) or abs(sizes[0] - sizes[1]) > MOST_APART_TOKENS:
        return False
    texts = [_texts(path, header) for (path, *_), header in zip((one, other), headers, strict=True)]
    return all(a == b for a, b in itertools.islice(zip(*texts, strict=False), min(sizes)))


def _texts(path: Path, header: GgufHeader) -> Iterator[bytes]:
    found = header.metadata[_TOKENS]
    if not isinstance(found, ArraySummary):
        yield from (str(text).encode() for text in found) if isinstance(found, tuple) else ()
        return
    with path.open("rb") as file:
        file.seek(found.offset)
        data = file.read(header.header_bytes - found.offset)
    position = 0
    for _ in range(found.count):
        (size,) = _SIZE.unpack_from(data, position)
        position += _SIZE.size
        yield data[position : position + size]
        position += size
