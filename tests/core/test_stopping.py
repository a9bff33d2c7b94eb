"""Where asking stops: a clear loser soon, an equal not before much could have been seen."""

from __future__ import annotations

import random

import pytest

from app.core.stopping import Stopping
from app.core.tasks.items import Check, TaskItem
from app.core.tasks.looks import Decided, in_turns
from app.core.tasks.results import Outcomes, compare_tasks
from app.core.tasks.scoring import Outcome
from app.core.verdict import Evidence, State, judge_candidates

R, W = Outcome.CORRECT, Outcome.WRONG


def asked(each: int) -> list[TaskItem]:
    return in_turns(
        TaskItem(f"{kind}{n}", kind, "?", "1", Check.NUMBER, sort=str(n % 24))
        for kind in "abcdefgh"
        for n in range(each)
    )


def drawn(items: list[TaskItem], seed: int, share: float) -> Outcomes:
    random_ = random.Random(seed)
    return {item.key: R if random_.random() < share else W for item in items}


def changed(
    items: list[TaskItem], base: Outcomes, seed: int, flips: float, loss: float
) -> Outcomes:
    """Flips either way, and a further loss."""
    random_ = random.Random(seed)
    found = dict(base)
    for item in items:
        if random_.random() < (flips / 2 + loss if base[item.key] is R else flips / 2):
            found[item.key] = W if base[item.key] is R else R
    return found


def test_what_the_reference_cannot_do_is_not_asked_to_the_end() -> None:
    items = asked(45)
    nothing = dict.fromkeys((item.key for item in items), W)
    for ours in (nothing, drawn(items, 1, 0.5)):
        stopping = Stopping(items, nothing, candidates=4)
        assert stopping.is_decided(ours, stopping.looks[0])
    # One kind that it can do is enough to go on.
    able = nothing | {item.key: R for item in items if item.kind == "a"}
    stopping = Stopping(items, able, candidates=4)
    assert not any(stopping.is_decided(able, look) for look in stopping.looks[:-1])


@pytest.mark.parametrize(
    ("each", "flips", "loss", "after", "state"),
    [
        (60, 0.02, 0.70, (64, 120), State.LOSES),
        (60, 0.02, 0.0, (None,), State.AS_GOOD),
        (480, 0.02, 0.0, (480, 960), State.AS_GOOD),
        (480, 0.06, 0.15, (240, 480), State.LOSES),
    ],
)
def test_where_it_stops(
    each: int, flips: float, loss: float, after: tuple[int | None, ...], state: State
) -> None:
    items = asked(each)
    reference = drawn(items, 1, 0.75)
    ours = changed(items, reference, 2, flips, loss)
    stopping = Stopping(items, reference, candidates=4)
    ends = [look for look in stopping.looks[:-1] if stopping.is_decided(ours, look)]
    stopped = ends[0] if ends else None
    assert (stopped and stopped.questions) in after
    end = stopped or stopping.looks[-1]
    # What comes after it is not looked at.
    known = {item.key: ours[item.key] for item in items[: end.questions]}
    # The others lose nothing, or all: what is decided stays so.
    for others in (reference, dict.fromkeys(reference, W)):
        kinds = compare_tasks(
            items,
            reference,
            [known, *[others] * 3],
            looks=[end, *[stopping.looks[-1]] * 3],
        )
        decided = Decided(stopped.questions, len(items)) if stopped else None
        evidence = [Evidence(kinds[0], decided=decided)]
        judged = judge_candidates([*evidence, *map(Evidence, kinds[1:])])
        assert judged[0].state is state
        assert not judged[0].hint
