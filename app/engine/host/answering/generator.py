"""The generation loop."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from app.core.chats.chat import StopReason
from app.core.words.sentence import say
from app.engine.host.answering.answer import Answer
from app.engine.host.answering.drafting import DraftedContext
from app.engine.host.answering.fitting import fitting
from app.engine.host.answering.numbers import NoNumbers
from app.engine.host.answering.sampling import make_sampler
from app.engine.host.errors import Aborted, EngineError
from app.engine.host.process.memory import own_memory
from app.engine.protocol.answering import Finished, Generate, PromptProgress, Rendered
from app.engine.protocol.running import Failed, FailureKind, Step, Working

if TYPE_CHECKING:
    from app.engine.host.answering.drafting import Drafting
    from app.engine.host.answering.prompt import Prompt, PromptWriter
    from app.engine.host.answering.sampling import Computed, Sampler
    from app.engine.host.loading.context import Context
    from app.engine.host.loading.eyes import Look
    from app.engine.host.process.channel import Channel

# Tokens at the end of a prompt that open the answer: templates write them otherwise, or not at all,
# once the answer is part of the chat.
_LIKELY_OTHERS = 16


class PromptTooLong(EngineError):
    """The prompt leaves no room in the context."""

    def __init__(self, excess_tokens: int, context_tokens: int) -> None:
        super().__init__(
            FailureKind.PROMPT_TOO_LONG,
            say(
                "engine.prompt_tokens_too_long_context",
                excess_tokens=excess_tokens,
                context_tokens=context_tokens,
            ),
        )
        self.excess_tokens = excess_tokens


class Generator:
    """Answers one Generate command at a time over one context.

    Args:
        channel: Where events go.
        context: What answers.
        repacked_bytes: Copies of weights, left out of needed memory.
        drafting: What proposes tokens; None where nothing does.
    """

    def __init__(
        self,
        channel: Channel,
        context: Context,
        repacked_bytes: int,
        drafting: Drafting | None = None,
    ) -> None:
        self._drafting = drafting
        self._channel = channel
        self._context = context
        self._repacked_bytes = repacked_bytes

    def answer(self, command: Generate, writer: PromptWriter) -> None:
        """Render, decode the prompt, generate; emits Rendered, PromptProgress, Text, Finished.

        Raises:
            EngineError: Nothing more is generated; the context is usable.
        """
        begin_ns = time.perf_counter_ns()
        prompt = writer.write(
            command.id,
            command.messages,
            thinking=command.sampling.thinking,
            reads_marks=command.reads_marks,
            day=command.day,
        )
        excess = len(prompt.tokens) + 1 - self._context.size_tokens
        if excess > 0:
            raise PromptTooLong(excess, self._context.size_tokens)
        if command.strengths:
            self._context.set_strengths(command.strengths)
        if command.clear:
            self._context.clear()
        reused = self._context.reuse(prompt.tokens)
        self._channel.emit(
            Rendered(command.id, len(prompt.tokens), reused, prompt.digest, prompt.system_in_user)
        )
        undrafted = command.undrafted or command.schema or prompt.looks
        drafting = None if undrafted else self._drafting
        drafted: DraftedContext | None = None
        answer = Answer(self._channel, self._context.model, command, writer, prompt)
        sampler = sampler_of(command, self._context, prompt, answer)
        prompt_begin_ns = time.perf_counter_ns()
        prompt_ns = 0
        try:
            self._decode_prompt(command, prompt, reused)
            if drafting is not None:
                drafting.drafts.begin(prompt.tokens)
                until = len(prompt.tokens) + command.sampling.max_tokens
                drafted = DraftedContext(self._context, drafting, until)
            prompt_ns = time.perf_counter_ns() - prompt_begin_ns
            reason = answer.run(sampler, drafted or self._context)
        except Aborted:
            reason = StopReason.STOPPED
        except NoNumbers:
            self._context.clear()  # NaN would spread to the next answer
            raise
        finally:
            sampler.free()
            if drafted is not None:
                drafted.settle()
        prompt_ns = prompt_ns or time.perf_counter_ns() - prompt_begin_ns
        answer.flush(final=True)
        memory = own_memory(self._repacked_bytes)
        figures = answer.figures(
            begin_ns=begin_ns,
            prompt_tokens=len(prompt.tokens),
            reused_tokens=reused,
            prompt_ns=prompt_ns,
            shared=command.shared,
            needed_bytes=memory.needed_bytes,
            drafted=drafted,
        )
        self._channel.emit(Finished(command.id, reason, figures, memory))

    def _decode_prompt(self, command: Generate, prompt: Prompt, reused: int) -> None:
        """Decode in slices, so that progress shows and a stop is heard on every backend.

        Their size never follows the time: a slow PC's greedy answers are a fast one's.
        """
        tokens, looks = prompt.tokens, prompt.looks
        position, total = reused, len(tokens) - reused
        step = self._context.slice_tokens
        # The last end of a slice that the prompt of the next turn will have, too.
        shared = max(0, total - 1 - _LIKELY_OTHERS) // step * step + reused
        while position < len(tokens):
            if position == shared and not command.clear:
                self._context.note_place(len(tokens) - position + command.sampling.max_tokens)
            if look := looks.get(position):
                self._look(command.id, look)
                position += look.tokens
            else:
                end = position + step
                end = min((start for start in looks if position < start < end), default=end)
                self._context.decode(tokens[position:end])
                self._context.synchronize()
                position = min(end, len(tokens))
            if position < len(tokens):
                done = position - reused
                self._channel.emit(PromptProgress(command.id, done, total))

    def _look(self, command_id: int, look: Look) -> None:
        """Show a picture; it is said meanwhile, since it takes seconds and cannot be stopped."""
        self._channel.emit(Working(command_id, Step.LOOK))
        self._context.look(look)
        self._context.synchronize()
        self._channel.emit(Working(command_id, Step.PROMPT))


def sampler_of(command: Generate, context: Computed, prompt: Prompt, answer: Answer) -> Sampler:
    """What chooses an answer's tokens; errors as :func:`fitting`."""
    sampler = make_sampler(command.sampling, context, prompt.tokens)
    if not command.schema:
        return sampler
    return fitting(sampler, command.schema, context.model, lambda: not answer.is_thinking)


def failed(command_id: int, error: EngineError) -> Failed:
    """The event that tells of an error."""
    excess = error.excess_tokens if isinstance(error, PromptTooLong) else None
    return Failed(command_id, error.kind, error.said, error.detail, excess)
