"""The one family of errors that carries a sentence for the person."""

from __future__ import annotations

from app.core.words.sentence import English, Sentence, as_sentence


class PersonError(Exception):
    """Something went wrong that a person can be told in one plain sentence.

    Attributes:
        said: The sentence, which the window puts into the person's language.
        detail: What to write to the log, may be empty.
    """

    def __init__(self, said: Sentence | str, detail: str = "") -> None:
        """Make one.

        Args:
            said: The sentence; a text is one of somebody else's, said as it is.
            detail: What to write to the log.
        """
        self.said = as_sentence(said)
        super().__init__(self.sentence)
        self.detail = detail

    @property
    def sentence(self) -> English:
        """The sentence in English, complete with its full stop."""
        return English(self.said)


class DiskTrouble(PersonError):
    """Something could not be written on this PC: its disk is full, or may not be written.

    No fault of what was measured, and worth another attempt: it may be gone in a moment.
    """
