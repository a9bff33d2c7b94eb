"""Drafts as parts of a candidate: something cheap proposes what comes next, the model checks it.

Several proposed tokens are checked in one pass, which costs little more than a pass for one. What
is said stays the model's own: a proposal counts only where it is what the model says there itself.

Source: Leviathan et al. 2023, Fast Inference from Transformers via Speculative Decoding
(arXiv:2211.17192).
"""

from __future__ import annotations

import msgspec

NGRAM = "ngram"
USUAL_DRAFT_TOKENS = 8
MOST_DRAFT_TOKENS = 16


class Draft(msgspec.Struct, frozen=True, omit_defaults=True):
    """What proposes the next tokens.

    Attributes:
        path: A model's file; empty where what followed the same words before is proposed.
        most_tokens: No more at once; fewer where proposals were wrong.
    """

    path: str = ""
    most_tokens: int = USUAL_DRAFT_TOKENS
