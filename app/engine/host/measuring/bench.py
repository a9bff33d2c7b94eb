"""Speed as llama-bench takes it: of random tokens, without sampling or tokenizing.

Prompt and generation are taken apart. The depth is filled outside the timer, and for later
repetitions gone back to, where llama-bench restores a state that it has saved.

Source: tools/llama-bench/llama-bench.cpp of llama.cpp 0c1e57098 (test_prompt, test_gen).
"""

from __future__ import annotations

import random
import time
from typing import TYPE_CHECKING

from app.engine.host.answering.sampling import check_last
from app.engine.host.loading.context import Context
from app.engine.protocol.measuring import Bench, BenchSample

if TYPE_CHECKING:
    from app.core.candidates.settings import EngineSettings
    from app.engine.host.loading.model import Model
    from app.engine.host.process.abort import AbortFlag

_BATCH_TOKENS = 2048


class SpeedTester:
    """Runs repetitions of speed tests on one model; keeps the context between them.

    Args:
        model: What is tested.
        abort: Ends a test.
        engine: How its contexts are made.
        draft: Of a draft model, which reads every prompt, too; None without one.
    """

    def __init__(
        self,
        model: Model,
        abort: AbortFlag,
        engine: EngineSettings,
        draft: Context | None = None,
    ) -> None:
        self._draft = draft
        self._model = model
        self._abort = abort
        self._engine = engine
        self._context: Context | None = None
        self._depth = 0
        self._random = random.Random(1)
        self._begin = model.begin_token if model.adds_begin_token else None

    def repetition(self, command: Bench) -> BenchSample:
        """One timed repetition.

        Raises:
            Aborted: Stopped.
            EngineError: No memory for the context, or llama.cpp failed.
            NoNumbers: What was computed is NaN: nobody needs to know how fast.
        """
        context = self._context_for(command)
        context.set_threads(command.threads)
        if command.warmup:
            if not self._is_filled(context, command.depth):
                context.clear()
            if command.prompt_tokens:
                self._prompt(context, command.prompt_tokens)
            else:
                self._generate(context, 1)
        if not self._is_filled(context, command.depth):
            context.clear()
            if command.depth:
                self._prompt(context, command.depth)
        context.count_threads()
        begin_ns = time.perf_counter_ns()
        if command.prompt_tokens:
            self._prompt(context, command.prompt_tokens)
            if self._draft is not None:
                self._draft.clear()
                self._prompt(self._draft, min(command.prompt_tokens, self._draft.size_tokens))
        else:
            self._generate(context, command.generated_tokens)
        elapsed_ns = max(1, time.perf_counter_ns() - begin_ns)
        check_last(context)
        tokens = command.prompt_tokens or command.generated_tokens
        speed = tokens * 1e9 / elapsed_ns
        return BenchSample(command.id, speed, elapsed_ns, context.fewest_threads)

    def free(self) -> None:
        """Give the context back."""
        if self._context is not None:
            self._context.free()
            self._context = None

    def _context_for(self, command: Bench) -> Context:
        """The one of the test before, with what it holds, where this one fits and begins alike."""
        size = command.depth + command.prompt_tokens + command.generated_tokens
        known = self._context
        if known is not None and self._depth == command.depth and size <= known.size_tokens:
            return known
        self.free()
        self._context = Context(
            self._model,
            self._abort,
            size_tokens=size,
            threads=command.threads,
            batch_tokens=self._engine.batch_tokens or _BATCH_TOKENS,
            engine=self._engine,
        )
        self._depth = command.depth
        return self._context

    def _is_filled(self, context: Context, depth: int) -> bool:
        """Have it hold the depth alone, if that is what it begins with."""
        return depth > 0 and context.keep(depth)

    def _prompt(self, context: Context, count: int) -> None:
        tokens = self._tokens(count, context.model.vocabulary_size)
        for start in range(0, count, context.batch_tokens):
            context.decode(tokens[start : start + context.batch_tokens])
        context.synchronize()

    def _generate(self, context: Context, count: int) -> None:
        for token in self._tokens(count, self._model.vocabulary_size):
            context.decode_one(token)
            context.synchronize()

    def _tokens(self, count: int, size: int) -> list[int]:
        tokens = [self._random.randrange(size) for _ in range(count)]
        if self._begin is not None:
            tokens[0] = self._begin
        return tokens
