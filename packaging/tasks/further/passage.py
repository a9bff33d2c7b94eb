"""Further passages: from one sentence with one fact to what has to be put together from two."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from task_item import Item, Maker, listed
from task_passage import passage_item, question_about

if TYPE_CHECKING:
    import random

_NAMES = listed(
    "Agata|Bruno|Celine|Dario|Elsa|Fritz|Greta|Hakan|Irina|Jorge|Karin|Lorenz|Mona|Nadir|Olga|"
    "Petra|Rafael|Sonja|Tibor|Ursula|Viola|Willem"
)
_TOWNS = listed("Ashby|Bexton|Corran|Denby|Ewell|Fenwick|Garth|Hollow|Ilford|Kirby|Leven|Melby")
_COLOURS = listed("red|blue|green|black|white|yellow|brown|orange|purple")
_DAYS = listed("Monday|Tuesday|Wednesday|Thursday|Friday|Saturday")
_MONTHS = listed("January|February|March|April|June|July|August|October|November")
_FRUIT = listed("apples|pears|plums|cherries|grapes|lemons|melons|figs")
_PETS = listed("cat|dog|rabbit|parrot|hamster|tortoise")
_TOOLS = listed("hammer|saw|drill|ladder|rake|shovel|brush|spanner")
_NUMBERS = listed("three|four|five|six|seven|eight|nine|eleven|twelve")


def _asked(
    sort: str, passage: str, question: str, form: str, answer: str, others: Sequence[str]
) -> Item:
    return passage_item(sort, question_about(passage, question, form), answer, others)


def one_fact(rng: random.Random) -> Item:
    """Easy: a single sentence about two people."""
    names, fruit = rng.sample(_NAMES, 2), rng.sample(_FRUIT, 2)
    passage = f"{names[0]} likes {fruit[0]} best, and {names[1]} likes {fruit[1]} best."
    i = rng.randrange(2)
    return _asked(
        "one fact", passage, f"Which fruit does {names[i]} like best?", "fruit", fruit[i], fruit
    )


def coats(rng: random.Random) -> Item:
    """Easy: who wears which colour."""
    names, colours = rng.sample(_NAMES, 3), rng.sample(_COLOURS, 3)
    passage = " ".join(f"{n} wears a {c} coat." for n, c in zip(names, colours, strict=True))
    i = rng.randrange(3)
    if rng.random() < 0.5:
        return _asked(
            "coats",
            passage,
            f"Which colour is the coat of {names[i]}?",
            "colour",
            colours[i],
            colours,
        )
    return _asked("coats", passage, f"Who wears the {colours[i]} coat?", "name", names[i], names)


def pets(rng: random.Random) -> Item:
    """Easy: who has which animal."""
    names, animals = rng.sample(_NAMES, 3), rng.sample(_PETS, 3)
    passage = (
        f"{names[0]} has a {animals[0]}. {names[1]} has a {animals[1]}. {names[2]} has a "
        f"{animals[2]}. They all live in the same street."
    )
    i = rng.randrange(3)
    return _asked(
        "pets", passage, f"Which animal does {names[i]} have?", "animal", animals[i], animals
    )


def birthdays(rng: random.Random) -> Item:
    """Easy: whose birthday is in which month."""
    names, months = rng.sample(_NAMES, 3), rng.sample(_MONTHS, 3)
    passage = (
        f"The birthday of {names[0]} is in {months[0]}, that of {names[1]} in {months[1]} and that "
        f"of {names[2]} in {months[2]}."
    )
    i = rng.randrange(3)
    if rng.random() < 0.5:
        question = f"In which month is the birthday of {names[i]}?"
        return _asked("birthdays", passage, question, "month", months[i], months)
    return _asked(
        "birthdays", passage, f"Whose birthday is in {months[i]}?", "name", names[i], names
    )


def rooms(rng: random.Random) -> Item:
    """Easy: which class is in which room."""
    subjects = rng.sample(listed("history|music|biology|drawing|geography|chemistry"), 3)
    floors = rng.sample(listed("the first floor|the second floor|the third floor|the cellar"), 3)
    passage = " ".join(
        f"The lesson in {s} takes place in {f}."
        if "cellar" in f
        else f"The lesson in {s} takes place on {f}."
        for s, f in zip(subjects, floors, strict=True)
    )
    i = rng.randrange(3)
    question = f"Where does the lesson in {subjects[i]} take place?"
    short = [floor.removeprefix("the ") for floor in floors]
    return _asked("rooms", passage, question, "place", short[i], short)


def weather(rng: random.Random) -> Item:
    """Easy: which weather on which day."""
    days = rng.sample(_DAYS, 3)
    skies = rng.sample(listed("rain|snow|fog|hail|sunshine|storm"), 3)
    passage = (
        f"The forecast for the coast: {skies[0]} on {days[0]}, {skies[1]} on {days[1]} and "
        f"{skies[2]} on {days[2]}."
    )
    i = rng.randrange(3)
    if rng.random() < 0.5:
        return _asked(
            "weather", passage, f"On which day is {skies[i]} expected?", "day", days[i], days
        )
    return _asked(
        "weather",
        passage,
        f"What is expected on {days[i]}?",
        "word for the weather",
        skies[i],
        skies,
    )


def toolshed(rng: random.Random) -> Item:
    """Who borrowed what."""
    names, tools, days = rng.sample(_NAMES, 3), rng.sample(_TOOLS, 3), rng.sample(_DAYS, 3)
    passage = (
        f"From the shed of the allotments {names[0]} borrowed the {tools[0]} and wants to bring it "
        f"back on {days[0]}. The {tools[1]} is with {names[1]} until {days[1]}. Nobody knew where "
        f"the {tools[2]} was, until {names[2]} remembered having it and promised to return it by "
        f"{days[2]}."
    )
    i = rng.randrange(3)
    form = rng.randrange(3)
    if form == 0:
        return _asked("toolshed", passage, f"Who has the {tools[i]}?", "name", names[i], names)
    if form == 1:
        return _asked(
            "toolshed", passage, f"Which tool does {names[i]} have?", "tool", tools[i], tools
        )
    return _asked(
        "toolshed", passage, f"On which day will the {tools[i]} be back?", "day", days[i], days
    )


def letters(rng: random.Random) -> Item:
    """Letters with a sender, a place and a stamp."""
    names, towns, colours = rng.sample(_NAMES, 3), rng.sample(_TOWNS, 3), rng.sample(_COLOURS, 3)
    passage = (
        f"Three letters lay on the mat. The one from {towns[0]} was from {names[0]} and had a "
        f"{colours[0]} stamp. {names[1]} had written from {towns[1]}; that stamp was {colours[1]}. "
        f"The thickest letter, with a {colours[2]} stamp, came from {names[2]} in {towns[2]}."
    )
    i = rng.randrange(3)
    form = rng.randrange(3)
    if form == 0:
        question = f"From which town did {names[i]} write?"
        return _asked("letters", passage, question, "name of the town", towns[i], towns)
    if form == 1:
        question = f"Who sent the letter with the {colours[i]} stamp?"
        return _asked("letters", passage, question, "name", names[i], names)
    question = f"Which colour was the stamp on the letter from {towns[i]}?"
    return _asked("letters", passage, question, "colour", colours[i], colours)


def menu(rng: random.Random) -> Item:
    """What is eaten on which day, and who cooks."""
    days, names = rng.sample(_DAYS, 3), rng.sample(_NAMES, 3)
    meals = rng.sample(listed("soup|pancakes|fish|noodles|dumplings|salad|omelette"), 3)
    passage = (
        f"In the shared kitchen the week is planned. {names[0]} cooks on {days[0]}: there will be "
        f"{meals[0]}. For {days[1]} {names[1]} has promised {meals[1]}. {meals[2].capitalize()} "
        f"will be on the table on {days[2]}, made by {names[2]}."
    )
    i = rng.randrange(3)
    form = rng.randrange(3)
    if form == 0:
        return _asked("menu", passage, f"What will be eaten on {days[i]}?", "dish", meals[i], meals)
    if form == 1:
        return _asked("menu", passage, f"Who is going to make {meals[i]}?", "name", names[i], names)
    return _asked("menu", passage, f"On which day does {names[i]} cook?", "day", days[i], days)


def ferry(rng: random.Random) -> Item:
    """Ferries, islands and piers."""
    islands = rng.sample(_TOWNS, 3)
    hours = rng.sample(range(7, 20), 3)
    times = [f"{hour}:{rng.choice(('10', '15', '40', '45'))}" for hour in hours]
    piers = rng.sample(_NUMBERS, 3)
    passage = (
        f"The ferry to {islands[0]} sails at {times[0]} from pier {piers[0]}. Pier {piers[1]} is "
        f"for {islands[1]}, where the ship leaves at {times[1]}. If you want to go to "
        f"{islands[2]}, be at pier {piers[2]} before {times[2]}, when the last ferry casts off."
    )
    i = rng.randrange(3)
    if rng.random() < 0.5:
        return _asked(
            "ferry",
            passage,
            f"At what time does the ferry to {islands[i]} leave?",
            "time",
            times[i],
            times,
        )
    return _asked(
        "ferry",
        passage,
        f"From which pier does the ferry to {islands[i]} leave?",
        "number of the pier",
        piers[i],
        piers,
    )


def band(rng: random.Random) -> Item:
    """Who plays what, and since when."""
    names, years = rng.sample(_NAMES, 4), [str(year) for year in rng.sample(range(1988, 2022), 4)]
    played = rng.sample(listed("drums|trumpet|violin|bass|clarinet|accordion"), 4)
    passage = (
        f"The band began with {names[0]} on the {played[0]} in {years[0]}. {names[1]}, who plays "
        f"the {played[1]}, joined in {years[1]}, and {names[2]} with the {played[2]} in "
        f"{years[2]}. The {played[3]} of {names[3]} has been heard since {years[3]}."
    )
    i = rng.randrange(4)
    form = rng.randrange(3)
    if form == 0:
        return _asked(
            "band",
            passage,
            f"Which instrument does {names[i]} play?",
            "instrument",
            played[i],
            played,
        )
    if form == 1:
        return _asked("band", passage, f"Who plays the {played[i]}?", "name", names[i], names)
    return _asked(
        "band", passage, f"In which year did {names[i]} join or begin?", "year", years[i], years
    )


def changed_plan(rng: random.Random) -> Item:
    """Hard: what was said first does not hold any more."""
    name, days, towns = rng.choice(_NAMES), rng.sample(_DAYS, 2), rng.sample(_TOWNS, 2)
    passage = (
        f"{name} had planned to travel to {towns[0]} on {days[0]}. Then a friend called, and the "
        f"plan changed: the journey now goes to {towns[1]}, and it begins on {days[1]}. The "
        "suitcase stays the same."
    )
    form = rng.randrange(4)
    if form == 0:
        return _asked(
            "changed plan",
            passage,
            f"Where is {name} going to travel now?",
            "name of the town",
            towns[1],
            towns,
        )
    if form == 1:
        return _asked(
            "changed plan",
            passage,
            "On which day does the journey begin now?",
            "day",
            days[1],
            days,
        )
    if form == 2:
        return _asked(
            "changed plan",
            passage,
            f"Where had {name} planned to go at first?",
            "name of the town",
            towns[0],
            towns,
        )
    return _asked(
        "changed plan",
        passage,
        f"For which day had {name} planned it at first?",
        "day",
        days[0],
        days,
    )


def two_steps(rng: random.Random) -> Item:
    """Hard: two facts lead to the answer."""
    names, colours, towns = rng.sample(_NAMES, 3), rng.sample(_COLOURS, 3), rng.sample(_TOWNS, 3)
    order = rng.sample(range(3), 3)
    owned = " ".join(f"The {colours[i]} bicycle belongs to {names[i]}." for i in order)
    lived = " ".join(f"{names[i]} lives in {towns[i]}." for i in rng.sample(range(3), 3))
    i = rng.randrange(3)
    question = f"In which town does the owner of the {colours[i]} bicycle live?"
    return _asked("two steps", f"{owned} {lived}", question, "name of the town", towns[i], towns)


def queue(rng: random.Random) -> Item:
    """Hard: a row of people by who stands behind whom."""
    names = rng.sample(_NAMES, 4)  # from the front
    told = [f"{names[i + 1]} stands directly behind {names[i]}." for i in range(3)]
    rng.shuffle(told)
    passage = f"Four people wait at the counter. {' '.join(told)}"
    at = rng.choice((0, 3, 1))
    where = {0: "at the front", 3: "at the end", 1: "second from the front"}[at]
    return _asked(
        "queue",
        passage,
        f"Who stands {where} of the row?" if at != 1 else f"Who is {where}?",
        "name",
        names[at],
        names,
    )


def except_one(rng: random.Random) -> Item:
    """Hard: the one of whom something is not said."""
    names = rng.sample(_NAMES, 4)
    missing = rng.randrange(4)
    came = [name for place, name in enumerate(names) if place != missing]
    rng.shuffle(came)
    passage = (
        f"{names[0]}, {names[1]}, {names[2]} and {names[3]} had all been invited to the harvest "
        f"supper. {came[0]} brought a cake. {came[1]} came late, and {came[2]} stayed until "
        "midnight. The fourth was ill at home."
    )
    return _asked(
        "except one", passage, "Who was not at the supper?", "name", names[missing], names
    )


def swapped(rng: random.Random) -> Item:
    """Hard: two things change hands."""
    names, things = rng.sample(_NAMES, 3), rng.sample(_TOOLS, 3)
    one, other = rng.sample(range(3), 2)
    passage = (
        f"In the morning {names[0]} had the {things[0]}, {names[1]} the {things[1]} and {names[2]} "
        f"the {things[2]}. At noon {names[one]} and {names[other]} swapped what they had."
    )
    now = list(things)
    now[one], now[other] = now[other], now[one]
    i = rng.randrange(3)
    return _asked(
        "swapped",
        passage,
        f"Which tool did {names[i]} have in the afternoon?",
        "tool",
        now[i],
        things,
    )


MAKERS: tuple[Maker, ...] = (
    one_fact,
    coats,
    pets,
    birthdays,
    rooms,
    weather,
    toolshed,
    letters,
    menu,
    ferry,
    band,
    changed_plan,
    two_steps,
    queue,
    except_one,
    swapped,
)
