"""The projector of a loaded model: how pictures become places of a context.

llama.cpp's ``mtmd`` computes them; the loop is ours. A kept picture's place in a prompt is a number
below zero for each token that it takes, the same for the same picture: so a list of tokens says
what a context holds, pictures included, and is compared as ever.
"""

from __future__ import annotations

import ctypes
import os
from contextlib import contextmanager
from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import llama_cpp as lc
from llama_cpp import mtmd_cpp

from app.base.files import read_ordinary
from app.core.chats.pictures import MOST_BYTES, png_size
from app.core.text.shared_names import file_name
from app.core.words.sentence import say
from app.engine.host.errors import EngineError, RefusedError
from app.engine.host.llama.native import NativeLog, devices
from app.engine.protocol.running import FailureKind

if TYPE_CHECKING:
    from collections.abc import Generator

    from app.engine.host.loading.model import Model
    from app.engine.protocol.loading import Load

# llama-cpp-python's types want ctypes' numbers where its functions take Python's.
mtmd = cast("Any", mtmd_cpp)
_MOST_TOKENS = 1024
"""Of a picture, where its size decides: a photograph would fill the context otherwise."""
_GPU_KINDS = frozenset({"gpu", "igpu"})


@dataclass(frozen=True, slots=True)
class Look:
    """A picture, or a tile of one, where a prompt shows it.

    Attributes:
        path: Of the kept picture.
        place: Which of the picture's parts it is.
        mark: What stands for it in a list of tokens; below zero.
        tokens: Places that it takes in the context.
        positions: By how many the next token's position grows; fewer than tokens in models that
            count rows and columns apart.
        is_last: Of the picture's parts.
    """

    path: str
    place: int
    mark: int
    tokens: int
    positions: int
    is_last: bool = False


