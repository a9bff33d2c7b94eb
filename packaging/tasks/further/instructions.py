"""Two instructions at once: what is asked, and how it is to be written. Half of it is not enough.

What comes of following only one of the two is refused (``reject``).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from task_item import Item, Maker, listed

if TYPE_CHECKING:
    import random

_WORDS = listed(
    "apple|bridge|candle|desert|engine|forest|garden|hammer|island|jacket|kettle|ladder|meadow|"
    "needle|orange|pepper|rabbit|saddle|timber|violin|window|basket|carpet|feather|lantern|pencil"
)
_SHORT = listed("ant|bed|cup|dog|egg|fan|gem|hat|ink|jar|key|leg|map|net|oak|pen|rug|sun|tea|van")
_LONG = listed(
    "adventure|butterfly|chocolate|dinosaur|elephant|furniture|grandmother|hurricane|limestone|"
    "marmalade|newspaper|orchestra|parliament|restaurant|strawberry|television"
)
OPPOSITES = listed("hot:cold|up:down|big:small|wet:dry|open:closed|day:night|full:empty|old:young")
CAPITALS = listed(
    "France:Paris|Italy:Rome|Spain:Madrid|Japan:Tokyo|Greece:Athens|Egypt:Cairo|Poland:Warsaw|"
    "Norway:Oslo|Austria:Vienna|Cuba:Havana|Kenya:Nairobi|Peru:Lima"
)
_SPELLED = listed("zero|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve")
_COLOURS = listed("red|blue|green|black|white|yellow|brown")
_ANIMALS = listed("horse|goat|goose|sheep|duck|donkey|rooster|pig")
_NAMES = listed("Anna|Bernd|Chiara|David|Emil|Franz|Hilda|Ines|Jakob|Lea|Marco|Nora")


def _item(sort: str, text: str, answer: str, *halves: str) -> Item:
    reject = tuple(dict.fromkeys(half for half in halves if half != answer))
    return Item(sort, f"{text} Answer with the result only.", answer, "line", reject=reject)


def capitals_mark(rng: random.Random) -> Item:
    """Easy: capitals, and a mark behind."""
    word, (name, mark) = rng.choice(_WORDS), _mark(rng)
    text = f'Write the word "{word}" in capital letters, and put {name} directly behind it.'
    return _item("capitals and mark", text, word.upper() + mark, word + mark, word.upper())


def _mark(rng: random.Random) -> tuple[str, str]:
    return rng.choice(
        (("an exclamation mark", "!"), ("a question mark", "?"), ("a plus sign", "+"))
    )


def twice_joined(rng: random.Random) -> Item:
    """Easy: a word twice, with a sign between."""
    word = rng.choice(_SHORT + _WORDS)
    name, sign = rng.choice((("a hyphen", "-"), ("a slash", "/"), ("a plus sign", "+")))
    text = f'Write the word "{word}" twice, and put {name} between the two, without spaces.'
    return _item("twice", text, f"{word}{sign}{word}", f"{word}{word}", f"{word}{sign}", word)


def capital_reply(rng: random.Random) -> Item:
    """Easy: knowledge, behind a given word."""
    country, city = rng.choice(CAPITALS).split(":")
    start = rng.choice(("Reply", "Result", "City", "Here"))
    text = (
        f'What is the capital of {country}? Begin with the word "{start}" and a colon, then write '
        "the city in capital letters."
    )
    return _item("reply", text, f"{start}: {city.upper()}", f"{start}: {city}", city)


def sum_unit(rng: random.Random) -> Item:
    """Easy: a small sum, with a word behind."""
    a, b, unit = rng.randint(2, 40), rng.randint(2, 40), rng.choice(("apples", "points", "metres"))
    text = f'Add {a} and {b}, and write the word "{unit}" in capital letters behind the sum.'
    total = a + b
    return _item("sum and unit", text, f"{total} {unit.upper()}", f"{total} {unit}", str(total))


def opposite_capitals(rng: random.Random) -> Item:
    """Easy: an opposite in capitals."""
    pair = rng.choice(OPPOSITES).split(":")
    word, right = pair if rng.random() < 0.5 else pair[::-1]
    name, mark = _mark(rng)
    text = (
        f'Write the opposite of the word "{word}" in capital letters, and put {name} directly '
        "behind it."
    )
    return _item("opposite", text, right.upper() + mark, right + mark, right.upper(), word.upper())


def larger_brackets(rng: random.Random) -> Item:
    """Easy: the larger of two, in brackets."""
    a, b = rng.sample(range(11, 99), 2)
    what, right, wrong = rng.choice(
        (("larger", max(a, b), min(a, b)), ("smaller", min(a, b), max(a, b)))
    )
    text = (
        f"Write the {what} of the numbers {a} and {b} twice, with an equals sign between, without "
        "spaces."
    )
    return _item(
        "number twice", text, f"{right}={right}", f"{wrong}={wrong}", str(right), f"{a}={b}"
    )


def picked_pair(rng: random.Random) -> Item:
    """Easy: colour and animal out of a sentence, in the other order."""
    name, colour, animal = rng.choice(_NAMES), rng.choice(_COLOURS), rng.choice(_ANIMALS)
    text = (
        f"{name} has a {colour} {animal}. Write the animal first and the colour second, with a "
        "slash between them, without spaces."
    )
    return _item(
        "picked", text, f"{animal}/{colour}", f"{colour}/{animal}", animal, f"{animal} {colour}"
    )


def spelled_number(rng: random.Random) -> Item:
    """A sum as a word in capitals."""
    a = rng.randint(1, 6)
    b = rng.randint(1, 12 - a)
    word = _SPELLED[a + b]
    text = f"Add {a} and {b}. Write the sum as a word, not as a number, and in capital letters."
    return _item("spelled", text, word.upper(), str(a + b), word)


def sorted_semicolons(rng: random.Random) -> Item:
    """Order, and what stands between."""
    words = rng.sample(_WORDS, 3)
    right = sorted(words)
    if right == words:
        words.reverse()
    name, sign = rng.choice((("semicolons", ";"), ("slashes", "/"), ("plus signs", "+")))
    text = (
        f"Sort these words alphabetically and put {name} between them, without spaces: "
        f"{', '.join(words)}."
    )
    return _item("sorted", text, sign.join(right), sign.join(words), ", ".join(right))


def reversed_list(rng: random.Random) -> Item:
    """The other way round, with signs between."""
    words = rng.sample(_SHORT, 4)
    name, sign = rng.choice((("hyphens", "-"), ("slashes", "/"), ("plus signs", "+")))
    text = (
        f"Write these words in the opposite order, the last one first, and put {name} between "
        f"them, without spaces: {', '.join(words)}."
    )
    right = sign.join(words[::-1])
    return _item("reversed list", text, right, sign.join(words), ", ".join(words[::-1]))


def longest_capitals(rng: random.Random) -> Item:
    """The longest of four, in capitals, with its letters counted."""
    word, others = rng.choice(_LONG), rng.sample(_SHORT, 3)
    shown = [word, *others]
    rng.shuffle(shown)
    text = (
        f"Which of these words is the longest: {', '.join(shown)}? Write it in capital letters, "
        "twice, with a slash between, without spaces."
    )
    right = word.upper()
    return _item("longest", text, f"{right}/{right}", f"{word}/{word}", right, word)


def initials(rng: random.Random) -> Item:
    """First letters, with signs between."""
    words = rng.sample(_WORDS, 4)
    name, sign = rng.choice((("hyphens", "-"), ("slashes", "/"), ("plus signs", "+")))
    text = (
        f"Take the first letter of each of these words, write the letters in capitals, and put "
        f"{name} between them, without spaces: {', '.join(words)}."
    )
    small = [word[0] for word in words]
    right = sign.join(small).upper()
    return _item("initials", text, right, sign.join(small), "".join(small).upper())


def without_word(rng: random.Random) -> Item:
    """One word goes, the others change."""
    words = rng.sample(_SHORT, 4)
    gone = rng.choice(words)
    rest = [word for word in words if word != gone]
    text = (
        f'Leave out the word "{gone}" from this list and write the others in capital letters, in '
        f"the same order, with slashes between them, without spaces: {', '.join(words)}."
    )
    right = "/".join(rest).upper()
    return _item("left out", text, right, "/".join(rest), "/".join(words).upper())


def replaced(rng: random.Random) -> Item:
    """A word takes the place of another, and the end changes."""
    name, other = rng.sample(_NAMES, 2)
    animal, colour = rng.choice(_ANIMALS), rng.choice(_COLOURS)
    text = (
        f'In the sentence "{name} feeds the {colour} {animal}", replace the name by "{other}", '
        "leave out the colour, and put an exclamation mark at the end."
    )
    right = f"{other} feeds the {animal}!"
    halves = (f"{other} feeds the {colour} {animal}!", f"{name} feeds the {animal}!", right[:-1])
    return _item("replaced", text, right, *halves)


def doubled_back(rng: random.Random) -> Item:
    """Twice as much, from the end."""
    numbers = rng.sample(range(2, 40), 3)
    text = (
        f"Double each of the numbers {numbers[0]}, {numbers[1]} and {numbers[2]}, and write the "
        "results in the opposite order, the last one first, with slashes between, without spaces."
    )
    twice = [str(2 * number) for number in numbers]
    plain = "/".join(map(str, numbers[::-1]))
    return _item("doubled", text, "/".join(twice[::-1]), "/".join(twice), plain)


def even_joined(rng: random.Random) -> Item:
    """Only the even ones, joined."""
    numbers = rng.sample(range(10, 60, 2), 3) + rng.sample(range(11, 61, 2), 3)
    rng.shuffle(numbers)
    odd = rng.random() < 0.5
    kept = [str(number) for number in numbers if number % 2 == int(odd)]
    text = (
        f"Of the numbers {', '.join(map(str, numbers))} write only the {'odd' if odd else 'even'} "
        "ones, in the same order, with plus signs between them, without spaces."
    )
    return _item("even or odd", text, "+".join(kept), "+".join(map(str, numbers)), ", ".join(kept))


def swapped_names(rng: random.Random) -> Item:
    """Names change places, one of them in capitals."""
    first, last = rng.choice(_NAMES), rng.choice(("Keller", "Moreau", "Santos", "Novak", "Berg"))
    text = (
        f'The name is "{first} {last}". Write the family name first, in capital letters, then a '
        "slash, then the first name as it is, without spaces."
    )
    right = f"{last.upper()}/{first}"
    return _item("names", text, right, f"{last}/{first}", f"{first}/{last.upper()}", right.upper())


def counted_letters(rng: random.Random) -> Item:
    """A word with how long it is."""
    word = rng.choice(_WORDS + _SHORT)
    text = (
        f'Write the word "{word}" in capital letters, then an equals sign, then how many letters '
        "it has, without spaces."
    )
    return _item(
        "counted", text, f"{word.upper()}={len(word)}", f"{word}={len(word)}", word.upper()
    )


def third_word(rng: random.Random) -> Item:
    """A word by its place, changed."""
    words = rng.sample(_WORDS, 5)
    at = rng.randrange(1, 4)
    place = ("first", "second", "third", "fourth")[at]
    text = (
        f"Take the {place} word of this list, write it in capital letters, and put a question mark "
        f"directly behind it: {', '.join(words)}."
    )
    right = f"{words[at].upper()}?"
    return _item("by place", text, right, f"{words[at]}?", f"{words[0].upper()}?", right[:-1])


def condition(rng: random.Random) -> Item:
    """Hard: a condition decides the form."""
    word = rng.choice(_LONG + _SHORT)
    is_long = len(word) > 5
    text = (
        f'If the word "{word}" has more than five letters, write it in capital letters, else '
        "write it twice with a hyphen between. In both cases put an exclamation mark at the end, "
        "without spaces."
    )
    right = f"{word.upper()}!" if is_long else f"{word}-{word}!"
    other = f"{word}-{word}!" if is_long else f"{word.upper()}!"
    return _item("condition", text, right, other, right[:-1])


def shortest_two(rng: random.Random) -> Item:
    """Hard: sorted by length, and only two of them."""
    words = [rng.choice(_LONG), rng.choice(_SHORT)]
    words += [rng.choice([word for word in _WORDS if len(word) == 6])]
    rng.shuffle(words)
    by_length = sorted(words, key=len)
    text = (
        "Sort these words by their length, the shortest first, and write only the first two of "
        f"them, in capital letters, with a plus sign between, without spaces: {', '.join(words)}."
    )
    right = "+".join(by_length[:2])
    return _item("shortest", text, right.upper(), right, "+".join(by_length).upper())


def sum_and_product(rng: random.Random) -> Item:
    """Hard: two results in a given order."""
    a, b = rng.sample(range(2, 13), 2)
    text = (
        f"Take the numbers {a} and {b}. Write their product first and their sum second, with a "
        "slash between, without spaces."
    )
    return _item("product and sum", text, f"{a * b}/{a + b}", f"{a + b}/{a * b}", str(a * b))


def first_and_last(rng: random.Random) -> Item:
    """Hard: letters of two words, one of them in capitals."""
    one, other = rng.sample(_WORDS, 2)
    text = (
        f'Take the first letter of "{one}" in capitals and the last letter of "{other}" in small '
        "letters, and write them with a hyphen between, without spaces."
    )
    right = f"{one[0].upper()}-{other[-1]}"
    return _item(
        "two letters", text, right, right.lower(), right.upper(), f"{one[-1].upper()}-{other[0]}"
    )


def sorted_numbers(rng: random.Random) -> Item:
    """Hard: sorted, and each in brackets."""
    numbers = rng.sample(range(10, 99), 4)
    order = sorted(numbers, reverse=True)
    if order == numbers:
        numbers.reverse()
    text = (
        f"Sort the numbers {', '.join(map(str, numbers))} from the largest to the smallest, leave "
        "out the smallest, and put slashes between them, without spaces."
    )
    halves = (
        "/".join(map(str, order)),
        "/".join(map(str, numbers[:3])),
        ", ".join(map(str, order[:3])),
    )
    return _item("sorted numbers", text, "/".join(map(str, order[:3])), *halves)


def alternating(rng: random.Random) -> Item:
    """Hard: capitals and small letters in turns, word by word."""
    words = rng.sample(_SHORT, 4)
    text = (
        "Write these words in the same order with hyphens between, without spaces, the first and "
        f"the third in capital letters and the others in small letters: {', '.join(words)}."
    )
    turned = [word if place % 2 else word.upper() for place, word in enumerate(words)]
    other = [word.upper() if place % 2 else word for place, word in enumerate(words)]
    return _item("in turns", text, "-".join(turned), "-".join(words), "-".join(other))


MAKERS: tuple[Maker, ...] = (
    capitals_mark,
    twice_joined,
    capital_reply,
    sum_unit,
    opposite_capitals,
    larger_brackets,
    picked_pair,
    spelled_number,
    sorted_semicolons,
    reversed_list,
    longest_capitals,
    initials,
    without_word,
    replaced,
    doubled_back,
    even_joined,
    swapped_names,
    counted_letters,
    third_word,
    condition,
    shortest_two,
    sum_and_product,
    first_and_last,
    sorted_numbers,
    alternating,
)
