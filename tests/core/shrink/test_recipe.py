"""What is asked of a smaller version, read from words."""

from __future__ import annotations

import pytest

from app.core.errors import PersonError
from app.core.models.levels import level_by_name
from app.core.shrink.recipe import (
    MatrixUse,
    Recipe,
    Rule,
    check_rules,
    exactly,
    level_of_bits,
    parse_rule,
)
from app.core.shrink.types import needs_matrix


def test_rules_are_read_as_llama_quantize_takes_them() -> None:
    assert parse_rule("FFN_down=q6_k") == Rule("ffn_down", "Q6_K")
    assert parse_rule(r"blk\.(0|1)\.a=b=Q8_0").pattern == r"blk\.(0|1)\.a=b"
    assert parse_rule("x=MXFP4").type_id == 39


@pytest.mark.parametrize(
    ("word", "part"),
    [
        ("ffn_down", "is no rule: write PATTERN=TYPE"),
        ("=Q8_0", "is no rule"),
        ("(=Q8_0", "no regular expression"),
        ("x=I8", "no number format that a tensor can be turned into"),
        ("x=Q8_K", "no number format"),
        ("x" * 500 + "=Q8_0", "at most 400 letters"),
    ],
)
def test_what_is_no_rule_is_a_sentence(word: str, part: str) -> None:
    with pytest.raises(PersonError, match=part):
        parse_rule(word)


def test_rules_have_to_be_about_something() -> None:
    check_rules([parse_rule("ffn=Q8_0"), exactly("a.b", "Q8_0")], ["blk.0.ffn_up.weight", "a.b"])
    with pytest.raises(PersonError, match="names are such as acb"):
        check_rules([exactly("a.b", "Q8_0")], ["acb"])


@pytest.mark.parametrize(
    ("recipe", "takes"),
    [
        (Recipe(level_by_name("Q4_K_M")), False),
        (Recipe(level_by_name("IQ2_M")), True),
        (Recipe(level_by_name("Q2_K")), True),
        (Recipe(level_by_name("TQ1_0")), False),
        (Recipe(level_by_name("IQ2_M"), matrix=MatrixUse.NONE), False),
        (Recipe(level_by_name("Q4_K_M"), rules=(Rule("a", "IQ2_XS"),)), True),
        (Recipe(target_bits=6.0), True),
        (Recipe(target_bits=6.0, matrix="file"), False),
    ],
)
def test_a_matrix_is_made_where_it_helps(recipe: Recipe, takes: bool) -> None:
    assert recipe.takes_matrix is takes


def test_types_that_need_a_matrix() -> None:
    assert needs_matrix("blk.0.attn_q.weight", "iq2_xs", "Q4_K_M")
    assert not needs_matrix("output.weight", "iq2_xs", "Q4_K_M")
    assert needs_matrix("blk.0.attn_q.weight", "Q2_K", "Q2_K_S")
    assert not needs_matrix("blk.0.attn_q.weight", "Q2_K", "Q2_K")


def test_a_mixture_is_called_by_the_nearest_level() -> None:
    assert [level_of_bits(bits).name for bits in (2, 4.2, 4.9, 12)] == [
        "Q2_K", "Q3_K_M", "Q4_K_M", "Q8_0",
    ]  # fmt: skip