class Eyes:
    """They belong to the model and have to go before it. One thread."""

    def __init__(self, model: Model, load: Load, log: NativeLog) -> None:
        """Read a projector: its weights go into private memory.

        Args:
            model: Whose it is to be.
            load: Names the projector, and how the model is loaded.
            log: Hears what llama.cpp says.

        Raises:
            EngineError: The file is gone, or is for sound alone.
            RefusedError: llama.cpp refuses it for this model.
        """
        assert load.projector is not None
        name = file_name(load.projector)
        if not Path(load.projector).is_file():
            raise EngineError(FailureKind.LOAD, say("pictures.projector_gone", name=name))
        mtmd.mtmd_helper_log_set(log.callback, None)
        params = mtmd.mtmd_context_params_default()
        params.use_gpu = load.engine.gpu_layers != 0 and any(
            device.kind in _GPU_KINDS for device in devices()
        )
        params.print_timings = False
        params.n_threads = load.threads
        params.image_max_tokens = _MOST_TOKENS
        handle = mtmd.mtmd_init_from_file(os.fsencode(load.projector), model.handle, params)
        if not handle:
            raise RefusedError(FailureKind.PICTURE, say("pictures.projector_refused", name=name))
        self._handle = handle
        self._name = name
        self._model = model
        self._shown: tuple[str, int] | None = None
        if not mtmd.mtmd_support_vision(handle):
            self.free()
            raise EngineError(FailureKind.PICTURE, say("pictures.projector_hears", name=name))

    def free(self) -> None:
        """Give their memory back; the object is dead afterwards."""
        self.forget()
        mtmd.mtmd_free(self._handle)

    def outline(self, path: str) -> list[int | Look]:
        """A picture as it stands in a prompt: looks, and the tokens that the model wants around.

        Raises:
            EngineError: The picture is gone, or the projector is another model's.
        """
        data = _read(path)
        mark = -2 - int.from_bytes(sha256(data).digest()[:6], "big")
        found: list[int | Look] = []
        with self._chunks(_outlined(*png_size(data))) as chunks:
            for place in range(mtmd.mtmd_input_chunks_size(chunks)):
                chunk = mtmd.mtmd_input_chunks_get(chunks, place)
                if mtmd.mtmd_input_chunk_get_type(chunk) == mtmd.MTMD_INPUT_CHUNK_TYPE_TEXT:
                    found += self._text(chunk)
                    continue
                tokens = mtmd.mtmd_input_chunk_get_n_tokens(chunk)
                positions = mtmd.mtmd_input_chunk_get_n_pos(chunk)
                found.append(Look(path, place, (mark << 8) - place, tokens, positions))
        last = max(index for index, part in enumerate(found) if isinstance(part, Look))
        found[last] = replace(cast("Look", found[last]), is_last=True)
        return found

    def count(self, width: int, height: int) -> int:
        """What a picture of this size takes of the context, in tokens."""
        with self._chunks(_outlined(width, height)) as chunks:
            return mtmd.mtmd_helper_get_n_tokens(chunks)

    def show(
        self, look: Look, context: lc.llama_context_p, position: int, batch_tokens: int
    ) -> int:
        """Compute a look and put it into a context; nothing ends the first part early.

        Args:
            look: Out of :meth:`outline`.
            context: llama.cpp's handle.
            position: Of its first token.
            batch_tokens: Most tokens of one decode.

        Returns:
            As ``llama_decode`` does.
        """
        if self._shown is None or self._shown[0] != look.path:
            self.forget()
            self._shown = look.path, self._cut(_decoded(_read(look.path)))
        chunk = mtmd.mtmd_input_chunks_get(self._shown[1], look.place)
        after = ctypes.c_int32(position)
        status = mtmd.mtmd_helper_eval_chunk_single(
            self._handle, context, chunk, position, 0, batch_tokens, False, ctypes.byref(after)
        )
        if look.is_last or status != 0:
            self.forget()
        return status

    def fits(self, look: Look, most_tokens: int) -> bool:
        """Whether a model that reads a picture all at once has the room for this one."""
        return look.tokens <= most_tokens or not mtmd.mtmd_decode_use_non_causal(self._handle, None)

    def forget(self) -> None:
        """Give back the picture that is shown just now."""
        if self._shown is not None:
            mtmd.mtmd_input_chunks_free(self._shown[1])
            self._shown = None

    @contextmanager
    def _chunks(self, bitmap: int) -> Generator[int]:
        chunks = self._cut(bitmap)
        try:
            yield chunks
        finally:
            mtmd.mtmd_input_chunks_free(chunks)

    def _cut(self, bitmap: int) -> int:
        """A picture in the parts that the model reads; the bitmap is given back."""
        # Its usual marker will do: no text but this one meets llama.cpp's reader of markers.
        marker = mtmd.mtmd_get_marker(self._handle)
        text = mtmd.mtmd_input_text(marker, len(marker), False, True)
        chunks = mtmd.mtmd_input_chunks_init()
        bitmaps = (ctypes.c_void_p * 1)(bitmap)
        status = mtmd.mtmd_tokenize(self._handle, chunks, ctypes.byref(text), bitmaps, 1)
        mtmd.mtmd_bitmap_free(bitmap)
        if status != 0:
            mtmd.mtmd_input_chunks_free(chunks)
            raise EngineError(
                FailureKind.PICTURE, say("pictures.not_seen"), f"mtmd_tokenize returned {status}"
            )
        return chunks

    def _text(self, chunk: int) -> list[int]:
        count = ctypes.c_size_t()
        pointer = mtmd.mtmd_input_chunk_get_tokens_text(chunk, ctypes.byref(count))
        tokens: list[int] = pointer[: count.value]
        if not all(0 <= token < self._model.vocabulary_size for token in tokens):
            # llama.cpp looks marks up by their texts, and aborts over one that there is not.
            said = say("pictures.projector_other_model", name=self._name)
            raise EngineError(FailureKind.PICTURE, said)
        return tokens


def _outlined(width: int, height: int) -> int:
    """A picture of this size without its pixels."""
    return mtmd.mtmd_bitmap_init(width, height, None)


def _decoded(data: bytes) -> int:
    """A kept picture's pixels."""
    buffer = (ctypes.c_uint8 * len(data)).from_buffer_copy(data)
    options = mtmd.mtmd_helper_init_opt_default()
    # What is no picture would be given to ffmpeg, where there is one.
    options.video_params.ffmpeg_bin_dir = os.fsencode(os.devnull)
    bitmap = mtmd.mtmd_helper_bitmap_init_from_buf(None, buffer, len(data), False, options)
    if not bitmap:
        raise EngineError(FailureKind.PICTURE, say("pictures.not_seen"))
    return bitmap


def _read(path: str) -> bytes:
    """A kept picture's file."""
    try:
        data = read_ordinary(Path(path), MOST_BYTES)
        png_size(data)
    except (OSError, ValueError) as error:
        said = say("pictures.gone", name=file_name(path))
        raise EngineError(FailureKind.PICTURE, said, str(error)) from error
    return data
