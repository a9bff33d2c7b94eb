"""Which files of a ladder foresee the text worse than guessing would."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.core.quality.guessing import guessing_sentence

if TYPE_CHECKING:
    from app.core.ladder.row import Row
    from app.lab.ladder.rows import LadderResult


def guessing_remarks(result: LadderResult, names: dict[str, str]) -> list[str]:
    """A warning for each; of the reference alone where it is the reference that cannot read."""
    base = result.reference
    first = guessing_sentence(names[base.key], *beside_guessing(result, base), is_reference=True)
    if first is not None:
        return [first]
    others = (row for row in result.rows.values() if row.key != base.key)
    found = (
        guessing_sentence(names[row.key], *beside_guessing(result, row), is_reference=False)
        for row in others
    )
    return [sentence for sentence in found if sentence is not None]


def beside_guessing(
    result: LadderResult, row: Row
) -> tuple[float | None, int | None, float | None]:
    """A row's perplexity, vocabulary size and bits per byte, as ``is_guessing`` asks for them.

    The reference's are those over the texts of the candidate that was held against it longest.
    """
    size = row.facts.vocabulary_size if row.facts is not None else None
    if row.key != result.plan.reference:
        figures = row.quality.figures if row.quality is not None else {}
        return figures.get("ppl"), size, figures.get("bits_per_byte")
    steps = [one.quality.figures for one in result.rows.values() if one.quality is not None]
    known = [one for one in steps if one.get("reference_ppl") is not None]
    if not known:
        return None, size, None
    figures = max(known, key=lambda one: one.get("chunks") or 0)
    return figures.get("reference_ppl"), size, figures.get("reference_bits_per_byte")
