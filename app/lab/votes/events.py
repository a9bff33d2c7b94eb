"""What is told while answers are made."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from app.core.votes.pairs import Role, VoteAnswer, VotedFile
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
