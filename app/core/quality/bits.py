"""Bits for a byte of text: what compares models whose vocabularies differ.

A model's surprise at a text, in bits, divided by the text's bytes. How the text is cut into tokens
plays no part in it, so two models of different vocabularies can be held against each other over
the same bytes, chunk by chunk.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from app.core.statistics.chunks import Estimate, mean_over_chunks

_BITS = 1 / math.log(2)


@dataclass(frozen=True, slots=True)
class BitsPerByte:
    """A candidate and its reference over the same chunks.

    Attributes:
        value: Of the candidate, with its standard error over chunks.
        reference: Of the reference.
        difference: Candidate minus reference, paired chunk by chunk: what makes a chunk hard for
            both cancels, so that its error is much smaller than the others'.
    """

    value: Estimate
    reference: Estimate
    difference: Estimate


def bits_per_byte(
    nats: Sequence[float],
    sizes_bytes: Sequence[int],
    reference_nats: Sequence[float],
    reference_sizes_bytes: Sequence[int],
) -> BitsPerByte | None:
    """Compare over chunks; None where no chunk has scored bytes for both.

    Args:
        nats: For each chunk the candidate's summed −ln p of its scored tokens.
        sizes_bytes: The bytes that these tokens stand for.
        reference_nats: The reference's.
        reference_sizes_bytes: Nearly the same bytes: its tokens end elsewhere.

    Raises:
        ValueError: They are not equally long.
    """
    rows = [
        row
        for row in zip(nats, sizes_bytes, reference_nats, reference_sizes_bytes, strict=True)
        if row[1] > 0 and row[3] > 0
    ]
    if not rows:
        return None
    sizes = [size for _, _, _, size in rows]
    ours = [total * size / own for total, own, _, size in rows]
    base = [total for _, _, total, _ in rows]
    apart = [one - other for one, other in zip(ours, base, strict=True)]
    value, reference, difference = (
        mean_over_chunks(sums, sizes).scaled(_BITS) for sums in (ours, base, apart)
    )
    return BitsPerByte(value, reference, difference)
