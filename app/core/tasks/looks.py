"""In which order questions are asked, and where it is looked at whether asking may stop.

Every kind is asked as much as every other, round by round, so that each beginning is balanced over
the kinds, and over the sorts within them, which take turns. Not so the questions about a text: they
follow each other, so that it is read once, and a beginning has few texts and their sorts alone,
which the comparison reckons with (``statistics.clustered``). There are looks after all questions
and after half as many rounds, again and again, while enough questions are left to tell anything.

Looking again and again gives chance as many chances. So each look has its share of the 5 % that may
go wrong: K. Kim and D. L. DeMets, "Design and analysis of group sequential tests based on the type
I error spending rate function", Biometrika 74 (1987), with the square of the part asked: little
early, most at the end. p-values are divided by the share, intervals are as sure as it leaves them
(C. Jennison and B. W. Turnbull, "Interim analyses: the repeated confidence interval approach",
Journal of the Royal Statistical Society B 51 (1989)). The shares add up to one, so that by
Bonferroni's inequality both hold at all looks together, wherever one stops and for whatever reason:
also for two candidates that stopped at different ones.
"""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from app.core.tasks.items import TaskItem

LEAST_QUESTIONS = 40
"""At fewer there is no look: hardly anything can be told."""


@dataclass(frozen=True, slots=True)
class Look:
    """Where asking may stop.

    Attributes:
        questions: So many have been asked, the first ones in their order.
        share: Of the 5 % that may go wrong, what may at this look.
    """

    questions: int
    share: float = 1.0


@dataclass(frozen=True, slots=True)
class Decided:
    """Where asking stopped because it was decided: after so many questions of so many."""

    after: int
    of: int


def in_turns(items: Iterable[TaskItem]) -> list[TaskItem]:
    """Questions in the order they are asked: one of each kind, then the next of each."""
    seen = Counter[str]()
    rounds: list[tuple[int, TaskItem]] = []
    for item in items:
        rounds.append((seen[item.kind], item))
        seen[item.kind] += 1
    return [item for _, item in sorted(rounds, key=lambda one: one[0])]


def looks_at(items: Sequence[TaskItem], *, stops: bool) -> tuple[Look, ...]:
    """The looks at questions in turns, the last one at all of them; none of no questions.

    Args:
        items: In their order.
        stops: Asking may stop before the end; else there is one look.
    """
    return looks_of(Counter(item.kind for item in items).values(), stops=stops)


def looks_of(asked_each: Iterable[int], *, stops: bool) -> tuple[Look, ...]:
    """The same, by how many questions there are of each kind."""
    counts = list(asked_each)
    total, rounds = sum(counts), max(counts, default=0)
    if not total:
        return ()
    ends = [total]
    while stops and rounds > 1:
        rounds = -(-rounds // 2)
        questions = sum(min(rounds, count) for count in counts)
        if questions < LEAST_QUESTIONS:
            break
        if questions < ends[-1]:
            ends.append(questions)
    ends.append(0)
    return tuple(
        Look(end, (end * end - before * before) / (total * total))
        for before, end in itertools.pairwise(reversed(ends))
    )
