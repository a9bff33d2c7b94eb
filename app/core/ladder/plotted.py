"""What plots of a ladder show, in the window and in reports: the same numbers from one place."""

from __future__ import annotations

from collections.abc import Sequence
from enum import Enum
from typing import TYPE_CHECKING

from app.core.ladder.value import Value
from app.core.plots.scatter import PlotPoint

if TYPE_CHECKING:
    from app.core.ladder.row import Row

LEAST_DIVERGENCE = 1e-6
"""In nats; what is below is rounding, and is drawn here."""


class Cost(Enum):
    """What a plot holds against the loss."""

    MEMORY = "memory"
    SPEED = "speed"

    def of(self, row: Row) -> Value | None:
        """Needed memory in bytes, or tokens generated per second."""
        if self is Cost.SPEED:
            return row.rate("tg")
        return Value(row.needed_bytes) if row.needed_bytes else None


class Loss(Enum):
    """What is called a loss, the one that decides first; of right answers more are better."""

    TASKS = "tasks"
    DIVERGENCE = "divergence"
    BITS = "bits"
    RIGHT = "right"

    def of(self, row: Row) -> Value | None:
        """A row's loss of this sort; None where it was not measured."""
        match self:
            case Loss.DIVERGENCE:
                return row.divergence
            case Loss.TASKS:
                return row.points_lost
            case Loss.BITS:
                return row.bits_per_byte
            case Loss.RIGHT:
                return row.right


LOSSES = (Loss.TASKS, Loss.DIVERGENCE, Loss.BITS)
"""Those to choose from."""


def points_of(rows: Sequence[Row], cost: Cost, loss: Loss) -> list[PlotPoint]:
    """The rows of which both are known, as points: the cost across, the loss up."""
    found: list[PlotPoint] = []
    for row in rows:
        across, up = cost.of(row), loss.of(row)
        if across is None or up is None:
            continue
        if loss is Loss.DIVERGENCE:
            up = _drawable(up)
        swing = None if across.high is None else across.high - across.number
        found.append(
            PlotPoint(row.name, row.number, across.number, up.number, up.low, up.high, swing)
        )
    return found


def _drawable(figure: Value) -> Value:
    """A divergence as a logarithmic axis can show it."""
    ends = (figure.low, figure.high)
    low, high = (None if end is None else max(end, LEAST_DIVERGENCE) for end in ends)
    return Value(max(figure.number, LEAST_DIVERGENCE), low, high)
