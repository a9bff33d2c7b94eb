"""What is said of a night above its ladder: how speeds may be compared, and how it went."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.core.ladder.night import Keep
from app.core.words.sentence import Amount, Kind, share, worded

if TYPE_CHECKING:
    from app.lab.ladder.rows import LadderResult

_STEADY, _LEAST = 0.05, 0.01
_FEWEST = 2
_LONG_NS = 60 * 10**9  # shorter ones changed nothing


def night_remarks(result: LadderResult) -> list[str]:
    """Sentences on a night; none for a ladder whose files were here."""
    notes, night = result.night, result.plan.night
    if notes is None:
        return []
    found = _of_speeds(result)
    if notes.asleep_ns >= _LONG_NS:
        found.append(worded("night.slept", asleep=_lasted(notes.asleep_ns)))
    if notes.offline_ns >= _LONG_NS:
        found.append(worded("night.was_offline", waited=_lasted(notes.offline_ns)))
    if notes.full_ns >= _LONG_NS:
        found.append(worded("night.was_full", waited=_lasted(notes.full_ns)))
    if any(visited.is_deleted for visited in (*notes.files.values(), *notes.eyes.values())):
        winner = notes.files.get(notes.winner or "")
        if winner is not None:
            found.append(
                worded("night.kept_winner_eyes", level=winner.level)
                if _sees(result)
                else worded("night.kept_winner", level=winner.level)
            )
        elif night is None or night.keep is not Keep.ALL:
            found.append(worded("night.kept_none"))
    return [*found, *notes.remarks]


def _sees(result: LadderResult) -> bool:
    """Whether the projector of the winner, which was kept, is one of the night's."""
    notes, night = result.night, result.plan.night
    file = None if notes is None or night is None else night.files.get(notes.winner or "")
    return file is not None and bool(file.eyes)


def _of_speeds(result: LadderResult) -> list[str]:
    """How far speeds of different visits can be compared."""
    if sum(bool(row.speed) for row in result.rows.values()) < _FEWEST:
        return []
    found: list[str] = [worded("night.apart")]
    spread = _spread(result)
    if spread is not None and spread <= _STEADY:
        found.append(worded("night.steady", share=share(max(spread, _LEAST))))
    elif spread is not None:
        found.append(worded("night.unsteady", share=share(spread)))
    return found


def _lasted(duration_ns: int) -> Amount:
    return Amount(Kind.DURATION, duration_ns)


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
