"""Recalling: a fact that was read 2,000 tokens ago, among others like it.

A text holds twelve facts of six sorts, two questions a sort, so that what a model has read of it
serves twelve questions. Texts are written by the program from a line of words
(``app.core.tasks.reading``).
"""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence

from task_item import Item, listed

TEXTS = 40
SORTS_A_TEXT = 6
QUESTIONS_A_SORT = 2
_PLACES = listed("boathouse|cellar|attic|greenhouse|workshop|pavilion|stable|laundry")
_THINGS = listed("compass|globe|telescope|typewriter|sewing machine|barometer|gramophone|kite")
_COLOURS = listed("red|blue|green|black|white|yellow|brown|orange|purple")
_DAYS = listed("Monday|Tuesday|Wednesday|Thursday|Friday|Saturday")
_MONTHS = listed("January|February|April|June|July|August|October|November")
_COUNTRIES = listed("Portugal|Norway|Kenya|Peru|Japan|Greece|Canada|Ireland|Chile|Iceland")
_CAKES = listed("plum|lemon|almond|cherry|carrot|poppy seed|walnut|ginger")
_JOBS = listed("dentist|locksmith|tailor|beekeeper|plumber|translator|painter|librarian")
_PETS = listed("Biscuit|Shadow|Pepper|Muffin|Ziggy|Tiger|Pixel|Cosmo")
_FISH = listed("trout|pike|cod|perch|carp|salmon|herring|flounder")
_PLAYED = listed("trumpet|cello|accordion|clarinet|banjo|harp|flute|drum")
_TREES = listed("oak|pear tree|birch|walnut tree|willow|maple|spruce|lime tree")
_CLUBS = listed("choir|chess club|photo club|swimming club|theatre group|book circle")
_WORDS = listed("saffron|meteor|lantern|papaya|cobalt|jasmine|walrus|zeppelin")
_TOPICS = listed("volcanoes|bees|castles|comets|glaciers|mushrooms|railways|spices")
_SHELVES = listed("first|second|third|fourth|fifth|sixth|seventh|eighth")
_EVENTS = listed("concert|auction|flea market|lecture|quiz|film night")


class Names:
    """Names of one text: nobody occurs in two of its sorts."""

    def __init__(self, rng: random.Random) -> None:
        names = listed(
            "Alma|Boris|Clara|Darius|Edith|Felix|Greta|Hamid|Irma|Jonas|Katja|Lukas|Mina|Noel|"
            "Olive|Pavel|Runa|Samir|Tilda|Udo|Vera|Wim|Xenia|Yann|Zita|Arvid|Berta|Cyril|Dagny|"
            "Egon|Frida|Gustav|Hilma|Igor"
        )
        self._left = rng.sample(names, len(names))

    def take(self, count: int) -> list[str]:
        """So many that were not taken yet."""
        taken, self._left = self._left[:count], self._left[count:]
        return taken


Told = tuple[list[str], list[tuple[str, str, str, Sequence[str]]]]
"""Facts, and questions: what is asked, what the answer is, its check, and what would be wrong."""
Sort = Callable[[random.Random, Names], Told]


def _both_ways(
    facts: Sequence[str], asked: Sequence[str], answers: Sequence[str], form: str
) -> Told:
    """Two facts alike, and the same question about each."""
    questions = [
        (f"{question} Answer with the {form} only.", answer, "fact", answers)
        for question, answer in zip(asked, answers, strict=True)
    ]
    return list(facts), questions


def _numbers(facts: Sequence[str], asked: Sequence[str], answers: Sequence[int]) -> Told:
    """The same with numbers as answers."""
    questions = [
        (f"{question} Answer with the number only.", str(answer), "number", list(map(str, answers)))
        for question, answer in zip(asked, answers, strict=True)
    ]
    return list(facts), questions


def code(rng: random.Random, names: Names) -> Told:
    """Easy: codes of two doors."""
    del names
    places, numbers = rng.sample(_PLACES, 2), rng.sample(range(105, 990), 2)
    facts = [f"The code of the {p} is {n}." for p, n in zip(places, numbers, strict=True)]
    return _numbers(facts, [f"What is the code of the {p}?" for p in places], numbers)


