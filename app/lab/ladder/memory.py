"""What one candidate needs of memory: predicted by llama.cpp's plan, measured over an answer."""

from __future__ import annotations

import contextlib
import time
from typing import TYPE_CHECKING

from app.core.candidates.settings import SamplingSettings
from app.core.chats.chat import Message, Role
from app.core.ladder.results import MemoryFigures
from app.engine.protocol.answering import Finished
from app.monitor.sampler import Monitor

if TYPE_CHECKING:
    from app.lab.engines.calls import EngineCalls
    from app.lab.engines.opened import OpenedCandidate
    from app.lab.engines.room import EngineRoom
    from app.monitor.samples import EngineSample, Sample

_KEY = "memory"
_SAMPLE_SECONDS = 0.05
_ANSWER_TOKENS = 32
# What a template may put around the prompt.
_TEMPLATE_TOKENS = 96
# No vocabulary makes two tokens of one digit.
_DIGIT = "7"


def measure_memory(
    opened: OpenedCandidate,
    context_tokens: int,
    threads: int,
    room: EngineRoom,
    predicted_bytes: int | None,
    prompt_tokens: int | None = None,
    own: EngineCalls | None = None,
) -> tuple[MemoryFigures, str]:
    """Load a candidate, let it read a long prompt and answer, and see what its engine held.

    The engine is alone; a prompt of several batches makes every buffer real.

    Args:
        opened: The candidate.
        context_tokens: Wanted size of the context; its own settings and what the model allows go
            first.
        threads: Of the engine.
        room: Where it is started.
        predicted_bytes: What was predicted, to stand beside it.
        prompt_tokens: No longer prompt than this; None fills the context.
        own: An engine in which nothing has happened yet, and which stays; None starts one.

    Returns:
        The figures, and what the engine said of itself.

    Raises:
        PersonError: It cannot be loaded, or ended.
    """
    allowed = opened.context_tokens(context_tokens)
    seen: list[EngineSample] = []

    def note(sample: Sample) -> None:
        seen[:] = [sample.engines[_KEY]] if _KEY in sample.engines else seen

    monitor = Monitor(note, _SAMPLE_SECONDS)
    with contextlib.ExitStack() as stack:
        engine = own or stack.enter_context(room.calls(f"memory-{opened.path.stem}"))
        if engine.pid is not None:
            monitor.watch(_KEY, engine.pid)
        monitor.start()
        try:
            loaded = room.load(engine, opened, threads, allowed)
            free = max(1, loaded.context_tokens - _TEMPLATE_TOKENS - _ANSWER_TOKENS)
            prompt = _DIGIT * min(free, prompt_tokens or free)
            generate = opened.manner.generate(
                engine.next_id(),
                [Message(Role.USER, prompt)],
                SamplingSettings(max_tokens=_ANSWER_TOKENS),
                clear=True,  # nothing goes on from here: no places to go back to are kept
            )
            finished = engine.call(generate, Finished)
            # The monitor has seen the engine once more before it ends.
            time.sleep(2 * _SAMPLE_SECONDS)
        finally:
            monitor.stop()
        name = engine.hello.engine if engine.hello is not None else ""
    peaks = seen[0] if seen else None
    return MemoryFigures(
        context_tokens=loaded.context_tokens,
        needed_bytes=finished.memory.needed_bytes,
        predicted_bytes=predicted_bytes,
        peak_private_bytes=peaks.peak_private_bytes if peaks else None,
        peak_mapped_bytes=peaks.peak_mapped_bytes if peaks else None,
        repacked_bytes=loaded.repacked_bytes,
        load_ns=loaded.load_ns,
        weights_bytes=loaded.weights_bytes,
        kv_bytes=loaded.kv_bytes,
        compute_bytes=loaded.compute_bytes,
    ), name
