"""Greedy answers of two models, token by token. Tests app.core.quality.along."""

from __future__ import annotations

import numpy as np
import pytest

from app.core.quality.along import Said, along


def said(*pieces: str, ended: bool = True, prompt: str = "?") -> Said:
    return Said(prompt, tuple(piece.encode() for piece in pieces), ended)


def test_the_same_words_in_other_pieces_are_alike() -> None:
    found = along([said("run", "ning", " up")], [said(" ", "r", "unni", "ng up")])
    assert (found.same_tokens, found.looked_tokens, found.parted) == (3, 3, 0)
    assert found.share == 1.0


def test_the_first_token_that_differs_is_the_only_one_that_counts() -> None:
    found = along([said("a ", "red ", "fox ", "runs")], [said("a ", "red ", "fish ", "runs")])
    (parting,) = found.partings
    assert (found.same_tokens, found.looked_tokens) == (2, 3)
    assert (parting.before, parting.reference, parting.candidate) == (
        "a red ",
        "fox runs",
        "fish runs",
    )


@pytest.mark.parametrize(
    ("base", "ours", "parted"),
    [
        (said("a ", "b"), said("a ", "b", " c"), True),  # the reference had ended
        (said("a ", "b", ended=False), said("a ", "b", " c"), False),  # it was cut off
        (said("a ", "b", " c"), said("a ", "b"), True),
        (said("a ", "b", " c"), said("a ", "b", ended=False), False),
        (said("a ", "b"), said("a ", "b"), False),
        (said(), said("a"), True),
        (said(), said(), False),
    ],
)
def test_an_answer_that_goes_on_differs_where_the_other_had_ended(
    base: Said, ours: Said, parted: bool
) -> None:
    assert along([base], [ours]).parted == parted


def test_only_prompts_that_both_were_asked_count() -> None:
    found = along([said("a", prompt="1"), said("b", prompt="2")], [said("b", prompt="2")])
    assert [one.prompt for one in found.partings] == ["2"]
    assert along([said("a")], []).share is None


def test_the_share_is_that_of_next_words_wherever_answers_end() -> None:
    """Two models that agree on 93 % of next words, seen through answers of at most 64 tokens."""
    rng = np.random.default_rng(5)
    held, means = 0, list[float]()
    for _ in range(300):
        base, ours = [], []
        for number in range(12):
            same = rng.random(64) < 0.93
            base.append(said(*("x" for _ in same), ended=False, prompt=str(number)))
            theirs = ("x" if one else "y" for one in same)
            ours.append(said(*theirs, ended=False, prompt=str(number)))
        found = along(base, ours)
        assert found.share is not None
        assert found.interval is not None
        means.append(found.share)
        held += found.interval.low <= 0.93 <= found.interval.high
    assert np.mean(means) == pytest.approx(0.93, abs=0.01)
    assert held > 0.9 * 300
