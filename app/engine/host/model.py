"""A loaded model and its context."""

from __future__ import annotations

import ctypes
from bisect import bisect_right
from collections.abc import Callable
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import llama_cpp as lc
import numpy as np

from app.core.candidates.settings import CONTEXT_STEP_TOKENS, FlashAttention, KvType
from app.core.chats.template_facts import TEMPLATE_KEY, default_template_key
from app.core.models.kinds import ModelKind, kind_of_architecture
from app.engine.host.crew import Crew
from app.engine.host.deep_stack import Abandoned, DeepStack
from app.engine.host.own_marks import OwnMarks
from app.engine.host.places import Places, room_for_places
from app.engine.protocol.running import FailureKind

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from app.engine.host.abort import AbortFlag
    from app.engine.protocol.loading import Load, Predict

BATCH_TOKENS = 512
_ABORTED = 2
_PIECE_BYTES = 512
_FACT_BYTES = 128
# Read from a text only where marks count; llama.cpp counts the unknown token among them.
_CONTROL = lc.LLAMA_TOKEN_ATTR_CONTROL | lc.LLAMA_TOKEN_ATTR_UNKNOWN
# A text that no usual stack is too small for, not even Windows'.
_SHALLOW_BYTES = 1000

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


class EngineError(Exception):
    """A command that could not be carried out; becomes a Failed event."""

    def __init__(self, kind: FailureKind, sentence: str, detail: str = "") -> None:
        super().__init__(sentence)
        self.kind = kind
        self.sentence = sentence
        self.detail = detail


class RefusedError(EngineError):
    """llama.cpp refused; its log may tell why (:mod:`app.engine.host.refusals`)."""


class Aborted(Exception):
    """The work was ended by the abort flag."""


