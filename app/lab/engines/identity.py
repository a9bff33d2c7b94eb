"""One name for the engine that computes on this PC.

What another one computed is never held against what this one does.
"""

from __future__ import annotations

from functools import cache
from hashlib import sha256
from pathlib import Path

from app.base.build import engine_build
from app.engine.local.starting import engine_environment
from app.engine.variants import left_out
from app.monitor.machine import machine_facts, processor_facts

# What takes one kernel for another, or one device.
_STEERING = ("GGML_", "LLAMA_")
_DEVICES = "VISIBLE_DEVICES"


def engine_identity(folder: Path | None) -> str:
    """Names the engine's libraries, what they run on, and how they are steered. Any thread.

    It is another one after an upgrade of llama.cpp, after a build with or without a GPU or an
    instruction set, for other variants left out, on another processor or another GPU.

    Args:
        folder: The engines' working folder, which knows the variants that they do without; None
            where they do without none.

    Returns:
        Empty where there is no engine.
    """
    stamp = engine_build()
    if not stamp:
        return ""
    steering = sorted(
        (name, value)
        for name, value in engine_environment().items()
        if name.upper().startswith(_STEERING) or _DEVICES in name.upper()
    )
    parts = (stamp, *this_pc(), left_out(folder) if folder is not None else (), steering)
    return sha256(repr(parts).encode("utf-8", "backslashreplace")).hexdigest()[:20]


@cache
def this_pc() -> tuple[object, ...]:
    """Processor and GPUs; asking takes some hundredths of a second, so once a program."""
    return processor_facts(), machine_facts().gpus
