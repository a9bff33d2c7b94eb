"""Figures of a ladder in words, with their uncertainty; the same in every report."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from app.lab.ladder.quality import longest_of

if TYPE_CHECKING:
    from app.core.ladder.row import Row
    from app.core.quality.apart import Parting


def partings(found: Sequence[Parting]) -> str:
    """How many greedy answers leave the original's, and how soon."""
    parted = [one.same_tokens for one in found if one.parted]
    if not parted:
        return f"none of {len(found)} greedy answers leaves the original's"
    return (
        f"{len(parted)} of {len(found)} greedy answers leave the original's, the first after "
        f"{min(parted)} tokens"
    )


def same_text(rows: Sequence[Row]) -> str:
    """Of how much text the figures of quality are, the same for all rows."""
    counts = {row.figures.get("chunks") for row in rows if row.divergence is not None}
    if len(counts) != 1:
        return ""
    said = f"Figures of quality are of the same {counts.pop()} chunks of text for all."
    longer = (row.quality for row in rows if row.quality is not None and not row.is_reference)
    if any(longest_of(step) for step in longer):
        said += " Some versions were read for longer, until their own mean was known well enough."
    return said
