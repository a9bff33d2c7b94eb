"""Layers that are left out of a model: which ones may be, and what the others are called then."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence

from app.core.errors import PersonError
from app.core.gguf import GgufHeader, Value
from app.core.words.sentence import say

DENSE_FIRST = "leading_dense_block_count"
"""How many layers at the beginning have no experts, as headers say it."""
# Four numbers, in a model of four layers too.
_SECTIONS = "dimension_sections"
_LAYER = re.compile(r"(?<=blk\.)(\d+)(?=\.)")


def layer_of(tensor: str) -> int | None:
    """In which layer a tensor stands; None for those outside."""
    found = _LAYER.search(tensor)
    return int(found[1]) if found else None


def parse_layers(word: str) -> int | tuple[int, ...]:
    """How many layers, or with a comma which ones, counted from 0: ``2``; ``3,4``; ``5,``.

    Raises:
        PersonError: It is neither.
    """
    parts = [part.strip() for part in word.split(",")]
    if len(parts) > 1 and not parts[-1]:
        parts.pop()
    if not parts or not all(part.isascii() and part.isdigit() and len(part) < 6 for part in parts):
        raise PersonError(say("shrink.layers_form", word=word[:40]))
    numbers = sorted({int(part) for part in parts})
    if "," in word:
        return tuple(numbers)
    if numbers[0] < 1:
        raise PersonError(say("shrink.layers_form", word=word[:40]))
    return numbers[0]


def check_droppable(header: GgufHeader, count: int, name: str) -> int:
    """How many layers a model has, of which some can be left out.

    Args:
        header: Of the model's first file.
        count: How many are to go.
        name: Of the file, for sentences.

    Raises:
        PersonError: They cannot: too many, or llama.cpp would make a file that does not load.
    """
    architecture = header.text("general.architecture") or ""
    layers = header.count(f"{architecture}.block_count") or 0
    if count >= layers:
        raise PersonError(say("shrink.too_many_layers", name=name, n=layers))
    if header.integer(f"{architecture}.nextn_predict_layers"):
        raise PersonError(say("shrink.layers_guess_ahead", name=name))
    if header.integer(f"{architecture}.attention.shared_kv_layers"):
        raise PersonError(say("shrink.layers_share_keys", name=name))
    return layers


def says_by_layer(header: GgufHeader) -> bool:
    """Whether a header says things of each layer, which have to go with the layers."""
    architecture = header.text("general.architecture") or ""
    layers = header.count(f"{architecture}.block_count") or 0
    return bool(header.count(f"{architecture}.{DENSE_FIRST}")) or any(
        is_by_layer(key, value, architecture, layers) for key, value in header.metadata.items()
    )


def is_by_layer(key: str, value: Value, architecture: str, layers: int) -> bool:
    """Whether an entry of a header has a value for each layer."""
    return (
        isinstance(value, tuple)
        and len(value) == layers
        and key.startswith(f"{architecture}.")
        and not key.endswith(_SECTIONS)
    )


def check_layers(dropped: Iterable[int], layers: int, name: str) -> None:
    """Raise PersonError where a model has no layer of such a number."""
    for number in dropped:
        if number >= layers:
            raise PersonError(
                say("shrink.no_such_layer", name=name, number=str(number), last=str(layers - 1))
            )


def new_name(tensor: str, dropped: Collection[int]) -> str | None:
    """What a tensor is called when layers before it are gone; None where its own is."""
    match = _LAYER.search(tensor)
    if match is None:
        return tensor
    number = int(match[1])
    if number in dropped:
        return None
    before = sum(each < number for each in dropped)
    return f"{tensor[: match.start()]}{number - before}{tensor[match.end() :]}"


def least_influential(influences: Sequence[float], count: int) -> tuple[int, ...]:
    """The layers that change what passes through them least."""
    order = sorted(range(len(influences)), key=influences.__getitem__)
    return tuple(sorted(order[:count]))
