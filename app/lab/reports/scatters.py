"""The plots of an HTML report: memory and speed against loss."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from app.core.ladder.plotted import Cost, Loss, points_of
from app.core.plots.axes import Axis, wants_widened
from app.core.quality.floor import NO_FURTHER
from app.core.words import figures
from app.lab.reports.plots import scatter

if TYPE_CHECKING:
    from app.lab.verdict.view import LadderView


class Plot(NamedTuple):
    """A plot with what stands above and below it."""

    title: str
    svg: str
    caption: str


def scatters(view: LadderView) -> list[Plot]:
    """Memory and speed against right answers lost, and against drift."""
    memory = Axis("memory", _size)
    speed = Axis("tokens a second", lambda v: figures.number(v, 0), more_is_better=True)
    kld = Axis("drift: mean KL divergence, nats", _nats, is_log=True)
    lost, floor = _lost_axis(view), view.floor_nats
    chosen = view.row(view.answer.run) if view.answer.run else None
    run = chosen.number if chosen is not None else None
    found: list[Plot] = []
    for x_axis, cost, noun in ((memory, Cost.MEMORY, "Memory"), (speed, Cost.SPEED, "Speed")):
        at_tasks = points_of(view.rows, cost, Loss.TASKS)
        if len(at_tasks) > 1:
            title = f"{noun} against right answers"
            svg = scatter(title, at_tasks, x_axis, lost, chosen=run)
            caption = "All questions together; bars are 95 % intervals of the paired difference."
            found.append(Plot(title, svg, caption))
        at_text = points_of(view.rows, cost, Loss.DIVERGENCE)
        if at_text:
            title = f"{noun} against drift"
            svg = scatter(title, at_text, x_axis, kld, floor, "noise floor", run)
            caption = "Bars are 95 % intervals over chunks of text. The original has none."
            found.append(Plot(title, svg, caption + _at_floor(view)))
    return found


def _at_floor(view: LadderView) -> str:
    names = [row.name for row in view.rows if row.at_floor]
    return f" {', '.join(names)}: {NO_FURTHER}." if names else ""


def _lost_axis(view: LadderView) -> Axis:
    """Widened around zero where a version lost so much that the others would lie on one line."""
    tolerance = 100 * view.limits.tolerance
    lost = [figure.number for row in view.rows if (figure := row.points_lost) is not None]
    is_wide = wants_widened(lost, tolerance)
    return Axis(
        "lost in 100 questions, widened around 0" if is_wide else "lost in 100 questions",
        _points,
        least=(0.0, tolerance),
        widened=tolerance if is_wide else None,
    )


def _size(value: float) -> str:
    """Bytes for an axis, without zeros at the end."""
    return str(figures.size(value, figures.brief()))


def _nats(value: float) -> str:
    return figures.nats(value).value


def _points(value: float) -> str:
    digits = 0 if abs(value) >= 10 or value == int(value) else 1
    return figures.number(value, digits)
