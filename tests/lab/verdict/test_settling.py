"""What would settle what cannot be told yet: questions that are there, else votes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from msgspec.structs import replace

from app.core.verdict import State
from app.lab.tasks.sets import kinds_there
from app.lab.verdict.settling import Way, settlings_of, speed_seconds
from tests.lab import ladder_cases as cases

if TYPE_CHECKING:
    from app.core.ladder.results import TasksStep

F16, Q8, Q2, BROKEN = list(cases.result().rows)


def test_questions_that_are_there_are_asked() -> None:
    result = cases.result()
    result.plan = replace(result.plan, items_name="/nowhere/at/all.jsonl")  # how many is not known
    cases.change(result, Q8, tasks=cases.tasks(5))
    view = cases.view(result)
    row = view.row(Q8)
    assert row is not None
    assert row.state is State.CANNOT_TELL
    assert row.judgement is not None
    needed = row.judgement.more_items
    assert needed
    there = {"sums": 240 + needed, "spelling": 240 + needed}
    found = settlings_of(view.rows, cases.ITEMS, there)
    assert set(found) == {Q8}
    assert found[Q8].way is Way.ASK
    assert found[Q8].needed == needed
    asked = sum(number - 240 for number in found[Q8].more.values())
    assert asked >= needed
    # Both write their answers, by the tokens that answers had and the speeds that were measured.
    tokens = 999 / 480
    writing = asked * tokens * (1 / 10.0 + 1 / (160 / 8.5))
    assert found[Q8].seconds == pytest.approx(2 + writing + asked * 2 * 100 / 900)


def test_where_all_were_asked_votes_are_left() -> None:
    result = cases.result()
    cases.change(result, Q8, tasks=cases.tasks(5))
    view = cases.view(result)
    row = view.row(Q8)
    assert row is not None
    assert row.sentence is not None
    assert "all questions were asked, only blind votes tell more" in row.sentence
    result.plan = replace(result.plan, items_name="/nowhere/at/all.jsonl")
    rows = cases.view(result).rows
    found = settlings_of(rows, cases.ITEMS, {"sums": 240, "spelling": 240})
    assert (found[Q8].way, dict(found[Q8].more)) == (Way.VOTE, {})


def test_what_one_kind_has_not_left_another_makes_up_for() -> None:
    result = cases.result()
    result.plan = replace(result.plan, items_name="/nowhere/at/all.jsonl")

    def wrong(first: int) -> TasksStep:
        missed = {f"{kind}-{n}" for kind in cases.KINDS for n in range(first, first + 16)}
        outcomes = {item.key: "wrong" if item.key in missed else "correct" for item in cases.ITEMS}
        return replace(cases.tasks(0), outcomes=outcomes)

    cases.change(result, F16, tasks=wrong(0))
    cases.change(result, Q8, tasks=wrong(16))
    view = cases.view(result)
    judged = view.rows[1].judgement
    assert judged is not None
    assert judged.more_items
    there = {"sums": 240 + 2 * judged.more_items}  # of spelling nothing is known
    found = settlings_of(view.rows, cases.ITEMS, there)[Q8]
    assert found.way is Way.ASK
    assert found.more["spelling"] == 240
    assert found.questions == found.more["sums"] - 240 == judged.more_items
    few = settlings_of(view.rows, cases.ITEMS, there | {"spelling": 245})[Q8]
    assert (few.questions, few.more["spelling"]) == (judged.more_items, 245)


def test_sets_are_known_by_their_names() -> None:
    demo, bundled = kinds_there("demo"), kinds_there("bundled")
    assert demo["spelling"] == 20
    assert bundled["spelling"] == 480
    assert bundled["demo"] == 300
    # Also what is asked of those that see, or that were taught, alone.
    assert (demo["capitals"], demo["pictures"], bundled["pictures"]) == (30, 480, 480)
    assert not kinds_there("/nowhere/at/all.jsonl")


def test_speeds_are_measured_again_as_long_as_they_took() -> None:
    view = cases.view()
    quick = speed_seconds(view.plan, view.rows)
    assert quick is not None
    assert speed_seconds(view.plan, ()) is None
    assert quick > speed_seconds(view.plan, view.rows[:2]) > 0  # type: ignore[operator]
