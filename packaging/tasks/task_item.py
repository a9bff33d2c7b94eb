"""The unit of the generators: one question as it stands in the file."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Item:
    """One question.

    ``sort`` names what kind of question within the kind it is; a file holds equally many of each,
    mixed, so that any beginning is a fair sample. ``number`` names it for ever.
    """

    sort: str
    prompt: str
    answer: object
    check: str
    accept: tuple[str, ...] = ()
    reject: tuple[str, ...] = ()
    picture: str = ""
    text: str = ""
    number: int = 0

    def row(self, kind: str) -> dict[str, object]:
        """The line of the file, without what is empty."""
        row: dict[str, object] = {
            "id": f"{kind}-{self.number:03}",
            "kind": kind,
            "sort": self.sort,
            "prompt": self.prompt,
            "answer": self.answer,
            "check": self.check,
        }
        if self.accept:
            row["accept"] = list(self.accept)
        if self.reject:
            row["reject"] = list(self.reject)
        if self.picture:
            row["picture"] = self.picture
        if self.text:
            row["text"] = self.text
        return row


Maker = Callable[[random.Random], Item]


def listed(text: str, by: str = "|") -> tuple[str, ...]:
    """The parts of a table written as one text."""
    return tuple(part.strip() for part in text.split(by))
