"""A loaded model: its weights and its vocabulary."""

from __future__ import annotations

import ctypes
from collections.abc import Callable, Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import llama_cpp as lc

from app.core.chats.template_facts import TEMPLATE_KEY, default_template_key
from app.core.models.kinds import ModelKind, kind_of_architecture
from app.core.words.sentence import say
from app.engine.host.errors import Aborted, EngineError, RefusedError
from app.engine.host.loading.adapters import Adapters
from app.engine.host.loading.devices import tell_devices
from app.engine.host.loading.experts import tell_experts
from app.engine.host.loading.own_marks import OwnMarks
from app.engine.host.process.deep_stack import Abandoned, DeepStack
from app.engine.protocol.running import FailureKind

if TYPE_CHECKING:
    from app.core.candidates.adapters import Adapter
    from app.core.candidates.settings import EngineSettings
    from app.engine.host.loading.eyes import Eyes
    from app.engine.host.process.abort import AbortFlag

_PIECE_BYTES = 512
_FACT_BYTES = 128
# Read from a text only where marks count; llama.cpp counts the unknown token among them.
_CONTROL = lc.LLAMA_TOKEN_ATTR_CONTROL | lc.LLAMA_TOKEN_ATTR_UNKNOWN
# A text that no usual stack is too small for, not even Windows'.
_SHALLOW_BYTES = 1000


class Model:
    """The weights and the vocabulary of one model file.

    Not thread-safe: one worker thread uses it.

    Attributes:
        eyes: With which it sees pictures; None where it sees none.
        logits_row: Type of a pointer to a logit for each token of the vocabulary.
        maps_file: Its weights lie in the file's pages, and cannot be written.
    """

    def __init__(
        self,
        path: str,
        engine: EngineSettings,
        abort: AbortFlag,
        on_progress: Callable[[float], None],
        *,
        is_plan: bool = False,
        adapters: Sequence[Adapter] = (),
    ) -> None:
        """Load the weights.

        Args:
            path: The file.
            engine: How it is loaded.
            abort: Ends the load.
            on_progress: Told the share of the weights read.
            is_plan: Read the header alone and lay everything out without allocating; such a
                model computes nothing.
            adapters: Added to the weights.

        Raises:
            Aborted: The abort flag was set meanwhile.
            EngineError: The file is gone, or a setting cannot be.
            RefusedError: llama.cpp refuses the file, or an adapter.
        """

        def progress(fraction: float, _data: object) -> bool:
            on_progress(fraction)
            return not abort.is_set

        params = lc.llama_model_default_params()
        kept = tell_devices(params, Path(path), engine)
        params.no_alloc = is_plan
        if is_plan:
            params.load_mode = lc.LLAMA_LOAD_MODE_NONE  # llama.cpp aborts over any other
        callback = lc.llama_progress_callback(progress)
        params.progress_callback = callback
        if not Path(path).is_file():
            raise EngineError(FailureKind.LOAD, say("engine.file_no_longer", name=Path(path).name))
        kept += tell_experts(params, path, engine)
        handle = lc.llama_model_load_from_file(path.encode(), params)
        del kept
        if not handle:
            if abort.is_set:
                raise Aborted
            raise RefusedError(FailureKind.LOAD, say("engine.file_damaged_form_engine_does"))
        self.handle = handle
        self.maps_file = engine.maps_file
        self.eyes: Eyes | None = None
        try:
            self.adapters = Adapters(handle, adapters)
        except EngineError:
            lc.llama_model_free(handle)
            raise
        # llama-cpp-python says "or None" of handles that a loaded model always has.
        self.vocabulary: Any = lc.llama_model_get_vocab(handle)
        self.vocabulary_size = lc.llama_vocab_n_tokens(self.vocabulary)
        self.logits_row: Any = ctypes.POINTER(ctypes.c_float * self.vocabulary_size)
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
        if self.eyes is not None:
            self.eyes.free()
        self.adapters.free()
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
            raise EngineError(FailureKind.LOAD, say("engine.encoder_model_cannot_generate_text"))
        architecture = self._fact("general.architecture")
        causal = self._fact(f"{architecture}.attention.causal")
        if lc.llama_model_is_diffusion(self.handle):
            raise EngineError(FailureKind.LOAD, say("engine.diffusion_language_model_cannot_write"))
        if causal == "false" or kind_of_architecture(architecture) is ModelKind.EMBEDDING:
            raise EngineError(FailureKind.LOAD, say("engine.model_reads_texts_whole_embedding"))

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