class Model:
    """The weights and the vocabulary of one model file.

    Not thread-safe: one worker thread uses it.
    """

    def __init__(
        self,
        path: str,
        gpu_layers: int,
        abort: AbortFlag,
        on_progress: Callable[[float], None],
        *,
        is_plan: bool = False,
    ) -> None:
        """Load the weights.

        Args:
            path: The file.
            gpu_layers: -1 for all.
            abort: Ends the load.
            on_progress: Told the share of the weights read.
            is_plan: Read the header alone and lay everything out without allocating; such a
                model computes nothing.

        Raises:
            Aborted: The abort flag was set meanwhile.
            EngineError: The file is gone.
            RefusedError: llama.cpp refuses the file.
        """

        def progress(fraction: float, _data: object) -> bool:
            on_progress(fraction)
            return not abort.is_set

        params = lc.llama_model_default_params()
        params.n_gpu_layers = gpu_layers
        params.no_alloc = is_plan
        if is_plan:
            params.load_mode = lc.LLAMA_LOAD_MODE_NONE  # llama.cpp aborts over any other
        callback = lc.llama_progress_callback(progress)
        params.progress_callback = callback
        if not Path(path).is_file():
            raise EngineError(FailureKind.LOAD, f"The file {Path(path).name} is no longer there.")
        handle = lc.llama_model_load_from_file(path.encode(), params)
        if not handle:
            if abort.is_set:
                raise Aborted
            raise RefusedError(
                FailureKind.LOAD,
                "This file is damaged, or of a form that this engine does not know: download it "
                "again, or take another version.",
            )
        self.handle = handle
        # llama-cpp-python says "or None" of handles that a loaded model always has.
        self.vocabulary: Any = lc.llama_model_get_vocab(handle)
        self.vocabulary_size = lc.llama_vocab_n_tokens(self.vocabulary)
        self.trained_context_tokens = lc.llama_model_n_ctx_train(handle)
        self.parameters = lc.llama_model_n_params(handle)
        self.window_tokens = lc.llama_model_n_swa(handle)
        self.is_recurrent = bool(
            lc.llama_model_is_recurrent(handle) or lc.llama_model_is_hybrid(handle)
        )
        self._piece = ctypes.create_string_buffer(_PIECE_BYTES)
        self._abort = abort
        self._deep = DeepStack()

    def free(self) -> None:
        """Give the weights back; the object is dead afterwards."""
        self._deep.settle()
        lc.llama_model_free(self.handle)

    @property
    def begin_token(self) -> int:
        """The token that begins a text; negative if the vocabulary has none."""
        return cast("int", lc.llama_vocab_bos(self.vocabulary))

    @property
    def end_token(self) -> int:
        """The token that ends a text; negative if the vocabulary has none."""
        return cast("int", lc.llama_vocab_eos(self.vocabulary))

    @property
    def adds_begin_token(self) -> bool:
        """Whether the vocabulary wants the begin token in front of every prompt."""
        return bool(lc.llama_vocab_get_add_bos(self.vocabulary))

    def check_writes(self) -> None:
        """Refuse a model that cannot write text token by token.

        Raises:
            EngineError: It is an encoder, made for embeddings, or for writing all words at once:
                llama.cpp aborts over any of them as soon as it shall write.
        """
        if lc.llama_model_has_encoder(self.handle):
            raise EngineError(
                FailureKind.LOAD, "This is an encoder model: it cannot generate text."
            )
        architecture = self._fact("general.architecture")
        causal = self._fact(f"{architecture}.attention.causal")
        if lc.llama_model_is_diffusion(self.handle):
            raise EngineError(
                FailureKind.LOAD,
                "This is a diffusion language model: it cannot write word by word.",
            )
        if causal == "false" or kind_of_architecture(architecture) is ModelKind.EMBEDDING:
            raise EngineError(
                FailureKind.LOAD,
                "This model reads texts as a whole, as embedding models do: it cannot generate "
                "text.",
            )

    def _fact(self, key: str) -> str:
        """An entry of the file's header as llama.cpp writes it; empty where there is none."""
        text: Any = ctypes.create_string_buffer(_FACT_BYTES)
        size = lc.llama_model_meta_val_str(self.handle, key.encode(), text, _FACT_BYTES)
        return bytes(text.value).decode("utf-8", "replace") if size >= 0 else ""

    def chat_template(self) -> str | None:
        """The Jinja text that the file brings for chats, if any."""
        text = lc.llama_model_chat_template(self.handle, None)
        key = None if text else default_template_key(self._keys())
        if key is not None:
            name = key.removeprefix(f"{TEMPLATE_KEY}.")
            text = lc.llama_model_chat_template(self.handle, name.encode())
        return text.decode("utf-8", errors="replace") if text else None

    def _keys(self) -> list[str]:
        """The keys of the file's header."""
        text: Any = ctypes.create_string_buffer(_FACT_BYTES)
        keys: list[str] = []
        for place in range(lc.llama_model_meta_count(self.handle)):
            lc.llama_model_meta_key_by_index(self.handle, place, text, _FACT_BYTES)
            keys.append(bytes(text.value).decode("utf-8", "replace"))
        return keys

    def token_text(self, token: int) -> str:
        """A token as the vocabulary writes it; empty for the null token."""
        if token < 0:
            return ""
        text = lc.llama_vocab_get_text(self.vocabulary, token)
        return text.decode("utf-8", errors="replace") if text else ""

    def piece(self, token: int, *, special: bool) -> bytes:
        """The bytes that a token stands for; may end inside a UTF-8 sequence."""
        size = lc.llama_token_to_piece(
            self.vocabulary, token, self._piece, len(self._piece), 0, special
        )
        if size < 0:
            self._piece = ctypes.create_string_buffer(-size)
            size = lc.llama_token_to_piece(self.vocabulary, token, self._piece, -size, 0, special)
        return self._piece.raw[:size]

    @cached_property
    def own_marks(self) -> OwnMarks:
        """The texts that special tokens of the vocabulary are read from."""
        control: list[str] = []
        added: list[str] = []
        for token in range(self.vocabulary_size):
            kind = lc.llama_vocab_get_attr(self.vocabulary, token)
            if kind & _CONTROL:
                control.append(self.token_text(token))
            elif kind & lc.LLAMA_TOKEN_ATTR_USER_DEFINED:
                added.append(self.token_text(token))
        return OwnMarks(control, added)

    def takes_space(self, token: int) -> bool:
        """Whether white space behind a special token is part of it, as in Phi's vocabularies."""
        kind = lc.llama_vocab_get_attr(self.vocabulary, token)
        return bool(kind & lc.LLAMA_TOKEN_ATTR_RSTRIP)

    def tokenize(self, text: str, *, marks: bool = True) -> list[int]:
        """Tokens of a part of a prompt.

        Args:
            text: The part.
            marks: Texts of special tokens become those tokens.

        Raises:
            Aborted: The abort flag was set meanwhile.
        """
        return self._tokens(text.encode("utf-8", errors="replace"), begins=False, marks=marks)

    def tokenize_plain(self, text: bytes) -> list[int]:
        """Tokens of a text as it stands, behind the begin token where the vocabulary wants one.

        Texts of special tokens stay texts.

        Raises:
            Aborted: The abort flag was set meanwhile.
        """
        return self._tokens(text, begins=True, marks=False)

    def _tokens(self, text: bytes, *, begins: bool, marks: bool) -> list[int]:
        def work() -> list[int]:
            size = len(text) + 16
            while True:
                tokens = (lc.llama_token * size)()
                count = lc.llama_tokenize(
                    self.vocabulary, text, len(text), tokens, size, begins, marks
                )
                if count >= 0:
                    return cast("list[int]", tokens[:count])
                size = -count

        if len(text) <= _SHALLOW_BYTES:
            return work()
        try:
            return self._deep.run(work, len(text), lambda: self._abort.is_set)
        except Abandoned as error:
            raise Aborted from error

    def is_end(self, token: int) -> bool:
        """Whether a token ends the answer."""
        return bool(lc.llama_vocab_is_eog(self.vocabulary, token))


