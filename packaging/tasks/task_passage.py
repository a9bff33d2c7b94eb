"""Passages: one fact is asked that stands in a short text among others like it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from task_item import Item, Maker, listed

if TYPE_CHECKING:
    import random

_NAMES = listed(
    "Anja|Bertil|Carmen|Dmitri|Esther|Farid|Gudrun|Henrik|Ilse|Joaquin|Katya|Leopold|Miriam|Nils|"
    "Odette|Pierre|Quentin|Rosa|Stefan|Thea|Ulrich|Vera|Wanda|Xavier|Yusuf|Zora"
)
_TOWNS = listed("Alder|Brook|Calder|Dunmore|Elton|Farrow|Glenn|Harwick|Imber|Kelso|Lorne|Marsh")
_DAYS = listed("Monday|Tuesday|Wednesday|Thursday|Friday|Saturday")
_COLOURS = listed("red|blue|green|black|white|yellow|grey|brown|orange|purple")
_WRITTEN = listed("two|three|four|five|six|seven|eight|nine|ten|eleven|twelve")


def question_about(passage: str, question: str, form: str) -> str:
    """A question behind its passage."""
    return f"{passage}\n\nQuestion: {question} Answer with the {form} only."


def passage_item(sort: str, prompt: str, answer: str, others: Sequence[str]) -> Item:
    """One of the facts of a passage is right, the others of its kind are wrong."""
    wrong = tuple(sorted({other for other in others if other != answer}))
    accept = ("gray",) if answer == "grey" else ()
    return Item(sort, prompt, answer, "fact", accept, wrong)


def lost_things(rng: random.Random) -> Item:
    """Who left what in the train, and where it was found."""
    names = rng.sample(_NAMES, 4)
    things = rng.sample(listed("umbrella|scarf|suitcase|camera|guitar|thermos|briefcase|hat"), 4)
    places = rng.sample(listed("platform|waiting room|dining car|ticket hall|footbridge|stairs"), 4)
    order = rng.sample(range(4), 4)
    opening = rng.choice(
        (
            "The lost property office had a busy morning.",
            "Four things were handed in at the station before ten o'clock.",
            "After the festival weekend the shelf behind the counter was full again.",
        )
    )
    told = [
        f"A {things[i]} that belongs to {names[i]} was found in the {places[i]}."
        if places[i] not in ("platform", "footbridge", "stairs")
        else f"On the {places[i]} somebody found a {things[i]}, which belongs to {names[i]}."
        for i in order
    ]
    passage = f"{opening} {' '.join(told)} None of the four owners has called yet."
    i = rng.randrange(4)
    if rng.random() < 0.5:
        prompt = question_about(passage, f"Who owns the {things[i]}?", "name")
        return passage_item("lost things", prompt, names[i], names)
    prompt = question_about(
        passage, f"Where was the thing that belongs to {names[i]} found?", "place"
    )
    return passage_item("lost things", prompt, places[i], places)


def timetable(rng: random.Random) -> Item:
    """When a bus leaves for a town, told in sentences."""
    towns = rng.sample(_TOWNS, 4)
    times = [
        f"{hour}:{rng.choice(('05', '20', '35', '50'))}" for hour in rng.sample(range(6, 20), 4)
    ]
    bays = rng.sample(_WRITTEN, 4)
    passage = (
        f"Four buses leave from the market square today. The bus to {towns[0]} departs at "
        f"{times[0]} from bay {bays[0]}; the one to {towns[1]} uses bay {bays[1]} and departs at "
        f"{times[1]}. Because of the road works, the service to {towns[2]} has been moved to bay "
        f"{bays[2]} and now departs at {times[2]}. Travellers to {towns[3]} wait at bay "
        f"{bays[3]}, where their bus departs at {times[3]}. Tickets are sold by the driver."
    )
    i = rng.randrange(4)
    if rng.random() < 0.5:
        prompt = question_about(passage, f"At what time does the bus to {towns[i]} depart?", "time")
        return passage_item("timetable", prompt, times[i], times)
    prompt = question_about(
        passage, f"To which town does the bus in bay {bays[i]} go?", "name of the town"
    )
    return passage_item("timetable", prompt, towns[i], towns)


def choir(rng: random.Random) -> Item:
    """Who does what on which day."""
    names, days = rng.sample(_NAMES, 4), rng.sample(_DAYS, 4)
    duties = rng.sample(
        listed("unlocks the hall|brings the music|makes the tea|tunes the piano|sweeps the floor"),
        4,
    )
    passage = (
        f"The choir shares its duties. On {days[0]} it is {names[0]} who {duties[0]}. {names[1]} "
        f"{duties[1]} every {days[1]}. Since the new year {names[2]} {duties[2]}, always on "
        f"{days[2]}, a task that nobody wanted before. That leaves {days[3]}, when {names[3]} "
        f"{duties[3]}. Whoever cannot come tells the others a day before."
    )
    i = rng.randrange(4)
    if rng.random() < 0.5:
        prompt = question_about(passage, f"Which member of the choir {duties[i]}?", "name")
        return passage_item("choir", prompt, names[i], names)
    prompt = question_about(passage, f"On which day is it the turn of {names[i]}?", "day")
    return passage_item("choir", prompt, days[i], days)


def market(rng: random.Random) -> Item:
    """Stalls, what they sell and where they stand."""
    names = rng.sample(_NAMES, 4)
    goods = rng.sample(listed("honey|cheese|candles|bread|flowers|baskets|olives|mushrooms"), 4)
    cloths = rng.sample(_COLOURS, 4)
    passage = (
        f"Coming from the church you first reach a stall with a {cloths[0]} awning, where "
        f"{names[0]} sells {goods[0]}. Opposite, under a {cloths[1]} awning, {names[1]} offers "
        f"{goods[1]} and tells everybody about the weather. Further down, {names[2]} has put up a "
        f"{cloths[2]} awning and sells {goods[2]} until noon. The last stall, with the "
        f"{cloths[3]} awning, belongs to {names[3]}, known for {goods[3]}."
    )
    i = rng.randrange(4)
    form = rng.randrange(3)
    if form == 0:
        prompt = question_about(passage, f"What can you buy from {names[i]}?", "product")
        return passage_item("market", prompt, goods[i], goods)
    if form == 1:
        prompt = question_about(
            passage, f"What colour is the awning of the stall with {goods[i]}?", "colour"
        )
        return passage_item("market", prompt, cloths[i], cloths)
    prompt = question_about(passage, f"Who has the stall with the {cloths[i]} awning?", "name")
    return passage_item("market", prompt, names[i], names)


def race(rng: random.Random) -> Item:
    """A finish told out of order; the place has to be worked out."""
    names = rng.sample(_NAMES, 5)  # in the order of the finish
    town = rng.choice(_TOWNS)
    passage = (
        f"The autumn run around {town} was close this year. {names[2]} came in right behind "
        f"{names[1]} and right ahead of {names[3]}. For a long time {names[4]} had been in front, "
        f"but cramp cost the lead, and in the end everyone else passed. {names[0]} won with a few "
        f"metres to spare and was carried to the fountain."
    )
    place = rng.randrange(5)
    word = ("first", "second", "third", "fourth", "last")[place]
    prompt = question_about(passage, f"Who came {word}?", "name")
    return passage_item("race", prompt, names[place], names)


def house(rng: random.Random) -> Item:
    """Who lives on which floor, by what is above and below."""
    names = rng.sample(_NAMES, 4)  # from the ground floor up
    pets = rng.sample(listed("parrot|cat|dog|tortoise|rabbit|goldfish"), 4)
    passage = (
        f"Four people live in the narrow house at the corner, one on each floor. {names[1]}, who "
        f"keeps a {pets[1]}, lives directly above {names[0]}. {names[0]} lives on the ground "
        f"floor with a {pets[0]}. Directly above {names[1]} you find {names[2]} and a "
        f"{pets[2]}; the top floor belongs to {names[3]}, whose {pets[3]} is the pride of the "
        "street."
    )
    i = rng.randrange(4)
    if rng.random() < 0.5:
        prompt = question_about(passage, f"Which animal does {names[i]} keep?", "animal")
        return passage_item("house", prompt, pets[i], pets)
    if i == 0:
        prompt = question_about(passage, "Who lives on the ground floor?", "name")
    elif i == 3:
        prompt = question_about(passage, f"Who lives directly above {names[2]}?", "name")
    else:
        prompt = question_about(passage, f"Who lives directly below {names[i + 1]}?", "name")
    return passage_item("house", prompt, names[i], names)


def minutes_of_a_meeting(rng: random.Random) -> Item:
    """Who is to do what by when."""
    names, months = rng.sample(_NAMES, 3), rng.sample(listed("March|April|June|July|October"), 3)
    tasks = rng.sample(
        listed("paint the fence|repair the pump|order the seeds|print the posters|prune the trees"),
        3,
    )
    treasurer = rng.choice([name for name in _NAMES if name not in names])
    passage = (
        f"Notes of the garden club. {treasurer} presented the accounts, which were approved. It "
        f"was agreed that {names[0]} will {tasks[0]} by {months[0]}. {names[1]} offered to "
        f"{tasks[1]}, which has to be done by {months[1]}. After some discussion {names[2]} took "
        f"on the last task, to {tasks[2]}; the deadline is {months[2]}. The next meeting is at the "
        f"house of {treasurer}."
    )
    i = rng.randrange(3)
    form = rng.randrange(3)
    if form == 0:
        prompt = question_about(passage, f"Who is going to {tasks[i]}?", "name")
        return passage_item("minutes", prompt, names[i], [*names, treasurer])
    if form == 1:
        prompt = question_about(passage, f"By which month must {names[i]} be done?", "month")
        return passage_item("minutes", prompt, months[i], months)
    prompt = question_about(passage, "Who presented the accounts?", "name")
    return passage_item("minutes", prompt, treasurer, names)


def museum(rng: random.Random) -> Item:
    """Years and makers of things on show."""
    makers = rng.sample(_NAMES, 3)
    pieces = rng.sample(listed("clock|globe|telescope|loom|music box|compass"), 3)
    years = [str(rng.randint(1640 + 60 * i, 1690 + 60 * i)) for i in range(3)]
    rng.shuffle(years)
    donor = rng.choice([name for name in _NAMES if name not in makers])
    passage = (
        f"The smallest room of the museum holds three treasures, all given by the family of "
        f"{donor}. The {pieces[0]} was built in {years[0]} by {makers[0]}, then only an "
        f"apprentice. Next to it stands a {pieces[1]} from {years[1]}, the work of {makers[1]}, "
        f"which still moves. In the glass case by the window you see the {pieces[2]} that "
        f"{makers[2]} finished in {years[2]} after eleven years."
    )
    i = rng.randrange(3)
    form = rng.randrange(3)
    if form == 0:
        prompt = question_about(passage, f"In which year was the {pieces[i]} made?", "year")
        return passage_item("museum", prompt, years[i], years)
    if form == 1:
        prompt = question_about(passage, f"Who made the {pieces[i]}?", "name")
        return passage_item("museum", prompt, makers[i], [*makers, donor])
    prompt = question_about(passage, f"What did {makers[i]} make?", "object")
    return passage_item("museum", prompt, pieces[i], pieces)


MAKERS: tuple[Maker, ...] = (
    lost_things,
    timetable,
    choir,
    market,
    race,
    house,
    minutes_of_a_meeting,
    museum,
)
