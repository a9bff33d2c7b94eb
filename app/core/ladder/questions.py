"""Results at questions as figures: several kinds in one, shares and their differences."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.core.ladder.value import Value
from app.core.statistics.paired import PairedCounts
from app.core.tasks.results import KindResult, KindVerdict
from app.core.verdict import ALL_QUESTIONS

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from app.core.ladder.row import Row


def all_together(kinds: Sequence[KindResult]) -> KindResult | None:
    """All questions that the reference can do in one result; None where nothing was asked."""
    asked = [kind for kind in kinds if kind.counts.total]
    if len(asked) < 2:
        return asked[0] if asked else None
    able = [kind for kind in asked if kind.verdict is not KindVerdict.REFERENCE_CANNOT]
    counts = PairedCounts.sum_of(kind.counts for kind in able)
    verdict = KindVerdict.AS_GOOD if able else KindVerdict.REFERENCE_CANNOT
    return KindResult(
        ALL_QUESTIONS, counts, 0, 0, 0, None, None, None, None, None, verdict, False, None
    )


def most_asked(rows: Iterable[Row], place: int) -> int:
    """How many questions of a kind the rows were asked that were asked most; the others less."""
    return max((row.kinds[place].counts.total for row in rows), default=0)


def share_of(kind: KindResult) -> Value | None:
    """Share of right answers: so many of so many."""
    counts, ends = kind.counts, kind.accuracy
    if not counts.total:
        return None
    of = (counts.right, counts.total)
    share = counts.right / counts.total
    return Value(share, ends.low, ends.high, of) if ends else Value(share, counts=of)


def difference_of(kind: KindResult) -> Value | None:
    """That share less the reference's: so many lost, so many gained."""
    counts, ends = kind.counts, kind.difference
    if ends is None:
        return None
    return Value(counts.difference, ends.low, ends.high, (counts.lost, counts.gained))
