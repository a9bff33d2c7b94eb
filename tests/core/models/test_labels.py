"""What is shown of a level where name, header and weights say different things."""

from __future__ import annotations

import pytest

from app.core.models.labels import label_rank, told_level
from app.core.models.levels import LEVELS, level_by_name


@pytest.mark.parametrize(
    ("claimed", "of_header", "bits", "told"),
    [
        ("BF16", "Q5_K_M", 5.40, "Q5_K_M"),
        ("F16", "MXFP4_MOE", 6.59, "MXFP4_MOE"),
        ("Q8_0", "Q4_K_M", 4.80, "Q4_K_M"),
        ("Q4_K_M", "Q8_0", 8.50, "Q8_0"),
        ("Q4_K_M", "Q6_K", 6.56, "Q6_K"),
        ("Q5_K_M", "Q4_K_M", 4.90, "Q4_K_M"),
        ("Q4_K_M", "Q3_K_M", 4.00, "Q3_K_M"),
        ("UD-Q4_K_XL", "Q8_0", 8.53, "Q8_0"),
        ("UD-Q8_K_XL", "Q4_K_M", 4.90, "Q4_K_M"),
        ("IQ4_XS-3.97bpw", "Q8_0", 8.50, "Q8_0"),
    ],
)
def test_weights_overrule_a_name_that_they_belie(
    claimed: str, of_header: str, bits: float, told: str
) -> None:
    assert told_level(claimed, of_header, bits) == told


@pytest.mark.parametrize(
    ("claimed", "of_header", "bits"),
    [
        # Publishers' mixes: Llama 1B to DeepSeek with 671B weights.
        ("UD-Q4_K_XL", "Q4_K_M", 5.20),
        ("UD-Q8_K_XL", "Q8_0", 10.50),
        ("UD-Q2_K_XL", "Q2_K", 2.51),
        ("UD-IQ1_S", "IQ1_S", 1.58),
        ("UD-IQ1_M", "IQ1_M", 1.73),
        ("UD-IQ2_M", "IQ2_XXS", 2.65),
        ("Q3_K_XL", "Q3_K_L", 5.60),
        ("Q2_K_L", "Q2_K", 4.20),
        ("Q6_K_L", "Q6_K", 6.80),
        ("Q4_K_P", "Q4_K_M", 5.30),
        ("IQ4_XS-3.97bpw", "Q4_0", 4.64),
        ("IQ4_XS-3.53bpw", "IQ4_XS", 3.53),
        # Small models with large vocabularies and rows that fit no block of 256.
        ("Q2_K", "Q2_K", 5.90),
        ("Q2_K", "Q2_K", 7.07),
        ("Q4_K_M", "Q4_K_M", 7.55),
        # Levels beside one another, types of one size.
        ("Q4_K_M", "Q4_K_S", 4.70),
        ("Q4_0", "IQ4_NL", 4.68),
        ("Q2_K", "Q2_K_S", 2.97),
        # Nothing speaks against it, or nothing is known.
        ("F16", "F16", 16.0),
        ("BF16", "F16", 16.0),
        ("F16", "", 6.59),
        ("Q8_0", "Q4_K_M", 0.0),
        ("Q8_0", "", 4.80),
    ],
)
def test_mixes_and_small_models_keep_their_names(claimed: str, of_header: str, bits: float) -> None:
    assert told_level(claimed, of_header, bits) == claimed


def test_the_header_tells_where_the_name_does_not() -> None:
    assert told_level(None, "Q8_0", 8.5) == "Q8_0"
    assert told_level(None, "", 0.0) == ""


@pytest.mark.parametrize("level", LEVELS, ids=lambda level: level.name)
def test_every_level_may_be_three_quarters_to_twice_its_nominal_bits(level) -> None:  # noqa: ANN001
    for bits in (0.76 * level.nominal_bits, level.nominal_bits, 2 * level.nominal_bits):
        assert told_level(level.name, level.name, bits) == level.name


def test_publishers_own_levels_stand_with_what_they_are_made_of() -> None:
    for label, name in (
        ("UD-Q8_K_XL", "Q8_0"),
        ("Q4_K_P", "Q4_K_M"),
        ("Q6_K_L", "Q6_K"),
        ("IQ4_XS-3.97bpw", "IQ4_XS"),
        ("UD-IQ1_S", "IQ1_S"),
        ("MXFP4", "MXFP4_MOE"),
    ):
        assert label_rank(label) == LEVELS.index(level_by_name(name))
    assert label_rank("unheard-of") == len(LEVELS)
