"""What a plot says while it has nothing to show: a title, and what would change that."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.core.ladder.plotted import Loss
from app.ui.kit.words.text import translate

if TYPE_CHECKING:
    from app.lab.verdict.view import LadderView


def no_ladder() -> tuple[str, str]:
    """No rows at all."""
    return translate("LadderPlots", "Nothing measured yet"), translate(
        "LadderPlots", "The plots appear while a ladder is measured."
    )


def no_loss(view: LadderView, loss: Loss) -> tuple[str, str]:
    """No version has this loss."""
    if loss is Loss.TASKS:
        return no_tasks(view)
    if not view.plan.text_name:
        return (
            translate("LadderPlots", "Quality was not measured"),
            translate(
                "LadderPlots", "This ladder was measured without a text; choose the loss at tasks."
            ),
        )
    if loss is Loss.DIVERGENCE and any(row.other_vocabulary for row in view.rows):
        return (
            translate("LadderPlots", "No divergences"),
            translate(
                "LadderPlots",
                "These versions have another vocabulary; choose bits per byte or tasks as loss.",
            ),
        )
    if loss is Loss.BITS:
        return (
            translate("LadderPlots", "No bits per byte yet"),
            translate("LadderPlots", "They appear here when a version's quality is measured."),
        )
    return (
        translate("LadderPlots", "No quality measured yet"),
        translate("LadderPlots", "Versions appear here when they are held against the reference."),
    )


def no_tasks(view: LadderView) -> tuple[str, str]:
    """No version was asked."""
    if not view.plan.items_name:
        return (
            translate("LadderPlots", "No questions were asked"),
            translate("LadderPlots", "This ladder was measured without tasks."),
        )
    return (
        translate("LadderPlots", "No tasks measured yet"),
        translate("LadderPlots", "They appear here when the reference and a version were asked."),
    )
