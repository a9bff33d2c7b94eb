"""An answer while it grows, token by token."""

from __future__ import annotations

import time
from collections.abc import Generator
from typing import TYPE_CHECKING, cast

from app.core.chats.chat import MAX_ANSWER_BYTES, AnswerFigures, StopReason
from app.core.chats.thinking import prompt_opens_thinking
from app.engine.host.answering.likely import said_token
from app.engine.host.answering.text import TextBuilder
from app.engine.protocol.answering import Text

if TYPE_CHECKING:
    from app.engine.host.answering.drafting import DraftedContext
    from app.engine.host.answering.prompt import Prompt, PromptWriter
    from app.engine.host.answering.sampling import Computed, Sampler
    from app.engine.host.loading.context import Context
    from app.engine.host.loading.model import Model
    from app.engine.host.process.channel import Channel
    from app.engine.protocol.answering import Generate, SaidToken

_EVENT_INTERVAL_NS = 33_000_000
_EVENT_CHARACTERS = 1 << 16

Steps = Generator[int, None, StopReason]
"""Tokens to compute, one after the other; why it ended."""


class Answer:
    """One answer while it grows.

    Args:
        channel: Where events go.
        model: Who answers.
        command: What is answered.
        writer: Of its prompt.
        prompt: Which the text begins with.
        beside: So many answers grow at once and share the events of a second.
    """

    def __init__(
        self,
        channel: Channel,
        model: Model,
        command: Generate,
        writer: PromptWriter,
        prompt: Prompt,
        beside: int = 1,
    ) -> None:
        self._channel = channel
        self._model = model
        self._command = command
        self._limit = command.sampling.max_tokens
        self._interval_ns = beside * _EVENT_INTERVAL_NS
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
        steps = self.steps(sampler, context)
        while True:
            try:
                token = next(steps)
            except StopIteration as end:
                return cast("StopReason", end.value)
            context.decode_one(token)

    def steps(self, sampler: Sampler, context: Computed) -> Steps:
        """Generate: each token is to be computed by the caller before it asks for the next.

        Args:
            sampler: Chooses.
            context: Holds the prompt; where the logits behind the last token are read.

        Returns:
            Why it ended.
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
            if now_ns - self._sent_ns >= self._interval_ns:
                self.flush(now_ns=now_ns)
            if builder.stop_found:
                return StopReason.END
            if self.tokens >= limit or not self._bytes_left:
                return StopReason.LENGTH
            if len(context.tokens) >= context.size_tokens:
                return StopReason.CONTEXT
            yield token
            over = thinking_limit is not None and self.thinking_tokens >= thinking_limit
            if over and builder.is_thinking:
                yield from self._close_thinking(context)

    def _take(self, token: int, context: Computed) -> None:
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

    def _close_thinking(self, context: Computed) -> Generator[int]:
        """Write the end mark in the model's place; the answer follows."""
        room = context.size_tokens - len(context.tokens)
        for token in self._closing[:room]:
            yield token
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

    def figures(
        self,
        *,
        begin_ns: int,
        prompt_tokens: int,
        reused_tokens: int,
        prompt_ns: int,
        shared: bool,
        needed_bytes: int | None,
        drafted: DraftedContext | None = None,
    ) -> AnswerFigures:
        """What is told of it at its end; ``begin_ns`` is when it was asked."""
        return AnswerFigures(
            prompt_tokens=prompt_tokens,
            reused_tokens=reused_tokens,
            prompt_ns=prompt_ns,
            first_token_ns=None if self.first_ns is None else self.first_ns - begin_ns,
            generated_tokens=self.tokens,
            thinking_tokens=self.thinking_tokens,
            generation_ns=self.elapsed_ns,
            shared=shared,
            memory_needed_bytes=needed_bytes,
            drafted_tokens=drafted.drafted if drafted is not None else 0,
            accepted_tokens=drafted.accepted if drafted is not None else 0,
        )
