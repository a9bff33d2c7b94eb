"""What is left out of a model's tensors: layers, channels of the feed-forward, experts."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from app.core.errors import PersonError
from app.core.gguf import GgufHeader, TensorInfo, Value
from app.core.models.gguf_reader import Scalar
from app.core.models.levels import TENSOR_TYPES
from app.core.shrink.importance import Entry, Importance
from app.core.shrink.layers import DENSE_FIRST, is_by_layer, new_name
from app.core.words.sentence import say

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats: TypeAlias = NDArray[np.float32]
    Mask: TypeAlias = NDArray[np.bool_]
    Places: TypeAlias = NDArray[np.intp]

_MOST = 0.9
# Rows of so many weights have all number formats; with the small block most have one at least.
_LARGE_BLOCK, _SMALL_BLOCK = 256, 32
# A width that so little of the whole lies between it and the wished one is as good.
_NEAR = 1 / 16
_IN_LAYER = re.compile(r"blk\.(\d+)\.(.+)")
# Which dimension of a layer's tensor counts the channels inside its feed-forward.
_CHANNELS = {
    "ffn_gate.weight": 1,
    "ffn_up.weight": 1,
    "ffn_down.weight": 0,
    "ffn_gate.bias": 0,
    "ffn_up.bias": 0,
    "ffn_act.scales": 0,
    "ffn_sub_norm.weight": 0,
}
_DOWN = "ffn_down.weight"
_OF_EXPERTS = re.compile(r"(?:ffn_gate_inp|exp_probs_b|ffn_\w+_exps)\.")
# Experts that are tied to each other, or to tokens: none of them can go alone.
_TIED_EXPERTS = re.compile(r"_chexps\.|tid2eid")


def parse_width(word: str) -> float:
    """A share of the feed-forward's channels to leave out, up to 0.9.

    Raises:
        PersonError: It is none.
    """
    try:
        share = float(word)
    except ValueError:
        share = -1.0
    if not 0 < share <= _MOST:
        raise PersonError(say("shrink.width_form", word=word[:40]))
    return share


def kept_width(width: int, share: float) -> int:
    """How many channels stay of so many, when a share of them is to go.

    A multiple of 256 where one is near the wish, so that all number formats fit; else of 32. At
    least one block goes and one stays.
    """
    wished = width * (1 - share)
    large = round(wished / _LARGE_BLOCK) * _LARGE_BLOCK
    if 0 < large < width and abs(large - wished) <= width * _NEAR:
        return large
    most = (width - 1) // _SMALL_BLOCK * _SMALL_BLOCK
    return min(most, max(_SMALL_BLOCK, round(wished / _SMALL_BLOCK) * _SMALL_BLOCK))


def channels_by_layer(tensors: Iterable[TensorInfo]) -> dict[int, int]:
    """How wide the feed-forward of each layer is inside; layers without one are missing."""
    found: dict[int, int] = {}
    for tensor in tensors:
        match = _IN_LAYER.fullmatch(tensor.name)
        if match is not None and match[2] == _DOWN and len(tensor.dimensions) == 2:
            found[int(match[1])] = tensor.dimensions[0]
    return found


def check_narrowable(
    tensors: Sequence[TensorInfo], experts: int, name: str, plain: Iterable[str]
) -> dict[int, int]:
    """How wide the feed-forward of each layer is, of which some can be left out.

    Args:
        tensors: Of the model.
        experts: Of a layer; 0 where it is no mixture.
        name: Of the file, for sentences.
        plain: Names of number formats whose weights stand alone.

    Raises:
        PersonError: Nothing of it can be.
    """
    if experts:
        raise PersonError(say("shrink.mixture_is_not_narrowed", name=name))
    widths = channels_by_layer(tensors)
    if not any(width > _SMALL_BLOCK for width in widths.values()):
        raise PersonError(say("shrink.no_feed_forward", name=name))
    formats = set(plain)
    for tensor in tensors:
        kind = TENSOR_TYPES[tensor.type_id].name
        if tensor.name.endswith(_DOWN) and kind not in formats:
            raise PersonError(say("shrink.width_needs_full", name=name, type=kind))
    return {layer: width for layer, width in widths.items() if width > _SMALL_BLOCK}


def check_experts(header: GgufHeader, tensors: Iterable[TensorInfo], count: int, name: str) -> int:
    """How many experts a layer has, of which so many can be left out.

    Raises:
        PersonError: They cannot.
    """
    architecture = header.text("general.architecture") or ""
    experts = header.count(f"{architecture}.expert_count") or 0
    if not experts:
        raise PersonError(say("shrink.no_mixture", name=name))
    if count >= experts:
        raise PersonError(say("shrink.too_many_experts", name=name, n=experts))
    groups = header.count(f"{architecture}.expert_group_count") or 1
    if groups > 1 and count % groups:
        raise PersonError(say("shrink.experts_in_groups", name=name, n=groups))
    if any(_TIED_EXPERTS.search(tensor.name) for tensor in tensors):
        raise PersonError(say("shrink.experts_are_tied", name=name))
    return experts


def most_used(counts: Sequence[int], gone: int, groups: int = 1) -> Mask:
    """The experts of a layer that stay: of each group those that worked most."""
    table = np.asarray(counts).reshape(groups, -1)
    order = np.argsort(-table, axis=1, kind="stable")
    stays = np.zeros(table.shape, np.bool_)
    np.put_along_axis(stays, order[:, : table.shape[1] - gone // groups], values=True, axis=1)
    return stays.ravel()


def strongest(scores: Floats, count: int) -> Mask:
    """The channels of a layer that stay: so many of those with the highest scores."""
    stays = np.zeros(len(scores), np.bool_)
    stays[np.argsort(-scores, kind="stable")[:count]] = True
    return stays


@dataclass(frozen=True, slots=True)
class Cut:
    """What is left out; layers go by their numbers in the source.

    Attributes:
        layers: Those that go, ascending.
        channels: Which of the feed-forward stay, by layer.
        experts: Which stay, by layer.
    """

    layers: tuple[int, ...] = ()
    channels: Mapping[int, Mask] = field(default_factory=dict[int, "Mask"])
    experts: Mapping[int, Mask] = field(default_factory=dict[int, "Mask"])

    def kept(self, tensor: TensorInfo) -> list[Places | None]:
        """What stays of a tensor along each of its dimensions, ascending; None for all."""
        kept: list[Places | None] = [None] * len(tensor.dimensions)
        match = _IN_LAYER.fullmatch(tensor.name)
        if match is None or not kept:
            return kept
        layer, at = int(match[1]), _CHANNELS.get(match[2], len(kept))
        if layer in self.channels and at < len(kept):
            kept[at] = _along(self.channels[layer], tensor.dimensions[at])
        if layer in self.experts and _OF_EXPERTS.match(match[2]):
            kept[-1] = _along(self.experts[layer], tensor.dimensions[-1])
        return kept

    def tensor(self, tensor: TensorInfo) -> TensorInfo | None:
        """A tensor as the new file has it, but for its place; None where it goes."""
        name = new_name(tensor.name, self.layers)
        if name is None:
            return None
        lengths = zip(tensor.dimensions, self.kept(tensor), strict=True)
        dimensions = tuple(length if kept is None else len(kept) for length, kept in lengths)
        kind = TENSOR_TYPES[tensor.type_id]
        n_bytes = math.prod(dimensions) // kind.block_elements * kind.block_bytes
        return replace(tensor, name=name, dimensions=dimensions, n_bytes=n_bytes)

    def matrix(self, matrix: Importance, tensors: Iterable[TensorInfo]) -> Importance:
        """What an importance matrix knows of what stays, by the new names."""
        entries: dict[str, Entry] = {}
        for tensor in tensors:
            entry, name = matrix.entries.get(tensor.name), new_name(tensor.name, self.layers)
            if entry is None or name is None:
                continue
            kept, counts = self.kept(tensor), entry.counts
            sums = entry.sums.reshape(len(counts), -1)
            if kept[0] is not None and sums.shape[1] == tensor.dimensions[0]:
                sums = sums[:, kept[0]]
            if kept[-1] is not None and len(kept) > 2 and len(counts) == tensor.dimensions[-1]:
                sums, counts = sums[kept[-1]], counts[kept[-1]]
            entries[name] = Entry(sums.ravel(), counts)
        return replace(matrix, entries=entries)

    def metadata(self, header: GgufHeader) -> dict[str, Value]:
        """What a header says otherwise of what stays.

        Args:
            header: Of the source's first file.
        """
        architecture = header.text("general.architecture") or ""
        found: dict[str, Value] = {}
        if self.layers:
            found |= self._of_layers(header, architecture)
        if self.channels:
            key = f"{architecture}.feed_forward_length"
            widths = {layer: int(stays.sum()) for layer, stays in self.channels.items()}
            value = header.metadata.get(key)
            if isinstance(value, tuple):
                each = tuple(widths.get(layer, width) for layer, width in enumerate(value))
                found[key] = self._without(each)
            else:
                found[key] = next(iter(widths.values()))
        if self.experts:
            stay = int(next(iter(self.experts.values())).sum())
            found[f"{architecture}.expert_count"] = stay
            key = f"{architecture}.expert_used_count"
            used = header.metadata.get(key)
            if isinstance(used, tuple):
                found[key] = self._without(tuple(min(int(each), stay) for each in used))
            else:
                found[key] = min(header.count(key) or 1, stay)
        return found

    def _of_layers(self, header: GgufHeader, architecture: str) -> dict[str, Value]:
        count = header.count(f"{architecture}.block_count") or 0
        found: dict[str, Value] = {f"{architecture}.block_count": count - len(self.layers)}
        for key, value in header.metadata.items():
            if is_by_layer(key, value, architecture, count) and isinstance(value, tuple):
                found[key] = self._without(value)
        key = f"{architecture}.{DENSE_FIRST}"
        dense = header.count(key)
        if dense:
            found[key] = dense - sum(layer < dense for layer in self.layers)
        return found

    def _without(self, values: tuple[Scalar, ...]) -> tuple[Scalar, ...]:
        return tuple(each for place, each in enumerate(values) if place not in self.layers)


def _along(stays: Mask, length: int) -> Places | None:
    """Gate and up may stand in one tensor, one behind the other."""
    if length == 2 * len(stays):
        return np.flatnonzero(np.tile(stays, 2))
    return np.flatnonzero(stays) if length == len(stays) else None
