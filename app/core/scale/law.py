"""How the loss of a language model follows from its size and from the text it was trained on.

L(N, D) = E + A / N^alpha + B / D^beta, in nats a token, for N parameters and D training tokens
(Hoffmann et al. 2022, arXiv 2203.15556, approach 3). The constants come from a file: those of the
new fit of 2024 (arXiv 2404.10102). The rounded ones of 2022 put the optimum at 90 tokens a
parameter where the same paper's other approaches find 20, and are used nowhere.
"""

from __future__ import annotations

import math
from bisect import bisect_right
from datetime import date
from itertools import pairwise

import msgspec


class ScalingLaw(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The law with its constants, and how sure they are.

    Attributes:
        e: Nats that no size and no text takes away.
        a: Of the part that size takes away.
        b: Of the part that text takes away.
        alpha: Exponent of parameters.
        beta: Exponent of tokens.
        e_error: One standard error of ``e``; likewise the others.
        date: When somebody last looked at the source.
        smallest_parameters: Of the runs that the law was fitted to; likewise the others.
        band_made_by: How ``band`` was computed.
        band: The powers of ten of parameters, and between which powers of ten of tokens the
            optimum lies with 95 %.
    """

    name: str
    e: float
    a: float
    b: float
    alpha: float
    beta: float
    e_error: float
    a_error: float
    b_error: float
    alpha_error: float
    beta_error: float
    source: str
    url: str
    date: date
    smallest_parameters: float
    largest_parameters: float
    fewest_tokens: float
    most_tokens: float
    band_made_by: str
    band: tuple[tuple[float, float, float], ...]

    def loss(self, parameters: float, tokens: float) -> float:
        """Nats a token of text like that which the law was fitted on."""
        return self.e + self.a / parameters**self.alpha + self.b / tokens**self.beta

    def best_tokens(self, parameters: float) -> float:
        """Training tokens with which this size is the best use of its training's operations.

        Where operations are 6 N D, the loss is least at A alpha / N^alpha = B beta / D^beta.
        """
        share = self.b * self.beta / (self.a * self.alpha)
        return float((share * parameters**self.alpha) ** (1 / self.beta))

    def band_at(self, parameters: float) -> tuple[float, float]:
        """Between which tokens :meth:`best_tokens` lies with 95 %; beyond the ends, as there."""
        at = math.log10(parameters)
        sizes = [row[0] for row in self.band]
        place = min(max(1, bisect_right(sizes, at)), len(sizes) - 1)
        (left, *below), (right, *above) = self.band[place - 1], self.band[place]
        share = min(1.0, max(0.0, (at - left) / (right - left)))
        low, high = (
            10 ** (one + share * (other - one)) for one, other in zip(below, above, strict=True)
        )
        return low, high

    def tokens_for(self, loss: float, parameters: float) -> float | None:
        """Training tokens that bring a size to a loss; None where no text does."""
        rest = loss - self.e - self.a / parameters**self.alpha
        return (self.b / rest) ** (1 / self.beta) if rest > 0 else None

    def is_within(self, parameters: float, tokens: float) -> bool:
        """Whether the law was fitted to runs of such a size and so much text."""
        return (
            self.smallest_parameters <= parameters <= self.largest_parameters
            and self.fewest_tokens <= tokens <= self.most_tokens
        )

    def iso_loss(
        self, loss: float, parameters: tuple[float, float], tokens: tuple[float, float]
    ) -> list[tuple[float, float]]:
        """The line of one loss within bounds, as parameters and tokens, from small models on.

        Args:
            loss: Nats a token.
            parameters: From where to where.
            tokens: Likewise.
        """
        steps = 160
        low, high = (math.log(end) for end in parameters)
        found: list[tuple[float, float]] = []
        # Close to its smallest size a line falls so steeply that sizes alone would leave gaps.
        floor = loss - self.e - self.b / tokens[1] ** self.beta
        if floor <= 0:
            return []
        first = max(low, math.log(self.a / floor) / self.alpha)
        for step in range(steps + 1):
            size = math.exp(first + (high - first) * (step / steps) ** 2)
            needed = self.tokens_for(loss, size)
            if size > parameters[1] or needed is None:
                continue
            if needed < tokens[0]:
                break
            found.append((size, min(needed, tokens[1])))
        return found if any(one[1] != other[1] for one, other in pairwise(found)) else []
