"""A context over a model: what it holds, and how more is computed."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from typing import TYPE_CHECKING, Any, cast

import llama_cpp as lc
import numpy as np

from app.core.candidates.settings import (
    BATCH_TOKENS,
    CONTEXT_STEP_TOKENS,
    SLICE_TOKENS,
    USUAL_ENGINE,
    FlashAttention,
    KvType,
    RopeScaling,
)
from app.core.words.sentence import say
from app.engine.host.errors import Aborted, EngineError, RefusedError
from app.engine.host.loading.places import Places, room_for_places
from app.engine.host.process.crew import Crew
from app.engine.protocol.running import FailureKind

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from app.core.candidates.settings import EngineSettings
    from app.engine.host.llama.graph import Watcher
    from app.engine.host.loading.eyes import Look
    from app.engine.host.loading.model import Model
    from app.engine.host.process.abort import AbortFlag
    from app.engine.protocol.loading import Load, Predict

_ABORTED = 2
_GGML_TYPES = {
    KvType.F32: 0,
    KvType.F16: 1,
    KvType.Q4_0: 2,
    KvType.Q4_1: 3,
    KvType.Q5_0: 6,
    KvType.Q5_1: 7,
    KvType.Q8_0: 8,
    KvType.BF16: 30,
}
_LARGE_KV_TYPES = frozenset({KvType.F32, KvType.F16, KvType.BF16})
_FLASH_ATTENTION = {
    FlashAttention.AUTO: lc.LLAMA_FLASH_ATTN_TYPE_AUTO,
    FlashAttention.ON: lc.LLAMA_FLASH_ATTN_TYPE_ENABLED,
    FlashAttention.OFF: lc.LLAMA_FLASH_ATTN_TYPE_DISABLED,
}
_ROPE_SCALING = {
    None: lc.LLAMA_ROPE_SCALING_TYPE_UNSPECIFIED,
    RopeScaling.NONE: lc.LLAMA_ROPE_SCALING_TYPE_NONE,
    RopeScaling.LINEAR: lc.LLAMA_ROPE_SCALING_TYPE_LINEAR,
    RopeScaling.YARN: lc.LLAMA_ROPE_SCALING_TYPE_YARN,
}


class Context:
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
        handle = new_context(model, params, engine)
        self._strengths = model.adapters.strengths
        model.adapters.give_to(handle, self._strengths)
        self.handle = handle
        self.model = model
        self._crew = Crew(threads)
        self._threads = self._fewest_threads = threads
        self.size_tokens: int = lc.llama_n_ctx(handle)
        # A context smaller than a batch has smaller batches: llama.cpp aborts over a larger one.
        self.batch_tokens: int = min(batch_tokens, lc.llama_n_batch(handle))
        self.slice_tokens = min(engine.batch_tokens or SLICE_TOKENS, self.batch_tokens)
        self.tokens: list[int] = []
        # How many tokens were held after each decode.
        self._ends: list[int] = []
        # After a picture that moved the next position on by less than its tokens: how many were
        # held, and how many all such have saved.
        self._saved: list[tuple[int, int]] = []
        self._memory: Any = lc.llama_get_memory(handle)
        self._places = Places(handle, room_for_places(lc.llama_model_size(model.handle)))
        self._abort = abort
        self._callback: Any = abort.callback(lc.ggml_abort_callback)
        lc.llama_set_abort_callback(handle, self._callback, abort.address)
        self._one = (lc.llama_token * 1)()
        self._one_batch = lc.llama_batch_get_one(self._one, 1)

    def free(self) -> None:
        """Give the memory back; the object is dead afterwards."""
        lc.llama_free(self.handle)

    @property
    def threads(self) -> int:
        """How many were asked for."""
        return self._crew.asked

    def set_threads(self, threads: int) -> None:
        """Use this many threads from the next decode on, as far as their cores are free."""
        if threads != self._crew.asked:
            self._crew.ask(threads)

    def _use(self, threads: int) -> None:
        if threads != self._threads:
            lc.llama_set_n_threads(self.handle, threads, threads)
            self._threads = threads

    def set_strengths(self, strengths: list[float]) -> None:
        """Have the model's adapters count so; what others had computed is forgotten."""
        if strengths != self._strengths:
            self._strengths = strengths
            self.model.adapters.give_to(self.handle, strengths)
            self.clear()

    def clear(self) -> None:
        """Forget everything."""
        lc.llama_memory_clear(self._memory, True)
        self.tokens.clear()
        self._ends.clear()
        self._saved.clear()
        self._places.drop_after(0)
        self.count_threads()

    def count_threads(self) -> None:
        """Count :attr:`fewest_threads` anew."""
        self._fewest_threads = self._crew.asked

    def reuse(self, tokens: list[int]) -> int:
        """Keep the longest prefix of ``tokens`` that the context holds, drop the rest.

        At least the last token is left to decode, since its logits are wanted. A slice is kept
        whole or not at all, so that the same prompt is read in the same slices again and gets the
        same answer. Memory that cannot drop a suffix (recurrent, or a sliding window that has
        moved on) goes back to the last place that was noted, or is cleared.

        Returns:
            How many tokens were kept.
        """
        common = 0
        for held, wanted in zip(self.tokens, tokens[:-1], strict=False):
            if held != wanted:
                break
            common += 1
        place = bisect_right(self._ends, common)
        return self._go_back(self._ends[place - 1] if place else 0)

    def note_place(self, tokens_to_come: int) -> None:
        """Let :meth:`reuse` go back to here, should the memory be one that cannot be cut.

        Args:
            tokens_to_come: At most before that: within a sliding window anything can be cut.
        """
        longest = len(self.tokens) + tokens_to_come
        if self.tokens and (self.model.is_recurrent or 0 < self.model.window_tokens < longest):
            self._places.note(len(self.tokens), self._position(len(self.tokens)))

    def _go_back(self, count: int) -> int:
        """Hold no more than the first ``count`` tokens, the end of a slice.

        Returns:
            How many are held: fewer where the memory cannot go back there.
        """
        if count == 0:
            self.clear()
            return 0
        position = self._position(count)
        if self._can_cut(position) and lc.llama_memory_seq_rm(self._memory, 0, position, -1):
            self._places.drop_after(count)
        elif (place := self._places.go_back(count)) is not None:
            count = place
        else:
            self.clear()
            return 0
        del self.tokens[count:], self._ends[bisect_right(self._ends, count) :]
        while self._saved and self._saved[-1][0] > count:
            self._saved.pop()
        return count

    def _position(self, count: int) -> int:
        """The position of the token behind the first ``count``."""
        for held, saved in reversed(self._saved):
            if held <= count:
                return count - saved
        return count

    def keep(self, count: int) -> bool:
        """Drop what was decoded last, down to ``count`` tokens; later :meth:`reuse` goes there too.

        Returns:
            Whether so many are held: fewer where the memory cannot go back.
        """
        if len(self.tokens) > count and self._go_back(count) == count > 0:
            del self._ends[bisect_left(self._ends, count) :]
            self._ends.append(count)
        return len(self.tokens) == count

    def _can_cut(self, position: int) -> bool:
        """Whether what the next token at ``position`` attends to is still there."""
        if lc.llama_memory_seq_pos_max(self._memory, 0) < position:
            return True
        oldest = lc.llama_memory_seq_pos_min(self._memory, 0)
        return oldest <= max(0, position - self.model.window_tokens)

    def decode(self, tokens: list[int]) -> None:
        """Decode tokens after those held; logits of the last one can then be read.

        Raises:
            Aborted: The abort flag was set; the context holds what it held before, or less where
                its memory cannot be cut back.
            EngineError: llama.cpp failed.
        """
        array = (lc.llama_token * len(tokens))(*tokens)
        self._compute(self._placed(lc.llama_batch_get_one(array, len(tokens))))
        self._hold(tokens)

    def _placed(self, batch: lc.llama_batch) -> lc.llama_batch:
        """A batch with positions of its own, where llama.cpp would count wrongly."""
        if self._saved:
            first = self._position(len(self.tokens))
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
        held = len(self.tokens)
        self._use(self._crew.begin())
        status = eyes.show(look, self.handle, self._position(held), self.batch_tokens)
        self._crew.end()
        self._checked(status)
        if look.positions != look.tokens:
            saved = held - self._position(held) + look.tokens - look.positions
            self._saved.append((held + look.tokens, saved))
        self._hold([look.mark] * look.tokens)

    def decode_rows(self, tokens: list[int], first: int = 0) -> NDArray[np.float32]:
        """Decode tokens and read the logits of those from ``first`` on; errors as :meth:`decode`.

        The logits of others are not computed, which changes nothing in these.

        Returns:
            Those tokens × vocabulary, in llama.cpp's own memory: gone with the next decode.
        """
        batch = lc.llama_batch_init(len(tokens), 0, 1)
        try:
            batch.n_tokens = len(tokens)
            for place, token in enumerate(tokens):
                batch.token[place] = token
                batch.pos[place] = self._position(len(self.tokens)) + place
                batch.n_seq_id[place] = 1
                batch.seq_id[place][0] = 0
                batch.logits[place] = place >= first
            self._compute(batch)
        finally:
            lc.llama_batch_free(batch)
        self._hold(tokens)
        pointer = lc.llama_get_logits(self.handle)
        shape = (len(tokens) - first, self.model.vocabulary_size)
        return np.ctypeslib.as_array(cast("Any", pointer), shape)

    def decode_one(self, token: int) -> None:
        """Decode one generated token; errors as :meth:`decode`."""
        self._one[0] = token
        batch = self._one_batch
        if self._saved:
            batch = self._placed(lc.llama_batch_get_one(self._one, 1))
        self._compute(batch)
        self._hold([token])

    def _hold(self, tokens: list[int]) -> None:
        self.tokens.extend(tokens)
        self._ends.append(len(self.tokens))

    @property
    def fewest_threads(self) -> int:
        """Fewest threads of a decode since :meth:`clear` or :meth:`count_threads`."""
        return self._fewest_threads

    def _compute(self, batch: object) -> None:
        self._use(self._crew.begin())
        self._fewest_threads = min(self._fewest_threads, self._threads)
        status = lc.llama_decode(self.handle, cast("Any", batch))
        self._crew.end()
        self._checked(status)

    def _checked(self, status: int) -> None:
        if status != 0 or self._abort.is_set:
            # Where the flag came after the last graph node, what was decoded is held: it is
            # dropped like a batch that was aborted half-way.
            self._go_back(len(self.tokens))
        check_computed(status, self._abort)

    def synchronize(self) -> None:
        """Wait until everything submitted is computed."""
        lc.llama_synchronize(self.handle)


