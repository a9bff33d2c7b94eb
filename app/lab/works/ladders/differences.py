"""What came out differently when a ladder was measured again."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING

import msgspec
from msgspec import UNSET

if TYPE_CHECKING:
    from app.lab.reports.reported import Reported, ReportedQuality, ReportedRow, ReportedTest

# Beyond these a difference is more than what a repetition shows anyway.
_NOTABLE_SPEED, _NOTABLE_MEMORY = 0.10, 0.05
_NOTABLE_DEVIATIONS = 4.0


class Difference(msgspec.Struct, frozen=True):
    """A figure that differs.

    Attributes:
        file: The key of the repetition's candidate; None for what stands for all.
        notable: Chance and rounding do not explain it.
    """

    file: str | None
    figure: str
    before: object
    after: object
    notable: bool


def differences(
    before: Reported, after: Reported, keys: Mapping[str, str] | None = None
) -> list[Difference]:
    """What came out differently, figure by figure.

    Args:
        before: The report.
        after: That of the repetition.
        keys: The report's key of each candidate of the repetition, where it is not the same.
    """
    found = [
        Difference(None, name, one, other, notable=True)
        for name, one, other in (
            ("engine", before.engine, after.engine),
            ("text", before.text.sha256, after.text.sha256),
            ("items", before.items.sha256, after.items.sha256),
            ("cpu", before.cpu, after.cpu),
            # Said beside the states: these may differ although every answer is the same.
            ("rule of the verdicts", before.verdict_rule, after.verdict_rule),
        )
        if one != other
    ]
    rows, said = before.rows, {one.name: one.state for one in before.verdicts}

    def called(key: str) -> str:
        return (keys or {}).get(key, key)

    for row in after.candidates:
        old = rows.get(called(row.name))
        if old is not None:
            found += _row_differences(old, row)
    for verdict in after.verdicts:
        state = said.get(called(verdict.name))
        if state != verdict.state:
            found.append(Difference(verdict.name, "state", state, verdict.state, notable=True))
    return found


def _row_differences(old: ReportedRow, new: ReportedRow) -> list[Difference]:
    found: list[Difference] = []

    def add(figure: str, one: object, other: object, *, notable: bool) -> None:
        if one != other:
            found.append(Difference(new.name, figure, one, other, notable=notable))

    add("sha256", old.sha256, new.sha256, notable=True)
    add("error", old.error, new.error, notable=True)
    needed = old.memory_needed_bytes, new.memory_needed_bytes
    add("memory_needed_bytes", *needed, notable=_relative(*needed) > _NOTABLE_MEMORY)
    tests = {(one.test, one.depth): one for one in old.speed}
    for test in new.speed:
        earlier = tests.get((test.test, test.depth))
        if earlier is not None:
            label = f"{test.test} @ {test.depth}" if test.depth else test.test
            add(label, earlier.mean, test.mean, notable=_is_faster_or_slower(earlier, test))
    found += _interval_differences(old, new)
    kinds = {kind.kind: kind for kind in old.kinds}
    for kind in new.kinds:
        before = kinds.get(kind.kind)
        if before is not None:
            add(f"right at {kind.kind}", before.correct, kind.correct, notable=True)
    outcomes = old.outcomes or {}
    changed = sum(outcomes.get(key) != value for key, value in (new.outcomes or {}).items())
    if outcomes and changed:
        add("answers judged otherwise", 0, changed, notable=True)
    return found


def _interval_differences(old: ReportedRow, new: ReportedRow) -> list[Difference]:
    """Figures that have an interval: notable is what lies outside of the earlier one."""
    now: ReportedQuality = new
    longest = new.longest
    if longest is not None and longest.chunks == old.chunks != new.chunks:
        now = longest  # the earlier ones are of as much text
    found: list[Difference] = []
    for name, before, low, high, after in (
        ("mean_kld", old.mean_kld, old.mean_kld_low, old.mean_kld_high, now.mean_kld),
        ("same_top", old.same_top, old.same_top_low, old.same_top_high, now.same_top),
        (
            "bits_per_byte_difference",
            old.bits_per_byte_difference,
            old.bits_per_byte_difference_low,
            old.bits_per_byte_difference_high,
            now.bits_per_byte_difference,
        ),
    ):
        if before is UNSET or after is UNSET:
            continue  # an earlier version did not measure it
        outside = False
        if after is not None and isinstance(low, float) and isinstance(high, float):
            outside = not low <= after <= high
        if _relative(before, after) > 1e-6:
            found.append(
                Difference(new.name, name, before, after, notable=outside or before is None)
            )
    return found


def _is_faster_or_slower(before: ReportedTest, after: ReportedTest) -> bool:
    one, other = before.mean, after.mean
    if not one or not other:
        return one != other
    errors = [
        (test.stddev or 0.0) / math.sqrt(max(1, len(test.samples))) for test in (before, after)
    ]
    apart = abs(one - other)
    return apart > _NOTABLE_SPEED * one and apart > _NOTABLE_DEVIATIONS * math.hypot(*errors)


def _relative(one: float | None, other: float | None) -> float:
    if one is None or other is None:
        return 0.0 if one == other else math.inf
    return abs(other - one) / abs(one) if one else abs(other)
