"""Spelling: what is asked of the letters of a word, which a model sees in larger pieces."""

from __future__ import annotations

from typing import TYPE_CHECKING

from task_item import Item, Maker

if TYPE_CHECKING:
    import random

_WORDS = """
anchor balcony barrel basket beacon blanket border branch bridge bronze bucket butter cabin camera
canyon carpet castle cement chapel cherry circle clover cotton cradle curtain dagger dancer desert
dragon engine fabric falcon farmer feather fiddle finger flower forest fountain garden garlic
goblet gravel guitar hammer harbor helmet hollow island jacket jungle kettle kitchen ladder
lantern lemon lizard magnet marble market meadow mirror mitten monkey mortar museum napkin needle
nickel orchard oyster paddle palace parrot pebble pencil pepper pillow planet pocket powder prison
puzzle rabbit ribbon river rocket saddle salmon sandal school shadow silver spider sponge spring
stable statue stream string summer sunset temple thread thunder ticket timber tunnel turtle valley
velvet village violin walnut window winter wizard
"""
_LONGER = """
adventure blueberry butterfly cinnamon committee crocodile dandelion dinosaur education elephant
evergreen furniture grandmother harmonica hurricane invisible jellyfish knowledge lemonade
limestone marmalade messenger millennium mountaineer necessary nightingale orchestra parliament
passenger peppermint photograph possession raspberry refrigerator restaurant rhinoceros scarecrow
skeleton strawberry sunflower television tournament umbrella volunteer watermelon wilderness
"""

WORDS = tuple(_WORDS.split())
LONGER = tuple(_LONGER.split())
_PLACES = ("first", "second", "third", "fourth", "fifth", "sixth")


def _one_word(text: str) -> str:
    return f"{text} Answer with that word only."


def backwards(rng: random.Random) -> Item:
    """A word from its end."""
    word = rng.choice([w for w in WORDS if w != w[::-1]])
    prompt = f'Write the word "{word}" backwards. Answer with the reversed word only.'
    return Item("backwards", prompt, word[::-1], "letters")


def hyphens(rng: random.Random) -> Item:
    """Letter by letter."""
    word = rng.choice(LONGER)
    prompt = f'Spell the word "{word}" with a hyphen between the letters, like this: c-a-t.'
    return Item("hyphens", prompt, "-".join(word), "ends")


def count_letter(rng: random.Random) -> Item:
    """How often a letter occurs: one to four times."""
    word = rng.choice(LONGER)
    repeated = [c for c in sorted(set(word)) if word.count(c) > 1]
    letter = rng.choice(repeated if repeated and rng.random() < 0.7 else sorted(set(word)))
    prompt = (
        f'How many times does the letter "{letter}" occur in the word "{word}"? Answer with the '
        "number only."
    )
    return Item("count a letter", prompt, word.count(letter), "number")


def length(rng: random.Random) -> Item:
    """How many letters there are."""
    word = rng.choice(WORDS + LONGER)
    prompt = f'How many letters does the word "{word}" have? Answer with the number only.'
    return Item("length", prompt, len(word), "number")


def nth(rng: random.Random) -> Item:
    """A letter by its place."""
    word = rng.choice(WORDS)
    place = rng.randrange(1, min(len(word), len(_PLACES)))
    prompt = (
        f'What is the {_PLACES[place]} letter of the word "{word}"? Answer with the letter only.'
    )
    return Item("nth letter", prompt, word[place], "letters")


def initials(rng: random.Random) -> Item:
    """The word made of first letters."""
    pool: dict[str, list[str]] = {}
    for word in WORDS + LONGER:
        pool.setdefault(word[0], []).append(word)
    word = rng.choice([w for w in WORDS if len(w) <= 6 and all(c in pool for c in w)])
    others: list[str] = []
    for letter in word:
        fresh = [w for w in pool[letter] if w not in others and w != word]
        if not fresh:
            return initials(rng)
        others.append(rng.choice(fresh))
    prompt = (
        f"Take the first letter of each of these words and put the letters together: "
        f"{', '.join(others)}. Answer with the word that they make."
    )
    return Item("initials", prompt, word, "letters")


def without(rng: random.Random) -> Item:
    """A word that loses a letter everywhere."""
    word = rng.choice([w for w in WORDS if any(w.count(c) == 1 for c in w[1:-1])])
    letter = rng.choice([c for c in word[1:-1] if word.count(c) == 1])
    prompt = (
        f'Remove the letter "{letter}" from the word "{word}". Answer with the remaining letters '
        "only, as one word."
    )
    return Item("without a letter", prompt, word.replace(letter, ""), "letters")


def alphabet(rng: random.Random) -> Item:
    """Which word a dictionary lists first; all begin with the same letter."""
    groups = [[w for w in WORDS if w[0] == c] for c in sorted({w[0] for w in WORDS})]
    chosen = rng.sample(rng.choice([g for g in groups if len(g) >= 4]), 4)
    last = rng.random() < 0.5
    answer = sorted(chosen)[-1 if last else 0]
    prompt = _one_word(
        f"Which of these words comes {'last' if last else 'first'} in alphabetical order: "
        f"{', '.join(chosen)}?"
    )
    return Item("alphabet", prompt, answer, "letters")


def misspelled(rng: random.Random) -> Item:
    """Which of four words is spelled wrong; asked is the right spelling."""
    chosen = rng.sample(LONGER, 4)
    target = rng.choice(chosen)
    wrong = _damage(rng, target)
    shown = [wrong if word == target else word for word in chosen]
    prompt = (
        f"One of these words is misspelled: {', '.join(shown)}. Which word should it be? Answer "
        "with its correct spelling only."
    )
    return Item("misspelled", prompt, target, "letters")


def _damage(rng: random.Random, word: str) -> str:
    """A spelling that is wrong for certain: two different neighbours change places."""
    places = [i for i in range(1, len(word) - 2) if word[i] != word[i + 1]]
    at = rng.choice(places)
    return word[:at] + word[at + 1] + word[at] + word[at + 2 :]


def shifted(rng: random.Random) -> Item:
    """First and last letter change places."""
    word = rng.choice([w for w in WORDS if w[0] != w[-1]])
    answer = word[-1] + word[1:-1] + word[0]
    prompt = (
        f'Swap the first and the last letter of the word "{word}". Answer with the resulting '
        "letters only, as one word."
    )
    return Item("swapped", prompt, answer, "letters")


MAKERS: tuple[Maker, ...] = (
    backwards,
    hyphens,
    count_letter,
    length,
    nth,
    initials,
    without,
    alphabet,
    misspelled,
    shifted,
)
