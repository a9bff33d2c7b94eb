"""Countries, elements, animals, and how many there are of what."""

from __future__ import annotations

import string
from collections.abc import Mapping, Sequence

# By continent, country after country of its alphabet, each with its capital.
_LANDS: Mapping[str, str] = {
    "Africa": "Algeria/Algiers, Angola/Luanda, Egypt/Cairo, Ethiopia/Addis Ababa, Ghana/Accra, "
    "Kenya/Nairobi, Morocco/Rabat, Nigeria/Abuja, Senegal/Dakar, Tanzania/Dodoma, Tunisia/Tunis, "
    "Zambia/Lusaka",
    "Asia": "China/Beijing, India/New Delhi, Indonesia/Jakarta, Iran/Tehran, Iraq/Baghdad, "
    "Japan/Tokyo, Laos/Vientiane, Malaysia/Kuala Lumpur, Mongolia/Ulaanbaatar, Nepal/Kathmandu, "
    "Pakistan/Islamabad, Thailand/Bangkok, Turkey/Ankara, Vietnam/Hanoi",
    "Europe": "Austria/Vienna, Belgium/Brussels, Bulgaria/Sofia, Croatia/Zagreb, "
    "Denmark/Copenhagen, Estonia/Tallinn, Finland/Helsinki, France/Paris, Germany/Berlin, "
    "Greece/Athens, Hungary/Budapest, Iceland/Reykjavik, Ireland/Dublin, Italy/Rome, Latvia/Riga, "
    "Lithuania/Vilnius, Norway/Oslo, Poland/Warsaw, Portugal/Lisbon, Romania/Bucharest, "
    "Spain/Madrid, Sweden/Stockholm",
    "North America": "Canada/Ottawa, Cuba/Havana, Mexico/Mexico City",
    "South America": "Argentina/Buenos Aires, Bolivia/Sucre, Brazil/Brasilia, Chile/Santiago, "
    "Colombia/Bogota, Ecuador/Quito, Paraguay/Asuncion, Peru/Lima, Uruguay/Montevideo",
    "Oceania": "Australia/Canberra, New Zealand/Wellington",
}
CAPITALS = {
    land.split("/")[0]: land.split("/")[1]
    for lands in _LANDS.values()
    for land in lands.split(", ")
}
CONTINENTS = {
    land.split("/")[0]: name for name, lands in _LANDS.items() for land in lands.split(", ")
}

# By number, from 1 to 92.
_ELEMENTS = """
hydrogen helium
lithium beryllium boron carbon nitrogen oxygen fluorine neon
sodium magnesium aluminium silicon phosphorus sulfur chlorine argon
potassium calcium scandium titanium vanadium chromium manganese iron cobalt nickel copper zinc
gallium germanium arsenic selenium bromine krypton
rubidium strontium yttrium zirconium niobium molybdenum technetium ruthenium rhodium palladium
silver cadmium indium tin antimony tellurium iodine xenon
caesium barium lanthanum cerium praseodymium neodymium promethium samarium europium gadolinium
terbium dysprosium holmium erbium thulium ytterbium lutetium hafnium tantalum tungsten rhenium
osmium iridium platinum gold mercury thallium lead bismuth polonium astatine radon
francium radium actinium thorium protactinium uranium
"""
_SYMBOLS = """
H He
Li Be B C N O F Ne
Na Mg Al Si P S Cl Ar
K Ca Sc Ti V Cr Mn Fe Co Ni Cu Zn Ga Ge As Se Br Kr
Rb Sr Y Zr Nb Mo Tc Ru Rh Pd Ag Cd In Sn Sb Te I Xe
Cs Ba La Ce Pr Nd Pm Sm Eu Gd Tb Dy Ho Er Tm Yb Lu Hf Ta W Re Os Ir Pt Au Hg Tl Pb Bi Po At Rn
Fr Ra Ac Th Pa U
"""
SYMBOLS = dict(zip(_ELEMENTS.split(), _SYMBOLS.split(), strict=True))

# What the young are called, and of which animals.
_CALLED: Mapping[str, str] = {
    "puppy": "dog seal", "kitten": "cat", "calf": "cow elephant whale", "foal": "horse donkey",
    "lamb": "sheep", "kid": "goat", "piglet": "pig", "leveret": "hare", "duckling": "duck",
    "gosling": "goose", "cub": "bear lion fox", "fawn": "deer", "tadpole": "frog toad",
    "joey": "kangaroo koala", "cygnet": "swan", "caterpillar": "butterfly moth",
    "eaglet": "eagle", "owlet": "owl",
}  # fmt: skip
YOUNG = {name: frozenset(animals.split()) for name, animals in _CALLED.items()}
YOUNG_OF = {
    animal: frozenset(name for name, of in YOUNG.items() if animal in of)
    for animals in YOUNG.values()
    for animal in animals
}

# By class, and within it by order, each order in brackets of its own.
_CLASSES: Mapping[str, Sequence[str]] = {
    "a mammal": (
        "whale dolphin", "bat", "otter seal fox", "hedgehog", "camel deer", "squirrel mouse",
    ),
    "a bird": (
        "penguin", "ostrich", "kiwi", "sparrow swallow", "owl", "heron", "parrot",
    ),
    "a reptile": ("crocodile", "tortoise", "gecko iguana chameleon lizard viper cobra"),
    "an insect": ("beetle", "ant wasp bee", "moth", "dragonfly", "grasshopper", "mosquito"),
    "a fish": ("salmon trout", "shark", "cod", "herring", "tuna", "pike", "carp"),
    "an amphibian": ("frog toad", "newt salamander"),
}  # fmt: skip
CLASS_OF = {
    animal: name
    for name, orders in _CLASSES.items()
    for order in orders
    for animal in order.split()
}

SOUNDS: Mapping[str, frozenset[str]] = {
    animal: frozenset(verbs.split())
    for animal, verbs in {
        "dog": "barks growls howls",
        "wolf": "howls growls",
        "cat": "meows purrs hisses",
        "lion": "roars growls",
        "cow": "moos lows",
        "sheep": "bleats",
        "goat": "bleats",
        "horse": "neighs whinnies",
        "pig": "grunts squeals",
        "rooster": "crows",
        "duck": "quacks",
        "owl": "hoots screeches",
        "frog": "croaks",
        "bee": "buzzes hums",
    }.items()
}

# In the smallest unit of each measure.
MEASURES: Sequence[Mapping[str, int]] = (
    {"second": 1, "minute": 60, "hour": 60 * 60, "day": 24 * 60 * 60, "week": 7 * 24 * 60 * 60},
    {"millimetre": 1, "centimetre": 10, "metre": 10**3, "kilometre": 10**6},
    {"gram": 1, "kilogram": 10**3, "tonne": 10**6},
    {"month": 1, "year": 12, "decade": 120, "century": 1200},
)
HAS: Mapping[str, Mapping[str, int]] = {
    "a triangle": {"sides": 3, "corners": 3},
    "a square": {"sides": 4, "corners": 4},
    "a hexagon": {"sides": 6, "corners": 6},
    "a spider": {"legs": 8},
    "an insect": {"legs": 6, "antennae": 2},
    "a bicycle": {"wheels": 2, "pedals": 2},
    "a violin": {"strings": 4},
    "the English alphabet": {"letters": len(string.ascii_lowercase), "vowels": 5},
}
