"""What the panel of votes stands on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from pathlib import Path

    from PySide6.QtCore import SignalInstance

    from app.core.statistics.anytime import WinRate
    from app.core.votes.choices import Choice
    from app.core.votes.pairs import PairState, VotePair
    from app.lab.votes.orders import Placed, ShownPair, Standing, VoteOrder, Waiting
    from app.lab.votes.prompts import PromptKind
    from app.store.vote_prompts import AskedPrompt


@dataclass(frozen=True, slots=True)
class VoteCandidate:
    """A version that can be voted on.

    Attributes:
        letter: As everywhere in the window.
        colour: Of this letter, #RRGGBB.
        path: The file.
        name: What people call it, such as its quantization level.
    """

    letter: str
    colour: str
    path: str
    name: str


class VotesPort(Protocol):
    """Asks, keeps and counts. Main thread only; nothing here waits for an engine.

    Attributes:
        changed: There are other pairs, votes or files than before.
        progressed: Answers are being made: how many are done, and of how many.
        ended: No answers are being made any more; a sentence if something went wrong, else empty.
    """

    @property
    def changed(self) -> SignalInstance: ...

    @property
    def progressed(self) -> SignalInstance: ...

    @property
    def ended(self) -> SignalInstance: ...

    @property
    def running(self) -> bool:
        """Whether answers are being made."""
        ...

    def set_files(self, paths: Sequence[str]) -> None:
        """Find out what these files are; ``changed`` tells when it is known."""
        ...

    def ask(self, order: VoteOrder, placed: Callable[[Placed], None]) -> None:
        """Store an order and have it answered; ``placed`` hears what became of it."""
        ...

    def go_on(self, paths: Sequence[str]) -> None:
        """Have answered what waits for it."""
        ...

    def try_again(self, paths: Sequence[str]) -> None:
        """Have answered what failed."""
        ...

    def set_aside(self, paths: Sequence[str], state: PairState) -> None:
        """Ask no more for what waits for answers, or for what failed."""
        ...

    def stop(self) -> None:
        """Stop making answers; what is there stays."""
        ...

    def waiting(self, paths: Sequence[str]) -> Waiting:
        """What there is to vote on, and what is not ready."""
        ...

    def next_pair(self, paths: Sequence[str]) -> ShownPair | None:
        """What to show next."""
        ...

    def cast(self, pair_id: int, choice: Choice) -> VotePair:
        """Store a vote; raises ``PersonError`` where it cannot be stored."""
        ...

    def take_back(self, pair: VotePair) -> None:
        """Undo a vote; raises ``PersonError`` where that cannot be stored."""
        ...

    def standing(self, candidate: str, reference: str) -> Standing:
        """What is known of a candidate."""
        ...

    def rates(self, reference: str, candidates: Iterable[str]) -> dict[str, WinRate]:
        """Win rates for the verdict."""
        ...

    def chat_prompts(self) -> list[AskedPrompt]:
        """What was asked in chats, the newest first."""
        ...

    def prompt_kinds(self, paths: Sequence[str]) -> Sequence[PromptKind]:
        """Prompts that suit these files."""
        ...

    def unseen(
        self, prompts: Sequence[str], reference: str, candidates: Iterable[str]
    ) -> list[str]:
        """Of these prompts, those of which no answer by these files was seen in a vote."""
        ...

    def export(self, target: Path) -> None:
        """Write every vote to a file; raises ``PersonError``."""
        ...
