"""Further spelling: from the first letter of a word to letters that two words share."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

from task_item import Item, Maker
from task_spelling import LONGER, WORDS

if TYPE_CHECKING:
    import random

_VOWELS = "aeiou"


def first_letter(rng: random.Random) -> Item:
    """Easy."""
    word = rng.choice(WORDS + LONGER)
    prompt = f'With which letter does the word "{word}" begin? Answer with the letter only.'
    return Item("first letter", prompt, word[0], "letters")


def last_letter(rng: random.Random) -> Item:
    """Easy."""
    word = rng.choice(WORDS + LONGER)
    prompt = f'With which letter does the word "{word}" end? Answer with the letter only.'
    return Item("last letter", prompt, word[-1], "letters")


def begins(rng: random.Random) -> Item:
    """Easy: the one of four words that begins with a letter."""
    firsts = rng.sample(sorted({word[0] for word in WORDS}), 4)
    chosen = [rng.choice([word for word in WORDS if word[0] == first]) for first in firsts]
    prompt = (
        f'Which of these words begins with the letter "{firsts[0]}": '
        f"{', '.join(sorted(chosen, key=lambda word: word[1:]))}? Answer with that word only."
    )
    return Item("begins", prompt, chosen[0], "letters", reject=tuple(chosen[1:]))


def joined(rng: random.Random) -> Item:
    """Easy: letters with spaces become a word."""
    word = rng.choice(WORDS + LONGER)
    prompt = (
        f"Put these letters together to a word, in this order: {' '.join(word)}. Answer with the "
        "word only."
    )
    return Item("joined", prompt, word, "letters")


def compound(rng: random.Random) -> Item:
    """Easy: two words are written as one."""
    one, other = rng.sample(WORDS, 2)
    prompt = (
        f'Write the words "{one}" and "{other}" as one word, without a space between them. Answer '
        "with the new word only."
    )
    return Item("compound", prompt, one + other, "letters", reject=(other + one, one, other))


def longest(rng: random.Random) -> Item:
    """Easy: the longest of four, by two letters at least."""
    word = rng.choice(LONGER)
    others = rng.sample([short for short in WORDS if len(short) <= len(word) - 2], 3)
    shown = [word, *others]
    rng.shuffle(shown)
    prompt = (
        f"Which of these words has the most letters: {', '.join(shown)}? Answer with that word "
        "only."
    )
    return Item("longest", prompt, word, "letters", reject=tuple(others))


def add_letter(rng: random.Random) -> Item:
    """A letter in front and one behind."""
    word = rng.choice(WORDS)
    front, behind = rng.choice("bkmprstw"), rng.choice("aeiknty")
    prompt = (
        f'Put the letter "{front}" before the word "{word}" and the letter "{behind}" behind it. '
        "Answer with the resulting letters only, as one word."
    )
    reject = (front + word, word + behind)
    return Item("add letters", prompt, front + word + behind, "letters", reject=reject)


def shortened(rng: random.Random) -> Item:
    """A word without its first, or last, letters."""
    word, count = rng.choice(LONGER), rng.randint(2, 3)
    number = ("two", "three")[count - 2]
    if rng.random() < 0.5:
        asked, answer, wrong = "first", word[count:], word[:-count]
    else:
        asked, answer, wrong = "last", word[:-count], word[count:]
    prompt = (
        f'Leave out the {asked} {number} letters of the word "{word}". Answer with the remaining '
        "letters only, as one word."
    )
    return Item("shortened", prompt, answer, "letters", reject=(wrong, word))


def vowels(rng: random.Random) -> Item:
    """How many vowels there are."""
    word = rng.choice([word for word in WORDS + LONGER if "y" not in word])
    prompt = (
        f'How many of the letters of the word "{word}" are vowels (a, e, i, o, u)? Answer with '
        "the number only."
    )
    return Item("vowels", prompt, sum(letter in _VOWELS for letter in word), "number")


def exchanged(rng: random.Random) -> Item:
    """A letter takes the place of another."""
    word = rng.choice(WORDS)
    letter = rng.choice(sorted(set(word)))
    other = rng.choice([one for one in "abcdefghiklmnoprstuvw" if one not in word])
    prompt = (
        f'Replace every "{letter}" in the word "{word}" by "{other}". Answer with the resulting '
        "letters only, as one word."
    )
    return Item("exchanged", prompt, word.replace(letter, other), "letters", reject=(word,))


def doubled(rng: random.Random) -> Item:
    """The letter that stands twice in a row."""
    pairs = [word for word in WORDS + LONGER if len(_twins(word)) == 1]
    word = rng.choice(pairs)
    prompt = (
        f'Which letter stands twice in a row in the word "{word}"? Answer with the letter only.'
    )
    return Item("doubled", prompt, _twins(word)[0], "letters")


def _twins(word: str) -> list[str]:
    return [one for one, other in itertools.pairwise(word) if one == other]


def common(rng: random.Random) -> Item:
    """Hard: the only letter that two words share."""
    one = rng.choice(WORDS)
    sharing = [word for word in WORDS if word != one and len(set(one) & set(word)) == 1]
    if not sharing:
        return common(rng)
    other = rng.choice(sharing)
    (letter,) = set(one) & set(other)
    prompt = (
        f'Which is the only letter that occurs both in "{one}" and in "{other}"? Answer with the '
        "letter only."
    )
    return Item("common", prompt, letter, "letters")


def middle(rng: random.Random) -> Item:
    """Hard: the letter in the middle."""
    word = rng.choice([word for word in WORDS + LONGER if len(word) % 2])
    prompt = (
        f'Which letter stands exactly in the middle of the word "{word}"? Answer with the letter '
        "only."
    )
    return Item("middle", prompt, word[len(word) // 2], "letters")


def every_second(rng: random.Random) -> Item:
    """Hard: the first, third, fifth … letter."""
    word = rng.choice(LONGER)
    prompt = (
        f'Take the first, third, fifth and so on letter of the word "{word}" and put them '
        "together. Answer with the resulting letters only, as one word."
    )
    return Item("every second", prompt, word[::2], "letters", reject=(word[1::2], word))


MAKERS: tuple[Maker, ...] = (
    first_letter,
    last_letter,
    begins,
    joined,
    compound,
    longest,
    add_letter,
    shortened,
    vowels,
    exchanged,
    doubled,
    common,
    middle,
    every_second,
)
