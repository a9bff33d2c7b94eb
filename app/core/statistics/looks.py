"""When a quick measurement of the mean KL divergence may stop.

Looking after every chunk and stopping at a lucky moment makes intervals that hold the truth far
less often than they say. So there are only four looks, at 16, 24, 32 and 48 chunks, each with a
t-interval on the logarithm of the mean; a simulation in the tests keeps the coverage, stopping
included, between 92 and 98 %.

Who measures asks ``next_look`` how far to go, evaluates that many chunks in an order that does
not depend on their content (shuffled, so that no kind of text comes last), and calls
``take_look``. Time running out between two looks does no harm to the interval: the clock
does not know the divergence.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING

from app.core.statistics.chunks import Estimate, mean_over_chunks

if TYPE_CHECKING:
    from app.core.statistics.describe import Interval

LOOKS_CHUNKS = (16, 24, 32, 48)
RELATIVE_PRECISION = 0.20
ABSOLUTE_PRECISION_NATS = 0.0005


class StoppedBy(Enum):
    """Why a measurement ended; the values stand in results that are stored and exported."""

    PRECISE = "precise"
    LAST_LOOK = "last look"
    TIME = "time"
    TEXT_END = "text end"


@dataclass(frozen=True, slots=True)
class Look:
    """What was seen at one look.

    Attributes:
        estimate: The mean KL divergence so far, in nats.
        interval: Its interval; None with fewer than two chunks.
        stopped_by: Why it is enough; None to go on.
    """

    estimate: Estimate
    interval: Interval | None
    stopped_by: StoppedBy | None


def next_look(chunks_done: int) -> int | None:
    """At how many chunks to look next; None where the last look is past."""
    return next((look for look in LOOKS_CHUNKS if look > chunks_done), None)


def take_look(
    sums: Sequence[float],
    positions: Sequence[int],
    *,
    time_up: bool = False,
    text_ended: bool = False,
    confidence: float = 0.95,
) -> Look:
    """Judge the chunks so far.

    Args:
        sums: For each chunk the sum of the KL divergences of its positions, in nats.
        positions: For each chunk how many positions it has.
        time_up: The person's time is over; no further chunk will come.
        text_ended: There is no further chunk of text.
        confidence: Of the interval.

    Raises:
        ValueError: There is no position at all.
    """
    estimate = mean_over_chunks(sums, positions)
    interval = estimate.log_interval(confidence)
    at_look = estimate.chunks in LOOKS_CHUNKS
    stopped_by: StoppedBy | None = None
    if at_look and interval is not None and is_precise(estimate.value, interval):
        stopped_by = StoppedBy.PRECISE
    elif estimate.chunks >= LOOKS_CHUNKS[-1]:
        stopped_by = StoppedBy.LAST_LOOK
    elif text_ended:
        stopped_by = StoppedBy.TEXT_END
    elif time_up:
        stopped_by = StoppedBy.TIME
    return Look(estimate, interval, stopped_by)


def is_precise(value: float, interval: Interval) -> bool:
    """Whether both ends are within 20 % of the value, or within 0.0005 nats of it."""
    reach = max(value - interval.low, interval.high - value)
    return reach <= max(ABSOLUTE_PRECISION_NATS, RELATIVE_PRECISION * value)
