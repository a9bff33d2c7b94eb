"""What models needed for a byte of text on this PC, out of the ladders that were measured."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, NamedTuple

from app.core.scale.points import Measured
from app.lab.ladder.kept import plan_of, restored

if TYPE_CHECKING:
    from pathlib import Path

    from app.core.ladder.row import Row
    from app.lab.ladder.plan import LadderPlan
    from app.store.ladders import LadderStore

_MOST_LADDERS = 200


class _Reading(NamedTuple):
    path: Path
    text: str
    bits: float
    level: str


def measured_bits(store: LadderStore) -> Mapping[str, Mapping[Path, Measured]]:
    """Bits per byte by text and file, of the newest ladder that has them.

    Files with settings of their own are left out: what they lose is not the model's.

    Raises:
        StoreFailed: The store cannot be read.
    """
    found: dict[str, dict[Path, Measured]] = defaultdict(dict)
    for listed in store.list_ladders()[:_MOST_LADDERS]:
        kept = plan_of(listed)
        if kept is None or not kept.plan.text_sha256:
            continue
        result = restored(store.load(listed.id), kept)
        for one in _readings(kept.plan, result.rows):
            found[one.text].setdefault(one.path, Measured(one.bits, one.text, one.level))
    return found


def _readings(plan: LadderPlan, rows: Mapping[str, Row]) -> Iterable[_Reading]:
    own_bits: float | int | None = None
    for key, row in rows.items():
        figures = {} if row.quality is None else row.quality.figures
        own_bits = own_bits or figures.get("reference_bits_per_byte")
        bits = figures.get("bits_per_byte")
        if key != plan.reference and bits:
            yield from _reading(plan, row, bits)
    if own_bits:
        yield from _reading(plan, rows[plan.reference], own_bits)


def _reading(plan: LadderPlan, row: Row, bits: float) -> Iterable[_Reading]:
    level = row.facts.level if row.facts is not None else ""
    path = row.candidate.local
    if path is not None and row.candidate.is_plain:
        yield _Reading(path, plan.text_sha256, bits, level)
