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
                "One after another lets each answer alone on the PC, so that the times can be "
                "compared. All at once is livelier, but they share the processor, and the times "
                "say so.",
            ),
            translate(
                "Window",
                "The others are compared with the original. An answer that is the same word for "
                "word is one line, which opens; where another leaves the original’s, the first "
                "difference is marked.",
            ),
            translate(
                "Window",
                "Ctrl and a number asks one of them alone, and once more all again.",
            ),
            translate(
                "Window",
                "Models that see are shown pictures: paste them, drop them, or press the button "
                "beside Send. What they take of the context is told before they are sent.",
            ),
            translate(
                "Window",
                "Memory is shown in two parts: private is what an engine must have, mapped is the "
                "file's weights, which the system may drop and engines of one file share.",
            ),
            translate(
                "Window",
                "Which of them to run is measured on the next page: its button stands at the "
                "right, above the answers.",
            ),
        ),
    )
