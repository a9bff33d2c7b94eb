"""What F1 tells of the Compare page."""

from __future__ import annotations

from app.ui.kit.pages import PageHelp
from app.ui.kit.words.text import translate


def compare_help() -> PageHelp:
    """The page's help."""
    return PageHelp(
        paragraphs=(
            translate(
                "Window",
                "Ask the same of several versions of a model and read their answers side by side. "
                "Each version has a letter and a colour, the same everywhere.",
            ),
            translate(
                "Window",
                "Race lets them answer one after another, each alone on the machine, so that the "
                "times can be compared. Together lets all answer at once: livelier, but they "
                "share the processor, and the times say so.",
            ),
            translate(
                "Window",
                "One version is the reference, marked with a star. Where another answer leaves "
                "the reference's, the first difference is marked.",
            ),
            translate(
                "Window",
                "Memory is shown in two parts: private is what an engine must have, mapped is the "
                "file's weights, which the system may drop and engines of one file share.",
            ),
            translate(
                "Window",
                "Which of them to run is measured on the Ladder page: its button stands at the "
                "right, above the panes.",
            ),
        ),
    )
