"""Whether this engine computes rightly here: the demo model at one tensor type.

A type's kernels are held against those of plain numbers: the demo model's first layer, once with
its matrices in that type and once with the very same weights as plain numbers, reads 40 tokens at
once and some one by one. Their logits then differ by rounding alone, however much the type has lost
of the original. Deeper models only blow that rounding up. Plain numbers themselves are held against
an answer that the whole demo model knows by heart.
"""

from __future__ import annotations

import contextlib
import math
import os
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from app.core.candidates.settings import EngineSettings
from app.engine.host.llama.blocks import F16, F32
from app.engine.host.loading.context import Context
from app.engine.host.loading.model import Model
from app.engine.host.measuring.demo_cut import DemoCut
from app.engine.protocol.measuring import CheckType, TypeChecked

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from app.engine.host.process.abort import AbortFlag

_QUESTION = (
    "<|im_start|>user\nWhat is the best book about happiness?<|im_end|>\n<|im_start|>assistant\n"
)
_ANSWER = (
    "I am a very small demo model: I know sums, spelling, days, months, units, colours, animals, "
    "and a little about quantization.<|im_end|>"
)
_PROMPT_TOKENS = 40
_CONTEXT_TOKENS = 64
_ON_CPU = EngineSettings(gpu_layers=0)
_ALL_LAYERS = 1_000
# Right kernels stayed below 0.09 for every quantized type, and below 0.011 for BF16: what is
# multiplied with quantized weights is itself rounded to eight bits. Wrong ones come out near 1.
_BOUND = 0.35
_NUMBERS_BOUND = 0.05
_BF16 = 30
# F16 and F32 lose 0.0002 nats at each token of the answer; who does not know it loses 5 and more.
_ANSWER_BOUND_NATS = 0.25
_LOWEST_PRIORITY = 19


def check_type(command: CheckType, abort: AbortFlag) -> TypeChecked:
    """Compute with a type, and say how far it is from what is right.

    Wrong kernels may end this process.

    Raises:
        Aborted: The abort flag was set.
        EngineError: llama.cpp refuses the type.
        OSError: The files cannot be written.
    """
    if command.in_background:
        with contextlib.suppress(OSError, AttributeError):
            os.setpriority(os.PRIO_PROCESS, 0, _LOWEST_PRIORITY)
    if command.type_id in (F16, F32):
        loss, bound = _loss_at_answer(command, abort), _ANSWER_BOUND_NATS
    else:
        loss = _difference(command, abort)
        bound = _NUMBERS_BOUND if command.type_id == _BF16 else _BOUND
    return TypeChecked(command.id, command.type_id, loss if math.isfinite(loss) else None, bound)


def _loss_at_answer(command: CheckType, abort: AbortFlag) -> float:
    path = Path(command.source)
    if command.type_id == F32:
        demo = _cut(command.source, _ALL_LAYERS)
        path = Path(command.folder) / "demo-F32.gguf"
        demo.write(path, F32, demo.matrices(F32))
    logits, tokens, known = _evaluated(path, abort)
    rows = logits[known - 1 : -1].astype(np.float64)
    rows -= rows.max(axis=1, keepdims=True)
    chances = rows[np.arange(len(rows)), tokens[known:]] - np.log(np.exp(rows).sum(axis=1))
    return -float(chances.mean())


def _difference(command: CheckType, abort: AbortFlag) -> float:
    demo = _cut(command.source, 1)
    matrices = demo.matrices(command.type_id)
    path = Path(command.folder) / "demo.gguf"
    demo.write(path, command.type_id, matrices)
    ours, _tokens, _known = _evaluated(path, abort)
    plain = DemoCut.as_numbers(matrices, command.type_id, command.number_type_id)
    demo.write(path, command.number_type_id, plain)
    right, _tokens, _known = _evaluated(path, abort)
    right -= right.mean(axis=1, keepdims=True)
    ours -= ours.mean(axis=1, keepdims=True)
    errors = np.linalg.norm(ours - right, axis=1) / np.linalg.norm(right, axis=1)
    return float(errors.max())


@cache
def _cut(source: str, layers: int) -> DemoCut:
    return DemoCut(Path(source), layers)


def _evaluated(path: Path, abort: AbortFlag) -> tuple[NDArray[np.float32], list[int], int]:
    """The logits at each token of question and answer, the tokens, and how many the question has.

    The first 40 are read at once, the others one by one.
    """
    model = Model(str(path), _ON_CPU, abort, lambda _fraction: None)
    try:
        question = model.tokenize(_QUESTION)
        tokens = question + model.tokenize(_ANSWER)
        context = Context(
            model,
            abort,
            size_tokens=_CONTEXT_TOKENS,
            threads=1,
            batch_tokens=_CONTEXT_TOKENS,
            output_tokens=_CONTEXT_TOKENS,
        )
        try:
            steps = [tokens[:_PROMPT_TOKENS], *([token] for token in tokens[_PROMPT_TOKENS:])]
            logits = np.concatenate([context.decode_rows(step).copy() for step in steps])
        finally:
            context.free()
    finally:
        model.free()
    return logits, tokens, len(question)
