"""A context over a model: what it holds, and how more is computed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

import llama_cpp as lc
import numpy as np

from app.core.candidates.settings import (
    BATCH_TOKENS,
    CONTEXT_STEP_TOKENS,
    SLICE_TOKENS,
    USUAL_ENGINE,
)
from app.core.words.sentence import say
from app.engine.host.errors import EngineError
from app.engine.host.loading.contents import Contents
from app.engine.host.loading.native_context import NativeContext, context_params
from app.engine.host.loading.places import Places, room_for_places
from app.engine.protocol.running import FailureKind

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from app.core.candidates.settings import EngineSettings
    from app.engine.host.llama.graph import Watcher
    from app.engine.host.loading.eyes import Look
    from app.engine.host.loading.model import Model
    from app.engine.host.process.abort import AbortFlag
    from app.engine.protocol.loading import Load, Predict


class Context(NativeContext):
    """The KV cache (or recurrent state) and compute buffers over a model.

    Attributes:
        slice_tokens: How many tokens of a prompt are read at once.
        tokens: What the context holds, in order; pictures as :class:`Look` has them.
        row: Of the logits that were computed last: those of the last token.
    """

    row = -1

    def __init__(
        self,
        model: Model,
        abort: AbortFlag,
        *,
        size_tokens: int,
        threads: int,
        batch_tokens: int | None = None,
        output_tokens: int = 1,
        engine: EngineSettings = USUAL_ENGINE,
        watcher: Watcher | None = None,
        offloads: bool = True,
    ) -> None:
        """Make a context.

        Args:
            model: Its weights.
            abort: Ends a decode.
            size_tokens: How many tokens it holds.
            threads: Of a decode; fewer while other programs take the cores (:class:`Crew`).
            batch_tokens: Most tokens of one decode; None takes what the engine is set to.
            output_tokens: Most rows of logits of one decode; each takes the vocabulary's room.
            engine: The KV cache and where it lies, how attention and positions are computed, and
                how much at once.
            watcher: Sees every node that is computed.
            offloads: A GPU may compute with weights that lie in the PC's memory.

        Raises:
            RefusedError: It does not fit in memory, or llama.cpp refuses the combination.
        """
        batch_tokens = batch_tokens or engine.batch_tokens or BATCH_TOKENS
        params = context_params(engine, size_tokens, threads, batch_tokens, output_tokens)
        params.op_offload = offloads
        if watcher is not None:
            params.cb_eval = watcher.callback
        self._watcher = watcher
        super().__init__(model, abort, params, engine)
        self._strengths = model.adapters.strengths
        self.size_tokens: int = lc.llama_n_ctx(self.handle)
        # A context smaller than a batch has smaller batches: llama.cpp aborts over a larger one.
        self.batch_tokens: int = min(batch_tokens, lc.llama_n_batch(self.handle))
        self.slice_tokens = min(engine.batch_tokens or SLICE_TOKENS, self.batch_tokens)
        self._contents = Contents()
        self.tokens = self._contents.tokens
        room_bytes = room_for_places(lc.llama_model_size(model.handle))
        self._places = Places(self.handle, room_bytes)
        self._one = (lc.llama_token * 1)()
        self._one_batch = lc.llama_batch_get_one(self._one, 1)

    def set_strengths(self, strengths: list[float]) -> None:
        """Have the model's adapters count so; what others had computed is forgotten."""
        if strengths != self._strengths:
            self._strengths = strengths
            self.model.adapters.give_to(self.handle, strengths)
            self.clear()

    def clear(self) -> None:
        """Forget everything."""
        lc.llama_memory_clear(self._memory, True)
        self._contents.cut(0)
        self._places.drop_after(0)
        self.count_threads()

    def reuse(self, tokens: list[int]) -> int:
        """Keep the longest prefix of ``tokens`` that the context holds, drop the rest.

        At least the last token is left to decode, since its logits are wanted. A slice is kept
        whole or not at all, so that the same prompt is read in the same slices again and gets the
        same answer. Memory that cannot drop a suffix (recurrent, or a sliding window that has
        moved on) goes back to the last place that was noted, or is cleared.

        Returns:
            How many tokens were kept.
        """
        return self._go_back(self._contents.in_common(tokens[:-1]))

    def note_place(self, tokens_to_come: int) -> None:
        """Let :meth:`reuse` go back to here, should the memory be one that cannot be cut.

        Args:
            tokens_to_come: At most before that: within a sliding window anything can be cut.
        """
        longest = len(self.tokens) + tokens_to_come
        if self.tokens and (self.model.is_recurrent or 0 < self.model.window_tokens < longest):
            self._places.note(len(self.tokens), self._contents.next_position)

    def keep(self, count: int) -> bool:
        """Drop what was decoded last, down to ``count`` tokens; later :meth:`reuse` goes there too.

        Returns:
            Whether so many are held: fewer where the memory cannot go back.
        """
        if len(self.tokens) > count and self._go_back(count) == count > 0:
            self._contents.end_slice()
        return len(self.tokens) == count

    def _go_back(self, count: int) -> int:
        """Hold no more than the first ``count`` tokens, the end of a slice.

        Returns:
            How many are held: fewer where the memory cannot go back there.
        """
        if count == 0:
            self.clear()
            return 0
        position = self._contents.position_after(count)
        if self._can_cut(position) and lc.llama_memory_seq_rm(self._memory, 0, position, -1):
            self._places.drop_after(count)
        elif (place := self._places.go_back(count)) is not None:
            count = place
        else:
            self.clear()
            return 0
        self._contents.cut(count)
        return count

    def _can_cut(self, position: int) -> bool:
        """Whether what the next token at ``position`` attends to is still there."""
        if lc.llama_memory_seq_pos_max(self._memory, 0) < position:
            return True
        oldest = lc.llama_memory_seq_pos_min(self._memory, 0)
        return oldest <= max(0, position - self.model.window_tokens)

    def _take_back(self) -> None:
        # Where the flag came after the last graph node, what was decoded is held: it is dropped
        # like a batch that was aborted half-way.
        self._go_back(len(self.tokens))

    def decode(self, tokens: list[int]) -> None:
        """Decode tokens after those held; logits of the last one can then be read.

        Raises:
            Aborted: The abort flag was set; the context holds what it held before, or less where
                its memory cannot be cut back.
            EngineError: llama.cpp failed.
        """
        array = (lc.llama_token * len(tokens))(*tokens)
        self._compute(self._placed(lc.llama_batch_get_one(array, len(tokens))))
        self._contents.add(tokens)

    def _placed(self, batch: lc.llama_batch) -> lc.llama_batch:
        """A batch with positions of its own, where llama.cpp would count wrongly."""
        if self._contents.is_shifted:
            first = self._contents.next_position
            positions = (lc.llama_pos * batch.n_tokens)(*range(first, first + batch.n_tokens))
            batch.pos = cast("Any", positions)
        return batch

    def look(self, look: Look) -> None:
        """Show the model a picture after what is held; errors as :meth:`decode`.

        The part of it that computes the picture itself hears no stop before its end.
        """
        eyes = self.model.eyes
        assert eyes is not None
        if not eyes.fits(look, lc.llama_n_ubatch(self.handle)):
            said = say("pictures.too_large_at_once", tokens=look.tokens)
            raise EngineError(FailureKind.PICTURE, said)
        position = self._contents.next_position
        self._pass_of(lambda: eyes.show(look, self.handle, position, self.batch_tokens))
        self._contents.add([look.mark] * look.tokens, look.positions)

    def decode_rows(self, tokens: list[int], first: int = 0) -> NDArray[np.float32]:
        """Decode tokens and read the logits of those from ``first`` on; errors as :meth:`decode`.

        The logits of others are not computed, which changes nothing in these.

        Returns:
            Those tokens × vocabulary, in llama.cpp's own memory: gone with the next decode.
        """
        first_position = self._contents.next_position
        batch = lc.llama_batch_init(len(tokens), 0, 1)
        try:
            batch.n_tokens = len(tokens)
            for place, token in enumerate(tokens):
                batch.token[place] = token
                batch.pos[place] = first_position + place
                batch.n_seq_id[place] = 1
                batch.seq_id[place][0] = 0
                batch.logits[place] = place >= first
            self._compute(batch)
        finally:
            lc.llama_batch_free(batch)
        self._contents.add(tokens)
        pointer = lc.llama_get_logits(self.handle)
        shape = (len(tokens) - first, self.model.vocabulary_size)
        return np.ctypeslib.as_array(cast("Any", pointer), shape)

    def decode_one(self, token: int) -> None:
        """Decode one generated token; errors as :meth:`decode`."""
        self._one[0] = token
        batch = self._one_batch
        if self._contents.is_shifted:
            batch = self._placed(lc.llama_batch_get_one(self._one, 1))
        self._compute(batch)
        self._contents.add([token])

    def synchronize(self) -> None:
        """Wait until everything submitted is computed."""
        lc.llama_synchronize(self.handle)


def context_for(
    model: Model, load: Load | Predict, abort: AbortFlag, output_tokens: int = 1
) -> Context:
    """The context that a command asks for, with so many rows of logits at once."""
    wanted = load.context_tokens
    trained = int(model.trained_context_tokens * (load.engine.rope_scale or 1))
    size = min(wanted, trained) if trained > 0 else wanted
    # llama.cpp would raise it all the same, but bound the batches by what was asked for.
    steps = max(1, -(-size // CONTEXT_STEP_TOKENS))
    return Context(
        model,
        abort,
        size_tokens=steps * CONTEXT_STEP_TOKENS,
        threads=load.threads,
        output_tokens=output_tokens,
        engine=load.engine,
    )
