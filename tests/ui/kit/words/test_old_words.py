"""Words that were given up are not said any more: docs/WORDS.md has those that took their place.

Looks through app.ui and app.core.words.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.helpers.extraction import sayings_of

APP = Path(__file__).parents[4] / "app"
# What is no word that people read: places to fill in, options.
_NO_WORDS = re.compile(r"\{[^{}]*\}|--[\w-]+")
OLD = {
    "ladder": r"[Ll]adders?",  # Which one?, measurement
    "asleep": r"[Aa]sleep|to sleep",  # not loaded
    "level": r"[Ll]evels?",  # version
    "reference": r"[Rr]eferences?",  # original, compared with
    "race": r"[Rr]ac(e|es|ing)",  # one after another
    "together": r"Together",  # all at once
    "kld": r"KLD|KL div\w*",  # drift, with the KL divergence beside it
    "same": r"^[Ss]ame word$|[Ss]ame top",  # same next word
    "needs": r"^[Nn]eeds$|[Nn]eeded memory",  # memory
    "greedy": r"[Gg]reedy",  # always the likeliest word
    "shared": r"^shared$|as shared",  # times shared
    "bits": r"[Bb]its per weight",  # bits a weight
    "points": r"[Pp]oints",  # in 100 questions
}
_FOUND = {word: re.compile(rf"\b(?:{said})(?!\w)") for word, said in OLD.items()}
# Rooms in which these are still said, with the reason.
NOT_YET = {
    "ui/kit/words/format": "points",  # the unit of a figure, which is shown without it
}


def old_words(text: str) -> set[str]:
    """The words of a text that were given up."""
    said = _NO_WORDS.sub(" ", text)
    drift = "drift" in said.lower()
    return {
        word
        for word, found in _FOUND.items()
        if found.search(said) and not (word == "kld" and drift)
    }


def allowed(module: str) -> set[str]:
    """What a module may still say."""
    rooms = [words for room, words in NOT_YET.items() if module.startswith(room)]
    return set(" ".join(rooms).split())


def test_no_old_word_is_said() -> None:
    said = [
        f"{module.relative_to(APP)}: {text!r}: {sorted(old)}"
        for module, sayings in sayings_of([APP / "ui", APP / "core"])
        for _, text in sorted(sayings.texts)
        if (old := old_words(text) - allowed(module.relative_to(APP).as_posix()))
    ]
    assert not said, "\n".join(said)


@pytest.mark.parametrize(
    "text",
    [
        "New ladder …",
        "asleep",
        "Level",
        "The reference: {name}",
        "Race",
        "needs",
        "KL div.",
        "Points",
    ],
)
def test_an_old_word_is_found(text: str) -> None:
    assert old_words(text)


@pytest.mark.parametrize(
    "text",
    [
        "It needs about {needed_bytes}.",
        "write ORG/REPO:LEVEL",
        "Set it by --reference.",
        "They belong together.",
        "{reference} cannot do this.",
        "Drift: mean KL divergence, in nats.",
    ],
)
def test_what_only_looks_like_one_is_not(text: str) -> None:
    assert not old_words(text)