def cakes(rng: random.Random, names: Names) -> Told:
    """Easy."""
    people, kinds = names.take(2), rng.sample(_CAKES, 2)
    facts = [f"{p} has made a {k} cake." for p, k in zip(people, kinds, strict=True)]
    return _both_ways(
        facts, [f"What kind of cake has {p} made?" for p in people], kinds, "kind of cake"
    )


def countries(rng: random.Random, names: Names) -> Told:
    """Easy."""
    people, lands = names.take(2), rng.sample(_COUNTRIES, 2)
    facts = [f"{p} is going to move to {c}." for p, c in zip(people, lands, strict=True)]
    asked = [f"To which country is {p} going to move?" for p in people]
    return _both_ways(facts, asked, lands, "country")


def jobs(rng: random.Random, names: Names) -> Told:
    """Easy."""
    people, works = names.take(2), rng.sample(_JOBS, 2)
    facts = [f"{p} works as a {w}." for p, w in zip(people, works, strict=True)]
    return _both_ways(facts, [f"What does {p} work as?" for p in people], works, "job")


def cats(rng: random.Random, names: Names) -> Told:
    """Easy: names of cats."""
    people, called = names.take(2), rng.sample(_PETS, 2)
    facts = [f"The cat of {p} is called {c}." for p, c in zip(people, called, strict=True)]
    return _both_ways(facts, [f"What is the cat of {p} called?" for p in people], called, "name")


def hats(rng: random.Random, names: Names) -> Told:
    """Easy: colours of hats."""
    people, colours = names.take(2), rng.sample(_COLOURS, 2)
    facts = [f"{p} has lost a {c} hat." for p, c in zip(people, colours, strict=True)]
    asked = [f"Which colour is the hat that {p} has lost?" for p in people]
    return _both_ways(facts, asked, colours, "colour")


def passwords(rng: random.Random, names: Names) -> Told:
    """Easy: secret words."""
    del names
    clubs, words = rng.sample(_CLUBS, 2), rng.sample(_WORDS, 2)
    facts = [f"The secret word of the {c} is {w}." for c, w in zip(clubs, words, strict=True)]
    return _both_ways(facts, [f"What is the secret word of the {c}?" for c in clubs], words, "word")


def birthdays(rng: random.Random, names: Names) -> Told:
    """Easy: months."""
    people, months = names.take(2), rng.sample(_MONTHS, 2)
    facts = [f"{p} was born in {m}." for p, m in zip(people, months, strict=True)]
    return _both_ways(facts, [f"In which month was {p} born?" for p in people], months, "month")


def houses(rng: random.Random, names: Names) -> Told:
    """Numbers of houses."""
    people, numbers = names.take(2), rng.sample(range(11, 99), 2)
    facts = [f"{p} lives at number {n}." for p, n in zip(people, numbers, strict=True)]
    return _numbers(facts, [f"At which number does {p} live?" for p in people], numbers)


def prices(rng: random.Random, names: Names) -> Told:
    """What two things cost."""
    del names
    things, coins = rng.sample(_THINGS, 2), rng.sample(range(12, 95), 2)
    facts = [f"The {t} is for sale for {c} coins." for t, c in zip(things, coins, strict=True)]
    asked = [f"For how many coins is the {t} for sale?" for t in things]
    return _numbers(facts, asked, coins)


def fish(rng: random.Random, names: Names) -> Told:
    """Who caught which fish, asked both ways."""
    people, kinds = names.take(2), rng.sample(_FISH, 2)
    facts = [f"{p} has caught a {k}." for p, k in zip(people, kinds, strict=True)]
    first = (
        f"Which fish has {people[0]} caught? Answer with the fish only.",
        kinds[0],
        "fact",
        kinds,
    )
    second = (f"Who has caught a {kinds[1]}? Answer with the name only.", people[1], "fact", people)
    return facts, [first, second]


def boats(rng: random.Random, names: Names) -> Told:
    """Whose sail has which colour, asked both ways."""
    people, colours = names.take(2), rng.sample(_COLOURS, 2)
    facts = [f"The sail of {p} is {c}." for p, c in zip(people, colours, strict=True)]
    first = (
        f"Which colour is the sail of {people[0]}? Answer with the colour only.",
        colours[0],
        "fact",
        colours,
    )
    second = (f"Whose sail is {colours[1]}? Answer with the name only.", people[1], "fact", people)
    return facts, [first, second]


