"""A win rate that may be looked at after every vote.

A usual interval is right for a number of votes chosen beforehand; who looks after each vote and
stops when it leaves one half is fooled sooner or later. The confidence sequence here holds the
true win rate *at all times together* with the stated probability. It inverts a martingale: for a
true rate p, the likelihood of the votes averaged over a Beta prior, divided by their likelihood
under p, has mean 1 at all times, so by Ville's inequality it ever exceeds 1/α with probability α at
most. H. Robbins, "Statistical methods related to the law of the iterated logarithm", Annals of
Mathematical Statistics 41 (1970), section 2; S. R. Howard, A. Ramdas, J. McAuliffe and J. Sekhon,
"Time-uniform, nonparametric, nonasymptotic confidence sequences", Annals of Statistics 49 (2021).

The prior Beta(2, 2) leans a little towards rates near one half, where comparisons between
neighbouring quantization levels lie. It changes how fast an interval narrows, never whether it
holds.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from app.core.statistics.describe import Interval
from app.core.statistics.distributions import log_beta

PRIOR = 2.0
_HALVINGS = 80


@dataclass(frozen=True, slots=True)
class WinRate:
    """How often one of two was preferred, ties left out.

    Attributes:
        wins: Votes for it.
        losses: Votes for the other.
        interval: Of the true rate; holds whenever one looks.
        p_value: Of the hypothesis that both are equal; valid whenever one looks.
    """

    wins: int
    losses: int
    interval: Interval
    p_value: float

    @property
    def decided(self) -> bool:
        """Whether one is preferred for certain; else there are not enough votes yet."""
        return not self.interval.low <= 0.5 <= self.interval.high


def win_rate(wins: int, losses: int, confidence: float = 0.95) -> WinRate:
    """The state of a vote after so many wins and losses.

    Raises:
        ValueError: A count is negative, or no confidence between 0 and 1.
    """
    if min(wins, losses) < 0:
        raise ValueError("a count is negative")
    if not 0 < confidence < 1:
        raise ValueError(f"{confidence} is no confidence")
    limit = -math.log1p(-confidence)
    share = wins / (wins + losses) if wins + losses else 0.5
    low = 0.0 if wins == 0 else _crossing(wins, losses, limit, share, 0.0)
    high = 1.0 if losses == 0 else _crossing(wins, losses, limit, share, 1.0)
    evidence = log_evidence(wins, losses, 0.5)
    return WinRate(wins, losses, Interval(low, high, confidence), min(1.0, math.exp(-evidence)))


def log_evidence(wins: int, losses: int, rate: float) -> float:
    """The logarithm of the martingale against a true rate between 0 and 1, both excluded."""
    mixed = log_beta(PRIOR + wins, PRIOR + losses) - log_beta(PRIOR, PRIOR)
    return mixed - wins * math.log(rate) - losses * math.log1p(-rate)


def _crossing(wins: int, losses: int, limit: float, inside: float, outside: float) -> float:
    """Where the evidence reaches the limit between a rate inside and one outside.

    The evidence is convex in the rate and least at the observed share, which is never excluded.
    """
    for _ in range(_HALVINGS):
        middle = (inside + outside) / 2
        if middle in (inside, outside):
            break
        if log_evidence(wins, losses, middle) < limit:
            inside = middle
        else:
            outside = middle
    return outside
