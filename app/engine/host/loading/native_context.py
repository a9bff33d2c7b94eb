"""llama.cpp's context over a model: how it is made, and with how many threads it computes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import llama_cpp as lc

from app.core.candidates.settings import BATCH_TOKENS, FlashAttention, KvType, RopeScaling
from app.core.words.sentence import say
from app.engine.host.errors import Aborted, EngineError, RefusedError
from app.engine.host.process.crew import Crew
from app.engine.protocol.running import FailureKind

if TYPE_CHECKING:
    from collections.abc import Callable

    from app.core.candidates.settings import EngineSettings
    from app.engine.host.loading.model import Model
    from app.engine.host.process.abort import AbortFlag

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


class NativeContext:
    """What computes with a model's weights, whatever it holds. One worker thread uses it.

    Attributes:
        handle: llama.cpp's own.
        model: Its weights.
        fewest_threads: Of a pass since :meth:`count_threads`.
    """

    def __init__(
        self,
        model: Model,
        abort: AbortFlag,
        params: lc.llama_context_params,
        engine: EngineSettings,
    ) -> None:
        """Make it.

        Args:
            model: Its weights, with the adapters that count from the beginning.
            abort: Ends a pass.
            params: See :func:`context_params`.
            engine: What they were made from.

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
        model.adapters.give_to(handle, model.adapters.strengths)
        self.handle = handle
        self.model = model
        self._memory: Any = lc.llama_get_memory(handle)
        self._abort = abort
        self._callback: Any = abort.callback(lc.ggml_abort_callback)
        lc.llama_set_abort_callback(handle, self._callback, abort.address)
        self._crew = Crew(params.n_threads)
        self._threads = self.fewest_threads = self._crew.asked

    def free(self) -> None:
        """Give the memory back; the object is dead afterwards."""
        lc.llama_free(self.handle)

    @property
    def threads(self) -> int:
        """How many were asked for."""
        return self._crew.asked

    def set_threads(self, threads: int) -> None:
        """Use this many threads from the next pass on, as far as their cores are free."""
        if threads != self._crew.asked:
            self._crew.ask(threads)

    def count_threads(self) -> None:
        """Count :attr:`fewest_threads` anew."""
        self.fewest_threads = self._crew.asked

    def _compute(self, batch: lc.llama_batch) -> None:
        """Decode a batch; errors as of :meth:`_pass_of`."""
        self._pass_of(lambda: lc.llama_decode(self.handle, batch))

    def _pass_of(self, work: Callable[[], int]) -> None:
        """Compute, with the threads whose cores are free now.

        Args:
            work: Returns a decode's status.

        Raises:
            Aborted: The abort flag was set.
            EngineError: llama.cpp failed.
        """
        threads = self._crew.begin()
        if threads != self._threads:
            lc.llama_set_n_threads(self.handle, threads, threads)
            self._threads = threads
        self.fewest_threads = min(self.fewest_threads, threads)
        status = work()
        self._crew.end()
        if status == 0 and not self._abort.is_set:
            return
        self._take_back()
        if status == _ABORTED or self._abort.is_set:
            raise Aborted
        if status == 1:
            raise EngineError(FailureKind.GENERATE, say("engine.context_no_room_more_choose"))
        raise EngineError(
            FailureKind.GENERATE,
            say("engine.engine_could_not_compute_next"),
            f"llama_decode returned {status}",
        )

    def _take_back(self) -> None:
        """A pass came to no end: forget what is held of it, if this is to be used any more."""


def context_params(
    engine: EngineSettings, size_tokens: int, threads: int, batch_tokens: int, output_tokens: int
) -> lc.llama_context_params:
    """llama.cpp's parameters, for so many tokens held, computed and with logits in a pass."""
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
