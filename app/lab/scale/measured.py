"""What models needed for a byte of text on this PC, out of the ladders that were measured.

Two ladders over one text need not have read the same of it: each model is read for as long as its
own mean needs, and the reference's vocabulary and template decide where a chunk begins. So what was
read goes by how it was cut and by how many chunks, of which a model that was read for long has
several.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, NamedTuple

from app.core.quality.common import FEWEST_CHUNKS
from app.core.scale.points import Measured, ReadText
from app.lab.ladder.kept import plan_of, restored
from app.lab.quality.plan import QualityMode
from app.lab.quality.texts import BUNDLED_TEXT

if TYPE_CHECKING:
    from pathlib import Path

    from app.core.ladder.results import QualityStep
    from app.core.ladder.row import Row
    from app.lab.ladder.plan import LadderPlan
    from app.lab.scale.chart import Bits
    from app.store.ladders import LadderStore

_MOST_LADDERS = 200


class _Reading(NamedTuple):
    path: Path
    chunks: int
    bits: float
    level: str


def measured_bits(store: LadderStore) -> Bits:
    """Bits per byte by text and file, of the newest ladder that has them.

    Files with settings of their own are left out: what they lose is not the model's.

    Raises:
        StoreFailed: The store cannot be read.
    """
    found: dict[ReadText, dict[Path, Measured]] = defaultdict(dict)
    for listed in store.list_ladders()[:_MOST_LADDERS]:
        kept = plan_of(listed)
        if kept is None or not kept.plan.text_sha256:
            continue
        result = restored(store.load(listed.id), kept)
        cut = _cut(kept.plan, result.reference) or f"ladder {listed.id}"
        for one in _readings(kept.plan, result.rows):
            text = ReadText(kept.plan.text_sha256, cut, one.chunks)
            found[text].setdefault(one.path, Measured(one.bits, text, one.level))
    return found


def _cut(plan: LadderPlan, reference: Row) -> str:
    """Names how a text became chunks of the reference's tokens; empty where nobody noted it."""
    reading = None if reference.quality is None else reference.quality.reading
    if reading is None:
        return ""
    how = [str(plan.quality_mode)]
    if plan.quality_mode is QualityMode.COMPARABLE:
        how.append(str(plan.quality_chunk_tokens))
    how += [reading.vocabulary_digest, reading.tokens_digest, str(reading.rendered_digest)]
    if reading.rendered and plan.text_name != BUNDLED_TEXT:
        # Behind a chat that ends with a question stands what the reference answers to it.
        if reference.facts is None:
            return ""
        how += reference.facts.sha256
    return hashlib.sha256("\n".join(how).encode()).hexdigest()


def _readings(plan: LadderPlan, rows: Mapping[str, Row]) -> Iterable[_Reading]:
    steps = {key: row.quality for key, row in rows.items() if row.quality is not None}
    own: dict[int, float] = {}
    # Those with another vocabulary last: beside them the reference is told over nearly the same.
    for key in sorted(steps, key=lambda key: steps[key].refused is not None):
        for chunks, figures in _parts(steps[key]):
            if bits := figures.get("reference_bits_per_byte"):
                own.setdefault(chunks, bits)
            if key != plan.reference and (bits := figures.get("bits_per_byte")):
                yield from _reading(rows[key], chunks, bits)
    for chunks, bits in own.items():
        yield from _reading(rows[plan.reference], chunks, bits)


def _parts(step: QualityStep) -> list[tuple[int, dict[str, float | int | None]]]:
    """What is known of so many chunks; of too few only where no more were read."""
    parts = [(part.chunks, part.figures) for part in step.parts]
    parts = parts or [(int(step.figures.get("chunks") or 0), step.figures)]
    return [part for part in parts if part[0] >= FEWEST_CHUNKS] or parts[-1:]


def _reading(row: Row, chunks: int, bits: float) -> Iterable[_Reading]:
    level = row.facts.level if row.facts is not None else ""
    path = row.candidate.local
    if path is not None and row.candidate.is_plain:
        yield _Reading(path, chunks, bits, level)
