"""Repeats the ladder of a report: what to measure, and what came out differently."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import msgspec

from app.core.errors import PersonError
from app.core.verdict import Limits
from app.lab.ladder_document import FORMAT, FORMAT_VERSION
from app.lab.ladder_orders import LadderOrder
from app.lab.ladder_plan import LadderPlan

_BUNDLED_SETS = ("", "demo", "bundled")
_MOST_BYTES = 200_000_000
# Beyond these a difference is more than what a repetition shows anyway.
_NOTABLE_SPEED, _NOTABLE_MEMORY = 0.10, 0.05
_NOTABLE_DEVIATIONS = 4.0


class _Head(msgspec.Struct):
    """What must be there for a repetition; the rest of a report is figures."""

    format: str
    format_version: int
    arguments: LadderPlan
    limits: dict[str, float | None]
    candidates: list[dict[str, Any]]
    verdicts: list[dict[str, Any]]


def read_report(path: Path) -> dict[str, Any]:
    """A JSON report.

    Raises:
        PersonError: It cannot be read, or is none.
    """
    try:
        if path.stat().st_size > _MOST_BYTES:
            raise PersonError(f"{path} is too large for a report.")
        data = path.read_bytes()
    except OSError as error:
        raise PersonError(f"{path} cannot be read: {error.strerror or error}.") from error
    try:
        head = msgspec.json.decode(data, type=_Head)
        document = msgspec.json.decode(data, type=dict[str, Any])
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise PersonError(
            f"{path} is no ladder's JSON report: give the .json file that was written beside the "
            "HTML one.",
            str(error),
        ) from error
    if head.format != FORMAT or head.format_version > FORMAT_VERSION:
        raise PersonError(f"{path} was written by a newer Shrinkscope, or is no ladder's report.")
    return document


def order_of(document: dict[str, Any]) -> LadderOrder:
    """What to measure to repeat a report, taking nothing that is known already."""
    plan = msgspec.convert(document["arguments"], LadderPlan)
    limits = document["limits"]
    wanted = Limits(
        limits.get("memory_bytes"),
        limits.get("least_tokens_per_second"),
        limits.get("tolerance") or Limits().tolerance,
    )
    return order_of_plan(plan, wanted, fresh=True)


def order_of_plan(plan: LadderPlan, limits: Limits, *, fresh: bool = False) -> LadderOrder:
    """What to order to measure a plan once more, or the rest of it.

    Args:
        fresh: Take nothing that is known already.
    """
    return LadderOrder(
        Path(plan.reference),
        [Path(path) for path in plan.candidates],
        limits,
        plan.profile,
        plan.threads,
        None,
        None if plan.items_name in _BUNDLED_SETS else Path(plan.items_name),
        quality=bool(plan.text_name),
        fresh=fresh,
        plan=plan,
    )


def differences(before: dict[str, Any], after: dict[str, Any]) -> list[dict[str, Any]]:
    """What came out differently, figure by figure.

    Returns:
        For each figure that differs ``{file, figure, before, after, notable}``; notable is what
        chance and rounding do not explain.
    """
    found = [
        _difference("", name, before.get(name), after.get(name), notable=True)
        for name in ("engine", "text", "items")
        if before.get(name) != after.get(name)
    ]
    if before["machine"].get("cpu") != after["machine"]["cpu"]:
        cpus = (before["machine"].get("cpu"), after["machine"]["cpu"])
        found.append(_difference("", "cpu", *cpus, notable=True))
    earlier = {row["file"]: row for row in before["candidates"]}
    said = {one["file"]: one["state"] for one in before["verdicts"]}
    for row in after["candidates"]:
        old = earlier.get(row["file"])
        if old is not None:
            found += _row_differences(row["file"], old, row)
    for verdict in after["verdicts"]:
        state = said.get(verdict["file"])
        if state != verdict["state"]:
            found.append(
                _difference(verdict["file"], "state", state, verdict["state"], notable=True)
            )
    return found


def _row_differences(file: str, old: dict[str, Any], new: dict[str, Any]) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []

    def add(figure: str, one: Any, other: Any, *, notable: bool) -> None:  # noqa: ANN401
        if one != other:
            found.append(_difference(file, figure, one, other, notable=notable))

    add("sha256", old.get("sha256"), new["sha256"], notable=True)
    add("error", old.get("error"), new["error"], notable=True)
    name = "memory_needed_bytes"
    far = _relative(old.get(name), new[name]) > _NOTABLE_MEMORY
    add(name, old.get(name), new[name], notable=far)
    tests = {(one["test"], one["depth"]): one for one in old.get("speed", [])}
    for test in new["speed"]:
        earlier = tests.get((test["test"], test["depth"]))
        if earlier is not None:
            label = f"{test['test']} @ {test['depth']}" if test["depth"] else test["test"]
            add(label, earlier["mean"], test["mean"], notable=_is_faster_or_slower(earlier, test))
    found += _interval_differences(file, old, new)
    kinds = {kind["kind"]: kind for kind in old.get("kinds", [])}
    for kind in new["kinds"]:
        earlier = kinds.get(kind["kind"])
        if earlier is not None:
            right = (earlier["correct"], kind["correct"])
            add(f"right at {kind['kind']}", *right, notable=True)
    outcomes: dict[str, str] = old.get("outcomes") or {}
    now: dict[str, str] = new["outcomes"] or {}
    changed = sum(outcomes.get(key) != value for key, value in now.items())
    if outcomes and changed:
        add("answers judged otherwise", 0, changed, notable=True)
    return found


def _interval_differences(
    file: str, old: dict[str, Any], new: dict[str, Any]
) -> list[dict[str, Any]]:
    """Figures that have an interval: notable is what lies outside of the earlier one."""
    found: list[dict[str, Any]] = []
    for name in ("mean_kld", "same_top", "bits_per_byte_difference"):
        if name not in old:
            continue  # an earlier version did not measure it
        before, value = old[name], new[name]
        low, high = old.get(f"{name}_low"), old.get(f"{name}_high")
        outside = False
        if value is not None and low is not None and high is not None:
            outside = not low <= value <= high
        if _relative(before, value) > 1e-6:
            found.append(_difference(file, name, before, value, notable=outside or before is None))
    return found


def _is_faster_or_slower(before: dict[str, Any], after: dict[str, Any]) -> bool:
    one, other = before["mean"], after["mean"]
    if not one or not other:
        return one != other
    errors = [
        (test["stddev"] or 0.0) / math.sqrt(max(1, len(test["samples"])))
        for test in (before, after)
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
