"""What is asked of the booth, and what it answers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from app.core.candidates.settings import COMPARE_GREEDY, DEFAULT_CONTEXT_TOKENS, SamplingSettings

if TYPE_CHECKING:
    from app.core.candidates.candidate import Candidate
    from app.core.chats.pictures import Picture
    from app.core.votes.pairs import Role, VoteAnswer, VotedFile, VotePair
    from app.core.votes.tally import BandPoint, Tally
    from app.core.words.sentence import English


@dataclass(frozen=True, slots=True)
class FileKnown:
    """All of a file was read: what it is."""

    file: VotedFile


@dataclass(frozen=True, slots=True)
class Answered:
    """One answer is there."""

    pair_id: int
    role: Role
    answer: VoteAnswer
    engine: str


@dataclass(frozen=True, slots=True)
class PairFailed:
    """A pair cannot be answered; that is no vote."""

    pair_id: int
    sentence: English


@dataclass(frozen=True, slots=True)
class AnswersProgress:
    """How far it is, in answers. Says nothing about one of them."""

    done: int
    total: int


AnswerEvent = FileKnown | Answered | PairFailed | AnswersProgress


@dataclass(frozen=True, slots=True)
class VoteOrder:
    """What a person wants to vote on.

    Attributes:
        prompts: Each is answered by one pair of candidates.
        reference: What the candidates are held against.
        candidates: The prompts are dealt out among them. Two pairs with one prompt would show the
            reference's answer twice, and who has seen it once knows it again.
        pictures: What is shown with each prompt.
    """

    prompts: Sequence[str]
    reference: Candidate
    candidates: Sequence[Candidate]
    sampling: SamplingSettings = COMPARE_GREEDY
    system_prompt: str = ""
    context_tokens: int = DEFAULT_CONTEXT_TOKENS
    pictures: tuple[Picture, ...] = ()


@dataclass(frozen=True, slots=True)
class Placed:
    """What became of an order.

    Attributes:
        pairs: They are stored and wait for their answers.
        left_out: Prompts whose answers by one of the candidates were seen here before.
    """

    pairs: tuple[VotePair, ...]
    left_out: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ShownPair:
    """All that may be known of a pair before the vote."""

    id: int
    prompt: str
    left: str
    right: str
    pictures: tuple[Picture, ...] = ()


@dataclass(frozen=True, slots=True)
class Waiting:
    """Pairs of these candidates that are not voted on yet.

    Attributes:
        ready: Both answers are there.
        unanswered: An answer is missing.
        failed: An engine could not answer.
        sentence: Why the last of these failed.
    """

    ready: int = 0
    unanswered: int = 0
    failed: int = 0
    sentence: str = ""


@dataclass(frozen=True, slots=True)
class Standing:
    """What the votes on a candidate against a reference say.

    Attributes:
        tally: Counts, rate and what may be said.
        band: How it came about.
        taken_back: Votes that were taken back; they do not count.
    """

    tally: Tally
    band: tuple[BandPoint, ...]
    taken_back: int
