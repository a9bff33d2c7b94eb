"""Versions whose difference is no greater than what rounding makes of the reference."""

from __future__ import annotations

import pytest

from app.core.quality.floor import NO_FURTHER, floor_of, floor_sentence, is_at_floor
from app.core.verdict import Evidence, judge_candidates
from app.core.verdict_words import Rung, sentence_of

# A real model of 270 million parameters: Q4_K_M beside itself, and the Q8_0 made from it.
FLOOR = {"mean_kld": 0.0074, "same_top": 0.954, "positions": 896}
NEAR = {"mean_kld": 0.0083, "mean_kld_low": 0.0069, "same_top": 0.951}
FAR = {"mean_kld": 0.245, "mean_kld_low": 0.21, "same_top": 0.747}


def test_the_lower_end_of_the_interval_decides() -> None:
    assert is_at_floor(NEAR, FLOOR) is True
    assert is_at_floor(FAR, FLOOR) is False
    assert is_at_floor(NEAR | {"mean_kld_low": 0.0075}, FLOOR) is False
    assert is_at_floor({"mean_kld": 0.0074, "mean_kld_low": None}, FLOOR) is True
    assert is_at_floor({"mean_kld": 0.0, "mean_kld_low": None}, {"mean_kld": 0.0}) is True


def test_what_was_not_measured_is_not_known() -> None:
    assert is_at_floor({"mean_kld": None}, FLOOR) is None
    assert is_at_floor(NEAR, None) is None
    assert is_at_floor(NEAR, {"mean_kld": None}) is None


def test_the_floor_in_words() -> None:
    assert floor_sentence(FLOOR) == (
        "Noise floor, the original against itself, read in slices and written token by token: "
        "drift 0.0074, same next word 95.40 %."
    )
    assert floor_sentence(None) == floor_sentence({"mean_kld": None}) == ""
    assert floor_of(FLOOR)["same_top"] == 0.954
    assert floor_of(FLOOR)["max_kld"] is None


@pytest.mark.parametrize(
    ("at_floor", "same_top", "own_top", "said"),
    [
        (
            True,
            0.951,
            0.954,
            "it picks the same next word 95 % of the time, Q4_K_M beside itself 95 %: "
            f"{NO_FURTHER}.",
        ),
        (True, 0.951, None, f"it picks the same next word 95 % of the time: {NO_FURTHER}."),
        (
            False,
            0.90,
            0.954,
            "it picks the same next word 90 % of the time (Q4_K_M beside itself 95 %).",
        ),
        (False, 0.70, 0.954, "it picks the same next word 70 % of the time."),
        (False, 1.0, 1.0, "it picks the same next word 100 % of the time."),
        (False, 0.70, None, "it picks the same next word 70 % of the time."),
    ],
)
def test_sentences_take_the_floor_into_account(
    at_floor: bool, same_top: float, own_top: float | None, said: str
) -> None:
    (judgement,) = judge_candidates([Evidence()])
    rung = Rung("a", "Q8_0", judgement, same_top=same_top, at_floor=at_floor)
    reference = Rung("b", "Q4_K_M", None, own_top=own_top)
    assert sentence_of(rung, reference).endswith(said)
