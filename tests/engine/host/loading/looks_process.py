"""Answers a picture by mtmd's own loop, greedily: a process of its own, since it holds llama.cpp.

    python -m tests.engine.host.loading.looks_process MODEL PROJECTOR TOKENS PROMPT PICTURE…

The prompt holds ``<__media__>`` for each picture; the answer's bytes go to standard output in hex.
"""

from __future__ import annotations

import ctypes
import os
import sys
from typing import Any, cast

import llama_cpp
import numpy as np
from llama_cpp import mtmd_cpp

lc, mtmd = cast("Any", llama_cpp), cast("Any", mtmd_cpp)
_CONTEXT_TOKENS = 512


def main(model_path: str, projector: str, tokens: str, prompt: str, *pictures: str) -> None:
    """Load, look, answer."""
    lc.llama_backend_init()
    model = lc.llama_model_load_from_file(os.fsencode(model_path), lc.llama_model_default_params())
    vocabulary = lc.llama_model_get_vocab(model)
    params = mtmd.mtmd_context_params_default()
    params.use_gpu, params.n_threads, params.print_timings = False, 1, False
    eyes = mtmd.mtmd_init_from_file(os.fsencode(projector), model, params)
    params = lc.llama_context_default_params()
    params.n_ctx = params.n_batch = params.n_ubatch = _CONTEXT_TOKENS
    params.n_threads = params.n_threads_batch = 1
    context = lc.llama_init_from_model(model, params)
    text = prompt.encode()
    asked = mtmd.mtmd_input_text(text, len(text), True, True)
    bitmaps = [
        mtmd.mtmd_helper_bitmap_init_from_file(eyes, os.fsencode(path), False) for path in pictures
    ]
    chunks = mtmd.mtmd_input_chunks_init()
    shown = (ctypes.c_void_p * len(bitmaps))(*bitmaps)
    assert mtmd.mtmd_tokenize(eyes, chunks, ctypes.byref(asked), shown, len(bitmaps)) == 0
    after = lc.llama_pos(0)
    status = mtmd.mtmd_helper_eval_chunks(
        eyes, context, chunks, 0, 0, _CONTEXT_TOKENS, True, ctypes.byref(after)
    )
    assert status == 0
    position, answer = after.value, b""
    size, piece = lc.llama_vocab_n_tokens(vocabulary), ctypes.create_string_buffer(64)
    for _ in range(int(tokens)):
        row = np.ctypeslib.as_array(lc.llama_get_logits_ith(context, -1), (size,))
        token = int(row.argmax())
        if lc.llama_vocab_is_eog(vocabulary, token):
            break
        length = lc.llama_token_to_piece(vocabulary, token, piece, len(piece), 0, False)
        answer += piece.raw[:length]
        one, place = (lc.llama_token * 1)(token), (lc.llama_pos * 1)(position)
        batch = lc.llama_batch_get_one(one, 1)
        batch.pos = place
        assert lc.llama_decode(context, batch) == 0
        position += 1
    sys.stdout.write(answer.hex())


if __name__ == "__main__":
    main(*sys.argv[1:])
