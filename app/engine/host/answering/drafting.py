"""Speculative decoding: several proposed tokens are checked in one pass of the model.

Each token of an answer is still drawn from the model's own distribution behind what came before;
a proposed token saves the pass that would have followed it where it equals the drawn one. So
the distribution of answers is the model's, whatever is proposed, and a seed gives the answer that
it gives without drafts, as far as a pass of several tokens rounds as one of a single token does.

Source: Leviathan et al. 2023 (arXiv:2211.17192), algorithm 1: its rejection sampling, where the
draft's distribution is one token alone, accepts that token with the probability that the model has
for it and draws from the others otherwise, which is this. llama.cpp does it alike
(common/sampling.cpp, common_sampler_sample_and_accept_n).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from app.engine.host.answering.proposing import Drafts, Pace
from app.engine.host.answering.sampling import GreedySampler, logits_of
from app.engine.host.loading.context import Context

# A draft model's token is proposed where it is this sure of it: others cost more than they save.
_LEAST_SURE = 0.5


class ModelDrafts:
    """Proposes what a smaller model of the same vocabulary would say.

    Args:
        context: The small model's own; holds what it has read of the text.
    """

    def __init__(self, context: Context) -> None:
        self._context = context
        self._sampler = GreedySampler()
        self._same = 0

    def begin(self, prompt: list[int]) -> None:
        """Read the prompt, as far as it is new; errors as ``Context.decode``."""
        self._same = 0
        if self._can_read(prompt):
            self._read(prompt[self._context.reuse(prompt) :])

    def propose(self, text: list[int], most: int) -> list[int]:
        """Its likeliest tokens, as long as it is sure; errors as ``Context.decode``."""
        context, held = self._context, self._context.tokens
        most = min(most, context.size_tokens - len(text))
        if most <= 0 or not self._can_read(text[self._same :]):
            return []
        end = min(len(held), len(text) - 1)
        same = min(self._same, end)
        while same < end and held[same] == text[same]:
            same += 1
        if not context.keep(same):
            same = len(held)
        self._same = len(text)
        self._read(text[same:])
        found: list[int] = []
        while True:
            token = self._sampler.sample(context)
            row = logits_of(context)
            if float(np.exp(row - row[token]).sum()) * _LEAST_SURE > 1:
                return found
            found.append(token)
            if len(found) == most:
                return found
            context.decode_one(token)

    def _can_read(self, tokens: Sequence[int]) -> bool:
        """Whether it has all these tokens, and room: vocabularies may differ in their last ones."""
        if len(tokens) > self._context.size_tokens:
            return False
        return max(tokens, default=0) < self._context.model.vocabulary_size

    def _read(self, tokens: list[int]) -> None:
        step = self._context.slice_tokens
        for start in range(0, len(tokens), step):
            self._context.decode(tokens[start : start + step])


@dataclass(frozen=True, slots=True)
class Drafting:
    """How answers are drafted.

    Attributes:
        drafts: Proposes tokens.
        price: What a proposed token costs, in passes of the model.
        most_tokens: No more at once.
    """

    drafts: Drafts
    price: float
    most_tokens: int


class DraftedContext:
    """A context that grows token by token, and computes some of them ahead; for one answer.

    Args:
        context: Holds the prompt; afterwards the answer, too, once :meth:`settle` was called.
        drafting: What proposes tokens.
        until_tokens: How long the text may grow at most.

    Attributes:
        tokens: The text, in order: what is computed ahead is no part of it.
        row: Of the logits behind the last of them, in the pass that computed them.
        drafted: Tokens that were proposed and checked.
        accepted: Of these, those that were right.
    """

    def __init__(self, context: Context, drafting: Drafting, until_tokens: int) -> None:
        self.model = context.model
        self.handle = context.handle
        self.size_tokens = context.size_tokens
        self.tokens = context.tokens.copy()
        self.row = -1
        self.drafted = self.accepted = 0
        self._context = context
        self._drafts = drafting.drafts
        self._pace = Pace(drafting.price, drafting.most_tokens)
        self._until = min(until_tokens, context.size_tokens)
        self._ahead: list[int] = []
        self._right = 0

    def decode_one(self, token: int) -> None:
        """Go on with a token; errors as ``Context.decode_one``."""
        place = self._right
        if place < len(self._ahead) and self._ahead[place] == token:
            self.tokens.append(token)
            self._right += 1
            self.accepted += 1
            self.row += 1
            return
        self._drop_ahead()
        room = self._until - len(self.tokens) - 1
        wanted = min(self._pace.wanted(), room)
        ahead = self._drafts.propose([*self.tokens, token], wanted) if wanted > 0 else []
        ahead = ahead[: next((n for n, t in enumerate(ahead) if not self._has(t)), len(ahead))]
        if ahead:
            self._context.decode_rows([token, *ahead])
            self.row = 0
        else:
            self._context.decode_one(token)
            self.row = -1
        self.tokens.append(token)
        self._ahead, self._right = ahead, 0
        self.drafted += len(ahead)

    def settle(self) -> None:
        """Have the context hold the text and nothing more."""
        self._context.keep(len(self.tokens))

    def _has(self, token: int) -> bool:
        return token < self.model.vocabulary_size

    def _drop_ahead(self) -> None:
        if not self._ahead:
            return
        self._pace.note(len(self._ahead), self._right)
        self._ahead, self._right = [], 0
        if not self._context.keep(len(self.tokens)):
            missing = self.tokens[len(self._context.tokens) :]
            step = self._context.slice_tokens
            for start in range(0, len(missing), step):
                self._context.decode(missing[start : start + step])
