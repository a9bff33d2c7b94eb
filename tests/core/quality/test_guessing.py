"""Models that foresee a text worse than guessing: told, and nothing else is said of the text."""

from __future__ import annotations

import pytest

from app.core.quality.guessing import guessing_sentence, is_guessing


@pytest.mark.parametrize(
    ("ppl", "vocabulary", "bits", "guesses"),
    [
        (36_700.0, 1_536, 10.6, True),
        (1_537.0, 1_536, None, True),
        (1_536.0, 1_536, None, False),
        (8.0, 32_000, 0.9, False),
        (None, 32_000, 8.01, True),
        (None, 32_000, 8.0, False),
        (900_000.0, None, None, False),
        (900_000.0, 0, 7.0, False),
        (None, None, None, False),
    ],
)
def test_beyond_the_vocabulary_or_the_byte(
    ppl: float | None, vocabulary: int | None, bits: float | None, guesses: bool
) -> None:
    assert is_guessing(ppl, vocabulary, bits) is guesses
    sentence = guessing_sentence("Q8_0", ppl, vocabulary, bits, is_reference=False)
    assert (sentence is not None) is guesses


def test_the_warning_has_the_figure_and_what_to_do() -> None:
    sentence = guessing_sentence("F16", 36_729.1, 1_536, 10.6, is_reference=True)
    assert sentence == (
        "F16 foresees the text worse than guessing would (its perplexity is 36,729, guessing "
        "evenly has 1,536): drift from it over this text says nothing about what is lost: "
        "measure on a text that it can read."
    )
    by_bits = guessing_sentence("Q2_K", None, None, 9.27, is_reference=False)
    assert by_bits is not None
    assert "9.3 bits for a byte, the byte itself has 8" in by_bits