def players(rng: random.Random, names: Names) -> Told:
    """Who plays what, asked both ways."""
    people, played = names.take(2), rng.sample(_PLAYED, 2)
    facts = [f"{p} plays the {i}." for p, i in zip(people, played, strict=True)]
    first = (
        f"Which instrument does {people[0]} play? Answer with the instrument only.",
        played[0],
        "fact",
        played,
    )
    second = (f"Who plays the {played[1]}? Answer with the name only.", people[1], "fact", people)
    return facts, [first, second]


def buried(rng: random.Random, names: Names) -> Told:
    """What lies where."""
    people, trees = names.take(2), rng.sample(_TREES, 2)
    facts = [f"{p} has hidden a tin box under the {t}." for p, t in zip(people, trees, strict=True)]
    first = (
        f"Under which tree has {people[0]} hidden a tin box? Answer with the tree only.",
        trees[0],
        "fact",
        trees,
    )
    second = (
        f"Who has hidden a tin box under the {trees[1]}? Answer with the name only.",
        people[1],
        "fact",
        people,
    )
    return facts, [first, second]


def meetings(rng: random.Random, names: Names) -> Told:
    """Which club meets on which day."""
    del names
    clubs, days = rng.sample(_CLUBS, 2), rng.sample(_DAYS, 2)
    facts = [f"The {c} meets every {d}." for c, d in zip(clubs, days, strict=True)]
    first = (
        f"On which day does the {clubs[0]} meet? Answer with the day only.",
        days[0],
        "fact",
        days,
    )
    second = (
        f"What meets every {days[1]}? Answer with the name of the club or group only.",
        clubs[1],
        "fact",
        clubs,
    )
    return facts, [first, second]


def parcels(rng: random.Random, names: Names) -> Told:
    """Who got something from where."""
    people, lands = names.take(2), rng.sample(_COUNTRIES, 2)
    facts = [f"A parcel from {c} has come for {p}." for p, c in zip(people, lands, strict=True)]
    asked = [f"For whom has a parcel from {c} come?" for c in lands]
    return _both_ways(facts, asked, people, "name")


def shelves(rng: random.Random, names: Names) -> Told:
    """Which book stands where."""
    del names
    topics, places = rng.sample(_TOPICS, 2), rng.sample(_SHELVES, 2)
    facts = [
        f"The book about {t} stands on the {s} shelf." for t, s in zip(topics, places, strict=True)
    ]
    asked = [f"On which shelf does the book about {t} stand?" for t in topics]
    return _both_ways(facts, asked, places, "word for the number of the shelf")


def moved(rng: random.Random, names: Names) -> Told:
    """Hard: what was said first does not hold any more."""
    del names
    events, days = rng.sample(_EVENTS, 2), rng.sample(_DAYS, 4)
    facts = [
        f"The {e} was planned for {days[2 * i]} and has been moved to {days[2 * i + 1]}."
        for i, e in enumerate(events)
    ]
    questions = [
        (f"On which day is the {e} now? Answer with the day only.", days[2 * i + 1], "fact", days)
        for i, e in enumerate(events)
    ]
    return facts, questions


def handed_on(rng: random.Random, names: Names) -> Told:
    """Hard: two facts lead to the answer."""
    people, things, places = names.take(2), rng.sample(_THINGS, 2), rng.sample(_PLACES, 2)
    facts = [
        f"{people[0]} has the {things[0]} and {people[1]} has the {things[1]}.",
        f"What {people[1]} has stands in the {places[1]}, what {people[0]} has in the {places[0]}.",
    ]
    asked = [f"In which place does the {t} stand?" for t in things]
    return _both_ways(facts, asked, places, "place")


def only_one(rng: random.Random, names: Names) -> Told:
    """Hard: one of three."""
    people = names.take(3)
    swims, cooks = rng.sample(range(3), 2)
    facts = [
        f"Of {people[0]}, {people[1]} and {people[2]}, {people[swims]} alone can swim.",
        f"Of the same three, {people[cooks]} alone can cook.",
    ]
    asked = [
        f"Who of {people[0]}, {people[1]} and {people[2]} can {can}?" for can in ("swim", "cook")
    ]
    told, questions = _both_ways(facts, asked, [people[swims], people[cooks]], "name")
    return told, [(q, a, c, people) for q, a, c, _ in questions]


