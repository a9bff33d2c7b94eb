"""What is asked at tasks, how, and what comes out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import msgspec

from app.core.chats.chat import AnswerFigures, StopReason
from app.core.tasks.items import ANSWER_TOKENS, DEFAULT_ANSWER_TOKENS, TaskItem
from app.core.tasks.scoring import Outcome, judge
from app.lab.beside.places import AROUND_TOKENS, beside_bytes, in_steps, place_bytes, tokens_of

if TYPE_CHECKING:
    from app.core.candidates.candidate import Candidate
    from app.core.tasks.looks import Look
    from app.core.tasks.results import KindResult
    from app.core.words.sentence import English
    from app.lab.engines.asking import Manner
    from app.lab.engines.opened import OpenedCandidate
    from app.lab.engines.room import EngineRoom

# Room for what templates write around a question; some bring a system prompt of their own.
_TEMPLATE_TOKENS = 512
# Room of a place for a question, beside its answer.
_PLACE_TOKENS = 384
_PICTURE_TOKENS = 1100
"""A picture takes no more: the engine bounds it."""
_LEAST_CONTEXT_TOKENS, _MOST_CONTEXT_TOKENS = 1024, 32_768
# Below this, threads that wait for each other at every step cost more than engines side by side.
_SIDE_BY_SIDE_BYTES = 1_000_000_000


@dataclass(frozen=True, slots=True)
class TaskPlan:
    """How questions are asked; alike for every file.

    Attributes:
        items: The questions.
        engines: How many engines of one file share its questions.
        threads: Of every engine.
        places: How many questions an engine answers at once; None until it is known what that
            gains (:func:`app.lab.tasks.beside.with_places`).
        rounding: What answering them at once changes, a mean divergence in nats; None where
            nothing.
        thinking: Where the template's thinking switch stands; None leaves it alone.
        answer_tokens: How long an answer may be, by kind; others may be as long as usual.
    """

    items: Sequence[TaskItem]
    engines: int
    threads: int
    thinking: bool | None = False
    answer_tokens: Mapping[str, int] = field(default_factory=lambda: dict(ANSWER_TOKENS))
    places: int | None = 1
    rounding: float | None = None

    def items_of(self, opened: OpenedCandidate) -> list[TaskItem]:
        """The questions that a candidate can be asked.

        Those about pictures only if it sees, those about long texts only if its context holds them.
        """
        sees = opened.candidate.projector is not None
        most = opened.context_tokens(_MOST_CONTEXT_TOKENS)
        return [
            item
            for item in self.items
            if (sees or not item.picture)
            and (not item.text or self._needed(item, opened.manner) + _TEMPLATE_TOKENS <= most)
        ]

    def most_tokens(self, item: TaskItem, manner: Manner) -> int:
        """How many tokens a candidate may use for an item, thinking included."""
        answer_tokens = self.answer_tokens.get(item.kind, DEFAULT_ANSWER_TOKENS)
        return answer_tokens + manner.thinking_tokens(self.thinking)

    def goes_beside(self, item: TaskItem) -> bool:
        """Whether a question is answered beside others, where several are at once.

        Long ones are answered alone, and those that show a picture or have a text of their own. It
        follows from the question and from how long answers may be in such a set of questions: not
        from which others are asked, nor from who is asked.
        """
        if item.picture or item.text:
            return False
        answer_tokens = self.answer_tokens.get(item.kind, DEFAULT_ANSWER_TOKENS)
        return tokens_of(item.prompt, answer_tokens) + AROUND_TOKENS <= self._place_tokens

    def place_tokens(self, opened: OpenedCandidate) -> int:
        """Room for each of several questions at once, with its answer and what is thought before.

        The same for all candidates that think as much.
        """
        return self._place_tokens + opened.manner.thinking_tokens(self.thinking)

    @property
    def _place_tokens(self) -> int:
        longest = max(self.answer_tokens.values(), default=DEFAULT_ANSWER_TOKENS)
        return in_steps(_PLACE_TOKENS + longest)

    def needed_bytes(self, opened: OpenedCandidate, room: EngineRoom) -> int:
        """What an engine is expected to need that answers a candidate's questions."""
        needed = room.needed_bytes(opened, opened.context_tokens(self.context_tokens(opened)))
        if (places := self.places or 1) > 1:
            needed += beside_bytes(places, place_bytes(opened, self.place_tokens(opened)))
        return needed

    def context_tokens(self, opened: OpenedCandidate) -> int:
        """A context that holds the longest question and its answer; a power of two."""
        manner = opened.manner
        needs = (self._needed(item, manner) for item in self.items_of(opened))
        wanted = max(needs, default=0)  # who cannot see is asked nothing where all show pictures
        size = _LEAST_CONTEXT_TOKENS
        while size < min(wanted + _TEMPLATE_TOKENS, _MOST_CONTEXT_TOKENS):
            size *= 2
        return size

    def _needed(self, item: TaskItem, manner: Manner) -> int:
        shown_tokens = _PICTURE_TOKENS if item.picture else 0
        return item.most_tokens + self.most_tokens(item, manner) + shown_tokens


