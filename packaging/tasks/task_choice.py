"""Multiple choice: four options, one of which is right by a table; wrong ones from the same table.

The right option stands equally often at each letter. Facts are such that no reasonable person
would argue about them.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from task_item import Item, Maker, listed

if TYPE_CHECKING:
    import random

LETTERS = "ABCD"


def pairs(text: str) -> dict[str, str]:
    """A table written as ``one=other`` with commas between."""
    rows = [row.split("=") for row in text.replace("\n", " ").split(",") if row.strip()]
    return {one.strip(): other.strip() for one, other in rows}


_CAPITALS = pairs(
    """France=Paris, Spain=Madrid, Portugal=Lisbon, Italy=Rome, Germany=Berlin, Austria=Vienna,
    Poland=Warsaw, Hungary=Budapest, Greece=Athens, Norway=Oslo, Sweden=Stockholm,
    Finland=Helsinki, Denmark=Copenhagen, Ireland=Dublin, Belgium=Brussels, Romania=Bucharest,
    Bulgaria=Sofia, Croatia=Zagreb, Iceland=Reykjavik, Turkey=Ankara, Egypt=Cairo, Kenya=Nairobi,
    Morocco=Rabat, Ethiopia=Addis Ababa, Ghana=Accra, Japan=Tokyo, China=Beijing, India=New Delhi,
    Thailand=Bangkok, Vietnam=Hanoi, Indonesia=Jakarta, Mongolia=Ulaanbaatar, Nepal=Kathmandu,
    Canada=Ottawa, Cuba=Havana, Peru=Lima, Chile=Santiago, Argentina=Buenos Aires, Brazil=Brasilia,
    Colombia=Bogota, Australia=Canberra, New Zealand=Wellington, Iran=Tehran, Iraq=Baghdad,
    Uruguay=Montevideo, Latvia=Riga, Estonia=Tallinn, Lithuania=Vilnius"""
)
_SYMBOLS = pairs(
    """hydrogen=H, helium=He, carbon=C, nitrogen=N, oxygen=O, sodium=Na, magnesium=Mg,
    aluminium=Al, silicon=Si, phosphorus=P, sulfur=S, chlorine=Cl, potassium=K, calcium=Ca,
    iron=Fe, copper=Cu, zinc=Zn, silver=Ag, tin=Sn, gold=Au, mercury=Hg, lead=Pb, neon=Ne,
    uranium=U, nickel=Ni, tungsten=W"""
)
_YOUNG = pairs(
    """dog=puppy, cat=kitten, cow=calf, horse=foal, sheep=lamb, goat=kid, pig=piglet, hare=leveret,
    duck=duckling, goose=gosling, bear=cub, deer=fawn, frog=tadpole, kangaroo=joey, swan=cygnet,
    butterfly=caterpillar, eagle=eaglet, owl=owlet"""
)
_OPPOSITES = pairs(
    """ancient=modern, generous=stingy, transparent=opaque, victory=defeat, expand=shrink,
    arrive=depart, shallow=deep, scarce=plentiful, temporary=permanent,
    artificial=natural, rough=smooth, absent=present, accept=refuse,
    guilty=innocent, borrow=lend, rigid=flexible, brave=cowardly,
    entrance=exit, attack=defend, knowledge=ignorance, import=export, maximum=minimum,
    hollow=solid, polite=rude, sharp=blunt, freeze=melt, praise=blame"""
)
_TOOLS = pairs(
    """measure temperature=a thermometer, measure air pressure=a barometer,
    look at distant stars=a telescope, look at cells=a microscope, find north=a compass,
    drive in a nail=a hammer, turn a screw=a screwdriver, cut paper=scissors,
    listen to a heartbeat=a stethoscope, measure an angle=a protractor, weigh flour=scales,
    dig a hole=a spade, cut down a tree=an axe, sew a button on=a needle,
    measure how fast a car goes=a speedometer, open a wine bottle=a corkscrew,
    record an earthquake=a seismograph, measure a length=a ruler, see in the dark=a torch,
    sweep the floor=a broom, water the flowers=a watering can, cross a river=a boat,
    climb onto a roof=a ladder, tighten a nut=a spanner"""
)
_CONTINENTS = {
    "Africa": listed("Kenya|Ghana|Morocco|Nigeria|Tanzania|Angola|Senegal|Zambia"),
    "Asia": listed("Japan|Thailand|Nepal|Vietnam|Mongolia|Malaysia|Laos|Pakistan"),
    "Europe": listed("Poland|Norway|Portugal|Austria|Hungary|Estonia|Belgium|Croatia"),
    "South America": listed("Peru|Chile|Bolivia|Uruguay|Ecuador|Paraguay|Brazil|Colombia"),
}
_GROUPS = {
    "a mammal": listed("whale|bat|dolphin|otter|hedgehog|camel|seal|squirrel"),
    "a bird": listed("penguin|ostrich|sparrow|owl|heron|parrot|swallow|kiwi"),
    "a reptile": listed("crocodile|tortoise|gecko|viper|iguana|chameleon|cobra|lizard"),
    "an insect": listed("beetle|ant|wasp|moth|dragonfly|grasshopper|mosquito|bee"),
    "a fish": listed("salmon|shark|trout|cod|herring|tuna|pike|carp"),
    "an amphibian": listed("frog|toad|newt|salamander"),
}
_PLURALS = pairs(
    """mouse=mice, goose=geese, tooth=teeth, child=children, leaf=leaves, knife=knives,
    foot=feet, man=men, wolf=wolves, potato=potatoes, city=cities, half=halves,
    shelf=shelves, hero=heroes, woman=women, loaf=loaves, baby=babies, box=boxes, thief=thieves,
    tomato=tomatoes, story=stories, louse=lice"""
)
_PAST = pairs(
    """bring=brought, teach=taught, catch=caught, swim=swam, fly=flew, throw=threw, freeze=froze,
    choose=chose, write=wrote, steal=stole, begin=began, drink=drank, seek=sought, hide=hid,
    bite=bit, shake=shook, break=broke, speak=spoke, ride=rode, wear=wore"""
)
_PLANETS = listed("Mercury|Venus|Earth|Mars|Jupiter|Saturn|Uranus|Neptune")
_NAMES = listed("Anna|Ben|Clara|David|Eva|Frank|Gita|Hugo|Iris|Karl|Lena|Max|Nina|Otto|Paula|Ron")
_ORDERED = (
    (listed("a second|a minute|an hour|a day|a week|a year|a century"), "lasts the longest"),
    (listed("a gram|a kilogram|a tonne|a milligram"), "is the heaviest"),
    (listed("a millimetre|a centimetre|a metre|a kilometre"), "is the longest"),
    (listed("an ant|a mouse|a cat|a sheep|a horse|an elephant"), "is normally the largest"),
    (listed("a puddle|a pond|a lake|an ocean"), "holds the most water"),
    (listed("a village|a town|a continent|a planet"), "covers the largest area"),
    (listed("a page|a chapter|a book|a library"), "holds the most text"),
    (listed("a room|a house|a street|a city"), "is normally the largest"),
    (listed("an egg|a watermelon|a car|a ship"), "is normally the heaviest"),
    (listed("a snail|a person on foot|a bicycle|a passenger plane|light"), "moves the fastest"),
)
_SIZES = {name: place for table, _ in _ORDERED for place, name in enumerate(table)}
_SIZES.update({"a milligram": -1, "a gram": 0, "a kilogram": 1, "a tonne": 2})


def option_item(
    rng: random.Random, sort: str, question: str, right: str, wrong: Sequence[str]
) -> Item:
    """Options in any order; ``place_answers`` evens out the letters afterwards."""
    options = [right, *wrong]
    rng.shuffle(options)
    return with_options(Item(sort, question, right, "letter", (right,), tuple(wrong)), options)


def with_options(item: Item, options: Sequence[str]) -> Item:
    """The item with its options in this order."""
    question = item.prompt.split("\n")[0]
    lines = "\n".join(f"{a}) {b}" for a, b in zip(LETTERS, options, strict=True))
    prompt = f"{question}\n\n{lines}\n\nAnswer with the letter only."
    letter = LETTERS[list(options).index(item.accept[0])]
    return Item(item.sort, prompt, letter, "letter", item.accept, item.reject)


def place_answers(items: Sequence[Item], rng: random.Random) -> list[Item]:
    """Let the right option stand equally often at each letter, whatever the sort."""
    letters = [LETTERS[i % 4] for i in range(len(items))]
    rng.shuffle(letters)
    placed: list[Item] = []
    for item, letter in zip(items, letters, strict=True):
        options = list(item.reject)
        rng.shuffle(options)
        options.insert(LETTERS.index(letter), item.accept[0])
        placed.append(with_options(item, options))
    return placed


def chosen_from(rng: random.Random, values: Sequence[str], right: str) -> list[str]:
    """Three others of these."""
    return rng.sample([value for value in dict.fromkeys(values) if value != right], 3)


def capital(rng: random.Random) -> Item:
    """The capital of a country, or the country of a capital."""
    country = rng.choice(list(_CAPITALS))
    if rng.random() < 0.5:
        right = _CAPITALS[country]
        wrong = chosen_from(rng, list(_CAPITALS.values()), right)
        return option_item(rng, "capitals", f"What is the capital of {country}?", right, wrong)
    wrong = chosen_from(rng, list(_CAPITALS), country)
    question = f"Of which country is {_CAPITALS[country]} the capital?"
    return option_item(rng, "capitals", question, country, wrong)


def symbol(rng: random.Random) -> Item:
    """Chemical symbols."""
    element = rng.choice(list(_SYMBOLS))
    if rng.random() < 0.5:
        right = _SYMBOLS[element]
        wrong = chosen_from(rng, list(_SYMBOLS.values()), right)
        return option_item(
            rng, "symbols", f"What is the chemical symbol of {element}?", right, wrong
        )
    wrong = chosen_from(rng, list(_SYMBOLS), element)
    question = f"Which element has the chemical symbol {_SYMBOLS[element]}?"
    return option_item(rng, "symbols", question, element, wrong)


def young(rng: random.Random) -> Item:
    """Young animals."""
    animal = rng.choice(list(_YOUNG))
    if rng.random() < 0.5:
        asked = f"The young of which animal is called a {_YOUNG[animal]}?"
        asked = asked.replace("a eaglet", "an eaglet").replace("a owlet", "an owlet")
        return option_item(rng, "young", asked, animal, chosen_from(rng, list(_YOUNG), animal))
    wrong = chosen_from(rng, list(_YOUNG.values()), _YOUNG[animal])
    question = f"What is the young of a {animal} called?".replace("a owl", "an owl")
    return option_item(rng, "young", question.replace("a eagle", "an eagle"), _YOUNG[animal], wrong)


def opposite(rng: random.Random) -> Item:
    """Opposites; wrong ones are opposites of other words."""
    word = rng.choice(list(_OPPOSITES))
    right = _OPPOSITES[word]
    wrong = chosen_from(rng, list(_OPPOSITES.values()), right)
    return option_item(rng, "opposites", f'Which word is the opposite of "{word}"?', right, wrong)


def tool(rng: random.Random) -> Item:
    """What is used for what."""
    use = rng.choice(list(_TOOLS))
    wrong = chosen_from(rng, list(_TOOLS.values()), _TOOLS[use])
    return option_item(rng, "tools", f"What would you use to {use}?", _TOOLS[use], wrong)


def continent(rng: random.Random) -> Item:
    """The one country of four that lies elsewhere asked by its continent."""
    home = rng.choice(list(_CONTINENTS))
    right = rng.choice(_CONTINENTS[home])
    elsewhere = [c for name, countries in _CONTINENTS.items() if name != home for c in countries]
    question = f"Which of these countries is in {home}?"
    return option_item(rng, "continents", question, right, chosen_from(rng, elsewhere, right))


def group(rng: random.Random) -> Item:
    """Animals by their class."""
    wanted = rng.choice(list(_GROUPS))
    right = rng.choice(_GROUPS[wanted])
    rest = [animal for name, animals in _GROUPS.items() if name != wanted for animal in animals]
    question = f"Which of these animals is {wanted}?"
    return option_item(rng, "groups", question, right, chosen_from(rng, rest, right))


def plural(rng: random.Random) -> Item:
    """Plurals; wrong ones are made the ways that people make them wrong."""
    word = rng.choice(list(_PLURALS))
    right = _PLURALS[word]
    made = [word + "s", word + "es", word + "en", right + "s", word[:-1] + "ies"]
    return option_item(
        rng, "plurals", f'What is the plural of "{word}"?', right, chosen_from(rng, made, right)
    )


def past(rng: random.Random) -> Item:
    """Past tenses of irregular verbs."""
    verb = rng.choice(list(_PAST))
    right = _PAST[verb]
    made = [verb.rstrip("e") + "ed", right + "ed", verb + "t", verb.rstrip("e") + "en"]
    question = f'What is the simple past tense of "to {verb}"?'
    return option_item(rng, "past", question, right, chosen_from(rng, made, right))


def planet(rng: random.Random) -> Item:
    """The order of the planets."""
    if rng.random() < 0.5:
        at = rng.randrange(len(_PLANETS) - 1)
        inward = rng.random() < 0.5
        one, right = (at + 1, at) if inward else (at, at + 1)
        side = "closer to the sun" if inward else "farther from the sun"
        question = f"Which planet is the next one {side} than {_PLANETS[one]}?"
        rest = [p for p in _PLANETS if p != _PLANETS[one]]
        return option_item(
            rng, "planets", question, _PLANETS[right], chosen_from(rng, rest, _PLANETS[right])
        )
    chosen = rng.sample(_PLANETS, 4)
    right_name = min(chosen, key=_PLANETS.index)
    wrong = [p for p in chosen if p != right_name]
    return option_item(
        rng, "planets", "Which of these planets is closest to the sun?", right_name, wrong
    )


def transitive(rng: random.Random) -> Item:
    """Who is oldest, from two or three comparisons in any order."""
    names = rng.sample(_NAMES, 4)  # from old to young
    facts = [f"{names[i]} is older than {names[i + 1]}." for i in range(3)]
    rng.shuffle(facts)
    what, right = rng.choice((("the oldest", 0), ("the second oldest", 1), ("the youngest", 3)))
    question = f"{' '.join(facts)} Who is {what} of the four?"
    wrong = [name for name in names if name != names[right]]
    return option_item(rng, "order", question, names[right], wrong)


def largest(rng: random.Random) -> Item:
    """Which of four has most of something."""
    table, what = rng.choice([row for row in _ORDERED if len(row[0]) >= 4])
    chosen = rng.sample(table, 4)
    right = max(chosen, key=_SIZES.__getitem__)
    wrong = [name for name in chosen if name != right]
    return option_item(rng, "largest", f"Which of these {what}?", right, wrong)


def calendar(rng: random.Random) -> Item:
    """Days of the week some days on."""
    days = listed("Monday|Tuesday|Wednesday|Thursday|Friday|Saturday|Sunday")
    at, on = rng.randrange(7), rng.randint(2, 20)
    right = days[(at + on) % 7]
    question = f"Today is {days[at]}. Which day of the week will it be in {on} days?"
    return option_item(rng, "calendar", question, right, chosen_from(rng, days, right))


MAKERS: tuple[Maker, ...] = (
    capital,
    symbol,
    young,
    opposite,
    tool,
    continent,
    group,
    plural,
    past,
    planet,
    transitive,
    largest,
    calendar,
)
