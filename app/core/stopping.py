"""Where a candidate need not be asked any further: its verdict is certain, or none can be reached.

It is judged at each look as it will be in the end, with as many tests as the whole ladder may come
to: whatever the others do and whoever votes, a loss that is certain now stays one. *As good* ends
the asking no sooner than the quick profile does, since before, a kind could lose much unseen.
"""

from __future__ import annotations

from collections.abc import Sequence

from app.core.tasks.items import QUICK_ITEMS, TaskItem, first_of_each_kind
from app.core.tasks.looks import Decided, Look, looks_at
from app.core.tasks.results import (
    TOLERANCE,
    Outcomes,
    compare_tasks,
    kinds_that_can_be_done,
)
from app.core.verdict import Evidence, State, judge_candidates


class Stopping:
    """When to stop asking the candidates of one ladder.

    Args:
        items: All questions, in their order.
        reference: Its answers to all of them.
        candidates: How many are compared with it.
        tolerance: How much worse may still be called as good.
    """

    def __init__(
        self,
        items: Sequence[TaskItem],
        reference: Outcomes,
        candidates: int,
        tolerance: float = TOLERANCE,
    ) -> None:
        self._items = items
        self._reference = reference
        self._tolerance = tolerance
        self.looks = looks_at(items, stops=True)
        able = len(kinds_that_can_be_done(items, reference))
        self._tests = able + (able > 1)
        # One more for each, should people vote.
        self._all_tests = candidates * (self._tests + 1)
        self._least_for_equal = len(first_of_each_kind(items, QUICK_ITEMS))

    def is_decided(self, candidate: Outcomes, look: Look) -> bool:
        """Whether the answers up to a look are enough, or none ever will be."""
        if not self._tests:  # the reference can do none of it: no answer shows a loss
            return True
        (kinds,) = compare_tasks(self._items, self._reference, [candidate], self._tolerance, [look])
        evidence = Evidence(kinds, decided=Decided(look.questions, len(self._items)))
        further = self._all_tests - self._tests
        (found,) = judge_candidates([evidence], self._tolerance, further)
        if found.state is State.AS_GOOD:
            return look.questions >= self._least_for_equal
        return found.state is State.LOSES
