"""What F1 tells of the Shrink page."""

from __future__ import annotations

from app.ui.kit.pages import PageHelp
from app.ui.kit.words.text import translate


def shrink_help() -> PageHelp:
    """The page's help."""
    return PageHelp(
        paragraphs=(
            translate(
                "ShrinkHelp",
                "This page makes smaller versions of a model that is on this PC, best of its"
                " original. Tick what you want: size, memory and speed are known before anything"
                " is made. Nothing of the original is changed.",
            ),
            translate(
                "ShrinkHelp",
                "Below four bits a weight it matters which weights are kept well: an importance"
                " matrix tells that. It is made once, from a bundled text in several languages,"
                " your files or your chats, and kept: see “Importance”.",
            ),
            translate(
                "ShrinkHelp",
                "“One file of a given size” lets the program choose a number format for each part"
                " of the model, so that least is lost within that size.",
            ),
            translate(
                "ShrinkHelp",
                "A small model that layers are left out of can learn again from its original. That"
                " takes time, brings back a part of what was lost, and is an experiment.",
            ),
            translate(
                "ShrinkHelp",
                "“Compare ways” makes versions that need the same memory in different ways:"
                " fewer bits, fewer layers, both, or a smaller model. Measured together, they"
                " show which way answers best.",
            ),
            translate(
                "ShrinkHelp",
                "How good a version is only measuring tells: “Measure” holds what was made against"
                " its original.",
            ),
        ),
    )
