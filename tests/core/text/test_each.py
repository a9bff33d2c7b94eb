"""Every text in a value of any shape, changed."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import msgspec

from app.core.text.each import with_each_text


class Word(StrEnum):
    ONE = "one"


@dataclass(frozen=True)
class Leaf:
    text: str
    exact: str
    word: Word = Word.ONE


class Tree(msgspec.Struct, frozen=True):
    leaves: tuple[Leaf, ...]
    named: dict[str, list[str]]
    number: float = 1.5


def test_texts_change_wherever_they_stand_and_nothing_else_does() -> None:
    leaf = Leaf("a", "b")
    found = with_each_text(Tree((leaf, leaf), {"k": ["v"]}), str.upper, ("exact",))
    assert found == Tree((Leaf("A", "b"),) * 2, {"K": ["V"]})
    assert found.leaves[0] is found.leaves[1]  # what is shared stays one
    assert found.leaves[0].word is Word.ONE
