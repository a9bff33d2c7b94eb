"""Choosing the next token."""

from __future__ import annotations

import ctypes
import secrets
from typing import TYPE_CHECKING, Any, Protocol, cast

import llama_cpp as lc
import numpy as np

from app.engine.host.answering.numbers import check_largest

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from app.core.candidates.settings import SamplingSettings
    from app.engine.host.loading.model import Model

_PENALTY_WINDOW_TOKENS = 64
_TOKEN_DATA = np.dtype([("id", np.int32), ("logit", np.float32), ("p", np.float32)])


class Computed(Protocol):
    """A text that a model goes on with.

    Attributes:
        row: Of the logits behind its last token; −1 for those that were computed last.
        tokens: What it holds, in order.
        size_tokens: How many it can hold.
    """

    model: Model
    handle: lc.llama_context_p
    row: int
    tokens: list[int]
    size_tokens: int


class Candidates:
    """Tokens as llama.cpp's samplers take them.

    Attributes:
        rows: Their ids, logits and shares, in llama.cpp's order.
    """

    def __init__(self, tokens: NDArray[np.int32], logits: NDArray[np.float32] | float) -> None:
        self._data = (lc.llama_token_data * len(tokens))()
        self._array = lc.llama_token_data_array(
            data=self._data, size=len(tokens), selected=-1, sorted=False
        )
        self.rows = np.frombuffer(cast("Any", self._data), _TOKEN_DATA)
        self.rows["id"], self.rows["logit"] = tokens, logits

    def apply(self, sampler: object) -> int:
        """Have a sampler of llama.cpp's look at them.

        Returns:
            The token that it has chosen, of a sampler that chooses.
        """
        lc.llama_sampler_apply(cast("Any", sampler), cast("Any", ctypes.byref(self._array)))
        return int(self._array.data[max(0, self._array.selected)].id)


class Sampler(Protocol):
    """Chooses from the logits of the last decoded token."""

    def sample(self, context: Computed) -> int:
        """The next token.

        Raises:
            NoNumbers: The model computes none.
        """
        ...

    def free(self) -> None:
        """Give native memory back."""
        ...


class ProposingSampler(Sampler, Protocol):
    """One whose choice may be looked at before it counts."""

    def propose(self, context: Computed, among: NDArray[np.int32] | None) -> int:
        """As :meth:`sample`, but it counts as said only once it is accepted.

        Args:
            context: What was computed.
            among: The tokens that there are to choose from; None for all.
        """
        ...

    def accept(self, token: int) -> None:
        """Note a token that was proposed, or that came in its place, as said."""
        ...


class GreedySampler:
    """The likeliest token, read from the logits in place.

    llama.cpp's own chain copies one candidate a vocabulary entry first, 0.25 ms at 128,000.
    """

    def sample(self, context: Computed) -> int:
        """The token with the highest logit; the first of equals."""
        row = logits_of(context)
        token = int(row.argmax())  # the first NaN where there is one
        check_largest(float(row[token]))
        return token

    def propose(self, context: Computed, among: NDArray[np.int32] | None) -> int:
        """The same among some of them."""
        if among is None:
            return self.sample(context)
        return int(among[logits_of(context)[among].argmax()])

    def accept(self, token: int) -> None:
        """What was said changes nothing."""

    def free(self) -> None:
        """Nothing to give back."""


class ChainSampler:
    """llama.cpp's chain: penalties, top-k, top-p, min-p, temperature, then a draw."""

    def __init__(self, settings: SamplingSettings, context: Computed, prompt: list[int]) -> None:
        chain = lc.llama_sampler_chain_init(lc.llama_sampler_chain_default_params())
        if settings.repeat_penalty != 1.0:
            lc.llama_sampler_chain_add(
                chain,
                lc.llama_sampler_init_penalties(
                    context.model.vocabulary_size,
                    _PENALTY_WINDOW_TOKENS,
                    settings.repeat_penalty,
                    0.0,
                    0.0,
                ),
            )
            for token in prompt[-_PENALTY_WINDOW_TOKENS:]:
                if token >= 0:  # no picture
                    lc.llama_sampler_accept(chain, token)
        if settings.temperature <= 0:
            lc.llama_sampler_chain_add(chain, lc.llama_sampler_init_greedy())
        else:
            if settings.top_k > 0:
                lc.llama_sampler_chain_add(chain, lc.llama_sampler_init_top_k(settings.top_k))
            if settings.top_p < 1:
                lc.llama_sampler_chain_add(chain, lc.llama_sampler_init_top_p(settings.top_p, 1))
            if settings.min_p > 0:
                lc.llama_sampler_chain_add(chain, lc.llama_sampler_init_min_p(settings.min_p, 1))
            lc.llama_sampler_chain_add(chain, lc.llama_sampler_init_temp(settings.temperature))
            seed = secrets.randbits(32) if settings.seed is None else settings.seed & 0xFFFFFFFF
            lc.llama_sampler_chain_add(chain, lc.llama_sampler_init_dist(seed))
        self._chain = chain

    def sample(self, context: Computed) -> int:
        """Draw the next token; the chain notes it for its penalties."""
        check_last(context)
        return int(lc.llama_sampler_sample(self._chain, context.handle, context.row))

    def propose(self, context: Computed, among: NDArray[np.int32] | None) -> int:
        """Draw the next token of some."""
        check_last(context)
        logits = logits_of(context)
        tokens = np.arange(len(logits), dtype=np.int32) if among is None else among
        return Candidates(tokens, logits[tokens]).apply(self._chain)

    def accept(self, token: int) -> None:
        """Have the chain note it."""
        lc.llama_sampler_accept(self._chain, token)

    def free(self) -> None:
        """Give the chain back."""
        lc.llama_sampler_free(self._chain)


def check_last(context: Computed) -> None:
    """Refuse what was decoded last where it came to no numbers.

    Raises:
        NoNumbers: The largest of its logits is not finite.
    """
    check_largest(float(logits_of(context).max()))


def logits_of(context: Computed) -> NDArray[np.float32]:
    """Of the token that was computed last, in llama.cpp's own memory."""
    logits = cast("Any", lc.llama_get_logits_ith(context.handle, context.row))
    # What as_array makes of a pointer, in half of the time; it comes once a token at least.
    row = ctypes.cast(logits, context.model.logits_row).contents
    return np.frombuffer(row, np.float32)


def make_sampler(
    settings: SamplingSettings, context: Computed, prompt: list[int]
) -> ProposingSampler:
    """The sampler for these settings."""
    if settings.temperature <= 0 and settings.repeat_penalty == 1.0:
        return GreedySampler()
    return ChainSampler(settings, context, prompt)
