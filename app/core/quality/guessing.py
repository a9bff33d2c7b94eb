"""Whether a model foresees a text worse than guessing would: then figures over it mean nothing.

Who takes every token for equally likely has a perplexity of the vocabulary's size, and whoever
knows nothing of text at all needs the eight bits of a byte. A model beyond either was not made for
this text, or computes rubbish; how far another version of it is from it there says nothing about
what that version has lost.
"""

from __future__ import annotations

from app.core.words.figures import number
from app.core.words.sentence import worded

_RAW_BITS = 8.0


def is_guessing(
    ppl: float | None, vocabulary_size: int | None, bits_per_byte: float | None
) -> bool:
    """Whether a model is beyond guessing.

    Args:
        ppl: Its perplexity over the text; None where it is not known, as with the others.
        vocabulary_size: Tokens of its vocabulary.
        bits_per_byte: Of the text.
    """
    beyond_tokens = ppl is not None and bool(vocabulary_size) and ppl > (vocabulary_size or 0)
    return beyond_tokens or (bits_per_byte is not None and bits_per_byte > _RAW_BITS)


def guessing_sentence(
    name: str,
    ppl: float | None,
    vocabulary_size: int | None,
    bits_per_byte: float | None,
    *,
    is_reference: bool,
) -> str | None:
    """The warning about a model that is beyond guessing; None for any other.

    Args:
        name: What the model is called.
        ppl: As for ``is_guessing``.
        vocabulary_size: Likewise.
        bits_per_byte: Likewise.
        is_reference: All others are held against it.
    """
    if not is_guessing(ppl, vocabulary_size, bits_per_byte):
        return None
    if ppl is not None and vocabulary_size and ppl > vocabulary_size:
        evenly, own = vocabulary_size, round(ppl)
        known = worded("verdict.perplexity_guessing_evenly", own=own, evenly=evenly)
    else:
        bits = number(bits_per_byte, 1)
        known = worded("verdict.needs_bits_byte_byte_itself", bits=bits)
    if is_reference:
        return worded("verdict.foresees_text_worse_than_guessing_2", name=name, known=known)
    return worded("verdict.foresees_text_worse_than_guessing", name=name, known=known)
