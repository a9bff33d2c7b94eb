"""What F1 tells of the Models page."""

from __future__ import annotations

from app.ui.kit.pages import PageHelp
from app.ui.kit.words.text import translate


def models_help() -> PageHelp:
    """The page's help."""
    return PageHelp(
        paragraphs=(
            translate(
                "ModelsPart",
                "Search the Hub for GGUF models, or paste the name or the address of one."
                " Nothing is sent before you search.",
            ),
            translate(
                "ModelsPart",
                "For each version the table says how much memory it needs and how fast it will be"
                " on this PC, before it is downloaded: only the header of the file is read.",
            ),
            translate(
                "ModelsPart",
                "Tick several versions and press Download and compare: once they are here, they"
                " open side by side.",
            ),
            translate(
                "ModelsPart",
                "Downloads go on where they stopped, after a lost connection as after a restart,"
                " and a file counts as there when its checksum is right.",
            ),
            translate(
                "ModelsPart",
                "On this PC lists what Hugging Face, LM Studio, Ollama, llama.cpp and Jan have"
                " brought already, and your own folders. Only files in the Hugging Face cache can"
                " be removed from here.",
            ),
        ),
    )
