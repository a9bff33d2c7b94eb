"""What names of versions say in plain words."""

from __future__ import annotations

import pytest

from app.ui.kit.words.levels import version_gloss


@pytest.mark.parametrize(
    ("name", "bits", "said"),
    [
        ("Q4_K_M", None, "4.9 bits a weight, 69% smaller"),
        ("Q4_K_M", 5.12, "5.1 bits a weight, 68% smaller"),
        ("F16", None, "16 bits a weight, not shrunken"),
        ("F32", 32.0, "32 bits a weight, not shrunken"),
        ("of nobody", None, ""),
        ("of nobody", 8.0, "8 bits a weight, 50% smaller"),
    ],
)
def test_a_name_says_its_bits_and_what_it_saves(name: str, bits: float | None, said: str) -> None:
    assert version_gloss(name, bits).replace("\u00a0", " ") == said
