"""What a measurement of quality becomes in a ladder: one step a file."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from app.core.ladder.results import QualityPart, QualityStep, TextReading
from app.core.quality.common import common_chunks
from app.lab.quality.document import (
    part_figures,
    parting_document,
    quality_figures,
    worst_document,
)

if TYPE_CHECKING:
    from collections.abc import Iterable

    from app.lab.ladder.rows import LadderRow
    from app.lab.quality import plan as quality_plan
    from app.lab.quality.plan import QualityResult, QualityRow


def reference_step(result: QualityResult) -> QualityStep:
    """The reference's own: its noise floor."""
    return QualityStep(
        result.engine,
        quality_figures(result.noise_floor),
        (),
        (),
        0,
        None,
        result.reference.error,
        reading=_reading(result.reference),
    )


def candidate_step(result: QualityResult) -> QualityStep:
    """The only candidate's."""
    (row,) = result.rows
    error, reference_error = row.error, result.reference.error
    if error is None and reference_error is not None:
        error = f"The reference could not say more: {reference_error}"
    parts = tuple(map(_part, row.parts))
    return QualityStep(
        result.engine,
        parts[-1].figures if parts else part_figures(None),
        parts[-1].histogram if parts else (),
        tuple(map(worst_document, row.worst)),
        row.scored_ns,
        row.stopped_by.value if row.stopped_by else None,
        error,
        continuations=tuple(map(parting_document, row.partings)),
        refused=row.refused,
        reading=_reading(row),
        parts=parts,
    )


def share_text(rows: Iterable[LadderRow]) -> None:
    """Have all candidates' figures be of the same chunks; one that has too few of them has none."""
    steps = {row.file: row.quality for row in rows if row.quality is not None}
    told = {file: {part.chunks: part for part in step.parts} for file, step in steps.items()}
    whole = [file for file, step in steps.items() if told[file] and step.error is None]
    count = common_chunks([told[file] for file in whole or told])
    for row in rows:
        if row.quality is None or not told[row.file]:
            continue
        part = told[row.file].get(count or 0)
        row.quality = msgspec.structs.replace(
            row.quality,
            figures=part.figures if part else part_figures(None),
            histogram=part.histogram if part else (),
        )


def longest_of(step: QualityStep) -> dict[str, float | int | None] | None:
    """Figures over all that was read, where those shown beside other candidates are not these."""
    last = step.parts[-1].figures if step.parts else None
    return None if last == step.figures else last


def _part(part: quality_plan.QualityPart) -> QualityPart:
    counted = part.figures.histogram if part.figures is not None else None
    return QualityPart(
        part.chunks,
        part_figures(part),
        (counted.below, *counted.counts, counted.above) if counted is not None else (),
    )


def _reading(row: QualityRow) -> TextReading | None:
    facts = row.facts
    if facts is None:
        return None
    return TextReading(
        facts.vocabulary_digest, facts.plain_digest, facts.rendered, facts.rendered_digest
    )
