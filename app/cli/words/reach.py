"""What questions can tell, in a line, before hours are spent on them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.core.tasks.reach import USUAL_FLIPS, Reach, reach_of
from app.core.tasks.results import TOLERANCE
from app.core.words import figures

if TYPE_CHECKING:
    from collections.abc import Sequence

    from app.core.tasks.items import TaskItem

_NEARLY_ALWAYS, _HARDLY_EVER = 0.945, 0.05


def reach_told(
    items: Sequence[TaskItem], candidates: int, tolerance: float = TOLERANCE
) -> str | None:
    """How small a loss they find; None where nobody is asked beside the reference.

    At best, since nothing is known yet of how far sorts of questions will differ.

    Args:
        items: The questions.
        candidates: How many are compared with the reference.
        tolerance: How much worse may still be called as good.
    """
    if not items or candidates < 1:
        return None
    kinds = len({item.kind for item in items})
    reach = reach_of(len(items), kinds, candidates, tolerance=tolerance)
    count, flips = figures.number(len(items)), round(100 * USUAL_FLIPS)
    return (
        f"At best, {count} questions find {_loss(reach)}, and {_calls_equal(reach)}: if {flips} in "
        "100 answers differ, of each sort of question alike."
    )


def _loss(reach: Reach) -> str:
    if reach.loss >= 1:
        return "no loss for certain"
    return f"a loss of {figures.number(100 * reach.loss, 1)} in 100 four times in five"


def _calls_equal(reach: Reach) -> str:
    calls = "call an equal version as good"
    if reach.equal > _NEARLY_ALWAYS:
        return f"nearly always {calls}"
    if reach.equal < _HARDLY_EVER:
        return f"hardly ever {calls}"
    times = max(1, round(10 * reach.equal))
    return f"{calls} {times} times in 10" if times > 1 else f"{calls} once in 10"
