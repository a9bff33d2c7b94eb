"""Goes on with a text, always taking the likeliest token, to see where two models part."""

from __future__ import annotations

from app.core.candidates.settings import EngineSettings
from app.core.words.sentence import say
from app.engine.host.answering.sampling import GreedySampler
from app.engine.host.errors import EngineError
from app.engine.host.loading.context import Context
from app.engine.host.loading.model import Model
from app.engine.host.process.abort import AbortFlag
from app.engine.protocol.running import FailureKind
from app.engine.protocol.scoring import Continued, ContinueText

_SIZE_STEP_TOKENS = 256


class Continuer:
    """Answers ContinueText for one model; keeps its context for the next text."""

    def __init__(self, model: Model, abort: AbortFlag, engine: EngineSettings) -> None:
        self._model = model
        self._abort = abort
        self._engine = engine
        self._context: Context | None = None

    def free(self) -> None:
        """Give the context back."""
        if self._context is not None:
            self._context.free()
            self._context = None

    def carry_out(self, command: ContinueText) -> Continued:
        """Evaluate the text and go on with it.

        Raises:
            Aborted: Stopped.
            EngineError: There is nothing to go on with, or no memory for it.
        """
        size = self._model.vocabulary_size
        if not command.tokens or not all(0 <= token < size for token in command.tokens):
            raise EngineError(FailureKind.SCORE, say("engine.texts_tokens_lie_outside_models"))
        context = self._context_for(len(command.tokens) + command.most_tokens, command.threads)
        context.clear()
        step = context.slice_tokens
        for start in range(0, len(command.tokens), step):
            context.decode(command.tokens[start : start + step])
        sampler, found = GreedySampler(), list[int]()
        left: int | None = None
        while len(found) < command.most_tokens and left != 0:
            token = sampler.sample(context)
            if self._model.is_end(token):
                return Continued(command.id, found, ended=True)
            place = len(found)
            found.append(token)
            if left is not None:
                left -= 1
            elif command.expected is not None and command.expected[place : place + 1] != [token]:
                left = command.after_tokens
            if len(found) < command.most_tokens and left != 0:
                context.decode_one(token)
        return Continued(command.id, found, ended=False)

    def _context_for(self, tokens: int, threads: int) -> Context:
        wanted = -(-tokens // _SIZE_STEP_TOKENS) * _SIZE_STEP_TOKENS
        if self._context is None or self._context.size_tokens < wanted:
            self.free()
            self._context = Context(
                self._model,
                self._abort,
                size_tokens=wanted,
                threads=threads,
                engine=self._engine,
            )
        self._context.set_threads(threads)
        return self._context
