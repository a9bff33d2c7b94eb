"""Which experts of a mixture worked on a text, layer by layer."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class LayerUsage:
    """One layer.

    Attributes:
        layer: Its number.
        counts: How many tokens each expert worked on.
    """

    layer: int
    counts: tuple[int, ...]

    @property
    def shares(self) -> tuple[float, ...]:
        """Each expert's part of the layer's work; together 1."""
        total = sum(self.counts) or 1
        return tuple(count / total for count in self.counts)

    @property
    def busiest(self) -> int:
        """The number of the expert that works most."""
        return max(range(len(self.counts)), key=self.counts.__getitem__)

    @property
    def half(self) -> int:
        """The fewest experts that do half of the work together."""
        done = 0
        for number, count in enumerate(sorted(self.counts, reverse=True), start=1):
            done += count
            if 2 * done >= sum(self.counts):
                return number
        return 0

    @property
    def idle(self) -> int:
        """How many no token came to."""
        return self.counts.count(0)


@dataclass(frozen=True, slots=True)
class ExpertUsage:
    """All layers that have experts.

    Attributes:
        text: What was read is called so.
        tokens: So many were read.
        used: Experts that work on one token.
        layers: By number, ascending.
    """

    text: str
    tokens: int
    used: int
    layers: tuple[LayerUsage, ...]

    @property
    def experts(self) -> int:
        """Of a layer."""
        return len(self.layers[0].counts)

    @property
    def idle(self) -> int:
        """How many experts of all layers no token came to."""
        return sum(layer.idle for layer in self.layers)

    @property
    def half(self) -> float:
        """How many experts do half of a layer's work, on the average of the layers."""
        return sum(layer.half for layer in self.layers) / len(self.layers)
