"""Choices that have to be known, held against facts of their own: one option fits, and no other."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping, Sequence

from proof.facts import language, things, world

_QUOTED = re.compile(r'"([^"]+)"')


def _only(
    options: Sequence[str], is_right: Callable[[str], bool], known: Collection[str] | None = None
) -> str:
    """The one option that is right.

    Args:
        options: Those that are given.
        is_right: What facts say of one.
        known: Those of which facts say anything; None where ``is_right`` knows of all.

    Raises:
        LookupError: Nothing is known of one of them.
        ValueError: None is right, or several are.
    """
    unknown = [] if known is None else [option for option in options if option not in known]
    if unknown:
        raise LookupError(unknown)
    (found,) = [option for option in options if is_right(option)]
    return found


def _between(question: str, before: str, behind: str) -> str:
    found = re.search(rf"{before}(.+?){behind}", question)
    if found is None:
        raise LookupError(question)
    return found[1]


def _capital(question: str, options: Sequence[str]) -> str:
    if question.startswith("What"):
        right = world.CAPITALS[_between(question, "capital of ", r"\?")]
        return _only(options, lambda one: one == right, world.CAPITALS.values())
    named = _between(question, "country is ", " the capital")
    return _only(options, lambda one: world.CAPITALS[one] == named, world.CAPITALS)


def _symbol(question: str, options: Sequence[str]) -> str:
    if question.startswith("What"):
        right = world.SYMBOLS[_between(question, "symbol of ", r"\?")]
        return _only(options, lambda one: one == right, world.SYMBOLS.values())
    named = _between(question, "symbol ", r"\?")
    return _only(options, lambda one: world.SYMBOLS[one] == named, world.SYMBOLS)


def _young(question: str, options: Sequence[str]) -> str:
    if question.startswith("The young"):
        animals = world.YOUNG[_between(question, "called an? ", r"\?")]
        return _only(options, lambda one: one in animals, world.YOUNG_OF)
    names = world.YOUNG_OF[_between(question, "young of an? ", " called")]
    return _only(options, lambda one: one in names, world.YOUNG)


def _continent(question: str, options: Sequence[str]) -> str:
    name = _between(question, "countries is in ", r"\?")
    return _only(options, lambda one: world.CONTINENTS[one] == name, world.CONTINENTS)


def _class(question: str, options: Sequence[str]) -> str:
    name = _between(question, "animals is ", r"\?")
    return _only(options, lambda one: world.CLASS_OF[one] == name, world.CLASS_OF)


def _sound(question: str, options: Sequence[str]) -> str:
    verb = _between(question, "animals ", r"\?")
    return _only(options, lambda one: verb in world.SOUNDS[one], world.SOUNDS)


def _how_many(question: str, options: Sequence[str]) -> str:
    if "are there in" in question:
        small = _between(question, "many ", "s are")
        large = _between(question, "there in an? ", r"\?")
        (measure,) = [one for one in world.MEASURES if {small, large} <= one.keys()]
        right = measure[large] // measure[small]
    else:
        part = _between(question, "many ", " do")
        right = world.HAS[_between(question, "does ", " have")][part]
    return _only(options, lambda one: int(one) == right)


def _opposite(question: str, options: Sequence[str]) -> str:
    (word,) = _QUOTED.findall(question)
    return _word(options, lambda one: language.are_opposed(word, one))


def _alike(question: str, options: Sequence[str]) -> str:
    (word,) = _QUOTED.findall(question)
    return _word(options, lambda one: language.are_alike(word, one))


def _word(options: Sequence[str], is_right: Callable[[str], bool]) -> str:
    return _only(options, is_right, list(filter(language.is_known, options)))


def _plural(question: str, options: Sequence[str]) -> str:
    right = language.plural_of(*_QUOTED.findall(question))
    return _only(options, lambda one: one == right)


def _past(question: str, options: Sequence[str]) -> str:
    (verb,) = _QUOTED.findall(question)
    right = language.PAST[verb.removeprefix("to ")]
    return _only(options, lambda one: one == right)


def _told_by(facts: Mapping[str, frozenset[str]]) -> Callable[[str, Sequence[str]], str]:
    """The option one of whose words stands in the question."""

    def solve(question: str, options: Sequence[str]) -> str:
        def is_right(option: str) -> bool:
            return any(re.search(rf"\b{words}\b", question) for words in facts[option])

        return _only(options, is_right, facts)

    return solve


def _product(question: str, options: Sequence[str]) -> str:
    product = _between(question, "What is ", " mainly made of")
    return _only(options, lambda one: product in things.PRODUCTS[one], things.PRODUCTS)


def _kind(question: str, options: Sequence[str]) -> str:
    is_odd = "is not" in question
    members = things.KINDS[_between(question, "is not " if is_odd else "these is ", r"\?")]
    every = frozenset().union(*things.KINDS.values())
    return _only(options, lambda one: (one in members) is not is_odd, every)


KNOWN: Mapping[str, Callable[[str, Sequence[str]], str]] = {
    "capitals": _capital,
    "symbols": _symbol,
    "young": _young,
    "continents": _continent,
    "groups": _class,
    "sounds": _sound,
    "how many": _how_many,
    "opposites": _opposite,
    "easy opposites": _opposite,
    "same meaning": _alike,
    "plurals": _plural,
    "past": _past,
    "tools": _told_by(things.GOOD_FOR),
    "needed": _told_by(things.GOOD_FOR),
    "callings": _told_by(things.WORK),
    "workplaces": _told_by(things.WORKPLACES),
    "colours": _told_by(things.COLOURS),
    "materials": _product,
    "kinds": _kind,
    "odd one": _kind,
}
