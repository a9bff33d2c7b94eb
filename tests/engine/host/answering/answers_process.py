"""Answers prompts with an engine's own parts, and writes what was computed as JSON.

``python -m tests.engine.host.answering.answers_process MODEL SECONDS THREADS PROMPT…`` in a process
of its own, because only such a process may load llama.cpp. Between any two looks at the clock so
many seconds pass on top: so slow is this PC.
"""

from __future__ import annotations

import itertools
import json
import sys
import time
from hashlib import sha256
from typing import Any

import llama_cpp as lc
import numpy as np

from app.core.candidates.settings import EngineSettings, SamplingSettings
from app.core.chats.chat import Message, Role
from app.engine.host.answering.generator import Generator
from app.engine.host.answering.prompt import PromptWriter
from app.engine.host.llama import native
from app.engine.host.loading.context import Context
from app.engine.host.loading.model import Model
from app.engine.host.process.abort import AbortFlag
from app.engine.host.process.crew import Crew
from app.engine.protocol.answering import Generate, Text


class _Told:
    """Takes a channel's place."""

    def __init__(self) -> None:
        self.events: list[Any] = []

    def emit(self, event: Any) -> None:
        self.events.append(event)


class _Watched(Context):
    """Notes the size of every decode and what came out of it."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.sizes: list[int] = []
        self.digests: list[str] = []

    def decode(self, tokens: list[int]) -> None:
        super().decode(tokens)
        self._note(len(tokens))

    def decode_one(self, token: int) -> None:
        super().decode_one(token)
        self._note(1)

    def _note(self, size: int) -> None:
        self.sizes.append(size)
        pointer: Any = lc.llama_get_logits_ith(self.handle, -1)
        row = np.ctypeslib.as_array(pointer, (self.model.vocabulary_size,))
        self.digests.append(sha256(row.tobytes()).hexdigest())


def main() -> int:
    """Answer and print."""
    path, seconds, threads = sys.argv[1], float(sys.argv[2]), int(sys.argv[3])
    _slow_down(seconds)
    native.start_native()
    Crew.is_steady = True
    abort, told = AbortFlag(), _Told()
    model = Model(path, EngineSettings(gpu_layers=0), abort, lambda _share: None)
    context = _Watched(model, abort, size_tokens=2048, threads=threads)
    writer = PromptWriter(model, model.chat_template() or "", told.emit)
    generator = Generator(told, context, 0)  # type: ignore[arg-type]
    found: list[dict[str, Any]] = []
    for number, prompt in enumerate(sys.argv[4:]):
        told.events.clear()
        context.sizes.clear()
        context.digests.clear()
        messages = [Message(Role.USER, prompt)]
        command = Generate(number, messages, SamplingSettings(max_tokens=24))
        generator.answer(command, writer)
        text = "".join(one.answer for one in told.events if isinstance(one, Text))
        found.append(
            {
                "sizes": context.sizes[:],
                "digests": context.digests[:],
                "text": text,
            }
        )
    sys.stdout.write(json.dumps(found))
    return 0


def _slow_down(seconds: float) -> None:
    passed = itertools.count()
    now, now_ns = time.perf_counter, time.perf_counter_ns
    time.perf_counter = lambda: now() + next(passed) * seconds
    time.perf_counter_ns = lambda: now_ns() + int(next(passed) * seconds * 1e9)


if __name__ == "__main__":
    raise SystemExit(main())
