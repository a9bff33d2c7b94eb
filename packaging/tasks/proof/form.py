"""Whether questions can be guessed from their form, and whether two of them are nearly the same."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from app.core.tasks.items import TaskItem

_WORDS = re.compile(r"[\w.-]+")
# What chance may add to a guess at 480 questions: three times its spread at a quarter.
_BY_LUCK = 0.06
_MOST_COMMON = 0.10


def guessed(items: Sequence[TaskItem]) -> dict[str, tuple[float, float]]:
    """What each way to guess without reading gets right, and what chance would, as shares."""
    found: dict[str, tuple[float, float]] = {}
    if all(item.check.value == "letter" for item in items):
        found["the letter that is right most often"] = (_most_common(items), 0.25)
        found["the longest option"] = (_by(items, _options, len), 0.25)
        found["the shortest option"] = (_by(items, _options, lambda one: -len(one)), 0.25)
        return found
    found["the answer that is right most often"] = (_most_common(items), _MOST_COMMON - _BY_LUCK)
    named = [item for item in items if item.check.value == "fact" and "Question:" in item.prompt]
    if named:
        chance = sum(1 / (1 + len(item.reject)) for item in named) / len(named)
        found["what is named first"] = (_by(named, _names, lambda at: -_at(at)), chance)
        found["what is named last"] = (_by(named, _names, _at), chance)
        found["the longest name"] = (_by(named, _names, lambda at: len(at.split("\0")[0])), chance)
    return found


def prove_unguessable(items: Sequence[TaskItem]) -> None:
    """No way to guess is better than chance.

    Raises:
        AssertionError: One is.
    """
    for how, (share, chance) in guessed(items).items():
        assert share <= chance + _BY_LUCK, (items[0].kind, how, share, chance)


def near_duplicates(items: Iterable[TaskItem]) -> list[tuple[str, str]]:
    """Pairs with the same words in another order, by their keys."""
    seen: dict[tuple[str, ...], str] = {}
    pairs: list[tuple[str, str]] = []
    for item in items:
        told = f"{item.prompt} {item.text} {item.picture} {item.answer}"
        words = tuple(sorted(_WORDS.findall(told.casefold())))
        if words in seen:
            pairs.append((seen[words], item.key))
        seen.setdefault(words, item.key)
    return pairs


def _most_common(items: Sequence[TaskItem]) -> float:
    return Counter(item.answer for item in items).most_common(1)[0][1] / len(items)


def _by(
    items: Sequence[TaskItem],
    options: Callable[[TaskItem], Sequence[str]],
    worth: Callable[[str], int],
) -> float:
    """How often the option of most worth is right; the first option given is the right one."""
    right = 0.0
    for item in items:
        values = list(map(worth, options(item)))
        best = [place for place, value in enumerate(values) if value == max(values)]
        right += (0 in best) / len(best)
    return right / len(items)


def _options(item: TaskItem) -> list[str]:
    return [item.accept[0], *item.reject]


def _names(item: TaskItem) -> list[str]:
    """The right name and the others, each with where it stands in the text."""
    told = item.asked.rsplit("Question:", 1)[0].casefold()
    places = [told.find(name.casefold()) for name in (item.answer, *item.reject)]
    return [f"{name}\0{at}" for name, at in zip((item.answer, *item.reject), places, strict=True)]


def _at(name: str) -> int:
    return int(name.split("\0")[1])
