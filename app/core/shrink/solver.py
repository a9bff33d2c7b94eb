"""Which type each tensor gets, so that least is lost within a size.

Each tensor has its choices: sizes and losses. Losses add up, so that the best choices are those of
equal exchange: bytes go where they save most, until the size is reached. Of each tensor only the
choices on the lower hull of size and loss can be best, and one step along a hull is taken after
another, the most useful first. What is left in the end goes to the steps that still fit.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

# Measured on the demo model: the divergence that one kind alone brings at Q3_K, by its error.
_WEIGHTS = (
    ("attn_qkv.", 1.5),
    ("attn_q.", 0.7),
    ("attn_k.", 1.2),
    ("attn_v.", 1.7),
    ("attn_output.", 1.1),
    ("ffn_gate", 0.45),
    ("ffn_up", 0.45),
    ("ffn_down", 1.0),
)
# An error of the head is one of the words themselves: nothing behind it averages it out.
_HEAD, _LOOKUP, _OTHER = 15.0, 2.0, 1.0


def weight_of(name: str, *, is_tied: bool) -> float:
    """How much a share of error in a tensor counts.

    Args:
        name: Of the tensor.
        is_tied: The table of tokens is the head, too.
    """
    if name == "output.weight" or (is_tied and name == "token_embd.weight"):
        return _HEAD
    if name == "token_embd.weight":
        return _LOOKUP
    return next((weight for part, weight in _WEIGHTS if part in name), _OTHER)


@dataclass(frozen=True, slots=True)
class Choice:
    """A type that a tensor can have.

    Attributes:
        type: Its name.
        n_bytes: What the tensor takes then.
        loss: What it adds to the loss of the whole.
    """

    type: str
    n_bytes: int
    loss: float


class OutOfReach(Exception):
    """No choice is small enough.

    Attributes:
        least_bytes: The smallest that can be had.
    """

    def __init__(self, least_bytes: int) -> None:
        super().__init__(least_bytes)
        self.least_bytes = least_bytes


def hull(choices: Iterable[Choice]) -> list[Choice]:
    """The choices that can be best, from the smallest to the one that loses least."""
    found: list[Choice] = []
    for choice in sorted(choices, key=lambda each: (each.n_bytes, each.loss)):
        if found and choice.loss >= found[-1].loss:
            continue
        while len(found) > 1 and _gain(found[-2], found[-1]) <= _gain(found[-2], choice):
            found.pop()
        found.append(choice)
    return found


def solve(tensors: Mapping[str, Sequence[Choice]], most_bytes: int) -> dict[str, Choice]:
    """The choice of each tensor.

    Args:
        tensors: By name, at least one choice each.
        most_bytes: What all of them may take together.

    Raises:
        OutOfReach: Even the smallest choices take more.
    """
    hulls = {name: hull(choices) for name, choices in tensors.items()}
    places = dict.fromkeys(hulls, 0)
    taken = sum(found[0].n_bytes for found in hulls.values())
    if taken > most_bytes:
        raise OutOfReach(taken)
    steps = sorted(
        (
            (-_gain(found[place], found[place + 1]), name, place)
            for name, found in hulls.items()
            for place in range(len(found) - 1)
        ),
    )
    stuck: set[str] = set()
    for _, name, place in steps:
        if name in stuck:
            continue
        step = hulls[name][place + 1].n_bytes - hulls[name][place].n_bytes
        if taken + step > most_bytes:
            stuck.add(name)
            continue
        taken += step
        places[name] = place + 1
    return {name: found[places[name]] for name, found in hulls.items()}


def _gain(one: Choice, other: Choice) -> float:
    """Loss saved by each byte more."""
    return (one.loss - other.loss) / max(1, other.n_bytes - one.n_bytes)
