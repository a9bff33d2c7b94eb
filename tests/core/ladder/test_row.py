"""What follows from a row's own measurements."""

from __future__ import annotations

import pytest

from app.core.candidates.candidate import candidate_of
from app.core.ladder.row import Row
from tests.lab import ladder_cases as cases


def test_the_first_token_waits_for_four_blocks_each_longer_than_the_last() -> None:
    tests = (
        cases.speed("pp512", 512.0),  # a second for the first block
        cases.speed("pp512", 256.0, 2048),  # two behind 2,048 tokens
        cases.speed("tg128", 10.0, 2048),
    )
    found = Row(candidate_of("/m/a.gguf"), speed=tests).first_token_ns
    assert found is not None
    assert found.number == pytest.approx((1.0 + 1.25 + 1.5 + 1.75 + 0.1) * 1e9)
    assert Row(candidate_of("/m/a.gguf"), speed=tests[:2]).first_token_ns is None
    assert Row(candidate_of("/m/a.gguf"), speed=tests[1:]).first_token_ns is None
