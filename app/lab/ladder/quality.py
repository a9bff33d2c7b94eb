"""What a measurement of quality becomes in a ladder: one step a file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

import msgspec

from app.core.errors import DiskTrouble
from app.core.ladder.results import QualityPart, QualityStep, TextReading
from app.core.quality.common import common_chunks
from app.core.words.sentence import worded
from app.lab.quality.document import part_figures, quality_figures

if TYPE_CHECKING:
    from app.core.ladder.row import Row
    from app.lab.quality import plan as quality_plan
    from app.lab.quality.plan import QualityResult, QualityRow


def reference_step(result: QualityResult) -> QualityStep:
    """The reference's own: its noise floor.

    Raises:
        DiskTrouble: Not all could be measured, because the disk could not be written.
    """
    _check_written(result.reference)
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
    """The only candidate's; the same errors."""
    (row,) = result.rows
    _check_written(result.reference)
    _check_written(row)
    error, reference_error = row.error, result.reference.error
    if error is None and reference_error is not None:
        error = worded("lab.reference_could_not_say_more", reason=reference_error)
    parts = tuple(map(_part, row.parts))
    return QualityStep(
        result.engine,
        parts[-1].figures if parts else part_figures(None),
        parts[-1].histogram if parts else (),
        tuple(row.worst),
        row.scored_ns,
        row.stopped_by.value if row.stopped_by else None,
        error,
        continuations=tuple(row.partings),
        refused=row.refused,
        reading=_reading(row),
        parts=parts,
    )


def _check_written(row: QualityRow) -> None:
    if row.is_unwritten:
        assert row.error is not None
        raise DiskTrouble(row.error)


def share_text(rows: Mapping[str, Row]) -> dict[str, Row]:
    """Rows whose figures are of the same chunks for all; one that has too few of them has none."""
    steps = {file: row.quality for file, row in rows.items() if row.quality is not None}
    told = {file: {part.chunks: part for part in step.parts} for file, step in steps.items()}
    whole = [file for file, step in steps.items() if told[file] and step.error is None]
    count = common_chunks([told[file] for file in whole or told])
    shared = dict(rows)
    for file, step in steps.items():
        if told[file]:
            part = told[file].get(count or 0)
            figures = part.figures if part else part_figures(None)
            quality = msgspec.structs.replace(
                step, figures=figures, histogram=part.histogram if part else ()
            )
            shared[file] = replace(rows[file], quality=quality)
    return shared


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
        facts.vocabulary_digest,
        facts.plain_digest,
        facts.rendered,
        facts.rendered_digest,
        facts.begin_token is not None,
    )
