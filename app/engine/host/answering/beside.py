"""Many questions answered side by side in one context."""

from __future__ import annotations

import time
from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING

from msgspec.structs import replace

from app.core.chats.chat import StopReason
from app.engine.host.answering.answer import Answer
from app.engine.host.answering.generator import failed, sampler_of
from app.engine.host.answering.numbers import NoNumbers
from app.engine.host.errors import Aborted, EngineError
from app.engine.host.loading.sequences import Sequences, takes_sequences
from app.engine.host.process.memory import own_memory
from app.engine.protocol.answering import Finished, ManyAnswered, Rendered
from app.engine.protocol.running import Step, Working

if TYPE_CHECKING:
    from collections.abc import Callable

    from app.engine.host.answering.answer import Steps
    from app.engine.host.answering.generator import Generator
    from app.engine.host.answering.prompt import Prompt, PromptWriter
    from app.engine.host.answering.sampling import Sampler
    from app.engine.host.loading.model import Model
    from app.engine.host.loading.sequences import Place
    from app.engine.host.process.abort import AbortFlag
    from app.engine.host.process.channel import Channel
    from app.engine.protocol.answering import AnswerMany, Generate

# Copying a beginning moves a whole place's memory: shorter ones are read again.
_LEAST_SHARED_TOKENS = 16
# Two texts that begin with nothing alike: what prompts with them share is the template's.
_PROBES = ("0", "Z")


@dataclass(eq=False, slots=True)
class _Growing:
    """An answer in its place.

    Attributes:
        next_token: Chosen, and to be computed.
    """

    command: Generate
    prompt: Prompt
    place: Place
    answer: Answer
    sampler: Sampler
    steps: Steps
    begin_ns: int
    reused: int
    prompt_ns: int = 0
    next_token: int = 0


