"""Mixtures within a size, and why their types are as they are."""

from __future__ import annotations

import pytest

from app.core.shrink.mixtures import ChosenBy, kind_of, mixtures_within, relative_weights
from app.core.shrink.solver import Choice, OutOfReach

SMALL, MIDDLE, LARGE = Choice("Q2_K", 10, 0.08), Choice("Q4_K", 20, 0.01), Choice("Q6_K", 30, 0.001)
CHOICES = [SMALL, MIDDLE, LARGE]
TENSORS = {f"blk.{layer}.ffn_up.weight": CHOICES for layer in range(3)} | {"output.weight": CHOICES}
PROBED = {"blk.0.ffn_up.weight": 50.0} | dict.fromkeys(list(TENSORS)[1:], 1.0)


def types_of(probed: dict[str, float]) -> dict[ChosenBy, list[str]]:
    own = {"output.weight": "Q6_K", "blk.2.ffn_up.weight": "Q4_K"}
    found = mixtures_within(TENSORS, 80, own, probed, is_tied=False)
    return {each.chosen_by: [one.type for one in each.chosen.values()] for each in found}


def test_what_was_measured_decides_first_and_the_quantizers_own_stays_among_them() -> None:
    found = types_of(PROBED)
    assert list(found) == [ChosenBy.PROBED, ChosenBy.WEIGHED, ChosenBy.OWN]
    assert found[ChosenBy.PROBED] == ["Q6_K", "Q4_K", "Q4_K", "Q2_K"]
    assert found[ChosenBy.WEIGHED][-1] == "Q6_K"
    # Filled up to the size, and nothing of it made smaller.
    assert found[ChosenBy.OWN] == ["Q4_K", "Q2_K", "Q4_K", "Q6_K"]


def test_without_measuring_the_ends_are_varied_and_none_stands_twice() -> None:
    found = types_of({})
    assert ChosenBy.PROBED not in found
    assert len({tuple(each) for each in found.values()}) == len(found) > 1
    single = mixtures_within({"a": [SMALL]}, 10, {}, {}, is_tied=False)
    assert [each.chosen_by for each in single] == [ChosenBy.WEIGHED]


def test_a_rule_that_makes_the_own_mixture_too_large_leaves_it_out() -> None:
    found = mixtures_within(
        {"output.weight": [LARGE], "a": CHOICES}, 45, {"a": "Q4_K"}, {}, is_tied=False
    )
    assert ChosenBy.OWN not in {each.chosen_by for each in found}
    with pytest.raises(OutOfReach):
        mixtures_within({"output.weight": [LARGE]}, 29, {}, {}, is_tied=False)


def test_parts_tell_types_sizes_and_what_counts() -> None:
    (mixture, *_) = mixtures_within(TENSORS, 80, {}, PROBED, is_tied=False)
    parts = mixture.parts(dict.fromkeys(TENSORS, 64))
    assert [(each.part, each.types) for each in parts] == [
        ("ffn_up", {"Q4_K": 2, "Q6_K": 1}),
        ("output", {"Q2_K": 1}),
    ]
    assert parts[0].n_bytes == 70
    assert parts[0].loss_share == pytest.approx((50 * 0.001 + 0.02) / (50 * 0.001 + 0.02 + 0.08))
    assert relative_weights(parts) == [pytest.approx(52 / 3), 1.0]
    assert kind_of("blk.17.attn_q.weight") == "attn_q"


def test_the_quantizers_own_mixture_is_tried_at_its_very_size() -> None:
    own = {"blk.0.ffn_up.weight": "Q4_K", "blk.1.ffn_up.weight": "Q6_K"} | dict.fromkeys(
        list(TENSORS)[2:], "Q4_K"
    )
    found = mixtures_within(TENSORS, 88, own, PROBED, is_tied=False)
    (as_it_is,) = (each for each in found if each.chosen_by is ChosenBy.OWN)
    assert {name: each.type for name, each in as_it_is.chosen.items()} == own
    assert all(
        sum(one.n_bytes for one in each.chosen.values()) <= 88
        for each in found
        if each is not as_it_is
    )
