"""How much an error counts in each tensor, from a few measurements of many tensors at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise

_ROUNDS = 12
# Where nothing is lost nothing can be told apart.
_LEAST_DIVERGENCE = 1e-9


def fit_weights(
    groups: Sequence[tuple[Sequence[str], float]], errors: Mapping[str, float]
) -> dict[str, float]:
    """The weight of each tensor, so that weights times errors sum up to what groups lose.

    Each tensor may stand in several groups, such as all of its kind and all of its layer; its
    weight is the product of a factor of each. Factors are fitted in turns, each group to what was
    measured of it (iterative proportional fitting; Deming and Stephan, 1940).

    Args:
        groups: Tensors whose weights went through a number format at the same time, and the
            divergence that this alone made, in nats.
        errors: Each tensor's relative squared error in that format.
    """
    weights = dict.fromkeys((name for names, _ in groups for name in names), 1.0)
    for _ in range(_ROUNDS):
        for names, divergence in groups:
            expected = sum(weights[name] * errors[name] for name in names)
            if expected <= 0:
                continue
            factor = max(divergence, _LEAST_DIVERGENCE) / expected
            for name in names:
                weights[name] *= factor
    return weights


def bands(layers: int, most: int) -> list[range]:
    """Layers in groups: the first ones and the last, which differ most, by themselves.

    Args:
        layers: How many there are.
        most: No more groups than these, five at least.
    """
    if layers <= most:
        return [range(each, each + 1) for each in range(layers)]
    first, last = 2, 1
    middle, begin, end = most - first - last, first, layers - last
    cuts = [begin + (end - begin) * place // middle for place in range(middle + 1)]
    return [
        *(range(each, each + 1) for each in range(first)),
        *(range(one, other) for one, other in pairwise(cuts)),
        range(end, layers),
    ]
