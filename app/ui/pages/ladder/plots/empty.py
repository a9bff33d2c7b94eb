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
        "LadderPlots", "The plots appear while versions are measured."
    )


def no_loss(view: LadderView, loss: Loss) -> tuple[str, str]:
    """No version has this loss."""
    if loss is Loss.TASKS:
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