def arrived(rng: random.Random, names: Names) -> Told:
    """Hard: an order by two comparisons."""
    people = names.take(3)  # in the order in which they arrived
    facts = [f"{people[1]} arrived before {people[2]}.", f"{people[0]} arrived before {people[1]}."]
    who = f"{', '.join(sorted(people)[:2])} and {sorted(people)[2]}"
    questions = [
        (f"Of {who}, who arrived first? Answer with the name only.", people[0], "fact", people),
        (f"Of {who}, who arrived last? Answer with the name only.", people[2], "fact", people),
    ]
    return facts, questions


def ages(rng: random.Random, names: Names) -> Told:
    """Hard: a sum of two numbers."""
    people, age, more = names.take(2), rng.randint(20, 60), rng.randint(3, 15)
    facts = [
        f"{people[0]} is {age} years old.",
        f"{people[1]} is {more} years older than {people[0]}.",
    ]
    return _numbers(facts, [f"How old is {p}?" for p in people], [age, age + more])


def taken(rng: random.Random, names: Names) -> Told:
    """Hard: two things change hands."""
    people, things = names.take(2), rng.sample(_THINGS, 2)
    facts = [
        f"{people[0]} came with a {things[0]}, and {people[1]} came with a {things[1]}.",
        f"{people[0]} and {people[1]} have swapped these two.",
    ]
    asked = [f"What does {p} have after the swap?" for p in people]
    return _both_ways(facts, asked, things[::-1], "thing")


def left_early(rng: random.Random, names: Names) -> Told:
    """Who left at what time."""
    people, hours = names.take(2), rng.sample(range(13, 22), 2)
    times = [f"{h}:{rng.choice(('10', '25', '40', '55'))}" for h in hours]
    facts = [f"{p} took the train at {t}." for p, t in zip(people, times, strict=True)]
    asked = [f"At what time did {p} take the train?" for p in people]
    return _both_ways(facts, asked, times, "time")


SORTS: tuple[Sort, ...] = (
    code,
    cakes,
    countries,
    jobs,
    cats,
    hats,
    passwords,
    birthdays,
    houses,
    prices,
    fish,
    boats,
    players,
    buried,
    meetings,
    parcels,
    shelves,
    moved,
    handed_on,
    only_one,
    arrived,
    ages,
    taken,
    left_early,
)
# Sorts that name the same things or days are not put into one text.
_APART = (
    {"prices", "handed_on", "taken"},
    {"code", "handed_on"},
    {"hats", "boats"},
    {"countries", "parcels"},
    {"passwords", "meetings"},
    {"meetings", "moved"},
    {"houses", "prices"},
    {"code", "ages"},
    {"houses", "ages"},
    {"prices", "ages"},
)


def make(rng: random.Random) -> list[Item]:
    """All questions: every four texts hold each sort once."""
    items: list[Item] = []
    number = 0
    while number < TEXTS:
        for sorts in _shared_out(rng):
            number += 1
            items += _text(rng, number, sorts)
    return items


def _shared_out(rng: random.Random) -> list[list[Sort]]:
    """All sorts over a few texts, so that none meets another that it must not meet."""
    while True:
        left = list(SORTS)
        rng.shuffle(left)
        texts = [left[at : at + SORTS_A_TEXT] for at in range(0, len(left), SORTS_A_TEXT)]
        names = [{sort.__name__ for sort in sorts} for sorts in texts]
        if all(len(apart & text) < 2 for apart in _APART for text in names):
            return texts


def _text(rng: random.Random, number: int, sorts: Sequence[Sort]) -> list[Item]:
    names = Names(rng)
    told = [(sort.__name__.replace("_", " "), *sort(rng, names)) for sort in sorts]
    # Facts of a sort stay in their order, those of all sorts stand between each other.
    facts = [facts[at] for at in range(QUESTIONS_A_SORT) for _, facts, _ in told]
    words = f"{number} | {' | '.join(facts)}"
    items = [
        Item(
            sort,
            f"Question: {question}",
            int(answer) if check == "number" else answer,
            check,
            reject=tuple(sorted({other for other in others if other != answer})),
            text=words,
        )
        for sort, _, questions in told
        for question, answer, check, others in questions
    ]
    first, second = items[::2], items[1::2]
    rng.shuffle(first)
    rng.shuffle(second)
    return [*first, *second]
