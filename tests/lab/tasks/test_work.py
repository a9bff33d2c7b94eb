"""How much of the questions is done, while the first ones are still answered."""

from __future__ import annotations

import random

from app.core.chats.chat import StopReason
from app.core.tasks.items import Check, TaskItem
from app.lab.tasks.plan import TaskAnswer
from app.lab.tasks.work import Work, read_tokens, said_tokens

COUNT, PLACES = 360, 8


def questions(count: int = COUNT) -> list[TaskItem]:
    return [
        TaskItem(f"q{at}", "arithmetic", "What is 17 plus 25? " * 5, "42", Check.NUMBER)
        for at in range(count)
    ]


def test_answers_that_are_still_coming_count() -> None:
    work = Work(questions(), {})
    assert work.share == 0
    work.say("q0", 20)
    begun = work.share
    assert 0 < begun < 0.01
    work.end("q0", 40, 25)
    assert work.share > begun


def test_what_is_known_is_done() -> None:
    items = questions(4)
    known = {item.key: TaskAnswer("42", StopReason.END, 9) for item in items}
    half = Work(items, dict(list(known.items())[:2]))
    assert 0.2 < half.share < 0.6
    assert Work(items, known).share == 1
    assert Work((), {}).share == 1


def test_what_cannot_be_asked_is_no_work() -> None:
    items = questions(3)
    work = Work(items, {})
    work.end("q0", 40, 20)
    before = work.share
    work.drop(items[1:2])
    assert work.share > before
    work.drop(items)
    assert work.share == 1


def test_a_pace_is_told_soon_however_long_answers_are() -> None:
    """Eight at once, ends as likely at each token: by the share, how long all of it takes."""
    for mean in (5, 50, 300):
        rng = random.Random(mean)
        lengths = [int(rng.expovariate(1 / mean)) for _ in range(COUNT)]
        work, passes, told = Work(questions(), {}), 0, list[float]()
        growing: dict[int, int] = {}
        todo = list(range(COUNT))
        while todo or growing:
            while todo and len(growing) < PLACES:
                growing[todo.pop(0)] = 0
            passes += 1
            for at in list(growing):
                growing[at] += 1
                work.say(f"q{at}", growing[at])
                if growing[at] > lengths[at]:
                    work.end(f"q{at}", 40, growing.pop(at))
            told.append(passes / work.share)
        begin = len(told) // 10
        right = [abs(all_of_it - passes) <= 0.3 * passes for all_of_it in told[begin:]]
        assert sum(right) > 0.9 * len(right), mean


def test_a_long_text_is_read_once_for_several_questions() -> None:
    short = TaskItem("a", "recall", "Where is the key?", "wall", Check.FACT)
    long = TaskItem("b", "recall", "Where is the key?", "wall", Check.FACT, text="7 | The key.")
    assert 100 < read_tokens(long) - read_tokens(short) < 400


def test_own_questions_are_answered_briefly() -> None:
    own = TaskItem("a", "own", "What?", "that", Check.ENDS)
    assert said_tokens([own]) < said_tokens([own, *questions(1)]) < said_tokens(questions(1))
    assert said_tokens([]) == 0
