"""Points of a plot: which of them nothing else beats, and where their names find room."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from app.core.plots.axes import Axis

_OUTSIDE_COSTS = 30.0
# Covering less than this many square pixels is no reason for a shorter name.
_HARDLY_COVERED = 11.0
# Beyond so many options a name stands apart from its mark: a shorter one close by is better.
_NEAR_OPTIONS, _FAR_COSTS = 8, 12.0


Place = tuple[float, float]


@dataclass(frozen=True, slots=True)
class PlotPoint:
    """A candidate in a plot.

    Attributes:
        number: Its place in the ladder: the colour and the shape.
        low: Lower end of the interval of ``y``; None where there is none.
        high: Upper end.
        across: How far ``x`` swings to either side; None where it does not.
    """

    name: str
    number: int
    x: float
    y: float
    low: float | None = None
    high: float | None = None
    across: float | None = None


class Box(NamedTuple):
    """A rectangle; ``top`` is the smaller number."""

    left: float
    top: float
    right: float
    bottom: float

    def meets(self, other: Box) -> bool:
        """Whether both share anything at all."""
        return (
            self.left <= other.right
            and other.left <= self.right
            and self.top <= other.bottom
            and other.top <= self.bottom
        )

    def beyond(self, bounds: Box) -> float:
        """How far it reaches out of another, all sides together."""
        return (
            max(0.0, bounds.left - self.left)
            + max(0.0, self.right - bounds.right)
            + max(0.0, bounds.top - self.top)
            + max(0.0, self.bottom - bounds.bottom)
        )


class Label(NamedTuple):
    """Where a name stands.

    Attributes:
        box: Its room.
        form: Which of the forms offered it takes; 0 is the longest.
    """

    box: Box
    form: int


def pareto(points: Sequence[PlotPoint], x_axis: Axis, y_axis: Axis) -> list[PlotPoint]:
    """Those that no other beats in one and equals in the other, from left to right."""

    def key(point: PlotPoint) -> tuple[float, float]:
        x = -point.x if x_axis.more_is_better else point.x
        y = -point.y if y_axis.more_is_better else point.y
        return x, y

    keys = [key(point) for point in points]
    kept = [
        point
        for point, own in zip(points, keys, strict=True)
        if not any(o[0] <= own[0] and o[1] <= own[1] and o != own for o in keys)
    ]
    return sorted(kept, key=lambda point: point.x)


def staircase(places: Sequence[Place]) -> list[Place]:
    """The line along a front, whose places go from left to right; y grows downwards.

    Between two places nothing is known to be as good as both, so the corner between them lies
    on their worse side: the better one stays empty.
    """
    found: list[Place] = []
    for place in places:
        if found:
            x, y = found[-1]
            found.append((x, place[1]) if place[1] < y else (place[0], y))
        found.append(place)
    return found


def line_box(one: Place, other: Place) -> Box:
    """A line's room: so thin that a name may touch it where there is no better place."""
    (left, right), (top, bottom) = sorted((one[0], other[0])), sorted((one[1], other[1]))
    return Box(left - 0.5, top - 0.5, right + 0.5, bottom + 0.5)


def covered(box: Box, others: Sequence[Box]) -> float:
    """The areas that it shares with each of the others; asked a thousand times for a plot."""
    left, top, right, bottom = box
    area = 0.0
    for its_left, its_top, its_right, its_bottom in others:
        wide = (right if right < its_right else its_right) - (left if left > its_left else its_left)
        high = (bottom if bottom < its_bottom else its_bottom) - (top if top > its_top else its_top)
        if wide > 0 and high > 0:
            area += wide * high
    return area


def place_labels(
    places: Sequence[Place],
    widths: Sequence[Sequence[float]],
    height: float,
    bounds: Box,
    taken: Sequence[Box] = (),
    reach: float = 8.0,
) -> list[Label]:
    """Where names stand so that they cover neither marks nor each other, as far as it goes.

    Args:
        places: The middles of the marks.
        widths: Of each name, in each form it may take, the longest first.
        height: Of all names.
        bounds: Where names may stand.
        taken: What else they should not cover.
        reach: From the middle of a mark to the nearest name.
    """
    mark = reach * 0.7
    there = [*taken, *(Box(x - mark, y - mark, x + mark, y + mark) for x, y in places)]
    found: list[Label] = []
    for (x, y), forms in zip(places, widths, strict=True):
        best: tuple[float, Label] | None = None
        for form, width in enumerate(forms):
            around = Box(
                x - width - reach, y - 3 * height - reach, x + width + reach, y + 3 * height + reach
            )
            near = [other for other in there if other.meets(around)]
            cost, box = _cheapest(_options(x, y, width, height, reach), bounds, near)
            if best is None or cost < best[0]:
                best = cost, Label(box, form)
            if best[0] < _HARDLY_COVERED:
                break
        assert best is not None
        name = best[1].box
        # Two names on a line are read as one unless something is between them.
        gap = mark if name.right > name.left else 0.0
        there.append(Box(name.left - gap, name.top, name.right + gap, name.bottom))
        found.append(best[1])
    return found


def _cheapest(options: Sequence[Box], bounds: Box, taken: Sequence[Box]) -> tuple[float, Box]:
    """The option that covers least, the earlier ones first."""
    best: tuple[float, Box] | None = None
    for order, box in enumerate(options):
        cost = 0.01 * order + (_FAR_COSTS if order >= _NEAR_OPTIONS else 0.0)
        if best is not None and cost >= best[0]:
            break  # none that follows can be cheaper
        cost += _OUTSIDE_COSTS * box.beyond(bounds) + covered(box, taken)
        if best is None or cost < best[0]:
            best = cost, box
    assert best is not None
    return best


def _options(x: float, y: float, width: float, height: float, reach: float) -> list[Box]:
    """Around the mark, the nearest and most usual places first."""
    near = reach * 0.6
    corners = [
        (x + near, y - near - height), (x - near - width, y - near - height),
        (x + near, y + near), (x - near - width, y + near),
        (x + reach, y - height / 2), (x - reach - width, y - height / 2),
        (x - width / 2, y - reach - height), (x - width / 2, y + reach),
        (x + near, y - near - 2 * height), (x - near - width, y - near - 2 * height),
        (x + near, y + near + height), (x - near - width, y + near + height),
        (x - width / 2, y - reach - 2 * height), (x - width / 2, y + reach + height),
        (x - width / 2, y - reach - 3 * height), (x - width / 2, y + reach + 2 * height),
    ]  # fmt: skip
    return [Box(left, top, left + width, top + height) for left, top in corners]
