"""Spelling, reversing and counting letters, always by way of the single letters.

Words are whole tokens or large pieces for the model; writing the letters out first is what makes
the later step (turn round, count) a step over single tokens.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from turns import Turn, listed
from wordlist import WORDS

if TYPE_CHECKING:
    import random

INVENTED_SHARE = 0.15
"""Share of invented words: they teach the letters of every word piece, not only of known words."""
_ONSETS = listed(
    "b c d f g h j k l m n p r s t v w y z bl br ch cl cr dr fl fr gl gr pl pr qu sh sl sm sn "
    "sp st str sw th tr tw wh",
    " ",
)
_VOWELS = listed("a e i o u ai ee ea oo ou oa ie a e i o u", " ")
_CODAS = listed("b ck d g l ll m n nd ng nt p r rd rk rm rn rt s ss st t tch x y er le ow", " ")

_SPELL_PHRASES = (
    "Spell the word {w}.",
    "Spell {w}.",
    "How do you spell {w}?",
    "How is {w} spelled?",
    "How do I spell the word {w}?",
    "Can you spell {w}?",
    "Can you spell the word {w}?",
    "What are the letters of {w}?",
    "Which letters are in the word {w}?",
    "Write {w} letter by letter.",
)
_REVERSE_PHRASES = (
    "Spell {w} backwards.",
    "Reverse the word {w}.",
    "What is {w} backwards?",
    "Write {w} backwards.",
    "Can you reverse {w}?",
    "Reverse {w}.",
    "How do you spell {w} backwards?",
    "Turn the word {w} around.",
    "Say {w} in reverse.",
)
_COUNT_PHRASES = (
    "How many times does the letter {c} occur in {w}?",
    "How many {c}'s are in {w}?",
    "How many {c}'s are in the word {w}?",
    "How many {c}s are there in {w}?",
    "Count the letter {c} in {w}.",
    "How often is the letter {c} in {w}?",
    "How many times is {c} in {w}?",
)
_LENGTH_PHRASES = (
    "How many letters are in {w}?",
    "How many letters does the word {w} have?",
    "How many letters does {w} have?",
    "Count the letters of {w}.",
    "How long is the word {w}?",
)


def spaced(word: str) -> str:
    """``bee`` as ``B E E``."""
    return " ".join(word.upper())


def invented_word(rng: random.Random) -> str:
    """A pronounceable word of one to three syllables that means nothing."""
    syllables = rng.choice((1, 1, 2, 2, 2, 3))
    parts = [rng.choice(_ONSETS) + rng.choice(_VOWELS) for _ in range(syllables)]
    word = "".join(parts) + (rng.choice(_CODAS) if rng.random() < 0.7 else "")
    return word[:10]


def _word(rng: random.Random) -> str:
    return invented_word(rng) if rng.random() < INVENTED_SHARE else rng.choice(WORDS)


def make_spelling(rng: random.Random, word: str | None = None, prompt: str | None = None) -> Turn:
    """A word letter by letter."""
    word = word or _word(rng)
    prompt = prompt or rng.choice(_SPELL_PHRASES).format(w=word)
    reply = f"The word {word} is spelled {spaced(word)}."
    return Turn("spelling", prompt, reply, spaced(word), f"spell {word}", by_key=True)


def make_reversing(rng: random.Random, word: str | None = None, prompt: str | None = None) -> Turn:
    """A word letter by letter, then from its end."""
    word = word or _word(rng)
    prompt = prompt or rng.choice(_REVERSE_PHRASES).format(w=word)
    spelled = f"The word {word} is spelled {spaced(word)}."
    reply = f"{spelled} Backwards it is {spaced(word[::-1])}."
    return Turn("reversing", prompt, reply, spaced(word[::-1]), f"reverse {word}", by_key=True)


def counted(word: str, wanted: str) -> str:
    """``banana`` for ``a`` as ``B A (1) N A (2) N A (3)``."""
    parts: list[str] = []
    seen = 0
    for letter in word:
        parts.append(letter.upper())
        if letter in wanted:
            seen += 1
            parts.append(f"({seen})")
    return " ".join(parts)


def make_counting(rng: random.Random, word: str | None = None, prompt: str | None = None) -> Turn:
    """How often a letter occurs, or how many letters there are, by a running count."""
    word = word or _word(rng)
    if prompt is None and rng.random() < 0.7:
        present = rng.random() < 0.85
        letter = rng.choice(word) if present else rng.choice("abcdefghijklmnopqrstuvwxyz")
        asked = letter.upper() if rng.random() < 0.2 else letter
        prompt = rng.choice(_COUNT_PHRASES).format(c=asked, w=word)
        wanted, count, task = letter, word.count(letter), f"The letter {letter.upper()} in"
    else:
        prompt = prompt or rng.choice(_LENGTH_PHRASES).format(w=word)
        wanted, count, task = word, len(word), "All letters of"
    reply = f"{task} {word}: {counted(word, wanted)}. The count is {count}."
    return Turn("counting", prompt, reply, str(count), f"count {word}", by_key=True)
