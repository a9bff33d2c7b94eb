"""Asks every candidate all prompts, each in a clean context."""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from app.core.chats.chat import Message, Role
from app.core.errors import PersonError
from app.core.words.sentence import English
from app.lab.beside.asking import Prompt, Said, ask_alone, ask_beside
from app.lab.beside.places import at_once_for, tokens_of
from app.lab.engines.calls import EngineFailed
from app.lab.engines.opened import opened

if TYPE_CHECKING:
    from app.core.batch.prompts import BatchPrompt
    from app.core.candidates.candidate import Candidate
    from app.core.candidates.settings import SamplingSettings
    from app.core.models.model_file import ModelFile
    from app.lab.beside.places import AtOnce, KeptPasses
    from app.lab.engines.calls import EngineCalls
    from app.lab.engines.opened import OpenedCandidate
    from app.lab.engines.room import EngineRoom

log = logging.getLogger(__name__)

# An engine that dies of a prompt is started anew for the next ones, so often.
_MOST_RESTARTS = 3
# Each place in an engine has so many prompts at least.
_ROUNDS = 2


class BatchAnswer(msgspec.Struct, frozen=True):
    """What a candidate answered to a prompt; times in ns, None where nothing was measured.

    Attributes:
        at_once: So many prompts were answered at once: times of several are no speeds of a model.
        stop_reason: ``error`` where there is no whole answer; ``error`` says why.
    """

    text: str = ""
    thinking: str = ""
    generated_tokens: int | None = None
    stop_reason: str = "error"
    first_token_ns: int | None = None
    generation_ns: int | None = None
    error: English | None = None
    at_once: int = 1


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
    kept: KeptPasses | None = None,
) -> None:
    """Ask one candidate after the other; the calling thread waits.

    Args:
        candidates: One that cannot be used has its error in each of its answers.
        plan: What is asked.
        room: Where engines run.
        open_model: Reads a model file.
        result: Filled while they answer, so that it holds what there is when this is broken off.
        on_answer: Told how many answers there are, and who is asked; may raise to end it.
        kept: What answering several prompts at once gains, alike for all candidates; None asks one
            after the other.
    """
    done = 0
    at_once = _at_once(candidates, plan, room, open_model, kept) if kept is not None else None

    def note(answer: BatchAnswer) -> None:
        nonlocal done
        result.answers[candidate].append(answer)
        done += 1
        on_answer(done, candidate)

    for candidate in dict.fromkeys(candidates):
        result.answers[candidate] = []
        on_answer(done, candidate)
        try:
            _ask_all(opened(candidate, open_model), plan, room, result, note, at_once)
        except PersonError as error:
            for _ in plan.prompts[len(result.answers[candidate]) :]:
                note(BatchAnswer(error=error.sentence))


def _at_once(
    candidates: Sequence[Candidate],
    plan: BatchPlan,
    room: EngineRoom,
    open_model: Callable[[Path], ModelFile],
    kept: KeptPasses,
) -> AtOnce | None:
    every: list[OpenedCandidate] = []
    for candidate in candidates:
        with contextlib.suppress(PersonError):  # its answers will say why
            every.append(opened(candidate, open_model))
    thinking = plan.sampling.thinking
    most = max((each.manner.thinking_tokens(thinking) for each in every), default=0)
    most = max(most, plan.sampling.max_tokens)
    needs = [
        tokens_of(f"{prompt.system or plan.system} {prompt.prompt}", most)
        for prompt in plan.prompts
    ]
    threads = max((each.threads(plan.threads) for each in every), default=1)
    return at_once_for(every, needs, threads, room, kept, _ROUNDS)


def _ask_all(
    candidate: OpenedCandidate,
    plan: BatchPlan,
    room: EngineRoom,
    result: BatchResult,
    note: Callable[[BatchAnswer], None],
    at_once: AtOnce | None,
) -> None:
    """Tell of all answers in the order of the prompts, whichever is there first."""
    answers = result.answers[candidate.candidate]
    early: dict[int, BatchAnswer] = {}
    for restarts in range(_MOST_RESTARTS + 1):
        with room.calls("batch", candidate.candidate) as engine:
            if engine.hello is not None:
                result.engine = engine.hello.engine
            room.load(
                engine, candidate, candidate.threads(plan.threads), candidate.context_tokens()
            )
            if at_once is not None:
                _ask_beside(candidate, plan, engine, at_once, answers, early, note)
                at_once = None  # what is left is asked one after the other
                if engine.is_gone:
                    continue
            is_last = restarts == _MOST_RESTARTS
            _ask_rest(candidate, plan, engine, answers, early, note, is_last=is_last)
        if len(answers) == len(plan.prompts):
            return


def _ask_rest(
    candidate: OpenedCandidate,
    plan: BatchPlan,
    engine: EngineCalls,
    answers: Sequence[BatchAnswer],
    early: dict[int, BatchAnswer],
    note: Callable[[BatchAnswer], None],
    *,
    is_last: bool,
) -> None:
    """Ask what is not answered, one after the other, as long as the engine lives.

    Raises:
        EngineFailed: It has ended, and no other comes after it.
    """
    while len(answers) < len(plan.prompts):
        if (known := early.pop(len(answers), None)) is not None:
            note(known)
            continue
        try:
            prompt = _prompt(plan.prompts[len(answers)], plan)
            note(_answer(ask_alone(engine, candidate.manner, prompt)))
        except EngineFailed as error:
            if error.kind is None and is_last:
                raise
            note(BatchAnswer(error=error.sentence))
            if error.kind is None:
                return


def _ask_beside(
    candidate: OpenedCandidate,
    plan: BatchPlan,
    engine: EngineCalls,
    at_once: AtOnce,
    answers: Sequence[BatchAnswer],
    early: dict[int, BatchAnswer],
    note: Callable[[BatchAnswer], None],
) -> None:
    """Ask several at once, until all are answered or the engine fails."""

    def take(place: int, said: Said | EngineFailed) -> None:
        early[place] = (
            BatchAnswer(error=said.sentence)
            if isinstance(said, EngineFailed)
            else _answer(said, at_once.places)
        )
        while (known := early.pop(len(answers), None)) is not None:
            note(known)

    prompts = [_prompt(prompt, plan) for prompt in plan.prompts]
    try:
        ask_beside(engine, candidate.manner, prompts, at_once, take)
    except EngineFailed as error:
        log.warning("asked one after the other: %s %s", error.sentence, error.detail)


def _prompt(prompt: BatchPrompt, plan: BatchPlan) -> Prompt:
    system = prompt.system or plan.system
    messages = [Message(Role.SYSTEM, system)] if system else []
    return Prompt([*messages, Message(Role.USER, prompt.prompt)], plan.sampling)


def _answer(said: Said, at_once: int = 1) -> BatchAnswer:
    figures = said.end.figures
    return BatchAnswer(
        text=said.text,
        thinking=said.thinking,
        generated_tokens=figures.generated_tokens,
        stop_reason=str(said.end.stop_reason),
        first_token_ns=figures.first_token_ns,
        generation_ns=figures.generation_ns,
        at_once=at_once if figures.shared else 1,
    )
