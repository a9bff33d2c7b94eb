from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from app.core.models.levels import (
    LEVELS,
    REMOVED_TENSOR_TYPES,
    TENSOR_TYPES,
    UnknownLevelError,
    level_by_ftype,
    level_by_name,
    level_of_tensor_type,
    shrink_rank,
)

if TYPE_CHECKING:
    from app.core.models.levels import Level


def test_levels_run_from_least_to_most_shrunken() -> None:
    bits = [level.nominal_bits for level in LEVELS]
    assert bits == sorted(bits, reverse=True)
    assert [level.name for level in LEVELS[:3]] == ["F32", "BF16", "F16"]
    assert LEVELS[-1].name == "Q1_0"


def test_names_and_file_types_are_unique() -> None:
    assert len({level.name for level in LEVELS}) == len(LEVELS)
    assert len({level.ftype for level in LEVELS}) == len(LEVELS)


@pytest.mark.parametrize("level", LEVELS, ids=lambda level: level.name)
def test_every_level_is_found_by_name_and_by_number(level: Level) -> None:
    found = level_by_name(level.name.lower())
    assert found is level
    assert level_by_ftype(found.ftype) is level
    assert level_by_ftype(found.ftype | 1024) is level


@pytest.mark.parametrize(
    ("alias", "name"),
    [("q4_k", "Q4_K_M"), ("Q4-K-M", "Q4_K_M"), (" fp16 ", "F16"), ("mxfp4", "MXFP4_MOE")],
)
def test_other_spellings(alias: str, name: str) -> None:
    assert level_by_name(alias).name == name


def test_unknown_name_names_the_nearest() -> None:
    with pytest.raises(UnknownLevelError) as caught:
        level_by_name("Q4_K_X")
    assert "Q4_K_M" in caught.value.sentence
    assert caught.value.sentence.endswith("?")
    with pytest.raises(UnknownLevelError) as caught:
        level_by_name("z" * 5_000)
    assert "Q4_K_M" in caught.value.sentence
    assert len(caught.value.sentence) < 200


def test_unknown_numbers_give_none() -> None:
    assert level_by_ftype(4) is None
    assert level_by_ftype(-1) is None
    assert level_by_ftype(999) is None
    assert level_of_tensor_type(999) is None
    assert level_of_tensor_type(26) is None


def test_importance_matrix_is_needed_by_the_levels_that_llama_cpp_refuses_without() -> None:
    assert {level.name for level in LEVELS if level.needs_importance_matrix} == {
        "IQ1_S", "IQ1_M", "IQ2_XXS", "IQ2_XS", "IQ2_S", "IQ2_M", "IQ3_XXS", "IQ3_XS", "Q2_K_S",
    }  # fmt: skip
    assert [level.name for level in LEVELS if not level.can_be_made] == ["NVFP4"]


@pytest.mark.parametrize(
    ("name", "bits"),
    [
        ("Q1_0", 1.125), ("IQ1_S", 1.5625), ("TQ1_0", 1.6875), ("IQ1_M", 1.75),
        ("IQ2_XXS", 2.0625), ("TQ2_0", 2.0625), ("Q2_0", 2.25), ("IQ2_XS", 2.3125),
        ("IQ2_S", 2.5625), ("Q2_K", 2.625), ("IQ3_XXS", 3.0625), ("Q3_K", 3.4375),
        ("IQ3_S", 3.4375), ("IQ4_XS", 4.25), ("MXFP4", 4.25), ("Q4_0", 4.5), ("Q4_K", 4.5),
        ("IQ4_NL", 4.5), ("NVFP4", 4.5), ("Q4_1", 5.0), ("Q5_0", 5.5), ("Q5_K", 5.5),
        ("Q5_1", 6.0), ("Q6_K", 6.5625), ("Q8_0", 8.5), ("F16", 16.0), ("BF16", 16.0),
        ("F32", 32.0),
    ],
)  # fmt: skip
def test_bits_per_weight_of_tensor_types(name: str, bits: float) -> None:
    (found,) = [entry for entry in TENSOR_TYPES.values() if entry.name == name]
    assert found.bits_per_weight == bits


def test_tensor_types_cover_every_number_up_to_the_newest() -> None:
    assert set(TENSOR_TYPES) | set(REMOVED_TENSOR_TYPES) == set(range(43))
    assert not set(TENSOR_TYPES) & set(REMOVED_TENSOR_TYPES)
    assert all(type_id == entry.type_id for type_id, entry in TENSOR_TYPES.items())


def test_level_of_the_dominant_tensor_type() -> None:
    guesses = {12: "Q4_K_M", 8: "Q8_0", 39: "MXFP4_MOE", 34: "TQ1_0"}
    for type_id, name in guesses.items():
        level = level_of_tensor_type(type_id)
        assert level is not None
        assert level.name == name


def test_shrink_rank_sorts_a_ladder() -> None:
    names = ["TQ1_0", "F16", "unheard-of", "Q4_K_M", "Q8_0"]
    assert sorted(names, key=shrink_rank) == ["F16", "Q8_0", "Q4_K_M", "TQ1_0", "unheard-of"]
