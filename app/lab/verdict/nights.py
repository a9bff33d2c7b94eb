"""What is said of a night above its ladder: how speeds may be compared, and how it went."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.core.ladder.night import Keep
from app.core.words.sentence import Amount, Kind, share, worded

if TYPE_CHECKING:
    from app.lab.ladder.rows import LadderResult

_STEADY = 0.05
_LONG_NS = 60 * 10**9  # shorter ones changed nothing


def night_remarks(result: LadderResult) -> list[str]:
    """Sentences on a night; none for a ladder whose files were here."""
    notes, night = result.night, result.plan.night
    if notes is None:
        return []
    found: list[str] = []
    if sum(bool(row.speed) for row in result.rows.values()) > 1:
        found.append(worded("night.apart"))
        spread = _spread(result)
        if spread is not None:
            steady = spread <= _STEADY
            said = "night.steady" if steady else "night.unsteady"
            found.append(worded(said, share=share(max(spread, 0.01) if steady else spread)))
    for waited_ns, said in (
        (notes.asleep_ns, "night.slept"),
        (notes.offline_ns, "night.was_offline"),
        (notes.full_ns, "night.was_full"),
    ):
        if waited_ns >= _LONG_NS:
            lasted = Amount(Kind.DURATION, waited_ns)
            found.append(worded(said, asleep=lasted, waited=lasted))
    if any(visited.is_deleted for visited in notes.files.values()):
        winner = notes.files.get(notes.winner or "")
        if winner is not None:
            found.append(worded("night.kept_winner", level=winner.level))
        elif night is None or night.keep is not Keep.ALL:
            found.append(worded("night.kept_none"))
    return [*found, *notes.remarks]


def _spread(result: LadderResult) -> float | None:
    """How much slower the small model was at one visit than at another, as a share."""
    spreads: list[float] = []
    tests = {one.test for row in result.rows.values() for one in row.speed if one.anchor}
    for test in tests:
        speeds = [
            one.anchor
            for row in result.rows.values()
            for one in row.speed
            if one.test == test and one.anchor
        ]
        if len(speeds) > 1:
            spreads.append(1 - min(speeds) / max(speeds))
    return max(spreads, default=None)
