"""The unit of the corpus: one question with its right answer, and how questions are varied.

A *turn* carries a content key besides its text. Questions are kept out of the training by key
where the content decides (operands, words) and by text everywhere; see ``corpus.HeldOut``.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import random

LOWERCASE_SHARE = 0.18
"""Share of the questions written without capitals."""
BARE_SHARE = 0.22
"""Share of the questions written without the final mark."""
POLITE_SHARE = 0.10
"""Share of the questions with a word of politeness around them."""

_POLITE_OPENINGS = ("Please: ", "A question: ", "Hey, ", "So, ", "Quick question: ", "OK, ")
_POLITE_ENDINGS = (" please", ", please", " Thanks", " for me")


def listed(text: str, by: str = "|") -> tuple[str, ...]:
    """The parts of a table written as one text; tables read better so than as quoted lists."""
    return tuple(text.split(by))


@dataclass(frozen=True)
class Turn:
    """One question, the full reply, and the short answer with which a right reply ends."""

    kind: str
    prompt: str
    reply: str
    answer: str
    key: str
    """What the question is about, without its wording; equal for both operand orders."""
    by_key: bool = False
    """True where the training must not see this key in any wording."""


def normalise(text: str) -> str:
    """Lower case, single spaces, no punctuation or spaces at either end."""
    return re.sub(r"\s+", " ", text).casefold().strip(" \t\n.!?,;:\"'")


def is_right(reply: str, answer: str) -> bool:
    """The scoring rule: the normalised reply ends with the normalised answer, at a word's start.

    So "7 + 8 = 15, carry 1; 4 + 3 + 1 = 8. The answer is 85." is right for "85" and wrong for "5".
    """
    said, wanted = normalise(reply), normalise(answer)
    if not said.endswith(wanted):
        return False
    before = said[: len(said) - len(wanted)]
    return not before or not (before[-1].isalnum() or before[-1] == "-")


def vary(rng: random.Random, prompt: str) -> str:
    """The same question as different people type it: case, final mark, politeness."""
    if rng.random() < POLITE_SHARE:
        if rng.random() < 0.5:
            prompt = rng.choice(_POLITE_OPENINGS) + prompt
        elif prompt[-1] in ".?!" and not prompt.endswith("= ?"):
            prompt = prompt[:-1] + rng.choice(_POLITE_ENDINGS) + prompt[-1]
    if rng.random() < LOWERCASE_SHARE:
        prompt = prompt.lower()
    if rng.random() < BARE_SHARE and prompt[-1] in ".?!":
        prompt = prompt[:-1].rstrip()
    return prompt