def engines_and_threads(
    candidates: Sequence[OpenedCandidate], cores: int, room: EngineRoom
) -> tuple[int, int]:
    """How many engines of one candidate work at once, and the threads of each.

    Small models get engines of one thread, one a core as far as memory allows: every question is a
    piece of work of its own, and nothing has to wait for anything. Larger ones get one engine with
    all cores. The largest model decides for all, so that all are asked alike, and this PC's memory,
    not what of it is free now: answers may depend on the number of threads, and on how many are
    answered at once, which follows from that of the engines. Where less is free, fewer engines are
    started (:class:`app.lab.tasks.asker.FileAsker`), which changes no answer.
    """
    candidates = [each for each in candidates if each.header is not None]
    largest = max((opened.model.tensor_bytes for opened in candidates), default=0)
    if largest > _SIDE_BY_SIDE_BYTES:
        return 1, cores
    needs = (room.estimated_bytes(opened, _LEAST_CONTEXT_TOKENS) for opened in candidates)
    needed = max(needs, default=1)
    # Each may hold copies of its weights, rearranged for the processor.
    fitting = room.lasting_bytes() // (needed + largest)
    return max(1, min(cores, fitting)), 1


class TaskAnswer(msgspec.Struct, frozen=True):
    """What a model answered to one question.

    Attributes:
        text: Without the thinking.
        stop_reason: Why it ended.
        tokens: All that were generated.
        thinking_tokens: Of those, how many were thinking.
    """

    text: str
    stop_reason: StopReason
    tokens: int
    thinking_tokens: int = 0

    def outcome(self, item: TaskItem) -> Outcome:
        """Judge it."""
        ran_out = self.stop_reason in (StopReason.LENGTH, StopReason.CONTEXT)
        return judge(item, self.text, ran_out_of_tokens=ran_out)


@dataclass(slots=True)
class FileAnswers:
    """What one file answered.

    Attributes:
        engine: What an engine said of itself; empty where none had to be started.
        answers: By the item's key; what is missing could not be asked.
        asked: How many were asked now and not known already.
        asked_ns: How long that took, from the first question to the last answer.
        figures: Of those that were asked now.
        error: Why some are missing.
        decided: At which look asking stopped; None where it did not.
        places: How many questions an engine answered at once: one, where several could not be, from
            the question on that showed it.
    """

    engine: str = ""
    answers: dict[str, TaskAnswer] = field(default_factory=lambda: dict[str, TaskAnswer]())
    asked: int = 0
    asked_ns: int = 0
    figures: list[AnswerFigures] = field(default_factory=lambda: list["AnswerFigures"]())
    error: English | None = None
    decided: Look | None = None
    places: int = 1

    def outcomes(self, items: Sequence[TaskItem]) -> dict[str, Outcome]:
        """What became of each question, up to where it was decided."""
        end = None if self.decided is None else self.decided.questions
        return {
            item.key: self.answers[item.key].outcome(item)
            for item in items[:end]
            if item.key in self.answers
        }


@dataclass(slots=True)
class TaskRow:
    """One candidate.

    Attributes:
        level: None where the file cannot be read.
        has_template: The file brings a chat template; else it was asked by plain completion.
        thinks: It may think before it answers.
        answers: What it answered.
        kinds: Against the reference; empty where it could not be asked.
        total: All kinds together; None where there is one kind alone, or nothing.
        against: Kinds without which all together would be as good.
        error: Why something is missing.
    """

    candidate: Candidate
    level: str | None
    has_template: bool = True
    thinks: bool = False
    answers: FileAnswers = field(default_factory=FileAnswers)
    kinds: list[KindResult] = field(default_factory=lambda: list["KindResult"]())
    total: KindResult | None = None
    against: list[KindResult] = field(default_factory=lambda: list["KindResult"]())
    error: English | None = None

    @property
    def file(self) -> str:
        """The model file."""
        return self.candidate.place


@dataclass(slots=True)
class TaskResult:
    """The reference and all candidates, in the order they were given."""

    engine: str
    plan: TaskPlan
    reference: TaskRow
    rows: list[TaskRow]
