"""The words and numbers of a ladder's plots."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QLocale

from app.core.candidates.shapes import colour_of, letter_of
from app.core.ladder.plotted import Cost, Loss
from app.ui.kit.words.format import (
    NBSP,
    Quantity,
    bits_per_byte,
    byte_size,
    byte_tick,
    divergence,
    number,
    percent,
    points,
    speed,
)
from app.ui.kit.words.sentences import told
from app.ui.kit.words.text import translate
from app.ui.plots.words import ReadoutRow

if TYPE_CHECKING:
    from app.core.ladder.value import Value
    from app.core.plots.scatter import PlotPoint
    from app.core.shrink.ways import Way
    from app.lab.verdict.view import LadderView
    from app.ui.plots.ladder.content import Version


def name_of(version: Version) -> str:
    """Letter and name in one."""
    return f"{letter_of(version.number)}{NBSP}{version.name}"


def floor_words(floor: float | None, versions: Iterable[Version]) -> tuple[str, ...]:
    """The noise floor of divergences, and who is at it; nothing where it is not shown."""
    if floor is None:
        return ()
    at_it = (
        translate(
            "LadderPlots", "{0}: no further from the original than the original from itself"
        ).format(name_of(version))
        for version in versions
        if version.at_floor
    )
    return translate("LadderPlots", "Noise floor: {0}").format(divergence(floor)), *at_it


def cost_words(cost: Cost, value: float) -> Quantity:
    """Needed memory, or speed."""
    return byte_size(value) if cost is Cost.MEMORY else speed(value)


def loss_words(loss: Loss, value: float) -> Quantity:
    """A loss with its unit."""
    if loss is Loss.RIGHT:
        return share(value)
    if loss is Loss.DIVERGENCE:
        return divergence(value)
    if loss is Loss.BITS:
        return bits_per_byte(value)
    decimals = 0 if abs(value) >= 9.95 else 1
    text = number(abs(value), decimals)
    zero = not any(sign in text for sign in "123456789")
    return Quantity(
        f"−{text}" if value < 0 and not zero else text, translate("LadderPlots", "in 100")
    )


def cost_with_swing(cost: Cost, value: float, swing: float | None) -> Quantity:
    """A cost and how far it swings, to the same decimal place."""
    words = cost_words(cost, value)
    if not swing:
        return words
    _, point, decimals = words.value.rpartition(QLocale().decimalPoint())
    places = len(decimals) if point else 0
    return words._replace(value=f"{words.value} ± {number(swing, places)}")


def cost_tick(cost: Cost, value: float) -> str:
    """A cost beside its axis: speeds stand without their unit, which the title has."""
    if cost is Cost.MEMORY:
        return byte_tick(value)
    return number(value, 0 if value >= 10 or value == round(value) else 1)


def loss_tick(loss: Loss, value: float) -> str:
    """A loss beside its axis, without its unit, which the title has."""
    if loss is Loss.RIGHT:
        return percent(value)
    if loss is Loss.TASKS:
        return number(value, 0 if value == round(value) else 1).replace("-", "−")
    if loss is Loss.BITS:
        return number(value, 2)
    return loss_words(loss, value).value


def cost_title(cost: Cost) -> tuple[str, ...]:
    """An axis' title in forms of less and less words."""
    if cost is Cost.MEMORY:
        return translate("LadderPlots", "memory · less is better"), translate(
            "LadderPlots", "memory"
        )
    return (
        translate("LadderPlots", "generation, tokens per second · more is better"),
        translate("LadderPlots", "tokens per second · more is better"),
        translate("LadderPlots", "tokens per second"),
    )


def loss_title(loss: Loss, *, is_log: bool) -> tuple[str, ...]:
    """As ``cost_title``."""
    if loss is Loss.RIGHT:
        return (
            translate("LadderPlots", "right answers, 95 % intervals · more is better"),
            translate("LadderPlots", "right answers · more is better"),
            translate("LadderPlots", "right answers"),
        )
    if loss is Loss.DIVERGENCE:
        scale = translate("LadderPlots", ", log scale") if is_log else ""
        return (
            translate(
                "LadderPlots", "drift: mean KL divergence in nats{0} · less is better"
            ).format(scale),
            translate("LadderPlots", "drift: mean KL divergence in nats{0}").format(scale),
            translate("LadderPlots", "drift, nats"),
        )
    if loss is Loss.BITS:
        return translate("LadderPlots", "bits per byte of text · less is better"), translate(
            "LadderPlots", "bits per byte of text"
        )
    scale = translate("LadderPlots", ", widened around 0") if is_log else ""
    return (
        translate("LadderPlots", "right answers lost in 100 questions{0} · less is better").format(
            scale
        ),
        translate("LadderPlots", "right answers lost in 100 questions{0}").format(scale),
        translate("LadderPlots", "lost in 100{0}").format(scale),
    )


def loss_name(loss: Loss) -> str:
    """A loss in a list to choose from."""
    return {
        Loss.DIVERGENCE: translate("LadderPlots", "Drift"),
        Loss.TASKS: translate("LadderPlots", "Right answers lost"),
        Loss.BITS: translate("LadderPlots", "Bits per byte"),
        Loss.RIGHT: translate("LadderPlots", "Right answers"),
    }[loss]


def limit_words(cost: Cost, value: float) -> str:
    """The person's limit."""
    words = cost_words(cost, value)
    return (
        translate("LadderPlots", "limit {0}").format(words)
        if cost is Cost.MEMORY
        else translate("LadderPlots", "at least {0}").format(words)
    )


