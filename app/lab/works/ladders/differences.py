"""What came out differently when a ladder was measured again."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from msgspec import UNSET

if TYPE_CHECKING:
    from collections.abc import Mapping

    from app.lab.reports.reported import Reported, ReportedRow, ReportedTest

# Beyond these a difference is more than what a repetition shows anyway.
_NOTABLE_SPEED, _NOTABLE_MEMORY = 0.10, 0.05
_NOTABLE_DEVIATIONS = 4.0


def differences(
    before: Reported, after: dict[str, Any], files: Mapping[str, str] | None = None
) -> list[dict[str, Any]]:
    """What came out differently, figure by figure.

    Args:
        before: The report.
        after: The document of the repetition.
        files: What the report calls each file of the repetition, where it is not the same.

    Returns:
        For each figure that differs ``{file, figure, before, after, notable}``, with the file as
        the repetition calls it; notable is what chance and rounding do not explain.
    """
    found = [
        _difference("", name, one, other, notable=True)
        for name, one, other in (
            ("engine", before.engine, after["engine"]),
            ("text", before.text.sha256, after["text"]["sha256"]),
            ("items", before.items.sha256, after["items"]["sha256"]),
            ("cpu", before.machine.cpu, after["machine"]["cpu"]),
        )
        if one != other
    ]
    if before.verdict_rule != after["verdict_rule"]:
        # Said beside the states: these may differ although every answer is the same.
        rules = (before.verdict_rule, after["verdict_rule"])
        found.append(_difference("", "rule of the verdicts", *rules, notable=True))
    rows, said = before.rows, {one.file: one.state for one in before.verdicts}

    def called(file: str) -> str:
        return (files or {}).get(file, file)

    for row in after["candidates"]:
        old = rows.get(called(row["file"]))
        if old is not None:
            found += _row_differences(row["file"], old, row)
    for verdict in after["verdicts"]:
        state = said.get(called(verdict["file"]))
        if state != verdict["state"]:
            found.append(
                _difference(verdict["file"], "state", state, verdict["state"], notable=True)
            )
    return found


def _row_differences(file: str, old: ReportedRow, new: dict[str, Any]) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []

    def add(figure: str, one: object, other: object, *, notable: bool) -> None:
        if one != other:
            found.append(_difference(file, figure, one, other, notable=notable))

    hashes = list(old.sha256) if old.sha256 is not None else None
    add("sha256", hashes, new["sha256"], notable=True)
    add("error", old.error, new["error"], notable=True)
    name = "memory_needed_bytes"
    far = _relative(old.memory_needed_bytes, new[name]) > _NOTABLE_MEMORY
    add(name, old.memory_needed_bytes, new[name], notable=far)
    tests = {(one.test, one.depth): one for one in old.speed}
    for test in new["speed"]:
        earlier = tests.get((test["test"], test["depth"]))
        if earlier is not None:
            label = f"{test['test']} @ {test['depth']}" if test["depth"] else test["test"]
            add(label, earlier.mean, test["mean"], notable=_is_faster_or_slower(earlier, test))
    found += _interval_differences(file, old, new)
    kinds = {kind.kind: kind for kind in old.kinds}
    for kind in new["kinds"]:
        before = kinds.get(kind["kind"])
        if before is not None:
            add(f"right at {kind['kind']}", before.correct, kind["correct"], notable=True)
    outcomes = old.outcomes or {}
    now: dict[str, str] = new["outcomes"] or {}
    changed = sum(outcomes.get(key) != value for key, value in now.items())
    if outcomes and changed:
        add("answers judged otherwise", 0, changed, notable=True)
    return found


def _interval_differences(file: str, old: ReportedRow, new: dict[str, Any]) -> list[dict[str, Any]]:
    """Figures that have an interval: notable is what lies outside of the earlier one."""
    longest = new.get("longest")
    if longest is not None and longest["chunks"] == old.chunks != new["chunks"]:
        new = longest  # the earlier ones are of as much text
    found: list[dict[str, Any]] = []
    for name, before, low, high in (
        ("mean_kld", old.mean_kld, old.mean_kld_low, old.mean_kld_high),
        ("same_top", old.same_top, old.same_top_low, old.same_top_high),
        (
            "bits_per_byte_difference",
            old.bits_per_byte_difference,
            old.bits_per_byte_difference_low,
            old.bits_per_byte_difference_high,
        ),
    ):
        if before is UNSET:
            continue  # an earlier version did not measure it
        value: float | None = new[name]
        outside = False
        if value is not None and isinstance(low, float) and isinstance(high, float):
            outside = not low <= value <= high
        if _relative(before, value) > 1e-6:
            found.append(_difference(file, name, before, value, notable=outside or before is None))
    return found


def _is_faster_or_slower(before: ReportedTest, after: dict[str, Any]) -> bool:
    one, other = before.mean, after["mean"]
    if not one or not other:
        return one != other
    errors = [
        (stddev or 0.0) / math.sqrt(max(1, samples))
        for stddev, samples in (
            (before.stddev, len(before.samples)),
            (after["stddev"], len(after["samples"])),
        )
    ]
    apart = abs(one - other)
    return apart > _NOTABLE_SPEED * one and apart > _NOTABLE_DEVIATIONS * math.hypot(*errors)


def _relative(one: float | None, other: float | None) -> float:
    if one is None or other is None:
        return 0.0 if one == other else math.inf
    return abs(other - one) / abs(one) if one else abs(other)


def _difference(
    file: str, figure: str, before: object, after: object, *, notable: bool
) -> dict[str, Any]:
    return {
        "file": file or None,
        "figure": figure,
        "before": before,
        "after": after,
        "notable": notable,
    }
