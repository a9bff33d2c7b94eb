"""Layers that are left out, and the names of the others."""

from __future__ import annotations

from typing import Any

import pytest

from app.core.errors import PersonError
from app.core.gguf import parse_header
from app.core.shrink.layers import (
    check_droppable,
    check_layers,
    least_influential,
    new_name,
    parse_layers,
    says_by_layer,
)
from tests.helpers.gguf_container import header


def test_a_number_is_how_many_and_a_list_which_ones() -> None:
    assert parse_layers("2") == 2
    assert parse_layers("4, 3,4") == (3, 4)
    assert parse_layers("0,") == (0,)


@pytest.mark.parametrize("word", ["", "0", "a", "1,b", ",", "-1", "1.5", "999999"])
def test_what_names_no_layers_is_a_sentence(word: str) -> None:
    with pytest.raises(PersonError, match="names no layers: write how many"):
        parse_layers(word)


def test_names_move_up_behind_a_gap() -> None:
    assert new_name("blk.5.ffn_up.weight", (1, 3)) == "blk.3.ffn_up.weight"
    assert new_name("blk.0.ffn_up.weight", (1, 3)) == "blk.0.ffn_up.weight"
    assert new_name("blk.3.ffn_up.weight", (1, 3)) is None
    assert new_name("output.weight", (1, 3)) == "output.weight"


def facts(**more: Any) -> Any:
    entries = {"general.architecture": "llama", "llama.block_count": 4}
    return parse_header(header(entries | {f"llama.{key}": value for key, value in more.items()}))


def test_some_layers_have_to_stay() -> None:
    assert check_droppable(facts(), 3, "m") == 4
    for made, part in (
        (facts(), "“m” has 4 layers, of which at least one has to stay"),
        (facts(nextn_predict_layers=1), "guess ahead"),
        (facts(**{"attention.shared_kv_layers": 2}), "use the keys and values of others"),
    ):
        with pytest.raises(PersonError, match=part):
            check_droppable(made, 4 if part.startswith("“m”") else 1, "m")
    with pytest.raises(PersonError, match="has no layer 4: they go from 0 to 3"):
        check_layers((1, 4), 4, "m")


def test_values_of_each_layer_are_seen() -> None:
    assert not says_by_layer(facts(**{"rope.dimension_sections": [1, 2, 3, 4]}))
    assert says_by_layer(facts(feed_forward_length=[1, 2, 3, 4]))
    assert says_by_layer(facts(leading_dense_block_count=1))


def test_the_least_influential_go() -> None:
    assert least_influential([0.9, 0.1, 0.05, 0.4], 2) == (1, 2)
