"""What stands against calling all questions together as good, and what would take it away."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from app.core.statistics.paired import items_to_settle
from app.core.tasks.items import QUICK_ITEMS
from app.core.tasks.results import SIGNIFICANCE, KindResult, added_up

if TYPE_CHECKING:
    from app.core.statistics.describe import Interval

UNSEEN_TOLERANCES = 5
"""So many tolerances a kind (small ones: their sum) may lose unseen where the whole is as good."""


def standing_against(kinds: Sequence[KindResult], tolerance: float) -> list[KindResult]:
    """The kinds that forbid to call all questions together as good.

    A kind's own interval, not corrected for how many others are compared, lies below zero and goes
    beyond the tolerance; or it goes so far beyond that a large loss could hide in it. By the first,
    a candidate that loses in company of few is never called as good in company of many. Kinds of
    few questions always go so far: of these it is asked what could hide in their sum.
    """
    tested = [kind for kind in kinds if kind.is_tested]
    small = [kind for kind in tested if kind.counts.total < QUICK_ITEMS]
    hides = bool(small) and _may_hide(added_up("", small).difference, tolerance)
    return [
        kind
        for kind in tested
        if is_below(kind, tolerance)
        or ((hides or kind not in small) and _may_hide(kind.difference, tolerance))
    ]


def needed_to_allow(kind: KindResult, tolerance: float) -> int | None:
    """About how many items in all until a kind stands against the whole no longer.

    Of a kind in which a large loss could hide, until it could not: that takes far fewer than
    telling whether the kind by itself is as good.

    Args:
        kind: One that stands against it.
        tolerance: How much worse may still be called as good.

    Returns:
        None where no sensible number would do.
    """
    if is_below(kind, tolerance):
        return kind.items_to_settle
    sure = 1 - SIGNIFICANCE * kind.share
    wider = kind.clusters.widening(kind.counts, sure)
    return items_to_settle(kind.counts, UNSEEN_TOLERANCES * tolerance, sure, wider)


def is_below(kind: KindResult, tolerance: float) -> bool:
    """Whether a kind's own interval lies below zero and goes beyond the tolerance."""
    seen = kind.difference
    return seen is not None and seen.high < 0 and seen.low < -tolerance


def _may_hide(difference: Interval | None, tolerance: float) -> bool:
    """Whether a large loss lies within an interval."""
    return difference is not None and difference.low < -UNSEEN_TOLERANCES * tolerance
