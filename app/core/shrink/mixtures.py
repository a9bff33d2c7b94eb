"""Mixtures of types within a size: a few that may lose least, to be tried, and why each is so."""

from __future__ import annotations

import contextlib
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

import msgspec

from app.core.shrink.solver import Choice, OutOfReach, solve, weight_of

_LAYER = re.compile(r"^blk\.\d+\.")
_ENDS = ("token_embd.weight", "per_layer_token_embd.weight", "output.weight")
# How much more, or less, an error of the head and of the table of tokens may count than is assumed.
_OTHERWISE = 4.0


class ChosenBy(StrEnum):
    """What decided the types of a mixture; the values stand in documents."""

    PROBED = "probed"
    WEIGHED = "weighed"
    OWN = "own"
    ENDS_MORE = "ends kept more"
    ENDS_LESS = "ends kept less"


class Tried(msgspec.Struct, frozen=True):
    """A mixture that was made and measured.

    Attributes:
        chosen_by: What decided its types.
        file_bytes: Of the file.
        mean_kld: From the source, over a held-out text, in nats.
    """

    chosen_by: ChosenBy
    file_bytes: int
    mean_kld: float


class PartChosen(msgspec.Struct, frozen=True):
    """Why all tensors of one kind have the types that they have.

    Attributes:
        part: The kind: its tensors' name without their layer.
        types: How many tensors have each, the smallest type first.
        n_bytes: Of all of them.
        elements: Their weights.
        weight: How much an error in them counts.
        loss_share: Their part of what is expected to be lost, 0 to 1.
    """

    part: str
    types: dict[str, int]
    n_bytes: int
    elements: int
    weight: float
    loss_share: float


def relative_weights(parts: Sequence[PartChosen]) -> list[float]:
    """How many times more an error counts in each part than in the one where it counts least."""
    least = min((each.weight for each in parts if each.weight > 0), default=1.0)
    return [each.weight / least for each in parts]


@dataclass(frozen=True, slots=True)
class Mixture:
    """Types for all tensors that can have another.

    Attributes:
        chosen_by: What decided them.
        chosen: The choice of each tensor.
        weights: How much an error in each tensor counted.
    """

    chosen_by: ChosenBy
    chosen: Mapping[str, Choice]
    weights: Mapping[str, float]

    def parts(self, elements: Mapping[str, int]) -> list[PartChosen]:
        """What was chosen for each kind, the one with most bytes first.

        Args:
            elements: Weights of each tensor.
        """
        kinds: dict[str, list[str]] = {}
        for name in self.chosen:
            kinds.setdefault(kind_of(name), []).append(name)
        loss = {name: self.weights[name] * each.loss for name, each in self.chosen.items()}
        total = sum(loss.values()) or 1.0
        found: list[PartChosen] = []
        for kind, names in kinds.items():
            chosen = [self.chosen[name] for name in names]
            by_bits = sorted(names, key=lambda name: self.chosen[name].n_bytes / elements[name])
            found.append(
                PartChosen(
                    kind,
                    dict(Counter(self.chosen[name].type for name in by_bits)),
                    sum(each.n_bytes for each in chosen),
                    sum(elements[name] for name in names),
                    sum(self.weights[name] for name in names) / len(names),
                    sum(loss[name] for name in names) / total,
                )
            )
        return sorted(found, key=lambda each: -each.n_bytes)


def kind_of(name: str) -> str:
    """A tensor's name without its layer."""
    return _LAYER.sub("", name).removesuffix(".weight")


def mixtures_within(
    errors: Mapping[str, Sequence[Choice]],
    most_bytes: int,
    own: Mapping[str, str],
    probed: Mapping[str, float],
    *,
    is_tied: bool,
) -> list[Mixture]:
    """Mixtures that may lose least, the likeliest first; no two of them are the same.

    Args:
        errors: The choices of each tensor, their losses not weighed.
        most_bytes: What all of them may take together.
        own: The quantizer's own types for a level of about this size, which may be a header's
            notes larger; empty where there is none.
        probed: How much an error counts in each tensor, as measured; empty where it was not.
        is_tied: The table of tokens is the head, too.

    Raises:
        OutOfReach: Even the smallest choices take more.
    """
    usual = {name: weight_of(name, is_tied=is_tied) for name in errors}
    found: dict[tuple[str, ...], Mixture] = {}

    def add(by: ChosenBy, weights: Mapping[str, float], least: Mapping[str, str]) -> None:
        taken = sum(
            each.n_bytes
            for name, some in errors.items()
            for each in some
            if each.type == least.get(name)
        )
        choices = {
            name: _weighed(_from(each, least.get(name)), weights[name])
            for name, each in errors.items()
        }
        plain = {name: {each.type: each for each in some} for name, some in errors.items()}
        chosen = {
            name: plain[name][each.type]
            for name, each in solve(choices, max(most_bytes, taken)).items()
        }
        types = tuple(each.type for each in chosen.values())
        found.setdefault(types, Mixture(by, chosen, weights))

    best = {name: probed.get(name, 0.0) for name in errors} if probed else usual
    if probed:
        add(ChosenBy.PROBED, best, {})
    add(ChosenBy.WEIGHED, usual, {})
    if own:
        with contextlib.suppress(OutOfReach):  # rules make it larger than it is
            add(ChosenBy.OWN, best, own)
    if not probed:
        for by, factor in ((ChosenBy.ENDS_MORE, _OTHERWISE), (ChosenBy.ENDS_LESS, 1 / _OTHERWISE)):
            add(by, {n: w * factor if n in _ENDS else w for n, w in usual.items()}, {})
    return list(found.values())


def _from(choices: Sequence[Choice], least: str | None) -> Sequence[Choice]:
    """Choices from a type on; all of them where it is none of theirs."""
    known = next((each for each in choices if each.type == least), None)
    if known is None:
        return choices
    return [known, *(each for each in choices if each.n_bytes > known.n_bytes)]


def _weighed(choices: Sequence[Choice], weight: float) -> list[Choice]:
    return [Choice(each.type, each.n_bytes, weight * each.loss) for each in choices]
