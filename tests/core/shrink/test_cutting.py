"""What is left out of tensors, of importance matrices and of headers.

Through :mod:`app.core.shrink.rewriting` and :mod:`app.core.shrink.label`.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.errors import PersonError
from app.core.gguf import TensorInfo, parse_header
from app.core.shrink.cutting import (
    Cut,
    channels_by_layer,
    check_experts,
    check_narrowable,
    kept_width,
    most_used,
    parse_width,
    strongest,
)
from app.core.shrink.importance import Entry, Importance
from app.core.shrink.label import pruned_label
from app.core.shrink.rewriting import rewritten
from tests.core.models.test_model_file import model
from tests.helpers.gguf_container import Tensor, header


def tensor(name: str, *dimensions: int, type_id: int = 0) -> TensorInfo:
    return TensorInfo(name, dimensions, type_id, 0, 4 * int(np.prod(dimensions)))


def facts(tensors: tuple[Tensor, ...] = (), **more: Any) -> bytes:
    entries = {"general.architecture": "llama", "llama.block_count": 4, "split.count": 1}
    return header(entries | {f"llama.{key}": value for key, value in more.items()}, tensors)


@pytest.mark.parametrize("word", ["", "0", "1", "-0.5", "25", "nan", "half"])
def test_what_is_no_share_is_a_sentence(word: str) -> None:
    with pytest.raises(PersonError, match="is no share of the width: write one"):
        parse_width(word)


def test_widths_fit_all_number_formats_where_one_is_near() -> None:
    assert kept_width(14_336, 0.25) == 10_752  # 42 times 256
    assert kept_width(2_048, 0.2) == 1_536
    assert kept_width(768, 0.34) == 512
    assert kept_width(768, 0.2) == 608
    assert kept_width(768, 0.01) == 736
    assert kept_width(64, 0.9) == 32


@given(st.integers(33, 40_000), st.floats(0.01, 0.9))
def test_some_of_each_width_goes_and_some_stays(width: int, share: float) -> None:
    kept = kept_width(width, share)
    assert 0 < kept < width
    assert kept % 32 == 0


def test_experts_that_worked_most_stay_of_each_group() -> None:
    assert most_used([5, 1, 9, 1], 2).tolist() == [True, False, True, False]
    assert most_used([5, 1, 9, 8], 2, groups=2).tolist() == [True, False, True, False]
    assert strongest(np.array([1, 3, 2], np.float32), 2).tolist() == [False, True, True]


def test_channels_go_from_all_that_has_them() -> None:
    stays = np.array([True, False, True, True])
    cut = Cut((0,), {1: stays})
    for name, dimensions, new in (
        ("ffn_gate.weight", (8, 4), (8, 3)),
        ("ffn_up.weight", (8, 8), (8, 6)),  # gate and up in one
        ("ffn_up.bias", (4,), (3,)),
        ("ffn_down.weight", (4, 8), (3, 8)),
        ("ffn_down.bias", (8,), (8,)),
        ("attn_q.weight", (4, 4), (4, 4)),
    ):
        made = cut.tensor(tensor(f"blk.1.{name}", *dimensions))
        assert made is not None
        assert (made.name, made.dimensions) == (f"blk.0.{name}", new)
        assert made.n_bytes == 4 * int(np.prod(new))
    assert cut.tensor(tensor("blk.0.ffn_up.weight", 8, 4)) is None
    assert cut.tensor(tensor("output.weight", 4, 4)) == tensor("output.weight", 4, 4)
    both = cut.kept(tensor("blk.1.ffn_up.weight", 8, 8))[1]
    assert both is not None
    assert both.tolist() == [0, 2, 3, 4, 6, 7]


def test_experts_go_from_all_that_has_them() -> None:
    cut = Cut(experts={0: np.array([True, False, True, True])})
    for name, dimensions, new in (
        ("ffn_gate_exps.weight", (8, 2, 4), (8, 2, 3)),
        ("ffn_down_exps.bias", (8, 4), (8, 3)),
        ("ffn_gate_inp.weight", (8, 4), (8, 3)),
        ("exp_probs_b.bias", (4,), (3,)),
        ("ffn_up_shexp.weight", (8, 4), (8, 4)),
        ("ffn_gate_inp_shexp.weight", (8,), (8,)),
    ):
        made = cut.tensor(tensor(f"blk.0.{name}", *dimensions))
        assert made is not None
        assert made.dimensions == new, name


def test_a_matrix_keeps_what_is_known_of_what_stays() -> None:
    tensors = [
        tensor("blk.0.ffn_down.weight", 3, 2),
        tensor("blk.1.ffn_down.weight", 3, 2),
        tensor("blk.1.ffn_down_exps.weight", 2, 2, 3),
    ]
    sums = np.arange(6, dtype=np.float32)
    one, three = np.ones(1, np.float32), np.array([1, 2, 3], np.float32)
    known = Importance(
        {
            "blk.0.ffn_down.weight": Entry(sums[:3], one),
            "blk.1.ffn_down.weight": Entry(sums[:3], one),
            "blk.1.ffn_down_exps.weight": Entry(sums, three),
        }
    )
    stays = np.array([True, False, True])
    found = Cut((0,), {1: stays}, {1: stays}).matrix(known, tensors).entries
    assert set(found) == {"blk.0.ffn_down.weight", "blk.0.ffn_down_exps.weight"}
    assert found["blk.0.ffn_down.weight"].values.tolist() == [0, 2]
    assert found["blk.0.ffn_down_exps.weight"].sums.tolist() == [0, 1, 4, 5]
    assert found["blk.0.ffn_down_exps.weight"].counts.tolist() == [1, 3]


def test_a_header_says_what_stays() -> None:
    given_ = facts(
        (Tensor("a", (4,)),),
        feed_forward_length=[8, 8, 0, 8],
        expert_count=4,
        expert_used_count=3,
        leading_dense_block_count=2,
        **{"rope.dimension_sections": [1, 2, 3, 4], "attention.pattern": [True, True, True, False]},
    )
    old = parse_header(given_)
    stays = np.arange(8) < 5
    experts = np.array([True, False, False, True])
    cut = Cut((0,), {0: stays, 1: stays, 3: stays}, {3: experts})
    made = rewritten(given_, old, cut.metadata(old), [tensor("b", 2), tensor("c", 3, 3)])
    new = parse_header(made)
    assert dict(new.metadata) == {
        "general.architecture": "llama",
        "llama.block_count": 3,
        "llama.feed_forward_length": (5, 0, 5),
        "llama.expert_count": 2,
        "llama.expert_used_count": 2,
        "llama.leading_dense_block_count": 1,
        "llama.rope.dimension_sections": (1, 2, 3, 4),
        "llama.attention.pattern": (True, True, False),
    }
    assert [(each.name, each.dimensions) for each in new.tensors] == [("b", (2,)), ("c", (3, 3))]
    assert len(made) == new.data_offset
    plain = parse_header(facts(feed_forward_length=8))
    assert Cut(channels={0: stays}).metadata(plain) == {"llama.feed_forward_length": 5}


def test_what_cannot_go_is_a_sentence() -> None:
    down = [tensor("blk.0.ffn_down.weight", 64, 8)]
    assert check_narrowable(down, 0, "m", ["F32"]) == {0: 64} == channels_by_layer(down)
    for tensors, experts, part in (
        (down, 4, "is a mixture of experts: leave out experts"),
        ([], 0, "has no feed-forward"),
        ([replace(down[0], type_id=8)], 0, r"is quantized \(Q8_0\)"),
    ):
        with pytest.raises(PersonError, match=part):
            check_narrowable(tensors, experts, "m", ["F32"])
    mixture = parse_header(facts(expert_count=8, expert_group_count=4))
    assert check_experts(mixture, [], 4, "m") == 8
    for made, tensors, count, part in (
        (facts(), [], 1, "no mixture of experts"),
        (facts(expert_count=4), [], 4, "has 4 experts in a layer, of which"),
        (facts(expert_count=8, expert_group_count=4), [], 2, "a multiple of 4"),
        (facts(expert_count=4), [tensor("blk.0.ffn_up_chexps.weight", 4, 4, 4)], 1, "are bound"),
    ):
        with pytest.raises(PersonError, match=part):
            check_experts(parse_header(made), tensors, count, "m")


def test_labels_stay_short() -> None:
    source = replace(model(), block_count=40)
    stays = np.arange(8) < 6
    cut = Cut((3, 4, 7, 8, 9), {0: stays}, {0: stays})
    assert pruned_label("", source, cut, None) == (
        "layers 3, 4, 7-9 of 40 left out; 25 % of the feed-forward left out; 2 of 8 experts left "
        "out"
    )
    many = Cut(tuple(range(1, 40, 2)), {0: stays})
    again = replace(source, pruned="layers 1, 2 of 42 left out")
    assert pruned_label("", again, many, 0.5) == (
        "layers 1, 2 of 42 left out; 20 of 40 layers left out; 25 % of the feed-forward left out; "
        "50 % of the weights set to zero"
    )
