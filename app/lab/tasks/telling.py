"""Who hears how far asking is, candidate after candidate."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Sequence

    from app.lab.engines.opened import OpenedCandidate
    from app.lab.tasks.plan import FileAnswers


class Telling(Protocol):
    """Told from the thread that asks.

    Each may raise an error of its own to end it all: what was answered is kept.
    """

    def begin(self, every: Sequence[OpenedCandidate]) -> None:
        """These will be asked, the reference first, each once."""
        ...

    def tell(self, share: float) -> None:
        """So much of the next candidate's questions is done, 0 to 1; first, what was known."""
        ...

    def end(self, answers: FileAnswers, /) -> None:
        """The candidate has answered, or cannot."""
        ...
