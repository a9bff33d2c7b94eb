"""What leaving weights out of a file saves, and what zeros would in formats that have none today.

Formats of the future are counted as they are usually laid out: a bitmap has a bit for each weight,
and the others at their own bits; 2:4 has half of the weights, and two bits for the place of each.
"""

from __future__ import annotations

import re
from collections import defaultdict
from typing import TYPE_CHECKING

import msgspec

from app.core.models.model_file import EXPERTS
from app.core.shrink.cutting import kept_width

if TYPE_CHECKING:
    from collections.abc import Iterable

    from app.core.models.layer_shapes import Shapes
    from app.core.models.model_file import ModelFile
    from app.core.shrink.inside.inspection import Inspection

PART = 0.25
"""The share of the feed-forward, or of the experts, whose leaving out is told."""
_LAYER = re.compile(r"blk\.(\d+|\*)\.")
_FEED_FORWARD = re.compile(r"blk\.(?:\d+|\*)\.ffn_(?:gate|up|down)\.weight")
# Half of the weights zero is what 2:4 makes; a row or two may not divide by four.
_HALF = 0.49


class Savings(msgspec.Struct, frozen=True):
    """Bytes of a file's tensors as they are, and as they would be.

    Attributes:
        zero_fraction: Exact zeros among all weights.
        dense_bytes: Now: a zero takes as many bits as anything else.
        bitmap_bytes: With a bit a weight and the weights that are no zeros.
        two_of_four_bytes: With half of the weights and their places, of tensors whose zeros are
            half of their weights; the others as they are.
        layer_bytes: Without one layer, of the middle size; None where there are no layers.
        width_bytes: Without :data:`PART` of the feed-forward; None for mixtures.
        experts_bytes: Without :data:`PART` of the experts; None where there are none.
    """

    zero_fraction: float
    dense_bytes: int
    bitmap_bytes: int
    two_of_four_bytes: int
    layer_bytes: int | None
    width_bytes: int | None
    experts_bytes: int | None


def savings_of(inspection: Inspection) -> Savings:
    """Count it for a file that was looked into."""
    dense = bitmap = pattern = 0.0
    by_layer: defaultdict[str, int] = defaultdict(int)
    feed_forward = experts = 0
    for tensor in inspection.tensors:
        info, zeros = tensor.info, tensor.zero_fraction or 0.0
        dense += info.n_bytes
        bitmap += min(info.n_bytes, info.n_elements / 8 + (1 - zeros) * info.n_bytes)
        halved = info.n_bytes / 2 + info.n_elements / 2 * 2 / 8
        pattern += min(halved, info.n_bytes) if zeros >= _HALF else info.n_bytes
        if (match := _LAYER.match(info.name)) is not None:
            by_layer[match[1]] += info.n_bytes
        feed_forward += info.n_bytes if _FEED_FORWARD.fullmatch(info.name) else 0
        experts += info.n_bytes if EXPERTS.match(info.name) else 0
    layers = sorted(by_layer.values())
    whole, width = int(dense), inspection.model.feed_forward_length
    gone = (width - kept_width(width, PART)) / width if width > 0 else 0.0
    return Savings(
        zero_fraction=inspection.zero_fraction or 0.0,
        dense_bytes=whole,
        bitmap_bytes=round(bitmap),
        two_of_four_bytes=round(pattern),
        layer_bytes=whole - layers[len(layers) // 2] if len(layers) > 1 else None,
        width_bytes=whole - round(gone * feed_forward) if feed_forward and not experts else None,
        experts_bytes=whole - round(PART * experts) if experts else None,
    )


def left_share(model: ModelFile, layers: int, width: float | None, experts: int) -> float:
    """About how much of a model's weights stay when some of it is left out.

    Args:
        model: The source.
        layers: So many go.
        width: The share of the feed-forward that goes.
        experts: So many of each layer go.
    """
    inside = sum(_elements(model.shapes, model.block_count, _LAYER))
    if not inside or not model.parameters:
        return 1.0
    gone = 0.0
    whole = model.feed_forward_length
    if width is not None and whole > 0:
        narrow = 1 - kept_width(whole, width) / whole
        gone += narrow * sum(_elements(model.shapes, model.block_count, _FEED_FORWARD))
    if experts and model.expert_count:
        gone += model.expert_parameters * min(1.0, experts / model.expert_count)
    stays = (inside - gone) * max(0.0, 1 - layers / max(1, model.block_count))
    return max(0.0, 1 - (inside - stays) / model.parameters)


def _elements(shapes: Shapes, layers: int, names: re.Pattern[str]) -> Iterable[int]:
    """How many weights tensors of some names have, in all layers."""
    for name, shape in shapes:
        if names.match(name):
            count = layers if name.startswith("blk.*.") else 1
            for length in shape:
                count *= length
            yield count
