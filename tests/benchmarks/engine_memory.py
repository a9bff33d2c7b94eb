"""(f) What an engine needs beside what llama.cpp allocates."""

from __future__ import annotations

from pathlib import Path

from app.core.candidates.settings import SamplingSettings
from app.core.chats.chat import Message, Role
from app.engine.local.client import LocalEngines
from app.engine.protocol.answering import Finished, Generate
from app.engine.protocol.loading import Load, Loaded
from app.lab.demo.demo import demo_base
from app.lab.engines.calls import EngineCalls
from app.monitor.machine import physical_core_count
from app.store.paths import Paths
from tests.benchmarks.figures import Figure, Run, limit_figure, tell
from tests.benchmarks.random_model import ensure_random_model

LIMIT_MB = 90
CONTEXT_TOKENS = 4096
LETTER = "f"
HOW = f"""`memory_needed_bytes` after an answer of 64 tokens at a context of {CONTEXT_TOKENS:,}
tokens, less the weights and the KV, compute and output buffers that llama.cpp itself reports when
it loads. What is left is Python, the vocabulary, the libraries and the allocator's slack."""


def measure(run: Run) -> list[Figure]:
    """Load, answer, subtract."""
    return [
        _overhead(run, "random-weight model, Q4_K_M", ensure_random_model()),
        _overhead(run, "demo model, F16", demo_base()),
    ]


def _overhead(run: Run, name: str, model: Path) -> Figure:
    with EngineCalls("memory", LocalEngines(Paths.below(run.home).state)) as engine:
        threads = physical_core_count()
        load = Load(engine.next_id(), str(model), CONTEXT_TOKENS, threads)
        loaded = engine.call(load, Loaded)
        messages = [Message(Role.USER, "Why is the sky blue? " * 20)]
        generate = Generate(engine.next_id(), messages, SamplingSettings(max_tokens=64))
        needed = engine.call(generate, Finished).memory.needed_bytes
    if needed is None:
        return Figure("f", f"engine overhead, {name}", "", "not told by this system", None)
    buffers = loaded.kv_bytes + loaded.compute_bytes + loaded.output_bytes
    overhead_mb = (needed - loaded.weights_bytes - buffers) / 1e6
    tell(
        f"  {name}: needed {needed / 1e6:.1f}, weights {loaded.weights_bytes / 1e6:.1f}, KV "
        f"{loaded.kv_bytes / 1e6:.1f}, compute {loaded.compute_bytes / 1e6:.1f}, output "
        f"{loaded.output_bytes / 1e6:.1f}, repacked {loaded.repacked_bytes / 1e6:.1f} MB"
    )
    return limit_figure("f", f"engine overhead, {name}", overhead_mb, LIMIT_MB, "MB")
