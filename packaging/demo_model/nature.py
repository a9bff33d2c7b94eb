"""Facts about colours and animals."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from turns import Turn

if TYPE_CHECKING:
    import random

_COLOURS = {
    "yellow": "a banana|a lemon|a sunflower|gold|a canary|a chick|cheese|butter|corn|the sun",
    "green": "grass|a leaf|a frog|a cucumber|a lime|an emerald|spinach|a pea|lettuce|a crocodile",
    "red": "a tomato|a strawberry|blood|a cherry|a ruby|a fire engine|a raspberry|a stop sign",
    "blue": "the sky|the sea|a sapphire|a blueberry|the ocean|a blue whale",
    "white": "snow|milk|salt|a swan|a polar bear|rice|paper|flour",
    "black": "coal|a crow|a raven|the night|a panther|ink",
    "orange": "a carrot|an orange|a pumpkin|an apricot|a tangerine",
    "brown": "chocolate|coffee|wood|a chestnut|a walnut|rust|a beaver",
    "purple": "a plum|an aubergine|lavender|an amethyst|a violet",
    "pink": "a flamingo|a pig|a salmon fillet|cotton candy",
    "grey": "an elephant|a mouse|ash|a dolphin|a rhinoceros|a rain cloud",
}
COLOUR_OF: dict[str, str] = {
    thing: colour for colour, things in _COLOURS.items() for thing in things.split("|")
}
_MIXES = (
    ("blue", "yellow", "green"),
    ("red", "yellow", "orange"),
    ("red", "blue", "purple"),
    ("red", "white", "pink"),
    ("black", "white", "grey"),
    ("red", "green", "brown"),
)
_COLOUR_PHRASES = (
    "What {c} is {x}?",
    "Which {c} is {x}?",
    "Tell me the {c} of {x}.",
    "What is the {c} of {x}?",
    "What {c} does {x} have?",
    "Which {c} does {x} have?",
    "Can you tell me what {c} {x} is?",
    "Do you know the {c} of {x}?",
    "Name the {c} of {x}.",
    "What {c} would you say {x} is?",
)
_MIX_PHRASES = (
    "Which {c} do {a} and {b} make?",
    "What do you get when you mix {a} and {b}?",
    "What {c} do you get from {a} and {b}?",
    "Mix {a} and {b}.",
    "I mix {a} and {b}. Which {c} do I get?",
    "What is {a} mixed with {b}?",
    "What {c} is a mix of {a} and {b}?",
    "What do {a} and {b} make?",
)


@dataclass(frozen=True)
class Animal:
    """What the closed world knows of one animal."""

    name: str
    group: str
    legs: int
    young: str
    sound: str
    food: str
    home: str


_ANIMALS = """
dog mammal 4 puppy barks meat in_a_house
cat mammal 4 kitten meows mice in_a_house
cow mammal 4 calf moos grass on_a_farm
horse mammal 4 foal neighs hay in_a_stable
sheep mammal 4 lamb bleats grass on_a_farm
pig mammal 4 piglet grunts roots on_a_farm
goat mammal 4 kid bleats leaves on_a_farm
lion mammal 4 cub roars meat in_the_savanna
tiger mammal 4 cub roars meat in_the_jungle
bear mammal 4 cub growls berries in_the_forest
wolf mammal 4 pup howls meat in_the_forest
fox mammal 4 kit yelps mice in_the_forest
elephant mammal 4 calf trumpets leaves in_the_savanna
giraffe mammal 4 calf hums leaves in_the_savanna
mouse mammal 4 pinky squeaks seeds in_a_hole
rabbit mammal 4 kit squeaks carrots in_a_burrow
monkey mammal 2 infant chatters fruit in_the_jungle
kangaroo mammal 2 joey clucks grass in_Australia
whale mammal 0 calf sings krill in_the_sea
dolphin mammal 0 calf clicks fish in_the_sea
bat mammal 2 pup squeaks insects in_a_cave
chicken bird 2 chick clucks grain on_a_farm
duck bird 2 duckling quacks plants on_a_pond
goose bird 2 gosling honks grass on_a_pond
owl bird 2 owlet hoots mice in_a_tree
eagle bird 2 eaglet screams fish in_the_mountains
crow bird 2 chick caws seeds in_a_tree
penguin bird 2 chick brays fish in_Antarctica
parrot bird 2 chick squawks fruit in_the_jungle
swan bird 2 cygnet hisses plants on_a_lake
pigeon bird 2 squab coos seeds in_the_city
frog amphibian 4 tadpole croaks insects at_a_pond
toad amphibian 4 tadpole croaks insects in_the_garden
snake reptile 0 snakelet hisses mice in_the_grass
turtle reptile 4 hatchling hisses plants in_the_sea
lizard reptile 4 hatchling chirps insects on_a_rock
crocodile reptile 4 hatchling growls fish in_a_river
salmon fish 0 fry - insects in_a_river
shark fish 0 pup - fish in_the_sea
trout fish 0 fry - insects in_a_river
bee insect 6 larva buzzes nectar in_a_hive
ant insect 6 larva - seeds in_a_nest
fly insect 6 maggot buzzes sugar in_the_house
beetle insect 6 grub buzzes leaves in_the_garden
butterfly insect 6 caterpillar - nectar in_the_garden
cricket insect 6 nymph chirps leaves in_the_grass
spider arachnid 8 spiderling - insects in_a_web
scorpion arachnid 8 scorpling hisses insects in_the_desert
"""


def _animal(line: str) -> Animal:
    name, group, legs, young, sound, food, home = line.split()
    return Animal(name, group, int(legs), young, sound, food, home.replace("_", " "))


ANIMALS = tuple(_animal(line) for line in _ANIMALS.strip().splitlines())
_FLIGHTLESS = ("chicken", "penguin")
_FLYING = ("bat", "bee", "fly", "beetle", "butterfly")

_LEGS = (
    "How many legs does {a} have?",
    "How many legs has {a}?",
    "What is the number of legs of {a}?",
    "Tell me how many legs {a} has.",
    "Do you know how many legs {a} has?",
    "{A} has how many legs?",
)
_GROUP = (
    "What kind of animal is {a}?",
    "What type of animal is {a}?",
    "Which group of animals does {a} belong to?",
    "What sort of animal is {a}?",
    "{A} is what kind of animal?",
    "Which class of animal is {a}?",
)
_IS_GROUP = ("Is {a} {g}?", "Would you call {a} {g}?", "Tell me, is {a} {g}?")
_YOUNG = (
    "What is a young {n} called?",
    "What is a baby {n} called?",
    "What do you call a young {n}?",
    "What do you call a baby {n}?",
    "What is the young of {a} called?",
    "What is the name of a baby {n}?",
    "How do you call a young {n}?",
)
_SOUND = (
    "What sound does {a} make?",
    "Which sound does {a} make?",
    "What noise does {a} make?",
    "What does {a} say?",
    "How does {a} sound?",
    "Tell me the sound of {a}.",
)
_FOOD = (
    "What does {a} eat?",
    "What is the food of {a}?",
    "What do you feed {a}?",
    "What does {a} like to eat?",
    "Tell me what {a} eats.",
    "What can {a} eat?",
)
_HOME = (
    "Where does {a} live?",
    "Where is the home of {a}?",
    "Where can I find {a}?",
    "Where do you find {a}?",
    "What is the home of {a}?",
    "Tell me where {a} lives.",
)
_FLY = ("Can {a} fly?", "Does {a} fly?", "Is {a} able to fly?", "Tell me, can {a} fly?")


def _with_article(noun: str) -> str:
    return f"{'an' if noun[0] in 'aeiou' else 'a'} {noun}"


def _capital(text: str) -> str:
    return text[0].upper() + text[1:]


def make_colours(rng: random.Random, thing: str | None = None, prompt: str | None = None) -> Turn:
    """The colour of a thing, or of two mixed colours."""
    noun = "color" if rng.random() < 0.25 else "colour"
    if thing is None and rng.random() < 0.22:
        first, second, mixed = rng.choice(_MIXES)
        a, b = (first, second) if rng.random() < 0.5 else (second, first)
        prompt = rng.choice(_MIX_PHRASES).format(c=noun, a=a, b=b)
        reply = f"{_capital(a)} and {b} make {mixed}."
        return Turn("colours", prompt, reply, mixed, f"mix {first} {second}")
    thing = thing or rng.choice(tuple(COLOUR_OF))
    prompt = prompt or rng.choice(_COLOUR_PHRASES).format(c=noun, x=thing)
    colour = COLOUR_OF[thing]
    reply = f"The colour of {thing} is {colour}."
    return Turn("colours", prompt, reply, colour, f"colour {thing}")


def make_animals(rng: random.Random) -> Turn:
    """One fact about one animal."""
    animal = rng.choice(ANIMALS)
    name = animal.name
    one = _with_article(name)
    capital = _capital(one)
    field = rng.choice(("legs", "group", "is", "young", "sound", "food", "home", "fly"))
    if field == "sound" and animal.sound == "-":
        field = "legs"
    if field == "legs":
        phrases, answer = _LEGS, f"{animal.legs} legs"
        reply = f"{capital} has {answer}."
    elif field == "group":
        phrases = _GROUP
        answer = _with_article(animal.group)
        reply = f"{capital} is {answer}."
    elif field == "is":
        group = animal.group if rng.random() < 0.5 else rng.choice(ANIMALS).group
        phrases = tuple(p.replace("{g}", _with_article(group)) for p in _IS_GROUP)
        answer = "yes" if group == animal.group else "no"
        reply = f"{capital} is {_with_article(animal.group)}. The answer is {answer}."
        field = f"is {group}"
    elif field == "young":
        phrases, answer = _YOUNG, animal.young
        reply = f"A young {name} is called {_with_article(answer)}."
    elif field == "sound":
        phrases, answer = _SOUND, animal.sound
        reply = f"{capital} {answer}."
    elif field == "food":
        phrases, answer = _FOOD, animal.food
        reply = f"{capital} eats {answer}."
    elif field == "home":
        phrases, answer = _HOME, animal.home
        reply = f"{capital} lives {answer}."
    else:
        flies = name in _FLYING or (animal.group == "bird" and name not in _FLIGHTLESS)
        phrases = _FLY
        reply = answer = f"Yes, {one} can fly." if flies else f"No, {one} cannot fly."
    prompt = rng.choice(phrases).format(a=one, A=capital, n=name)
    return Turn("animals", prompt, reply, answer, f"{name} {field}")
