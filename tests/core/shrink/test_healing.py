"""How much a model learns, and what that takes."""

from __future__ import annotations

import pytest

from app.core.errors import PersonError
from app.core.shrink.healing import Healing, learning_rate, parse_healing


def test_amounts_are_minutes_or_windows() -> None:
    assert parse_healing("10") == Healing(minutes=10)
    assert parse_healing(" 0.5 ") == Healing(minutes=0.5)
    assert parse_healing("128w") == parse_healing("128 windows") == Healing(windows=128)


@pytest.mark.parametrize("word", ["", "w", "much", "-1", "nan", "inf", "1e9", "7w", "1.5w", "1e9w"])
def test_what_is_no_amount_is_refused(word: str) -> None:
    with pytest.raises(PersonError, match="says not how much is learned"):
        parse_healing(word)


def test_steps_grow_then_fall_and_are_shorter_in_wide_models() -> None:
    rates = [learning_rate(done, 100, 256) for done in range(100)]
    top = max(rates)
    assert rates[0] < rates[4] < top == pytest.approx(1e-4, rel=0.02)
    assert rates[7:] == sorted(rates[7:], reverse=True)
    assert 0 < rates[-1] < 0.05 * top
    assert learning_rate(50, 100, 1024) == pytest.approx(rates[50] / 4)
    assert learning_rate(50, 100, 64) == rates[50]
    assert learning_rate(3, 0, 256) == pytest.approx(0.5e-4)
