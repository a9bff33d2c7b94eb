from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.votes.choices import Choice, Outcome, are_identical, outcome_of, shuffle


@pytest.mark.parametrize(
    ("choice", "candidate_left", "outcome"),
    [
        (Choice.LEFT, True, Outcome.BETTER),
        (Choice.LEFT, False, Outcome.WORSE),
        (Choice.RIGHT, True, Outcome.WORSE),
        (Choice.RIGHT, False, Outcome.BETTER),
        (Choice.TIE, True, Outcome.TIE),
        (Choice.BOTH_BAD, False, Outcome.BOTH_BAD),
        (Choice.IDENTICAL, True, Outcome.IDENTICAL),
    ],
)
def test_what_a_choice_says(choice: Choice, candidate_left: bool, outcome: Outcome) -> None:
    assert outcome_of(choice, candidate_left=candidate_left) is outcome


def test_seen_from_the_other_side() -> None:
    assert [outcome.mirrored for outcome in Outcome] == [
        Outcome.WORSE,
        Outcome.BETTER,
        Outcome.TIE,
        Outcome.BOTH_BAD,
        Outcome.IDENTICAL,
    ]
    assert [outcome for outcome in Outcome if outcome.decides] == [Outcome.BETTER, Outcome.WORSE]


@given(st.integers(0, 2**62), st.integers(0, 10_000))
def test_a_shuffle_can_be_drawn_again(seed: int, number: int) -> None:
    assert shuffle(seed, number) == shuffle(seed, number)


def test_shuffles_stay_what_they_were() -> None:
    """Stored seeds must mean the same in every version of the program."""
    drawn = [shuffle(2026, number) for number in range(8)]
    assert "".join("L" if each.candidate_left else "R" for each in drawn) == "RRLRLRLL"
    assert "".join("c" if each.candidate_first else "r" for each in drawn) == "crrcrrrr"


def test_chance_is_even_and_sides_say_nothing_about_the_order() -> None:
    drawn = [shuffle(7, number) for number in range(4000)]
    for left in (True, False):
        for first in (True, False):
            found = sum(
                each.candidate_left is left and each.candidate_first is first for each in drawn
            )
            assert 900 < found < 1100


def test_the_same_words_are_identical() -> None:
    assert are_identical("The sky.\n", " The sky.")
    assert not are_identical("The sky.", "The sky")
    assert are_identical("", "\n")
