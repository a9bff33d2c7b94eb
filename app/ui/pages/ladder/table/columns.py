"""The columns of the ladder's table: their names, their order, which are shown at first."""

from __future__ import annotations

from enum import IntEnum
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt

from app.ui.kit.text import translate

if TYPE_CHECKING:
    from collections.abc import Iterable


class LadderColumn(IntEnum):
    """From left to right; the names, in small letters, stand in the settings."""

    NAME = 0
    STATE = 1
    SIZE = 2
    BITS = 3
    NEEDED = 4
    PREDICTED = 5
    PROMPT = 6
    GENERATION = 7
    PROMPT_DEEP = 8
    GENERATION_DEEP = 9
    BANDWIDTH = 10
    DIVERGENCE = 11
    SAME_TOP = 12
    PERPLEXITY = 13
    BITS_PER_BYTE = 14
    RIGHT = 15
    DIFFERENCE = 16
    VOTES = 17

    @property
    def key(self) -> str:
        """Its name in the settings."""
        return self.name.lower()


USUAL = frozenset(
    {
        LadderColumn.NAME,
        LadderColumn.STATE,
        LadderColumn.SIZE,
        LadderColumn.BITS,
        LadderColumn.NEEDED,
        LadderColumn.PROMPT,
        LadderColumn.GENERATION,
        LadderColumn.DIVERGENCE,
        LadderColumn.SAME_TOP,
        LadderColumn.RIGHT,
        LadderColumn.DIFFERENCE,
    }
)
_LEFT = frozenset({LadderColumn.NAME, LadderColumn.STATE})


def shown_columns(keys: Iterable[str]) -> frozenset[LadderColumn]:
    """The columns of these names, the name always among them; with none, the usual ones."""
    known = {column.key: column for column in LadderColumn}
    found = frozenset(known[key] for key in keys if key in known)
    return found | {LadderColumn.NAME} if found else USUAL


def alignment(column: int) -> Qt.AlignmentFlag:
    """Figures stand at the right."""
    side = Qt.AlignmentFlag.AlignLeft if column in _LEFT else Qt.AlignmentFlag.AlignRight
    return side | Qt.AlignmentFlag.AlignVCenter


def title(column: int) -> str:
    """What stands above a column."""
    return {
        LadderColumn.NAME: translate("LadderColumns", "Version"),
        LadderColumn.STATE: translate("LadderColumns", "Verdict"),
        LadderColumn.SIZE: translate("LadderColumns", "Size"),
        LadderColumn.BITS: translate("LadderColumns", "Bits"),
        LadderColumn.NEEDED: translate("LadderColumns", "Needs"),
        LadderColumn.PREDICTED: translate("LadderColumns", "Predicted"),
        LadderColumn.PROMPT: translate("LadderColumns", "Prompt/s"),
        LadderColumn.GENERATION: translate("LadderColumns", "Tokens/s"),
        LadderColumn.PROMPT_DEEP: translate("LadderColumns", "Prompt/s deep"),
        LadderColumn.GENERATION_DEEP: translate("LadderColumns", "Tokens/s deep"),
        LadderColumn.BANDWIDTH: translate("LadderColumns", "Of memory"),
        LadderColumn.DIVERGENCE: translate("LadderColumns", "KL div."),
        LadderColumn.SAME_TOP: translate("LadderColumns", "Same word"),
        LadderColumn.PERPLEXITY: translate("LadderColumns", "ln PPL ratio"),
        LadderColumn.BITS_PER_BYTE: translate("LadderColumns", "Bits per byte"),
        LadderColumn.RIGHT: translate("LadderColumns", "Right"),
        LadderColumn.DIFFERENCE: translate("LadderColumns", "Points"),
        LadderColumn.VOTES: translate("LadderColumns", "Votes"),
    }[LadderColumn(column)]


def explanation(column: int) -> str:
    """What a column shows, for the tool tip of its title."""
    return {
        LadderColumn.NAME: translate(
            "LadderColumns", "The quantization level, or the file’s name where levels repeat."
        ),
        LadderColumn.STATE: translate(
            "LadderColumns",
            "What answers to questions and blind votes say against the reference, after"
            " correction for everything that this ladder tests.",
        ),
        LadderColumn.SIZE: translate("LadderColumns", "Of the file on the disk."),
        LadderColumn.BITS: translate(
            "LadderColumns", "Bits per weight: bits of all tensors over parameters."
        ),
        LadderColumn.NEEDED: translate(
            "LadderColumns",
            "Needed memory: the peak of resident memory, less copies of weights that llama.cpp"
            " repacks for speed.",
        ),
        LadderColumn.PREDICTED: translate(
            "LadderColumns", "Needed memory as llama.cpp itself plans the load."
        ),
        LadderColumn.PROMPT: translate(
            "LadderColumns", "Tokens of a prompt read in a second, in an empty context."
        ),
        LadderColumn.GENERATION: translate(
            "LadderColumns", "Tokens generated in a second, in an empty context."
        ),
        LadderColumn.PROMPT_DEEP: translate(
            "LadderColumns", "Tokens of a prompt read in a second, in a filled context."
        ),
        LadderColumn.GENERATION_DEEP: translate(
            "LadderColumns", "Tokens generated in a second, in a filled context."
        ),
        LadderColumn.BANDWIDTH: translate(
            "LadderColumns", "Speed of generating, as a share of what this PC’s memory could give."
        ),
        LadderColumn.DIVERGENCE: translate(
            "LadderColumns",
            "Mean KL divergence from the reference, in nats. It describes; only answers decide.",
        ),
        LadderColumn.SAME_TOP: translate(
            "LadderColumns", "How often the most likely next token is the same as the reference’s."
        ),
        LadderColumn.PERPLEXITY: translate(
            "LadderColumns",
            "Natural logarithm of the perplexity over the reference’s, position by position.",
        ),
        LadderColumn.BITS_PER_BYTE: translate(
            "LadderColumns",
            "What it needs to foretell a byte of the text; compares between vocabularies too.",
        ),
        LadderColumn.RIGHT: translate(
            "LadderColumns", "Share of right answers, with Wilson’s interval."
        ),
        LadderColumn.DIFFERENCE: translate(
            "LadderColumns",
            "Right answers against the reference’s, in points, with Newcombe’s paired interval.",
        ),
        LadderColumn.VOTES: translate(
            "LadderColumns", "Blind votes for it and against it, ties left out."
        ),
    }[LadderColumn(column)]
