"""How much an error counts, out of measurements of many tensors at once."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.shrink.sensitivity import bands, fit_weights

KINDS = {"q": 2.0, "v": 6.0, "down": 3.0}
LAYERS = {0: 20.0, 1: 1.0, 2: 0.5}


def test_a_product_of_kind_and_layer_is_found_again() -> None:
    errors = {
        f"{kind}{layer}": 0.01 * (1 + place + layer)
        for place, kind in enumerate(KINDS)
        for layer in LAYERS
    }
    true = {f"{kind}{layer}": a * b for kind, a in KINDS.items() for layer, b in LAYERS.items()}
    groups = [[name for name in errors if name.startswith(kind)] for kind in KINDS]
    groups += [[name for name in errors if name.endswith(str(layer))] for layer in LAYERS]
    measured = [(names, sum(true[name] * errors[name] for name in names)) for names in groups]
    found = fit_weights([*measured, (["head"], 0.7)], errors | {"head": 0.1})
    assert found == pytest.approx(true | {"head": 7.0}, rel=1e-3)


def test_where_nothing_is_lost_something_small_counts() -> None:
    found = fit_weights([(["a"], 0.0), (["b"], 1.0)], {"a": 0.1, "b": 0.1})
    assert 0 < found["a"] < 1e-6 * found["b"]
    assert fit_weights([(["a"], 1.0)], {"a": 0.0}) == {"a": 1.0}


@given(st.integers(1, 200), st.integers(5, 20))
def test_bands_hold_each_layer_once_with_the_first_and_the_last_alone(
    layers: int, most: int
) -> None:
    found = bands(layers, most)
    assert [each for band in found for each in band] == list(range(layers))
    assert len(found) <= most
    assert len(found[0]) == len(found[-1]) == 1
