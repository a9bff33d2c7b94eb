"""What F1 tells of the Ladder page."""

from __future__ import annotations

from app.ui.kit.pages import PageHelp
from app.ui.kit.words.text import translate


def ladder_help() -> PageHelp:
    """The page's help."""
    return PageHelp(
        paragraphs=(
            translate(
                "LadderDoor",
                "This page measures what each shrunken version of a model costs and loses beside"
                " the original, and says which one to run: answers first, then memory and speed.",
            ),
            translate(
                "LadderDoor",
                "Everything is kept step by step: pause it, stop it, or quit the program, and it"
                " goes on from the last finished step.",
            ),
            translate(
                "LadderDoor",
                "Only answers decide. “As good” means that the whole 95 % interval of the"
                " difference is within what may be lost; “loses” means that the difference is"
                " certain, corrected for everything that is tested; everything else cannot be told"
                " yet, and its button asks more. Drift (KL divergence) describes how far a"
                " version’s words are from the original’s, not whether they are worse.",
            ),
            translate(
                "LadderDoor",
                "Blind votes tell what no question can: two versions answer your own prompts, and"
                " you choose without knowing which is which. The interval of a win rate holds"
                " whenever you look at it.",
            ),
            translate(
                "LadderDoor",
                "Limits of memory, speed and loss may be changed at any time: nothing is measured"
                " anew. “Details” shows every figure; rest the pointer on one to read how it was"
                " taken.",
            ),
        ),
        keys=(
            (translate("LadderDoor", "Ctrl+C"), translate("LadderDoor", "Copy the chosen row")),
            (
                translate("LadderDoor", "Arrows, Enter"),
                translate("LadderDoor", "In a plot: go to a point, choose it, open it in Compare"),
            ),
            (
                translate("LadderDoor", "← or 1"),
                translate("LadderDoor", "Blind vote: left is better"),
            ),
            (
                translate("LadderDoor", "→ or 2"),
                translate("LadderDoor", "Blind vote: right is better"),
            ),
            (
                translate("LadderDoor", "T or 3"),
                translate("LadderDoor", "Blind vote: equally good"),
            ),
            (translate("LadderDoor", "B or 4"), translate("LadderDoor", "Blind vote: both bad")),
            (translate("LadderDoor", "Enter or N"), translate("LadderDoor", "Next pair")),
        ),
    )
