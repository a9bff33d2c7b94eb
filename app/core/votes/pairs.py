"""Two answers to one prompt, and all that is kept of them."""

from __future__ import annotations

from enum import Enum, StrEnum
from typing import Self

import msgspec

from app.core.candidates.candidate import Candidate, ServerModel
from app.core.candidates.settings import COMPARE_GREEDY, DEFAULT_CONTEXT_TOKENS, SamplingSettings
from app.core.chats.chat import AnswerFigures, StopReason
from app.core.chats.pictures import Picture
from app.core.text.shared_names import file_name
from app.core.votes.choices import Choice, Outcome, outcome_of


class Role(StrEnum):
    """Which of the two; the values stand in the store."""

    REFERENCE = "reference"
    CANDIDATE = "candidate"

    @property
    def other(self) -> Role:
        """The one beside it."""
        return Role.REFERENCE if self is Role.CANDIDATE else Role.CANDIDATE


class VotedFile(msgspec.Struct, frozen=True):
    """A model file as it was when it answered.

    Attributes:
        path: Absolute; its first shard if it has several.
        level: Quantization level, empty while it is not known.
        file_bytes: Of all shards.
        modified_ns: When it was last written, since 1970; the latest of all shards.
        sha256: Of all shards in order; empty while it is not known.
    """

    path: str
    level: str = ""
    file_bytes: int = 0
    modified_ns: int = 0
    sha256: tuple[str, ...] = ()

    @classmethod
    def of_server(cls, model: ServerModel) -> Self:
        """What stands in its place for a server's model, which is known by its address alone."""
        return cls(model.counted)

    @property
    def content(self) -> tuple[object, ...]:
        """Equal for files with the same content, as far as is known."""
        return self.sha256 or (self.path, self.file_bytes, self.modified_ns)


class VotedCandidate(msgspec.Struct, frozen=True):
    """A candidate with its file as it was when it answered."""

    candidate: Candidate
    file: VotedFile

    @property
    def key(self) -> str:
        """Of the candidate."""
        return self.candidate.key()

    @property
    def name(self) -> str:
        """What it is called where no row is left that names it: its level, or a server's model."""
        return self.file.level or file_name(self.candidate.name)

    @property
    def content(self) -> tuple[object, ...]:
        """Equal where the same content runs with the same settings, as far as is known."""
        return (self.file.content, self.candidate.spoken.settings_key())


class VoteSettings(msgspec.Struct, frozen=True):
    """How both were asked.

    Attributes:
        sampling: Greedy as a rule.
        system_prompt: Sent first; empty sends none.
        context_tokens: Size of the context of a candidate that names none.
        threads: Of the engine of a candidate that names none.
        pictures: What both were shown with the prompt.
    """

    sampling: SamplingSettings = COMPARE_GREEDY
    system_prompt: str = ""
    context_tokens: int = DEFAULT_CONTEXT_TOKENS
    threads: int = 1
    pictures: tuple[Picture, ...] = ()


class VoteAnswer(msgspec.Struct, frozen=True):
    """One answer.

    Attributes:
        thinking: What stood between thinking marks; never shown before the vote.
        prompt_digest: SHA-256 of the rendered prompt.
    """

    text: str
    thinking: str = ""
    stop_reason: StopReason = StopReason.END
    prompt_digest: str = ""
    figures: AnswerFigures = AnswerFigures()


class Vote(msgspec.Struct, frozen=True):
    """What was chosen.

    Attributes:
        undone_ns: When it was taken back; None while it stands.
    """

    id: int
    choice: Choice
    cast_ns: int
    undone_ns: int | None = None


class PairState(Enum):
    """Where a pair is."""

    WAITING = "waiting"  # an answer is missing
    FAILED = "failed"  # an engine could not answer
    READY = "ready"  # to be voted on
    VOTED = "voted"  # a vote that is taken back takes its pair with it: who is who has been seen
    RETIRED = "retired"  # never to be shown again


class VotePair(msgspec.Struct, frozen=True):
    """One prompt, two candidates, and what came of it.

    Attributes:
        id: In the store; 0 before.
        seed: Of the shuffle, with ``number``.
        candidate_left: On which side the candidate's answer is shown.
        engine: What the engine said of itself; empty before it answered.
        error: Why there is no answer; None if nothing went wrong.
        created_ns: When it was wanted, since 1970.
        retired_ns: When it was set aside.
        vote: The last one.
    """

    prompt: str
    reference: VotedCandidate
    candidate: VotedCandidate
    settings: VoteSettings
    seed: int
    number: int
    candidate_left: bool
    id: int = 0
    engine: str = ""
    reference_answer: VoteAnswer | None = None
    candidate_answer: VoteAnswer | None = None
    error: str | None = None
    created_ns: int = 0
    retired_ns: int | None = None
    vote: Vote | None = None

    @property
    def state(self) -> PairState:
        """Where it is."""
        if self.retired_ns is not None:
            return PairState.RETIRED
        if self.vote is not None and self.vote.undone_ns is None:
            return PairState.VOTED
        if self.error is not None:
            return PairState.FAILED
        if self.reference_answer is None or self.candidate_answer is None:
            return PairState.WAITING
        return PairState.READY

    @property
    def outcome(self) -> Outcome | None:
        """What the vote says; None while none stands."""
        if self.vote is None or self.vote.undone_ns is not None:
            return None
        return outcome_of(self.vote.choice, candidate_left=self.candidate_left)

    def voted(self, role: Role) -> VotedCandidate:
        """One of the two candidates."""
        return self.reference if role is Role.REFERENCE else self.candidate

    def answer(self, role: Role) -> VoteAnswer | None:
        """One of the two answers."""
        return self.reference_answer if role is Role.REFERENCE else self.candidate_answer
