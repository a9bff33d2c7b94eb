"""The answer in few words: a headline, three facts, no factor of speed that is not sure."""

from __future__ import annotations

from typing import Any

import pytest

from app.core.ladder.answer import Said, short_of
from app.core.verdict import Limits
from app.core.words.sentence import English
from tests.lab import ladder_cases as cases

F16, Q8, Q2, BROKEN = list(cases.result().rows)
BUSY: dict[str, Any] = {"others_cores": 2.5}


def test_run_this_and_three_facts_in_their_order() -> None:
    answer = cases.view().answer
    assert (answer.kind, answer.headline, answer.file) == (Said.RUN, "Run Q8_0", Q8)
    assert [fact.said for fact in answer.facts] == [
        "as good as the original · 480 of 480 right, both",
        "935 MB · 47 % less",
        "18.8 tok/s · 1.9 times as fast",
    ]
    assert [fact.beside for fact in answer.facts] == ["± 0.8 in 100", "", "± 0.04"]
    assert answer.facts[0].full == "Q8_0: as good as F16 in both kinds."


def test_nothing_is_named_before_anything_is_asked() -> None:
    result = cases.result()
    for file in (F16, Q8, Q2):
        cases.change(result, file, tasks=None)
    cases.change(result, BROKEN, error=None)
    answer = cases.view(result).answer
    assert (answer.kind, answer.headline, answer.file) == (
        Said.NOTHING, "Nothing known yet", None,
    )  # fmt: skip
    assert not answer.facts


def test_where_nothing_smaller_is_known_to_be_as_good() -> None:
    result = cases.result()
    cases.change(result, Q8, tasks=cases.tasks(5))
    answer = cases.view(result).answer
    assert (answer.kind, answer.headline) == (Said.CANNOT_TELL, "Cannot tell yet")
    assert answer.below == "Until then run F16, the original."
    assert answer.run is None, "no crown yet"
    assert answer.answers is not None
    assert answer.answers.said == "the original · 480 of 480 right"


def test_where_all_others_lose_the_original_is_run() -> None:
    result = cases.result()
    cases.change(result, Q8, tasks=cases.tasks(70))
    del result.rows[BROKEN]
    result.plan = result.plan.of(
        result.rows[F16].candidate, [result.rows[key].candidate for key in (F16, Q8, Q2)]
    )
    answer = cases.view(result).answer
    assert (answer.headline, answer.below) == ("Run F16", "All others lose.")


def test_limits_that_nothing_keeps_to() -> None:
    answer = cases.view(limits=Limits(1)).answer
    assert (answer.kind, answer.headline) == (Said.NONE_KEEPS, "None keeps to your limits")
    assert "even Q2_K needs 352 MB" in answer.below
    only = cases.view(limits=Limits(400 * cases.MB)).answer
    assert (only.kind, only.headline) == (Said.AT_A_LOSS, "Run Q2_K, at a loss")


def test_no_headline_is_longer_than_six_words() -> None:
    for limits in (Limits(), Limits(1), Limits(400 * cases.MB)):
        assert len(cases.view(limits=limits).answer.headline.split()) <= 6


@pytest.mark.parametrize("file", [F16, Q8])
def test_a_busy_pc_gives_no_factor(file: str) -> None:
    result = cases.result()
    cases.change(result, file, speed=(cases.speed("tg128", 99.0, **BUSY),))
    view = cases.view(result)
    assert view.answer.speed is not None
    assert view.answer.speed.said == "not sure: the PC was busy"
    assert view.answer.speed_unsure
    assert "times as fast" not in view.recommendation.sentence


def test_repetitions_that_differ_as_much_as_they_are_give_no_factor() -> None:
    """1438 ± 1447 beside 104 ± 23 is not 14 times as fast."""
    result = cases.result()
    for file, mean, deviation in ((F16, 104.0, 23.0), (Q8, 1438.0, 1447.0)):
        test = cases.speed("tg128", mean)
        swinging = type(test)(test.test, 0, 4, (mean, mean), mean, deviation, in_turns=True)
        cases.change(result, file, speed=(swinging,))
    view = cases.view(result)
    assert view.answer.speed is not None
    assert view.answer.speed.said == "not sure: repetitions differ too much"
    assert "repetitions differ" in view.recommendation.sentence
    assert "times as fast" not in view.recommendation.sentence


def test_a_further_version_in_few_words() -> None:
    view = cases.view(limits=Limits(1500 * cases.MB))
    chosen = view.row(Q8)
    assert [str(short_of(row, chosen)) for row in view.rows if row is not chosen] == [
        "needs 1.76 GB, more than your limit · 480 of 480 right",
        "loses · 420 of 480 right",
        "could not be measured",
    ]


def test_what_the_others_are_compared_with_is_not_called_original_where_it_is_shrunken() -> None:
    result = cases.result()
    cases.change(result, F16, facts=cases.facts("Q8_0", 8.5))
    view = cases.view(result)
    assert view.reference.stands_as == "compared with"
    assert isinstance(view.answer.headline, English)
    answers = view.answer.answers
    assert answers is not None
    assert "the original" not in answers.said
