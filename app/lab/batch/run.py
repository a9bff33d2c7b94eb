"""Asks every candidate all prompts, each in a clean context."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from app.core.chats.chat import Message, Role
from app.core.errors import PersonError
from app.core.words.sentence import English
from app.engine.protocol.answering import Finished, Text
from app.lab.engines.calls import EngineCalls, EngineFailed
from app.lab.engines.opened import opened

if TYPE_CHECKING:
    from app.core.batch.prompts import BatchPrompt
    from app.core.candidates.candidate import Candidate
    from app.core.candidates.settings import SamplingSettings
    from app.core.models.model_file import ModelFile
    from app.engine.api import EngineEvent
    from app.lab.engines.opened import OpenedCandidate
    from app.lab.engines.room import EngineRoom

# An engine that dies of a prompt is started anew for the next ones, so often.
_MOST_RESTARTS = 3


class BatchAnswer(msgspec.Struct, frozen=True):
    """What a candidate answered to a prompt; times in ns, None where nothing was measured.

    Attributes:
        stop_reason: ``error`` where there is no whole answer; ``error`` says why.
    """

    text: str = ""
    thinking: str = ""
    generated_tokens: int | None = None
    stop_reason: str = "error"
    first_token_ns: int | None = None
    generation_ns: int | None = None
    error: English | None = None


@dataclass(frozen=True, slots=True)
class BatchPlan:
    """What is asked, and how.

    Attributes:
        prompts: In their order.
        system: System prompt of those that bring none of their own; empty for none.
        sampling: How tokens are chosen.
        threads: Of every engine whose candidate names none.
    """

    prompts: Sequence[BatchPrompt]
    system: str
    sampling: SamplingSettings
    threads: int


@dataclass(slots=True)
class BatchResult:
    """Answers by candidate, in the order of the prompts; a list that is short was broken off.

    Attributes:
        engine: The build that answered.
    """

    candidates: Sequence[Candidate]
    answers: dict[Candidate, list[BatchAnswer]] = field(
        default_factory=lambda: dict["Candidate", list[BatchAnswer]]()
    )
    engine: str = ""


def run_batch(
    candidates: Sequence[Candidate],
    plan: BatchPlan,
    room: EngineRoom,
    open_model: Callable[[Path], ModelFile],
    result: BatchResult,
    on_answer: Callable[[int, Candidate], None],
) -> None:
    """Ask one candidate after the other; the calling thread waits.

    Args:
        candidates: One that cannot be used has its error in each of its answers.
        plan: What is asked.
        room: Where engines run.
        open_model: Reads a model file.
        result: Filled while they answer, so that it holds what there is when this is broken off.
        on_answer: Told how many answers there are, and who is asked; may raise to end it.
    """
    done = 0

    def note(answer: BatchAnswer) -> None:
        nonlocal done
        result.answers[candidate].append(answer)
        done += 1
        on_answer(done, candidate)

    for candidate in dict.fromkeys(candidates):
        result.answers[candidate] = []
        on_answer(done, candidate)
        try:
            _ask_all(opened(candidate, open_model), plan, room, result, note)
        except PersonError as error:
            for _ in plan.prompts[len(result.answers[candidate]) :]:
                note(BatchAnswer(error=error.sentence))


def _ask_all(
    candidate: OpenedCandidate,
    plan: BatchPlan,
    room: EngineRoom,
    result: BatchResult,
    note: Callable[[BatchAnswer], None],
) -> None:
    answers = result.answers[candidate.candidate]
    for restarts in range(_MOST_RESTARTS + 1):
        with room.calls("batch", candidate.candidate) as engine:
            if engine.hello is not None:
                result.engine = engine.hello.engine
            room.load(
                engine, candidate, candidate.threads(plan.threads), candidate.context_tokens()
            )
            while len(answers) < len(plan.prompts):
                try:
                    note(_asked(plan.prompts[len(answers)], candidate, plan, engine))
                except EngineFailed as error:
                    if error.kind is None and restarts == _MOST_RESTARTS:
                        raise
                    note(BatchAnswer(error=error.sentence))
                    if error.kind is None:
                        break
        if len(answers) == len(plan.prompts):
            return


def _asked(
    prompt: BatchPrompt, candidate: OpenedCandidate, plan: BatchPlan, engine: EngineCalls
) -> BatchAnswer:
    system = prompt.system or plan.system
    messages = [Message(Role.SYSTEM, system)] if system else []
    messages.append(Message(Role.USER, prompt.prompt))
    command = candidate.manner.generate(engine.next_id(), messages, plan.sampling, clear=True)
    parts: list[Text] = []

    def take(event: EngineEvent) -> None:
        if isinstance(event, Text):
            parts.append(event)

    finished = engine.call(command, Finished, take)
    figures = finished.figures
    return BatchAnswer(
        text="".join(part.answer for part in parts),
        thinking="".join(part.thinking for part in parts),
        generated_tokens=figures.generated_tokens,
        stop_reason=str(finished.stop_reason),
        first_token_ns=figures.first_token_ns,
        generation_ns=figures.generation_ns,
    )
