"""Answers that fit a JSON schema: llama.cpp's grammar says which tokens may come next.

Asking it about a whole vocabulary takes longer than computing a token of a small model (50 ms at
262,144 tokens), so it is asked about what was chosen anyway, and about more only where that does
not fit: first about the likeliest, then about all. It aborts over a token that it forbids: none is
told to it that it did not allow.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, cast

import llama_cpp as lc
import numpy as np
from llama_cpp.llama_grammar import json_schema_to_gbnf

from app.core.words.sentence import say
from app.engine.host.answering.sampling import Candidates, logits_of
from app.engine.host.errors import EngineError
from app.engine.protocol.running import FailureKind

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from app.engine.host.answering.sampling import Computed, ProposingSampler
    from app.engine.host.loading.model import Model

_LIKELIEST = 256
_MOST_GRAMMAR_CHARACTERS = 1 << 20


class FittingSampler:
    """What another sampler chooses, as far as it fits; else that sampler's choice of what does.

    Args:
        inner: The other sampler.
        grammar: llama.cpp's.
        is_begun: Whether what comes now is the answer, and not thinking yet.
    """

    def __init__(
        self, inner: ProposingSampler, grammar: object, is_begun: Callable[[], bool]
    ) -> None:
        self._inner = inner
        self._grammar = cast("Any", grammar)
        self._is_begun = is_begun

    def sample(self, context: Computed) -> int:
        """The next token.

        Raises:
            EngineError: No token fits, or the model computes no numbers.
        """
        if not self._is_begun():
            return self._inner.sample(context)
        token = self._inner.propose(context, None)
        if not len(self._allowed(np.array([token], np.int32))):
            token = self._inner.propose(context, self._fitting(context))
        self._inner.accept(token)
        lc.llama_sampler_accept(self._grammar, token)
        return token

    def free(self) -> None:
        """Give native memory back."""
        lc.llama_sampler_free(self._grammar)
        self._inner.free()

    def _fitting(self, context: Computed) -> NDArray[np.int32]:
        logits = logits_of(context)
        most = min(_LIKELIEST, len(logits))
        likeliest = np.argpartition(logits, -most)[-most:].astype(np.int32)
        found = self._allowed(likeliest)
        if not len(found):
            found = self._allowed(np.arange(len(logits), dtype=np.int32))
        if not len(found):
            raise EngineError(FailureKind.SCHEMA, say("engine.nothing_fits_schema"))
        return found

    def _allowed(self, tokens: NDArray[np.int32]) -> NDArray[np.int32]:
        asked = Candidates(tokens, 0.0)
        asked.apply(self._grammar)
        return asked.rows["id"][np.isfinite(asked.rows["logit"])].copy()


def fitting(
    inner: ProposingSampler, schema: str, model: Model, is_begun: Callable[[], bool]
) -> FittingSampler:
    """A sampler whose answers fit a JSON schema.

    Args:
        inner: Chooses of what fits; freed with it, and where there is no such grammar.
        schema: JSON.
        model: Whose vocabulary.
        is_begun: Whether what comes now is the answer, and not thinking yet.

    Raises:
        EngineError: There is no grammar for the schema.
    """
    try:
        text = json_schema_to_gbnf(schema)
    except Exception as error:  # whatever its reader stumbles over, it is the schema
        inner.free()
        raise _refused(error) from error
    grammar = None
    if len(text) <= _MOST_GRAMMAR_CHARACTERS:
        grammar = lc.llama_sampler_init_grammar(model.vocabulary, text.encode(), b"root")
    if not grammar:
        inner.free()
        raise _refused("llama.cpp does not take its grammar")
    return FittingSampler(inner, grammar, is_begun)


def _refused(reason: object) -> EngineError:
    return EngineError(FailureKind.SCHEMA, say("engine.schema_refused"), str(reason)[:500])
