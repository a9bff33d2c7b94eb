"""What F1 tells of the Scale page."""

from __future__ import annotations

from app.ui.kit.pages import PageHelp
from app.ui.kit.words.text import translate


def scale_help() -> PageHelp:
    """The page's help."""
    return PageHelp(
        paragraphs=(
            translate(
                "ScaleHelp",
                "The chart shows models by their size and by how much text they were trained on."
                " Choose one by a click, or with the arrow keys and Enter: two sentences say what"
                " that means. The models of this PC stand on it where their training is published.",
            ),
            translate(
                "ScaleHelp",
                "Along a dotted line the scaling law expects the same loss. The broad line is the"
                " best use of a training's cost; models far above it were trained longer than that,"
                " so that a small model is good. The law is a shape: it knows one mix of texts, and"
                " nothing of fewer bits.",
            ),
            translate(
                "ScaleHelp",
                "“Smaller and trained longer, or larger?” names versions of two models that need"
                " the same memory. Which of them is better only measuring tells.",
            ),
            translate(
                "ScaleHelp",
                "“Other devices” asks whether a version would fit a phone, a small board, another"
                " laptop or a GPU, and between which speeds it would be there. The range starts"
                " from what this PC reaches of its own memory's speed. What is open in Compare with"
                " a draft, adapters or other settings of its own can be asked about so, too.",
            ),
        ),
    )