class Beside:
    """Answers one AnswerMany command.

    Args:
        channel: Where events go.
        model: Who answers.
        abort: Tells of a stop.
        alone: Answers what cannot be answered side by side.
        writer: Of the prompts.
        make: Makes the context for so many places of so many tokens, with or without room for a
            beginning that texts share.
        repacked_bytes: Copies of weights, left out of needed memory.
    """

    def __init__(
        self,
        channel: Channel,
        model: Model,
        abort: AbortFlag,
        alone: Generator,
        writer: PromptWriter,
        make: Callable[[int, int, bool], Sequences],
        repacked_bytes: int,
    ) -> None:
        self._channel = channel
        self._model = model
        self._abort = abort
        self._alone = alone
        self._writer = writer
        self._make = make
        self._repacked_bytes = repacked_bytes
        self._todo: deque[Generate] = deque()
        self._left: list[Generate] = []
        self._growing: dict[int, _Growing] = {}
        self._passes = 0

    def answer(self, command: AnswerMany) -> None:
        """Answer them; emits each question's own events, and ManyAnswered.

        Raises:
            Aborted: Stopped; answers that had begun are told of as they are.
            EngineError: No more is answered.
        """
        fit = takes_sequences(self._model) and command.places > 1
        shared: list[int] = []
        if fit:
            self._todo.extend(command.questions)
            shared = self._beginning(command)
            sequences = self._make(command.places, command.place_tokens, bool(shared))
            try:
                if shared:
                    sequences.keep_beginning(shared)
                self._answer_all(sequences)
            except Aborted:
                for number in list(self._growing):
                    self._finish(number, StopReason.STOPPED)
                raise
            finally:
                for growing in self._growing.values():
                    growing.sampler.free()
                sequences.free()
        else:
            self._left = command.questions
        beside = len(command.questions) - len(self._left)
        for question in self._left:
            self._answer_alone(question)
        self._channel.emit(ManyAnswered(command.id, beside, self._passes, len(shared)))

    def _beginning(self, command: AnswerMany) -> list[int]:
        """What the template writes in front of every question, where it is worth keeping."""
        first = command.questions[0]
        prompts: list[list[int]] = []
        for probe in _PROBES:
            messages = [*first.messages[:-1], replace(first.messages[-1], content=probe)]
            messages[-1] = replace(messages[-1], pictures=())
            try:
                prompts.append(self._write(replace(first, messages=messages)).tokens)
            except EngineError:
                return []  # the questions themselves will tell
        same = 0
        while same < min(map(len, prompts)) and prompts[0][same] == prompts[1][same]:
            same += 1
        return prompts[0][:same] if same >= _LEAST_SHARED_TOKENS else []

    def _write(self, question: Generate) -> Prompt:
        return self._writer.write(
            question.id,
            question.messages,
            thinking=question.sampling.thinking,
            reads_marks=question.reads_marks,
            day=question.day,
        )

    def _answer_all(self, sequences: Sequences) -> None:
        free = deque(sequences.places)
        while True:
            while free and self._todo:
                place = free.popleft()
                if not self._begin(self._todo.popleft(), sequences, place):
                    free.appendleft(place)
            if not self._growing:
                return
            sequences.step({n: growing.next_token for n, growing in self._growing.items()})
            self._passes += 1
            for number, growing in list(self._growing.items()):
                if not self._go_on(number):
                    free.append(growing.place)

    def _begin(self, question: Generate, sequences: Sequences, place: Place) -> bool:
        """Read a question, and choose the first token of its answer.

        Returns:
            Whether the place is taken.
        """
        begin_ns = time.perf_counter_ns()
        try:
            prompt = self._write(question)
        except EngineError as error:
            self._channel.emit(failed(question.id, error))
            return False
        if (
            prompt.looks
            or question.strengths
            or len(prompt.tokens) + question.sampling.max_tokens > place.size_tokens
        ):
            self._left.append(question)
            return False
        reused = sequences.begin(place, prompt.tokens[:-1])
        told = Rendered(
            question.id, len(prompt.tokens), reused, prompt.digest, prompt.system_in_user
        )
        self._channel.emit(told)
        count = len(sequences.places)
        answer = Answer(self._channel, self._model, question, self._writer, prompt, count)
        try:
            sampler = sampler_of(question, place, prompt, answer)
        except EngineError as error:
            self._channel.emit(failed(question.id, error))
            return False
        growing = _Growing(
            question,
            prompt,
            place,
            answer,
            sampler,
            answer.steps(sampler, place),
            begin_ns,
            reused,
        )
        self._growing[place.number] = growing
        read_ns = time.perf_counter_ns()
        step = sequences.slice_tokens
        for start in range(reused, len(prompt.tokens), step):
            sequences.read(place, prompt.tokens[start : start + step])
        growing.prompt_ns = time.perf_counter_ns() - read_ns
        return self._go_on(place.number)

    def _go_on(self, number: int) -> bool:
        """Choose an answer's next token; returns whether there is one."""
        growing = self._growing[number]
        try:
            growing.next_token = next(growing.steps)
        except StopIteration as end:
            self._finish(number, end.value)
            return False
        except NoNumbers as error:
            self._channel.emit(failed(growing.command.id, error))
            raise
        except EngineError as error:  # nothing fits the schema
            self._growing.pop(number).sampler.free()
            self._channel.emit(failed(growing.command.id, error))
            return False
        return True

    def _finish(self, number: int, reason: StopReason) -> None:
        growing = self._growing.pop(number)
        growing.sampler.free()
        growing.answer.flush(final=True)
        memory = own_memory(self._repacked_bytes)
        figures = growing.answer.figures(
            begin_ns=growing.begin_ns,
            prompt_tokens=len(growing.prompt.tokens),
            reused_tokens=growing.reused,
            prompt_ns=growing.prompt_ns,
            shared=True,
            needed_bytes=memory.needed_bytes,
        )
        self._channel.emit(Finished(growing.command.id, reason, figures, memory))

    def _answer_alone(self, question: Generate) -> None:
        self._channel.emit(Working(question.id, Step.PROMPT))
        try:
            self._alone.answer(question, self._writer)
            if self._abort.is_set:
                raise Aborted
        except NoNumbers:
            raise
        except EngineError as error:
            self._channel.emit(failed(question.id, error))
