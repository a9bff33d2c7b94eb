"""The generation loop."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from app.core.chats.chat import MAX_ANSWER_BYTES, AnswerFigures, StopReason
from app.core.chats.thinking import prompt_opens_thinking
from app.core.words.sentence import say
from app.engine.host.answering.drafting import DraftedContext
from app.engine.host.answering.fitting import fitting
from app.engine.host.answering.likely import said_token
from app.engine.host.answering.numbers import NoNumbers
from app.engine.host.answering.sampling import Sampler, make_sampler
from app.engine.host.answering.text import TextBuilder
from app.engine.host.errors import Aborted, EngineError
from app.engine.host.process.memory import own_memory
from app.engine.protocol.answering import Finished, Generate, PromptProgress, Rendered, Text
from app.engine.protocol.running import Failed, FailureKind, Step, Working

if TYPE_CHECKING:
    from app.engine.host.answering.drafting import Drafting
    from app.engine.host.answering.prompt import Prompt, PromptWriter
    from app.engine.host.loading.context import Context
    from app.engine.host.loading.eyes import Look
    from app.engine.host.loading.model import Model
    from app.engine.host.process.channel import Channel
    from app.engine.protocol.answering import SaidToken

_EVENT_INTERVAL_NS = 33_000_000
_EVENT_CHARACTERS = 1 << 16
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
        answer = _Answer(self._channel, self._context.model, command, writer, prompt)
        sampler = self._sampler(command, prompt, answer)
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
        first_ns = answer.first_ns
        figures = AnswerFigures(
            prompt_tokens=len(prompt.tokens),
            reused_tokens=reused,
            prompt_ns=prompt_ns,
            first_token_ns=None if first_ns is None else first_ns - begin_ns,
            generated_tokens=answer.tokens,
            thinking_tokens=answer.thinking_tokens,
            generation_ns=answer.elapsed_ns,
            shared=command.shared,
            memory_needed_bytes=memory.needed_bytes,
            drafted_tokens=drafted.drafted if drafted is not None else 0,
            accepted_tokens=drafted.accepted if drafted is not None else 0,
        )
        self._channel.emit(Finished(command.id, reason, figures, memory))

    def _sampler(self, command: Generate, prompt: Prompt, answer: _Answer) -> Sampler:
        sampler = make_sampler(command.sampling, self._context, prompt.tokens)
        if not command.schema:
            return sampler
        model = self._context.model
        return fitting(sampler, command.schema, model, lambda: not answer.is_thinking)

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


class _Answer:
    """One answer while it grows."""

    def __init__(
        self,
        channel: Channel,
        model: Model,
        command: Generate,
        writer: PromptWriter,
        prompt: Prompt,
    ) -> None:
        self._channel = channel
        self._model = model
        self._command = command
        self._limit = command.sampling.max_tokens
        marks = writer.thinking
        opened = prompt_opens_thinking(prompt.text[-200:], marks)
        self._builder = TextBuilder(marks, starts_thinking=opened, stops=command.stop_strings)
        # Marks are often control tokens, which are not written as text unless asked for.
        self._closing = self._model.tokenize(marks.end)
        around = (marks.start, *marks.skipped)
        opening = [token for mark in around for token in self._model.tokenize(mark)]
        self._mark_tokens = frozenset((*opening, *self._closing))
        self._said: list[SaidToken] = []
        self.tokens = 0
        self.thinking_tokens = 0
        self.first_ns: int | None = None
        self._bytes_left = MAX_ANSWER_BYTES
        self._last_ns = 0
        self._sent_ns = 0

    @property
    def elapsed_ns(self) -> int:
        """From the first sampled token to the last."""
        return 0 if self.first_ns is None else self._last_ns - self.first_ns

    @property
    def is_thinking(self) -> bool:
        """Whether the model is between its thinking marks."""
        return self._builder.is_thinking

    def run(self, sampler: Sampler, context: Context | DraftedContext) -> StopReason:
        """Generate until something ends it.

        Raises:
            Aborted: Stopped in the middle of a token; what came stands.
        """
        model, builder = self._model, self._builder
        limit, thinking_limit = self._limit, self._command.sampling.thinking_limit_tokens
        while True:
            token = sampler.sample(context)
            now_ns = time.perf_counter_ns()
            if model.is_end(token):
                return StopReason.END
            self._last_ns = now_ns
            if self.first_ns is None:
                self.first_ns = now_ns
            self.tokens += 1
            self._take(token, context)
            if now_ns - self._sent_ns >= _EVENT_INTERVAL_NS:
                self.flush(now_ns=now_ns)
            if builder.stop_found:
                return StopReason.END
            if self.tokens >= limit or not self._bytes_left:
                return StopReason.LENGTH
            if len(context.tokens) >= context.size_tokens:
                return StopReason.CONTEXT
            context.decode_one(token)
            over = thinking_limit is not None and self.thinking_tokens >= thinking_limit
            if over and builder.is_thinking:
                self._close_thinking(context)

    def _take(self, token: int, context: Context | DraftedContext) -> None:
        """Take a token as thinking, or as the answer's."""
        thinking_before = self.is_thinking
        self._feed(self._model.piece(token, special=token in self._mark_tokens))
        if thinking_before or self.is_thinking:
            self.thinking_tokens += 1
        elif self._command.likely is not None:
            self._said.append(said_token(context, token, self._command.likely))

    def _feed(self, piece: bytes) -> None:
        """Take a token's bytes, as far as the answer may grow."""
        self._builder.feed(piece[: self._bytes_left])
        self._bytes_left -= min(len(piece), self._bytes_left)

    def _close_thinking(self, context: Context | DraftedContext) -> None:
        """Write the end mark in the model's place; the answer follows."""
        room = context.size_tokens - len(context.tokens)
        for token in self._closing[:room]:
            context.decode_one(token)
            self._feed(self._model.piece(token, special=True))

    def flush(self, *, final: bool = False, now_ns: int | None = None) -> None:
        """Send what came since the last event."""
        if final:
            self._builder.finish()
        self._sent_ns = time.perf_counter_ns() if now_ns is None else now_ns
        if not self._builder.pieces and not final:
            return
        answer, thinking = self._builder.pieces.take()
        said, self._said = self._said, []
        if not answer and not thinking and self.tokens == 0:
            return
        # A token may be as long as it likes, a message may not.
        for start in range(0, max(1, len(answer), len(thinking)), _EVENT_CHARACTERS):
            end = start + _EVENT_CHARACTERS
            self._emit(answer[start:end], thinking[start:end], [] if start else said)

    def _emit(self, answer: str, thinking: str, said: list[SaidToken]) -> None:
        self._channel.emit(
            Text(
                self._command.id,
                answer,
                thinking,
                self.tokens,
                self.thinking_tokens,
                self.elapsed_ns,
                said,
            )
        )


def failed(command_id: int, error: EngineError) -> Failed:
    """The event that tells of an error."""
    excess = error.excess_tokens if isinstance(error, PromptTooLong) else None
    return Failed(command_id, error.kind, error.said, error.detail, excess)
