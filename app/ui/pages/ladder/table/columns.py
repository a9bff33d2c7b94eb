"""The columns of the ladder's table: their names, their order, which are shown at first."""

from __future__ import annotations

from enum import IntEnum
from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication, Qt

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
        LadderColumn.NAME: _tr("Version"),
        LadderColumn.STATE: _tr("Verdict"),
        LadderColumn.SIZE: _tr("Size"),
        LadderColumn.BITS: _tr("Bits"),
        LadderColumn.NEEDED: _tr("Needs"),
        LadderColumn.PREDICTED: _tr("Predicted"),
        LadderColumn.PROMPT: _tr("Prompt/s"),
        LadderColumn.GENERATION: _tr("Tokens/s"),
        LadderColumn.PROMPT_DEEP: _tr("Prompt/s deep"),
        LadderColumn.GENERATION_DEEP: _tr("Tokens/s deep"),
        LadderColumn.BANDWIDTH: _tr("Of memory"),
        LadderColumn.DIVERGENCE: _tr("KL div."),
        LadderColumn.SAME_TOP: _tr("Same word"),
        LadderColumn.PERPLEXITY: _tr("ln PPL ratio"),
        LadderColumn.BITS_PER_BYTE: _tr("Bits per byte"),
        LadderColumn.RIGHT: _tr("Right"),
        LadderColumn.DIFFERENCE: _tr("Points"),
        LadderColumn.VOTES: _tr("Votes"),
    }[LadderColumn(column)]


def explanation(column: int) -> str:
    """What a column shows, for the tool tip of its title."""
    return {
        LadderColumn.NAME: _tr("The quantization level, or the file’s name where levels repeat."),
        LadderColumn.STATE: _tr(
            "What answers to questions and blind votes say against the reference, after"
            " correction for everything that this ladder tests."
        ),
        LadderColumn.SIZE: _tr("Of the file on the disk."),
        LadderColumn.BITS: _tr("Bits per weight: bits of all tensors over parameters."),
        LadderColumn.NEEDED: _tr(
            "Needed memory: the peak of resident memory, less copies of weights that llama.cpp"
            " repacks for speed."
        ),
        LadderColumn.PREDICTED: _tr("Needed memory as llama.cpp itself plans the load."),
        LadderColumn.PROMPT: _tr("Tokens of a prompt read in a second, in an empty context."),
        LadderColumn.GENERATION: _tr("Tokens generated in a second, in an empty context."),
        LadderColumn.PROMPT_DEEP: _tr("Tokens of a prompt read in a second, in a filled context."),
        LadderColumn.GENERATION_DEEP: _tr("Tokens generated in a second, in a filled context."),
        LadderColumn.BANDWIDTH: _tr(
            "Speed of generating, as a share of what this PC’s memory could give."
        ),
        LadderColumn.DIVERGENCE: _tr(
            "Mean KL divergence from the reference, in nats. It describes; only answers decide."
        ),
        LadderColumn.SAME_TOP: _tr(
            "How often the most likely next token is the same as the reference’s."
        ),
        LadderColumn.PERPLEXITY: _tr(
            "Natural logarithm of the perplexity over the reference’s, position by position."
        ),
        LadderColumn.BITS_PER_BYTE: _tr(
            "What it needs to foretell a byte of the text; compares between vocabularies too."
        ),
        LadderColumn.RIGHT: _tr("Share of right answers, with Wilson’s interval."),
        LadderColumn.DIFFERENCE: _tr(
            "Right answers against the reference’s, in points, with Newcombe’s paired interval."
        ),
        LadderColumn.VOTES: _tr("Blind votes for it and against it, ties left out."),
    }[LadderColumn(column)]


def _tr(text: str) -> str:
    return QCoreApplication.translate("LadderColumns", text)
