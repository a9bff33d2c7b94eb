"""Drafts as parts of a candidate: something cheap proposes what comes next, the model checks it.

Several proposed tokens are checked in one pass, which costs little more than a pass for one. What
is said stays the model's own: a proposal counts only where it is what the model says there itself.

Source: Leviathan et al. 2023, Fast Inference from Transformers via Speculative Decoding
(arXiv:2211.17192).
"""

from __future__ import annotations

import msgspec

from app.core.words.sentence import Sentence, say, share

NGRAM = "ngram"
USUAL_DRAFT_TOKENS = 8
MOST_DRAFT_TOKENS = 16


LEAST_GAIN = 1.05
"""What must be gained for a draft to be called worth its memory."""


class Draft(msgspec.Struct, frozen=True, omit_defaults=True):
    """What proposes the next tokens.

    Attributes:
        path: A model's file; empty where what followed the same words before is proposed.
        most_tokens: No more at once; fewer where proposals were wrong.
    """

    path: str = ""
    most_tokens: int = USUAL_DRAFT_TOKENS


class Drafted(msgspec.Struct, frozen=True):
    """What a draft brought on this PC, in pairs of the same answers with it and without.

    Attributes:
        drafted: Tokens that were proposed and checked.
        accepted: Of these, those that the model said, too.
        repeating: How many times as fast answers came that repeat much of the question.
        free: How many times as fast other answers came.
        speedup: All of them together.
    """

    drafted: int
    accepted: int
    repeating: float
    free: float
    speedup: float

    @property
    def said(self) -> Sentence:
        """Whether it is worth it here."""
        if not self.drafted:
            return say("drafts.idle")
        facts = {
            "repeating": f"{self.repeating:.2f}",
            "free": f"{self.free:.2f}",
            "accepted": share(self.accepted / self.drafted),
        }
        if self.speedup >= LEAST_GAIN:
            return say("drafts.worth", **facts)
        if self.repeating >= LEAST_GAIN:
            return say("drafts.worth_repeating", **facts)
        return say("drafts.not_worth", **facts)