class Context:
    """The KV cache (or recurrent state) and compute buffers over a model.

    Attributes:
        tokens: What the context holds, in order.
    """

    def __init__(
        self,
        model: Model,
        abort: AbortFlag,
        *,
        size_tokens: int,
        threads: int,
        batch_tokens: int = BATCH_TOKENS,
        output_tokens: int = 1,
        kv_type: KvType = KvType.F16,
        flash_attention: FlashAttention = FlashAttention.AUTO,
    ) -> None:
        """Make a context.

        Args:
            model: Its weights.
            abort: Ends a decode.
            size_tokens: How many tokens it holds.
            threads: Of a decode; fewer while other programs take the cores (:class:`Crew`).
            batch_tokens: Most tokens of one decode.
            output_tokens: Most rows of logits of one decode; each takes the vocabulary's room.
            kv_type: Of the KV cache.
            flash_attention: Whether to use it.

        Raises:
            RefusedError: It does not fit in memory, or llama.cpp refuses the combination.
        """
        params = lc.llama_context_default_params()
        params.n_ctx = size_tokens
        params.n_batch = batch_tokens
        params.n_ubatch = min(batch_tokens, BATCH_TOKENS)
        params.n_threads = params.n_threads_batch = threads
        # Few rows of logits at a time: else the compute buffer reserves one for each token.
        params.n_outputs_max = output_tokens
        params.flash_attn_type = _FLASH_ATTENTION[flash_attention]
        params.type_k = params.type_v = _GGML_TYPES[kv_type]
        params.swa_full = False
        handle = lc.llama_init_from_model(model.handle, params)
        if not handle:
            smaller = " or KV cache type q8_0" if kv_type in _LARGE_KV_TYPES else ""
            raise RefusedError(
                FailureKind.CONTEXT_MEMORY,
                f"A context of {size_tokens:,} tokens could not be made, most likely because "
                f"memory is too short for it: choose a smaller context{smaller}.",
            )
        self.handle = handle
        self.model = model
        self._crew = Crew(threads)
        self._threads = self._fewest_threads = threads
        self.size_tokens: int = lc.llama_n_ctx(handle)
        # A context smaller than a batch has smaller batches: llama.cpp aborts over a larger one.
        self.batch_tokens: int = min(batch_tokens, lc.llama_n_batch(handle))
        self.tokens: list[int] = []
        # How many tokens were held after each decode.
        self._ends: list[int] = []
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

    def set_threads(self, threads: int) -> None:
        """Use this many threads from the next decode on, as far as their cores are free."""
        if threads != self._crew.asked:
            self._crew.ask(threads)

    def _use(self, threads: int) -> None:
        if threads != self._threads:
            lc.llama_set_n_threads(self.handle, threads, threads)
            self._threads = threads

    def clear(self) -> None:
        """Forget everything."""
        lc.llama_memory_clear(self._memory, True)
        self.tokens.clear()
        self._ends.clear()
        self._places.drop_after(0)
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
            self._places.note(len(self.tokens))

    def _go_back(self, count: int) -> int:
        """Hold no more than the first ``count`` tokens, the end of a slice.

        Returns:
            How many are held: fewer where the memory cannot go back there.
        """
        if count == 0:
            self.clear()
            return 0
        if self._can_cut(count) and lc.llama_memory_seq_rm(self._memory, 0, count, -1):
            self._places.drop_after(count)
        elif (place := self._places.go_back(count)) is not None:
            count = place
        else:
            self.clear()
            return 0
        del self.tokens[count:], self._ends[bisect_right(self._ends, count) :]
        return count

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
        self._compute(lc.llama_batch_get_one(array, len(tokens)))
        self._hold(tokens)

    def decode_rows(self, tokens: list[int]) -> NDArray[np.float32]:
        """Decode tokens and read the logits of each; errors as :meth:`decode`.

        Returns:
            Tokens × vocabulary, in llama.cpp's own memory: gone with the next decode.
        """
        batch = lc.llama_batch_init(len(tokens), 0, 1)
        try:
            batch.n_tokens = len(tokens)
            for place, token in enumerate(tokens):
                batch.token[place] = token
                batch.pos[place] = len(self.tokens) + place
                batch.n_seq_id[place] = 1
                batch.seq_id[place][0] = 0
                batch.logits[place] = 1
            self._compute(batch)
        finally:
            lc.llama_batch_free(batch)
        self._hold(tokens)
        pointer = lc.llama_get_logits(self.handle)
        shape = (len(tokens), self.model.vocabulary_size)
        return np.ctypeslib.as_array(cast("Any", pointer), shape)

    def decode_one(self, token: int) -> None:
        """Decode one generated token; errors as :meth:`decode`."""
        self._one[0] = token
        self._compute(self._one_batch)
        self._hold([token])

    def _hold(self, tokens: list[int]) -> None:
        self.tokens.extend(tokens)
        self._ends.append(len(self.tokens))

    @property
    def fewest_threads(self) -> int:
        """Fewest threads of a decode since :meth:`clear`."""
        return self._fewest_threads

    def _compute(self, batch: object) -> None:
        self._use(self._crew.begin())
        self._fewest_threads = min(self._fewest_threads, self._threads)
        status = lc.llama_decode(self.handle, cast("Any", batch))
        self._crew.end()
        self._checked(status)

    def _checked(self, status: int) -> None:
        if status == 0 and not self._abort.is_set:
            return
        if status == 0:
            # The flag came after the last graph node: what was decoded is held, so it is
            # dropped like a batch that was aborted half-way.
            self._go_back(len(self.tokens))
            raise Aborted
        self._go_back(len(self.tokens))
        if status == _ABORTED or self._abort.is_set:
            raise Aborted
        if status == 1:
            raise EngineError(
                FailureKind.GENERATE,
                "The context has no room for more: choose a larger one, or begin a new chat.",
            )
        raise EngineError(
            FailureKind.GENERATE,
            "The engine could not compute the next words, most likely because memory is too "
            "short: close other programs, or choose a smaller context.",
            f"llama_decode returned {status}",
        )

    def synchronize(self) -> None:
        """Wait until everything submitted is computed."""
        lc.llama_synchronize(self.handle)


def context_for(model: Model, load: Load | Predict, abort: AbortFlag) -> Context:
    """The context that a command asks for."""
    wanted = load.context_tokens
    trained = model.trained_context_tokens
    size = min(wanted, trained) if trained > 0 else wanted
    # llama.cpp would raise it all the same, but bound the batches by what was asked for.
    steps = max(1, -(-size // CONTEXT_STEP_TOKENS))
    return Context(
        model,
        abort,
        size_tokens=steps * CONTEXT_STEP_TOKENS,
        threads=load.threads,
        kv_type=load.kv_type,
        flash_attention=load.flash_attention,
    )
