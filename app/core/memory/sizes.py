"""How large a model a PC takes, told before any file of it is known: from parameters alone.

All figures here are rough, and to be said so. Where a header was read, ``app.core.memory.fit``
judges by that.
"""

from __future__ import annotations

from app.core.memory.estimate import lasting_budget_bytes
from app.core.memory.fit import TIGHT_SHARE, Verdict, judge
from app.core.memory.speed import DEFAULT_EFFICIENCY
from app.core.models.levels import level_by_name

USUAL_LEVEL = "Q4_K_M"
"""What is meant by “at 4 bits”."""

READING_SPEED = 5.0
"""Tokens a second that people read."""

_USUAL_BYTES = level_by_name(USUAL_LEVEL).nominal_bits / 8
# Beside the weights, with a context of 4,096 tokens: keys, values and buffers grow with the model,
# the engine and its output do not. Fitted to llama.cpp's plans of Llama, Qwen and Mistral models.
_BESIDE_SHARE = 0.06
_BESIDE_BYTES = 450_000_000


def about_needed_bytes(parameters: int) -> int:
    """Return what a model of so many parameters needs at 4 bits, about."""
    return round(parameters * _USUAL_BYTES * (1 + _BESIDE_SHARE)) + _BESIDE_BYTES


def about_verdict(parameters: int, memory_bytes: int) -> Verdict:
    """Tell whether a model of so many parameters fits a PC at 4 bits, most likely.

    Args:
        parameters: Of the model.
        memory_bytes: The PC's, or a GPU's, as a whole.
    """
    return judge(about_needed_bytes(parameters), lasting_budget_bytes(memory_bytes)).verdict


def largest_parameters(memory_bytes: int) -> int:
    """Return how large a model fits at 4 bits with room to spare, rounded down as people say it.

    Args:
        memory_bytes: The PC's as a whole, whatever is open this second.
    """
    room = TIGHT_SHARE * lasting_budget_bytes(memory_bytes) - _BESIDE_BYTES
    return _said(room / (_USUAL_BYTES * (1 + _BESIDE_SHARE)))


def quick_parameters(bandwidth: float) -> int:
    """Return how large a model answers at 4 bits as fast as people read, rounded down.

    Args:
        bandwidth: Bytes a second that the PC reads from memory.
    """
    return _said(bandwidth * DEFAULT_EFFICIENCY / READING_SPEED / _USUAL_BYTES)


def _said(parameters: float) -> int:
    """Rounded down to a figure that claims no more than is known: 500 M, 7 B, 14 B, 35 B."""
    if parameters < 1e9:
        return max(0, int(parameters // 1e8)) * 10**8
    step = 1 if parameters < 10e9 else 2 if parameters < 20e9 else 5
    return int(parameters // (step * 1e9)) * step * 10**9