def context_params(
    engine: EngineSettings, size_tokens: int, threads: int, batch_tokens: int, output_tokens: int
) -> lc.llama_context_params:
    """llama.cpp's parameters; the arguments are those of :class:`Context`."""
    params = lc.llama_context_default_params()
    params.n_ctx = size_tokens
    params.n_batch = batch_tokens
    params.n_ubatch = min(batch_tokens, engine.micro_batch_tokens or BATCH_TOKENS)
    params.n_threads = params.n_threads_batch = threads
    # Few rows of logits at a time: else the compute buffer reserves one for each token.
    params.n_outputs_max = output_tokens
    params.flash_attn_type = _FLASH_ATTENTION[engine.flash_attention]
    params.type_k, params.type_v = (_GGML_TYPES[kind] for kind in engine.kv_types)
    params.swa_full = False
    params.offload_kqv = not engine.kv_on_cpu
    params.rope_scaling_type = _ROPE_SCALING[engine.rope_scaling]
    params.rope_freq_base = engine.rope_base or 0.0
    params.rope_freq_scale = 1 / engine.rope_scale if engine.rope_scale else 0.0
    return params


def new_context(
    model: Model, params: lc.llama_context_params, engine: EngineSettings
) -> lc.llama_context_p:
    """Make a context.

    Raises:
        RefusedError: It does not fit in memory, or llama.cpp refuses the combination.
    """
    handle = lc.llama_init_from_model(model.handle, params)
    if not handle:
        raise RefusedError(
            FailureKind.CONTEXT_MEMORY,
            say("engine.context_tokens_could_not_made", size_tokens=params.n_ctx)
            if _LARGE_KV_TYPES.issuperset(engine.kv_types)
            else say("engine.context_tokens_could_not_made_2", size_tokens=params.n_ctx),
        )
    return handle


def check_computed(status: int, abort: AbortFlag) -> None:
    """Look at how a decode ended.

    Raises:
        Aborted: The abort flag was set.
        EngineError: llama.cpp failed.
    """
    if status == _ABORTED or abort.is_set:
        raise Aborted
    if status == 1:
        raise EngineError(FailureKind.GENERATE, say("engine.context_no_room_more_choose"))
    if status != 0:
        raise EngineError(
            FailureKind.GENERATE,
            say("engine.engine_could_not_compute_next"),
            f"llama_decode returned {status}",
        )


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