def interval_words(low: Quantity, high: Quantity) -> str:
    """Both ends; the unit stands once."""
    if low.unit == high.unit:
        return translate("LadderPlots", "{0} to {1}").format(low.value, high)
    return translate("LadderPlots", "{0} to {1}").format(low, high)


def ends_of(figure: Value | PlotPoint, written: Callable[[float], Quantity]) -> str:
    """Both ends of a figure's interval; empty where it has none."""
    if figure.low is None or figure.high is None:
        return ""
    return interval_words(written(figure.low), written(figure.high))


def share(value: float) -> Quantity:
    """A share with its sign."""
    return Quantity(percent(value))


def readout_row(version: Version, values: tuple[Quantity, ...]) -> ReadoutRow:
    """A version's line in the box of values."""
    return ReadoutRow(letter_of(version.number), version.name, colour_of(version.number), values)


def missing_words(missing: Sequence[Version]) -> str:
    """Who is not in a plot, and why."""
    failed = [name_of(version) for version in missing if version.failed]
    others = [version for version in missing if not version.failed]
    untold = [name_of(version) for version in others if version.untold]
    others = [version for version in others if not version.untold]
    waiting = [name_of(version) for version in others if not version.refused]
    refused = [name_of(version) for version in others if version.refused]
    said: list[str] = []
    if waiting:
        said.append(translate("LadderPlots", "Not measured yet: {0}").format(", ".join(waiting)))
    if untold:
        said.append(translate("LadderPlots", "Not told by servers: {0}").format(", ".join(untold)))
    if refused:
        said.append(translate("LadderPlots", "Another vocabulary: {0}").format(", ".join(refused)))
    if failed:
        said.append(translate("LadderPlots", "Failed: {0}").format(", ".join(failed)))
    return ". ".join(said)


def points_tick(share: float) -> str:
    """A difference of shares beside an axis, without its unit."""
    return points(share).value.removesuffix(".0")


def profile_title(*, is_accuracy: bool) -> tuple[str, ...]:
    """What the plot of tasks shows, in forms of less and less words."""
    if is_accuracy:
        return (
            translate("LadderPlots", "right answers, 0 to 100 %, with 95 % intervals"),
            translate("LadderPlots", "right answers, 0 to 100 %"),
        )
    return (
        translate(
            "LadderPlots", "in 100 questions beside the original, 95 % intervals · left is worse"
        ),
        translate("LadderPlots", "in 100 questions beside the original · left is worse"),
        translate("LadderPlots", "in 100 questions, left is worse"),
    )


def profile_legend(shown: int, asked: int) -> list[str]:
    """What its marks mean, and how many kinds have no room, in forms of less and less words."""
    forms = [
        translate("LadderPlots", "shaded: loses · filled: certain · hollow: cannot tell yet"),
        translate("LadderPlots", "shaded: loses · hollow: cannot tell"),
    ]
    if shown >= asked:
        return forms
    part = translate("LadderPlots", "{0} of {1} kinds, largest losses first").format(
        number(shown), number(asked)
    )
    return [*(f"{part} · {form}" for form in forms), part]


def no_ladder() -> tuple[str, str]:
    """No rows at all."""
    return translate("LadderPlots", "Nothing measured yet"), translate(
        "LadderPlots", "The plots appear while versions are measured."
    )


def no_loss(view: LadderView, loss: Loss) -> tuple[str, str]:
    """No version has this loss."""
    if loss in (Loss.TASKS, Loss.RIGHT):
        return no_tasks(view)
    if not view.plan.text_name:
        return (
            translate("LadderPlots", "Quality was not measured"),
            translate("LadderPlots", "This was measured without a text; choose right answers."),
        )
    if loss is Loss.DIVERGENCE and any(row.other_vocabulary for row in view.rows):
        return (
            translate("LadderPlots", "No drift"),
            translate(
                "LadderPlots",
                "These versions have another vocabulary; choose bits per byte or right answers.",
            ),
        )
    if loss is Loss.BITS:
        return (
            translate("LadderPlots", "No bits per byte yet"),
            translate("LadderPlots", "They appear here when a version's quality is measured."),
        )
    return (
        translate("LadderPlots", "No quality measured yet"),
        translate("LadderPlots", "Versions appear here when they are compared with the original."),
    )


def no_cost(cost: Cost) -> tuple[str, str]:
    """No server tells what its models need, or lets their speed be compared with this PC's."""
    if cost is Cost.MEMORY:
        return (
            translate("LadderPlots", "Memory is not told by servers"),
            translate("LadderPlots", "None of them said what its model needs there."),
        )
    return (
        translate("LadderPlots", "No speeds of this PC"),
        translate("LadderPlots", "How fast servers answer stands in the table, clocked from here."),
    )


def no_loss_told() -> tuple[str, str]:
    """The original or all others are on servers that tell nothing of a text."""
    return (
        translate("LadderPlots", "Not told by servers"),
        translate("LadderPlots", "They tell nothing of a text here; choose right answers."),
    )


def way_words(way: Way | None) -> str:
    """A way of shrinking, or the original."""
    return translate("LadderPlots", "the original") if way is None else told(way.words)


def no_ways() -> tuple[str, str]:
    """All versions came to need less by one way, or none needs as much as another."""
    return translate("LadderPlots", "One way only"), translate(
        "LadderPlots",
        "“Compare ways” on the Shrink page makes versions in several ways for the same memory.",
    )


def no_tasks(view: LadderView) -> tuple[str, str]:
    """No version was asked."""
    if not view.plan.items_name:
        return (
            translate("LadderPlots", "No questions were asked"),
            translate("LadderPlots", "This was measured without questions."),
        )
    return (
        translate("LadderPlots", "No questions asked yet"),
        translate("LadderPlots", "They appear here when the original and a version were asked."),
    )
