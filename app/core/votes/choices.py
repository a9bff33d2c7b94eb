"""What a person may choose between two answers, and what that says of the candidate."""

from __future__ import annotations

import random
from dataclasses import dataclass
from enum import StrEnum


class Choice(StrEnum):
    """What was chosen; the values stand in the store and in exports.

    ``IDENTICAL`` is nobody's choice: two answers with the same words are a tie by themselves.
    """

    LEFT = "left"
    RIGHT = "right"
    TIE = "tie"
    BOTH_BAD = "both bad"
    IDENTICAL = "identical"


class Outcome(StrEnum):
    """What a vote says once the sides are known; the values stand in exports."""

    BETTER = "candidate better"
    WORSE = "reference better"
    TIE = "tie"
    BOTH_BAD = "both bad"
    IDENTICAL = "identical"

    @property
    def decides(self) -> bool:
        """Whether one was preferred; the others are left out of the rate."""
        return self in (Outcome.BETTER, Outcome.WORSE)

    @property
    def mirrored(self) -> Outcome:
        """The same vote, seen from the reference's side."""
        return _MIRRORED.get(self, self)


_MIRRORED = {Outcome.BETTER: Outcome.WORSE, Outcome.WORSE: Outcome.BETTER}
_SAME = {
    Choice.TIE: Outcome.TIE,
    Choice.BOTH_BAD: Outcome.BOTH_BAD,
    Choice.IDENTICAL: Outcome.IDENTICAL,
}


def outcome_of(choice: Choice, *, candidate_left: bool) -> Outcome:
    """What a choice says of the candidate."""
    if choice in _SAME:
        return _SAME[choice]
    chose_left = choice is Choice.LEFT
    return Outcome.BETTER if chose_left == candidate_left else Outcome.WORSE


@dataclass(frozen=True, slots=True)
class Shuffle:
    """What chance decides about one pair of answers.

    Attributes:
        candidate_left: Whether the candidate's answer stands on the left.
        candidate_first: Whether the candidate is asked first. Drawn by itself, so that who watches
            the answers being made learns nothing about the sides.
    """

    candidate_left: bool
    candidate_first: bool


def shuffle(seed: int, number: int) -> Shuffle:
    """Draw one pair's shuffle; the same seed and number always give the same."""
    generator = random.Random(f"{seed}:{number}")
    return Shuffle(generator.random() < 0.5, generator.random() < 0.5)


def are_identical(one: str, other: str) -> bool:
    """Whether two answers read the same; blank space around them does not count."""
    return one.strip() == other.strip()
