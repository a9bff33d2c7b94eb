"""What stands beside an answer in the window."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class AnswerFacts:
    """What an answer's view shows beside the answer itself.

    Attributes:
        live: It is coming now, or its turn will come.
        stopping: Stop was pressed: what has come is shown at once, and no more comes.
        live_words: What the candidate does for it ("reading the prompt 40%"); empty at rest.
        live_tokens: Tokens so far while it comes.
        stop_words: Why it ended, empty where it ended by itself.
        compared: An answer of the original stands beside it, or it is the original's itself.
        original_words: What the candidate is to the others ("the original"); of that one alone.
        same_as: The original's letter where both say the same; empty where they do not.
        opened: It is shown although the original's says the same.
        difference: Where it leaves the original's answer, in characters of its text.
        is_last: The candidate's newest turn.
        can_ask: Something may be asked now, so editing and regenerating are offered.
        plain: It is shown as plain text until the person wants it formatted.
        earlier: How many answers it took the place of, which can be gone back to.
    """

    live: bool = False
    stopping: bool = False
    live_words: str = ""
    live_tokens: int | None = None
    stop_words: str = ""
    compared: bool = False
    original_words: str = ""
    same_as: str = ""
    opened: bool = False
    difference: int | None = None
    is_last: bool = False
    can_ask: bool = True
    plain: bool = False
    earlier: int = 0

    @property
    def folded(self) -> bool:
        """Whether one line says all of it."""
        return bool(self.same_as) and not self.opened and not self.live
