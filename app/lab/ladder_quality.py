"""What a measurement of quality becomes in a ladder: one step a file."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.lab.ladder_results import QualityStep, TextReading
from app.lab.quality_document import (
    parting_document,
    quality_figures,
    row_figures,
    worst_document,
)

if TYPE_CHECKING:
    from app.lab.quality_plan import QualityResult, QualityRow


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
    counted = row.figures.histogram if row.figures is not None else None
    return QualityStep(
        result.engine,
        row_figures(row),
        (counted.below, *counted.counts, counted.above) if counted is not None else (),
        tuple(map(worst_document, row.worst)),
        row.scored_ns,
        row.stopped_by.value if row.stopped_by else None,
        error,
        continuations=tuple(map(parting_document, row.partings)),
        refused=row.refused,
        reading=_reading(row),
    )


def _reading(row: QualityRow) -> TextReading | None:
    facts = row.facts
    if facts is None:
        return None
    return TextReading(
        facts.vocabulary_digest, facts.plain_digest, facts.rendered, facts.rendered_digest
    )
