"""Further choices of four: from what a child knows to two steps of reasoning."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from task_choice import chosen_from, option_item, pairs
from task_item import Item, Maker, listed

if TYPE_CHECKING:
    import random

# Only words that share no reasonable answer with another row of their table.
_COLOUR_OF = pairs(
    """fresh grass=green, a ripe strawberry=red, snow=white, a ripe banana=yellow, coal=black,
    a ripe orange=orange, fresh blood=red, salt=white, a raven=black, a lime=green, milk=white,
    a ripe lemon=yellow, a clear sky at noon=blue, soot=black, spinach=green, a canary=yellow"""
)
_SOUND = pairs(
    """dog=barks, cat=meows, cow=moos, sheep=bleats, horse=neighs, pig=grunts, lion=roars,
    frog=croaks, duck=quacks, owl=hoots, bee=buzzes, rooster=crows"""
)
_PLACE = pairs(
    """a teacher=in a school, a nurse=in a hospital, a baker=in a bakery, a miner=in a mine,
    a sailor=on a ship, a judge=in a court, a librarian=in a library, a farmer=in the fields,
    a lifeguard=at a swimming pool, an actor=in a theatre, a jockey=on a racecourse,
    a monk=in a monastery, an astronaut=in a space station"""
)
_EASY_OPPOSITES = pairs(
    """hot=cold, big=small, up=down, open=closed, day=night, wet=dry, full=empty, black=white,
    happy=sad, fast=slow, long=short, young=old, early=late, left=right, high=low,
    rich=poor, loud=quiet, thick=thin, love=hate, friend=enemy, always=never"""
)
_LIKE = pairs(
    """begin=start, large=big, quick=fast, ill=sick, glad=happy, angry=furious,
    silent=quiet, repair=mend, choose=select, buy=purchase, weep=cry, brave=courageous,
    frightened=afraid, wealthy=rich, reply=answer, gift=present, road=street, error=mistake,
    assist=help, odd=strange, finish=end, rock=stone, forest=wood"""
)
_MADE_OF = pairs(
    """bread=flour, cheese=milk, wine=grapes, paper=wood, glass=sand, a candle=wax,
    a window pane=glass, a jumper=wool, chocolate=cocoa beans, a nail=iron, a tyre=rubber,
    an omelette=eggs, raisins=grapes, a brick=clay,  tofu=soya beans,
    cider=apples, sauerkraut=cabbage, silk=cocoons, leather=hide"""
)
_NEEDS = pairs(
    """to open a locked door=a key, to take a photograph=a camera, to tell the time=a watch,
    to stay dry in the rain=an umbrella, to brush your teeth=a toothbrush, to eat soup=a spoon,
    to write on a blackboard=chalk, to light a fire=a match,
    to catch a fish=a rod, to boil water=a kettle, to iron a shirt=an iron,
    to pay in a shop=money, to send a letter=a stamp"""
)
_KINDS = {
    "a fruit": listed("apple|pear|plum|cherry|peach|banana|apricot|mango"),
    "a tool": listed("hammer|saw|drill|spanner|chisel|pliers|rasp|screwdriver"),
    "a piece of clothing": listed("shirt|sock|coat|glove|jacket|skirt|scarf|trousers"),
    "a musical instrument": listed("piano|flute|violin|trumpet|cello|oboe|harp|clarinet"),
    "a vehicle": listed("car|lorry|bus|tram|bicycle|motorcycle|train|van"),
    "a piece of furniture": listed("table|chair|wardrobe|sofa|desk|stool|armchair|bookcase"),
    "a metal": listed("chromium|copper|zinc|silver|lead|tin|nickel|aluminium"),
    "a tree": listed("oak|birch|maple|pine|spruce|willow|beech|larch"),
    "a flower": listed("tulip|daisy|lily|violet|dandelion|poppy|daffodil|carnation"),
    "a body part": listed("elbow|knee|shoulder|ankle|thumb|forehead|chin|heel"),
}
# But for fruit and trees: a cherry is either.
_TOLD_APART = [
    (one, other)
    for one in _KINDS
    for other in _KINDS
    if one != other and {one, other} != {"a fruit", "a tree"}
]
_DAYS = listed("Monday|Tuesday|Wednesday|Thursday|Friday|Saturday|Sunday")
_MONTHS = listed(
    "January|February|March|April|May|June|July|August|September|October|November|December"
)
_UNITS = pairs(
    """minutes in an hour=60, hours in a day=24, days in a week=7, months in a year=12,
    seconds in a minute=60, metres in a kilometre=1000, centimetres in a metre=100,
    grams in a kilogram=1000, years in a century=100, years in a decade=10,
    millimetres in a centimetre=10, sides of a triangle=3, sides of a hexagon=6,
    corners of a square=4, legs of a spider=8, legs of an insect=6, wheels of a bicycle=2,
    strings of a violin=4, letters of the English alphabet=26"""
)
_VERBS = pairs(
    """sings=a singer, bakes bread=a baker, flies a plane=a pilot, repairs cars=a mechanic,
    cuts hair=a hairdresser, puts out fires=a firefighter, sells meat=a butcher,
    writes novels=a novelist, plays in films=an actor, mends pipes=a plumber,
    catches fish=a fisherman, studies the stars=an astronomer, treats animals=a vet,
    designs houses=an architect, makes clothes=a tailor, pulls teeth=a dentist,
    delivers letters=a postman, grows crops=a farmer"""
)
_NAMES = listed("Adam|Beth|Carl|Dina|Emma|Finn|Gwen|Hans|Inga|Jack|Kira|Luke|Mary|Noel|Olaf|Pia")


def _of_table(rng: random.Random, sort: str, table: Mapping[str, str], question: str) -> Item:
    """A row of a table; wrong ones are what other rows say."""
    asked = rng.choice(list(table))
    wrong = chosen_from(rng, list(table.values()), table[asked])
    return option_item(rng, sort, question.format(asked), table[asked], wrong)


def colour_of(rng: random.Random) -> Item:
    """Easy: what colour things are."""
    return _of_table(rng, "colours", _COLOUR_OF, "Which colour is {} usually?")


def sound(rng: random.Random) -> Item:
    """Easy: which animal makes which sound."""
    animal = rng.choice(list(_SOUND))
    wrong = chosen_from(rng, list(_SOUND), animal)
    question = f"Which of these animals {_SOUND[animal]}?"
    return option_item(rng, "sounds", question, animal, wrong)


def workplace(rng: random.Random) -> Item:
    """Easy: who works where."""
    return _of_table(rng, "workplaces", _PLACE, "Where does {} usually work?")


def easy_opposite(rng: random.Random) -> Item:
    """Easy: opposites that everybody knows, in both directions."""
    both = {**_EASY_OPPOSITES, **{right: left for left, right in _EASY_OPPOSITES.items()}}
    word = rng.choice(list(both))
    others = [other for other in both.values() if other != word]
    wrong = chosen_from(rng, others, both[word])
    question = f'What is the opposite of the word "{word}"?'
    return option_item(rng, "easy opposites", question, both[word], wrong)


def same_meaning(rng: random.Random) -> Item:
    """Words that mean nearly the same."""
    question = 'Which of these words means nearly the same as "{}"?'
    return _of_table(rng, "same meaning", _LIKE, question)


def material(rng: random.Random) -> Item:
    """What things are made of."""
    return _of_table(rng, "materials", _MADE_OF, "What is {} mainly made of?")


def needed(rng: random.Random) -> Item:
    """Easy: what one needs for something."""
    return _of_table(rng, "needed", _NEEDS, "What do you need {}?")


def kind_of(rng: random.Random) -> Item:
    """Easy: the one of four that is of a kind."""
    kind = rng.choice(list(_KINDS))
    right = rng.choice(_KINDS[kind])
    others = rng.sample([other for one, other in _TOLD_APART if one == kind], 3)
    wrong = [rng.choice(_KINDS[other]) for other in others]
    return option_item(rng, "kinds", f"Which of these is {kind}?", right, wrong)


def odd_one(rng: random.Random) -> Item:
    """Three are of a kind, one is not."""
    kind, other = rng.choice(_TOLD_APART)
    right = rng.choice(_KINDS[other])
    wrong = rng.sample(_KINDS[kind], 3)
    return option_item(rng, "odd one", f"Which of these is not {kind}?", right, wrong)


def before_after(rng: random.Random) -> Item:
    """Easy: days and months in their order."""
    row = rng.choice((_DAYS, _MONTHS))
    at, after = rng.randrange(len(row)), rng.random() < 0.5
    right = row[(at + (1 if after else -1)) % len(row)]
    word = "directly after" if after else "directly before"
    what = "day" if row is _DAYS else "month"
    question = f"Which {what} comes {word} {row[at]}?"
    others = [name for name in row if name != row[at]]
    return option_item(rng, "before and after", question, right, chosen_from(rng, others, right))


def how_many(rng: random.Random) -> Item:
    """Numbers that everybody knows."""
    what = rng.choice(list(_UNITS))
    if " of " in what:
        head, _, tail = what.partition(" of ")
        question = f"How many {head} does {tail} have?"
    else:
        question = f"How many {what.replace(' in ', ' are there in ')}?"
    near = [
        str(number) for number in (2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 24, 26, 30, 60, 100, 1000)
    ]
    right = _UNITS[what]
    places = sorted((n for n in near if n != right), key=lambda n: abs(int(n) - int(right)))
    return option_item(rng, "how many", question, right, rng.sample(places[:6], 3))


def who_does(rng: random.Random) -> Item:
    """What people are called by what they do."""
    return _of_table(rng, "callings", _VERBS, "What do you call a person who {}?")


def cheaper(rng: random.Random) -> Item:
    """Hard: who paid most, least, by two differences."""
    names = rng.sample(_NAMES, 4)  # from most to least
    steps = [rng.randint(2, 9) for _ in range(3)]
    told = [f"{names[i]} paid {steps[i]} euros more than {names[i + 1]}." for i in range(3)]
    rng.shuffle(told)
    word, at = rng.choice((("the most", 0), ("the least", 3), ("the second least", 2)))
    wrong = [name for place, name in enumerate(names) if place != at]
    return option_item(rng, "paid", f"{' '.join(told)} Who paid {word}?", names[at], wrong)


def direction(rng: random.Random) -> Item:
    """Hard: turning twice."""
    compass = listed("north|east|south|west")
    at = rng.randrange(4)
    turns = [rng.choice((("left", -1), ("right", 1))) for _ in range(rng.randint(2, 3))]
    then = ", then ".join(word for word, _ in turns)
    right = compass[(at + sum(step for _, step in turns)) % 4]
    walk = f"{rng.choice(_NAMES)} walks {compass[at]} and turns {then}."
    question = f"{walk} Which way does the walk go now?"
    return option_item(rng, "turns", question, right, [way for way in compass if way != right])


def syllogism(rng: random.Random) -> Item:
    """Hard: what follows for certain."""
    one, two, three, four = rng.sample(
        listed("dabs|lorins|mips|tovels|zims|hurks|wembles|grons|fenits|quills"), 4
    )
    right = f"All {one} are {three}."
    wrong = [f"All {three} are {one}.", f"No {one} are {three}.", f"All {four} are {one}."]
    told = [f"All {one} are {two}.", f"All {two} are {three}.", f"Some {four} are {three}."]
    rng.shuffle(told)
    question = f"{' '.join(told)} What follows from this for certain?"
    return option_item(rng, "follows", question, right, wrong)


MAKERS: tuple[Maker, ...] = (
    colour_of,
    sound,
    workplace,
    easy_opposite,
    same_meaning,
    material,
    needed,
    kind_of,
    odd_one,
    before_after,
    how_many,
    who_does,
    cheaper,
    direction,
    syllogism,
)
