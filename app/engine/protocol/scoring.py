"""How likely texts are to a loaded model, held against what another one found."""

from __future__ import annotations

import msgspec

from app.core.servers.facts import Served
from app.engine.protocol.answering import LikelyToken, SaidToken


class ContinueText(msgspec.Struct, tag="continue_text", frozen=True):
    """Go on with a text, always taking the likeliest token. Needs a loaded model.

    Attributes:
        tokens: The text, evaluated from an empty context.
        most_tokens: No more tokens than these.
        threads: Of the evaluation.
        expected: What another model went on with.
        after_tokens: So many tokens after the first that is not the expected one, it ends.
    """

    id: int
    tokens: list[int]
    most_tokens: int
    threads: int
    expected: list[int] | None = None
    after_tokens: int = 0


class MeasureText(msgspec.Struct, tag="measure_text", frozen=True):
    """Evaluate a chunk of text and say how likely its tokens are, without any reference.

    Needs a model loaded with ``context_tokens`` 0.

    Attributes:
        tokens: The chunk, evaluated from an empty context.
        first_scored: Positions from here to the last but one are scored.
        threads: Of the evaluation.
    """

    id: int
    tokens: list[int]
    first_scored: int
    threads: int


class KeepReference(msgspec.Struct, tag="keep_reference", frozen=True):
    """Evaluate a chunk of text and keep the distributions of its scored positions in a file.

    Needs a model loaded with ``context_tokens`` 0. What is kept: ``app.core.quality.compact``.

    Attributes:
        tokens: The chunk, evaluated from an empty context.
        first_scored: Positions from here to the last but one are scored.
        threads: Of the evaluation.
        target: The file; it appears when it is complete.
        comparable: Round and cut as llama-perplexity does.
        first_position: How many positions came before in the measurement.
    """

    id: int
    tokens: list[int]
    first_scored: int
    threads: int
    target: str
    comparable: bool = False
    first_position: int = 0


class ScoreChunk(msgspec.Struct, tag="score_chunk", frozen=True):
    """Evaluate a chunk of text and hold it against a kept reference.

    Needs a model loaded with ``context_tokens`` 0.

    Attributes:
        tokens: As they were for the reference.
        first_scored: As it was for the reference.
        threads: Of the evaluation.
        reference: The file that :class:`KeepReference` wrote.
        one_by_one: Evaluate the scored tokens one by one, as answers are written, not in slices, as
            texts are read: of the reference itself that shows what rounding alone makes of it.
    """

    id: int
    tokens: list[int]
    first_scored: int
    threads: int
    reference: str
    one_by_one: bool = False


class LikelyText(msgspec.Struct, tag="likely_text", frozen=True):
    """Say of each token of a text how likely it was, and what else was likely in its place.

    For engines that do not hand over whole distributions, and for what is held against them
    (``Ability.TEXT_PROBABILITIES``). To tokens nothing is added; before a text stands the begin
    token that the vocabulary wants.

    Attributes:
        text: What is read, where no tokens are given.
        tokens: The text as numbers of the vocabulary.
        likely: So many of the likeliest at each place.
        threads: Of an evaluation on this PC.
    """

    id: int
    text: str
    likely: int
    tokens: list[int] = []
    threads: int = 1


class Continued(msgspec.Struct, tag="continued", frozen=True):
    """The likeliest tokens after a text.

    Attributes:
        tokens: Without the end token.
        ended: The model ended the text by itself.
    """

    id: int
    tokens: list[int]
    ended: bool


class TextMeasured(msgspec.Struct, tag="text_measured", frozen=True):
    """ln p of the token that comes next, one value a scored position."""

    id: int
    ln_p: list[float]


class TextLikely(msgspec.Struct, tag="text_likely", frozen=True):
    """A text's own tokens with what was likely in their places.

    Attributes:
        said: From the text's second token on: nothing says how likely the first was.
        first: The first token.
        most: How many of the likeliest the server told at most; it may allow fewer than asked for.
        served: What else it says.
    """

    id: int
    first: LikelyToken
    said: list[SaidToken]
    most: int
    served: Served = Served()


class ReferenceKept(msgspec.Struct, tag="reference_kept", frozen=True):
    """A chunk's distributions lie in their file."""

    id: int
    positions: int
    file_bytes: int


class ChunkScored(msgspec.Struct, tag="chunk_scored", frozen=True):
    """A chunk against its reference, one value a scored position.

    Attributes:
        kld: KL divergence of this model from the reference, in nats.
        reference_ln_p: The reference's ln p of the token that comes next in the text.
        ln_p: This model's.
        same_top: Whether both find the same token most likely.
    """

    id: int
    kld: list[float]
    reference_ln_p: list[float]
    ln_p: list[float]
    same_top: list[bool]
