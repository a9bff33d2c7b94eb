"""Passages and recalled texts, read by patterns: what stands there decides, not what made it."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence

# A pattern finds the facts; each names its parts. Words in one fact belong together.
_FACTS: Mapping[str, Sequence[str]] = {
    "lost things": (
        r"A (?P<thing>\w+) that belongs to (?P<name>\w+) was found in the (?P<place>[\w ]+)\.",
        r"On the (?P<place>\w+) somebody found a (?P<thing>\w+), which belongs to (?P<name>\w+)\.",
    ),
    "timetable": (
        r"The bus to (?P<town>\w+) departs at (?P<time>[\d:]+) from bay (?P<bay>\w+)",
        r"the one to (?P<town>\w+) uses bay (?P<bay>\w+) and departs at (?P<time>[\d:]+)",
        r"the service to (?P<town>\w+) has been moved to bay (?P<bay>\w+) and now departs at "
        r"(?P<time>[\d:]+)",
        r"Travellers to (?P<town>\w+) wait at bay (?P<bay>\w+), where their bus departs at "
        r"(?P<time>[\d:]+)",
    ),
    "choir": (
        r"On (?P<day>\w+day) it is (?P<name>\w+) who (?P<duty>[a-z ]+)\.",
        r"\. (?P<name>\w+) (?P<duty>[a-z ]+) every (?P<day>\w+)\.",
        r"Since the new year (?P<name>\w+) (?P<duty>[a-z ]+), always on (?P<day>\w+),",
        r"That leaves (?P<day>\w+), when (?P<name>\w+) (?P<duty>[a-z ]+)\.",
    ),
    "market": (
        r"a (?P<cloth>\w+) awning, where (?P<name>\w+) sells (?P<good>\w+)",
        r"under a (?P<cloth>\w+) awning, (?P<name>\w+) offers (?P<good>\w+)",
        r"(?P<name>\w+) has put up a (?P<cloth>\w+) awning and sells (?P<good>\w+)",
        r"with the (?P<cloth>\w+) awning, belongs to (?P<name>\w+), known for (?P<good>\w+)",
    ),
    "minutes": (
        r"that (?P<name>\w+) will (?P<task>[a-z ]+) by (?P<month>\w+)",
        r"(?P<name>\w+) offered to (?P<task>[a-z ]+), which has to be done by (?P<month>\w+)",
        r"(?P<name>\w+) took on the last task, to (?P<task>[a-z ]+); the deadline is "
        r"(?P<month>\w+)",
        r"(?P<name>\w+) (?P<task>presented) the accounts",
    ),
    "museum": (
        r"The (?P<piece>[a-z ]+) was built in (?P<year>\d+) by (?P<name>\w+),",
        r"stands a (?P<piece>[a-z ]+) from (?P<year>\d+), the work of (?P<name>\w+),",
        r"the (?P<piece>\w+(?: box)?) that (?P<name>\w+) finished in (?P<year>\d+)",
    ),
    "one fact": (r"(?P<name>\w+) likes (?P<fruit>\w+) best",),
    "coats": (r"(?P<name>\w+) wears a (?P<colour>\w+) coat",),
    "pets": (r"(?P<name>\w+) has a (?P<animal>\w+)",),
    "birthdays": (
        r"of (?P<name>\w+) (?:is )?in (?P<month>\w+)",
        r"(?P<name>\w+) was born in (?P<month>\w+)\.",
    ),
    "rooms": (r"in (?P<subject>\w+) takes place (?:on|in) the (?P<place>[\w ]+)",),
    "weather": (r"(?P<sky>\w+) on (?P<day>\w+day)",),
    "toolshed": (
        r"allotments (?P<name>\w+) borrowed the (?P<tool>\w+) and wants to bring it back on "
        r"(?P<day>\w+)",
        r"The (?P<tool>\w+) is with (?P<name>\w+) until (?P<day>\w+)",
        r"where the (?P<tool>\w+) was, until (?P<name>\w+) remembered having it and promised to "
        r"return it by (?P<day>\w+)",
    ),
    "letters": (
        r"The one from (?P<town>\w+) was from (?P<name>\w+) and had a (?P<colour>\w+) stamp",
        r"(?P<name>\w+) had written from (?P<town>\w+); that stamp was (?P<colour>\w+)",
        r"with a (?P<colour>\w+) stamp, came from (?P<name>\w+) in (?P<town>\w+)",
    ),
    "menu": (
        r"(?P<name>\w+) cooks on (?P<day>\w+): there will be (?P<meal>\w+)",
        r"For (?P<day>\w+) (?P<name>\w+) has promised (?P<meal>\w+)",
        r"(?P<meal>\w+) will be on the table on (?P<day>\w+), made by (?P<name>\w+)",
    ),
    "ferry": (
        r"ferry to (?P<town>\w+) sails at (?P<time>[\d:]+) from pier (?P<pier>\w+)",
        r"Pier (?P<pier>\w+) is for (?P<town>\w+), where the ship leaves at (?P<time>[\d:]+)",
        r"go to (?P<town>\w+), be at pier (?P<pier>\w+) before (?P<time>[\d:]+)",
    ),
    "band": (
        r"with (?P<name>\w+) on the (?P<played>\w+) in (?P<year>\d+)",
        r"(?P<name>\w+), who plays the (?P<played>\w+), joined in (?P<year>\d+)",
        r"and (?P<name>\w+) with the (?P<played>\w+) in (?P<year>\d+)",
        r"The (?P<played>\w+) of (?P<name>\w+) has been heard since (?P<year>\d+)",
    ),
    "code": (r"code of the (?P<place>\w+) is (?P<number>\d+)\.",),
    "cakes": (r"(?P<name>\w+) has made a (?P<kind>[\w ]+) cake\.",),
    "countries": (r"(?P<name>\w+) is going to move to (?P<country>\w+)\.",),
    "jobs": (r"(?P<name>\w+) works as a (?P<job>\w+)\.",),
    "cats": (r"cat of (?P<name>\w+) is called (?P<cat>\w+)\.",),
    "hats": (r"(?P<name>\w+) has lost a (?P<colour>\w+) hat\.",),
    "passwords": (r"secret word of the (?P<club>[\w ]+) is (?P<word>\w+)\.",),
    "houses": (r"(?P<name>\w+) lives at number (?P<number>\d+)\.",),
    "prices": (r"The (?P<thing>[\w ]+) is for sale for (?P<coins>\d+) coins\.",),
    "fish": (r"(?P<name>\w+) has caught a (?P<fish>\w+)\.",),
    "boats": (r"sail of (?P<name>\w+) is (?P<colour>\w+)\.",),
    "players": (r"(?P<name>\w+) plays the (?P<played>\w+)\.",),
    "buried": (r"(?P<name>\w+) has hidden a tin box under the (?P<tree>[\w ]+)\.",),
    "meetings": (r"The (?P<club>[\w ]+) meets every (?P<day>\w+)\.",),
    "parcels": (r"parcel from (?P<country>\w+) has come for (?P<name>\w+)\.",),
    "shelves": (r"book about (?P<topic>\w+) stands on the (?P<shelf>\w+) shelf",),
    "moved": (r"The (?P<event>[\w ]+) was planned for \w+ and has been moved to (?P<day>\w+)\.",),
    "left early": (r"(?P<name>\w+) took the train at (?P<time>[\d:]+)\.",),
}
# What is asked for, by a word of the question; else the part of the fact that is not named there.
_ASKED: Sequence[tuple[str, str]] = (
    (r"\bWho\b|\bWhose\b|\bwhom\b|Which member", "name"),
    (r"which day|what day", "day"),
    (r"what time", "time"),
    (r"[Ww]hich town", "town"),
    (r"which country", "country"),
    (r"what colour|Which colour|What colour is the awning", "colour|cloth"),
    (r"which month", "month"),
    (r"which year", "year"),
    (r"which pier", "pier"),
    (r"did \w+ write", "town"),
)


def _fact(sort: str, told: str, question: str) -> str:
    """What the only fact that the question names a part of says of what is asked for."""
    facts = [found.groupdict() for one in _FACTS[sort] for found in re.finditer(one, told)]
    named = [fact for fact in facts if any(_is_in(part, question) for part in fact.values())]
    assert len(named) == 1, (sort, named, question)
    (fact,) = named
    free = {part: word for part, word in fact.items() if not _is_in(word, question)}
    for pattern, parts in _ASKED:
        wanted = [free[part] for part in parts.split("|") if part in free]
        if wanted and re.search(pattern, question):
            return wanted[0]
    words = {"instrument": "played", "animal": "animal", "fruit": "fruit", "tool": "tool"}
    words |= {"buy": "good", "make?": "piece", "eaten": "meal", "found": "place"}
    for word, part in words.items():
        if word in question and part in free:
            return free[part]
    (only,) = [word for part, word in free.items() if part not in ("bay", "year", "task")]
    return only


def _is_in(words: str, question: str) -> bool:
    return re.search(rf"\b{re.escape(words)}\b", question, re.IGNORECASE) is not None


def _race(told: str, question: str) -> str:
    second, first_behind, third = re.search(
        r"(\w+) came in right behind (\w+) and right ahead of (\w+)", told
    ).groups()  # type: ignore[union-attr]
    last = re.search(r"long time (\w+) had been", told)[1]  # type: ignore[index]
    won = re.search(r"(\w+) won with", told)[1]  # type: ignore[index]
    order = [won, first_behind, second, third, last]
    return order[("first", "second", "third", "fourth", "last").index(question.split()[2][:-1])]


def _house(told: str, question: str) -> str:
    pets = dict(re.findall(r"(\w+), who keeps a (\w+)", told))
    pets |= dict(re.findall(r"(\w+) lives on the ground floor with a (\w+)", told))
    pets |= dict(re.findall(r"you find (\w+) and a (\w+)", told))
    pets |= dict(re.findall(r"belongs to (\w+), whose (\w+)", told))
    if "animal" in question:
        return pets[question.split("does ")[1].split()[0]]
    ground = re.search(r"(\w+) lives on the ground floor", told)[1]  # type: ignore[index]
    first = re.search(r"(\w+), who keeps", told)[1]  # type: ignore[index]
    second = re.search(r"you find (\w+)", told)[1]  # type: ignore[index]
    top = re.search(r"belongs to (\w+)", told)[1]  # type: ignore[index]
    floors = [ground, first, second, top]
    if "ground floor" in question:
        return ground
    at = floors.index(question.split()[-1][:-1])
    return floors[at + (1 if "above" in question else -1)]


def _changed(told: str, question: str) -> str:
    town, day = re.search(r"travel to (\w+) on (\w+)\.", told).groups()  # type: ignore[union-attr]
    new_town = re.search(r"now goes to (\w+)", told)[1]  # type: ignore[index]
    new_day = re.search(r"begins on (\w+)\.", told)[1]  # type: ignore[index]
    if "first" in question:
        return town if question.startswith("Where") else day
    return new_town if question.startswith("Where") else new_day


def _two_steps(told: str, question: str) -> str:
    owners = dict(re.findall(r"The (\w+) bicycle belongs to (\w+)\.", told))
    homes = dict(re.findall(r"(\w+) lives in (\w+)\.", told))
    return homes[owners[question.split("owner of the ")[1].split()[0]]]


def _queue(told: str, question: str) -> str:
    before = dict(re.findall(r"(\w+) stands directly behind (\w+)", told))
    front = (set(before.values()) - set(before)).pop()
    row = [front]
    while behind := [one for one, other in before.items() if other == row[-1]]:
        row += behind
    return row[1 if "second" in question else -1 if "end" in question else 0]


def _except_one(told: str, _: str) -> str:
    everybody = re.match(r"(\w+), (\w+), (\w+) and (\w+) had", told).groups()  # type: ignore[union-attr]
    (missing,) = [name for name in everybody if told.count(name) == 1]
    return missing


def _swapped(told: str, question: str) -> str:
    had = dict(re.findall(r"(\w+) (?:had )?the (\w+)(?=[,. ])", told.split("At noon")[0]))
    one, other = re.search(r"noon (\w+) and (\w+) swapped", told).groups()  # type: ignore[union-attr]
    had[one], had[other] = had[other], had[one]
    return had[question.split("did ")[1].split()[0]]


def _handed_on(told: str, question: str) -> str:
    owners = {t: n for n, t in re.findall(r"(\w+) has the ([a-z ]+?)(?: and|\.)", told)}
    at = re.search(
        r"What (\w+) has stands in the (\w+), what (\w+) has in the (\w+)\.", told
    ).groups()  # type: ignore[union-attr]
    places = {at[0]: at[1], at[2]: at[3]}
    return places[owners[re.search(r"does the ([a-z ]+) stand", question)[1]]]  # type: ignore[index]


def _only_one(told: str, question: str) -> str:
    can = re.search(r"can (\w+)\?", question)[1]  # type: ignore[index]
    return re.search(rf"(\w+) alone can {can}", told)[1]  # type: ignore[index]


def _arrived(told: str, question: str) -> str:
    pairs = re.findall(r"(\w+) arrived before (\w+)\.", told)
    earlier, later = {one for one, _ in pairs}, {other for _, other in pairs}
    return (earlier - later if "first" in question else later - earlier).pop()


def _ages(told: str, question: str) -> str:
    years = {n: int(y) for n, y in re.findall(r"(\w+) is (\d+) years old", told)}
    for name, more, other in re.findall(r"(\w+) is (\d+) years older than (\w+)", told):
        years[name] = years[other] + int(more)
    return str(years[question.split()[3][:-1]])


def _taken(told: str, question: str) -> str:
    had = dict(re.findall(r"(\w+) came with a ([a-z ]+?)(?:,|\.)", told))
    one, other = re.search(r"(\w+) and (\w+) have swapped these two", told).groups()  # type: ignore[union-attr]
    had[one], had[other] = had[other], had[one]
    return had[question.split("does ")[1].split()[0]]


_THOUGHT: Mapping[str, Callable[[str, str], str]] = {
    "race": _race,
    "house": _house,
    "changed plan": _changed,
    "two steps": _two_steps,
    "queue": _queue,
    "except one": _except_one,
    "swapped": _swapped,
    "handed on": _handed_on,
    "only one": _only_one,
    "arrived": _arrived,
    "ages": _ages,
    "taken": _taken,
}


def solved(sort: str, asked: str) -> str:
    """The answer to a question: letters as in the text, small ones where it begins a sentence."""
    told, question = asked.rsplit("\n\nQuestion: ", 1)
    question = question.split(" Answer with")[0]
    return _THOUGHT[sort](told, question) if sort in _THOUGHT else _fact(sort, told, question)
