"""What questions can tell, before one was asked: how small a loss, how surely an equal."""

from __future__ import annotations

import math
from dataclasses import dataclass
from statistics import NormalDist

from app.core.statistics.distributions import normal_quantile
from app.core.statistics.paired import POWER_ERRORS
from app.core.tasks.looks import looks_of
from app.core.tasks.results import SIGNIFICANCE, TOLERANCE

USUAL_FLIPS = 0.06
"""So often one of two near versions alone is right, where nothing else is known of them."""


@dataclass(frozen=True, slots=True)
class Reach:
    """What a number of questions can tell.

    Attributes:
        loss: So much must a version lose over all of them, as a share of right answers, to be found
            four times in five.
        equal: How often one that is truly equal is called as good.
    """

    loss: float
    equal: float


def reach_of(
    questions: int,
    kinds: int,
    candidates: int,
    flips: float = USUAL_FLIPS,
    tolerance: float = TOLERANCE,
) -> Reach:
    """By the normal approximation of the rule's last look.

    Args:
        questions: Of all kinds together; alike many of each.
        kinds: How many kinds.
        candidates: How many versions are compared with the reference.
        flips: The share of questions that only one of the two gets right, where nothing is lost.
        tolerance: How much worse may still be called as good.
    """
    last = looks_of([max(1, questions // max(1, kinds))] * kinds, stops=True)[-1]
    at_risk = SIGNIFICANCE * last.share
    tests = max(1, candidates) * (kinds + (kinds > 1))
    errors = normal_quantile(1 - at_risk / tests) + POWER_ERRORS
    # Who loses more than the flips are has as many flips as it loses.
    loss = max(errors * math.sqrt(flips / questions), 0.0)
    if loss > flips:
        loss = errors * errors / questions
    room = tolerance / math.sqrt(flips / questions) - normal_quantile(1 - at_risk)
    return Reach(min(1.0, loss), NormalDist().cdf(room))
