"""The one family of errors that carries a sentence for the person."""

from __future__ import annotations


class PersonError(Exception):
    """Something went wrong that a person can be told in one plain sentence.

    Attributes:
        sentence: What to show, complete with its full stop.
        detail: What to write to the log, may be empty.
    """

    def __init__(self, sentence: str, detail: str = "") -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.detail = detail
