"""What stands above a ladder: where its rows were not treated alike, or the PC was not at rest."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.core.levels import LEVELS

if TYPE_CHECKING:
    from app.lab.ladder_rows import LadderResult, LadderRow

_FULL = frozenset({"F32", "F16", "BF16"})
_BUSY_CORES = 0.25
_DRIFT = 0.05
_NEAR_FULL = frozenset(level.name for level in LEVELS if level.nominal_bits >= 8)


def remarks_on(result: LadderResult, names: dict[str, str]) -> list[str]:
    """Sentences for the person, those of the run itself first."""
    rows = [row for row in result.rows.values() if row.facts is not None]
    return [
        *result.remarks,
        *_differing(result, rows, names),
        *_reference_remark(result, names),
        *_timing_remarks(result, rows, names),
    ]


def _differing(result: LadderResult, rows: list[LadderRow], names: dict[str, str]) -> list[str]:
    base = result.reference.facts
    if base is None:
        return []
    found: list[str] = []

    def name(fits: list[LadderRow]) -> str:
        return ", ".join(names[row.file] for row in fits)

    others = [row for row in rows if row.file != result.plan.reference]
    templates = [
        row
        for row in others
        if row.facts is not None and row.facts.template_sha256 != base.template_sha256
    ]
    if templates:
        found.append(
            f"The chat template of {name(templates)} differs from the reference's: questions "
            "reach these models in other words."
        )
    vocabularies = [
        row
        for row in others
        if row.facts is not None and row.facts.vocabulary_size != base.vocabulary_size
    ]
    if vocabularies:
        found.append(
            f"{name(vocabularies)} has another vocabulary than the reference: KL divergence cannot "
            "be taken, and tokens a second do not mean the same amount of text."
        )
    contexts = {row.memory.context_tokens for row in rows if row.memory and not row.memory.error}
    if len(contexts) > 1:
        found.append(
            "Needed memory was taken with different contexts: "
            + ", ".join(
                f"{names[row.file]} {row.memory.context_tokens:,}" for row in rows if row.memory
            )
            + " tokens."
        )
    return found


def _reference_remark(result: LadderResult, names: dict[str, str]) -> list[str]:
    facts = result.reference.facts
    if facts is None or facts.level in _FULL:
        return []
    noise = (
        "adds a KL divergence of about 0.001"
        if facts.level in _NEAR_FULL
        else "hides losses that it has itself"
    )
    return [
        f"The reference {names[result.plan.reference]} is quantized itself, which {noise}: losses "
        "are against it, not against the original model."
    ]


def _timing_remarks(
    result: LadderResult, rows: list[LadderRow], names: dict[str, str]
) -> list[str]:
    found: list[str] = []
    busy = [one.others_cores for row in rows for one in row.speed if one.others_cores is not None]
    if busy and max(busy) > _BUSY_CORES:
        found.append(
            f"Other programs kept {max(busy):.1f} cores busy while speed was measured: speeds are "
            "too low, and their order may be wrong."
        )
    if any(one.power == "battery" for row in rows for one in row.speed):
        found.append("Speed was measured on battery, which slows most PCs down.")
    for before in result.reference.speed:
        for after in result.reference.again:
            if (before.test, before.depth) != (after.test, after.depth):
                continue
            if before.mean and after.mean and abs(after.mean / before.mean - 1) > _DRIFT:
                found.append(
                    f"{names[result.plan.reference]} reached {before.mean:.1f} tokens a second "
                    f"in {before.test} at the beginning, {after.mean:.1f} at the end: the PC "
                    "itself has changed."
                )
    return found
