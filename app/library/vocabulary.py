"""Which tokens model files have: the same ones, how long ones. Any thread; reads their headers."""

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
_KIND, _BYTE_LETTERS = "tokenizer.ggml.model", "gpt2"
# A letter stands for each byte: itself where it can be printed, else the next from 256 on
# (openai/gpt-2, src/encoder.py, bytes_to_unicode).
_PRINTED = (*range(33, 127), *range(161, 173), *range(174, 256))
_LETTERS = {byte: chr(byte) for byte in _PRINTED} | {
    byte: chr(256 + place) for place, byte in enumerate(sorted({*range(256)} - {*_PRINTED}))
}
_SPACE, _WORD_BEGINS = " ", "▁"
_LONGEST_TOKEN = 24


def same_vocabulary(one: Path, other: Path) -> bool:
    """Whether the tokens of two models are the same, but for a few at the end.

    Raises:
        PersonError: A file cannot be read.
    """
    return _same(*(_known(path) for path in (one, other)))


def bytes_a_token(path: Path, text: str) -> float | None:
    """About how many bytes of such a text a token holds; None where nothing can be said.

    Each token is the longest that fits, which no tokenizer does quite like that, but all nearly.

    Raises:
        PersonError: The file cannot be read.
    """
    found = read_shards(path)[0]
    if not text or not found.header.length(_TOKENS):
        return None
    size = len(text.encode("utf-8", "replace"))
    if found.header.text(_KIND) == _BYTE_LETTERS:
        text = "".join(map(_LETTERS.__getitem__, text.encode("utf-8", "replace")))
    else:
        text = text.replace(_SPACE, _WORD_BEGINS)
    known = {token.decode("utf-8", "replace") for token in _texts(found.path, found.header)}
    count = place = 0
    while place < len(text):
        fitting = (n for n in range(_LONGEST_TOKEN, 1, -1) if text[place : place + n] in known)
        length = next(fitting, 1)
        # What has no token goes byte by byte.
        count += 1 if text[place : place + length] in known else len(text[place].encode())
        place += length
    return size / count


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
