"""How much it matters for the whole that a tensor's outputs are a little off.

A tensor's error is measured as a share of its own outputs' power. What such a share does to the
model's words differs from kind to kind.
"""

from __future__ import annotations

# Measured on the demo model: the divergence that one kind alone brings at Q3_K, by its error.
_WEIGHTS = (
    ("attn_qkv.", 1.5),
    ("attn_q.", 0.7),
    ("attn_k.", 1.2),
    ("attn_v.", 1.7),
    ("attn_output.", 1.1),
    ("ffn_gate", 0.45),
    ("ffn_up", 0.45),
    ("ffn_down", 1.0),
)
# An error of the head is one of the words themselves: nothing behind it averages it out.
_HEAD, _LOOKUP, _OTHER = 15.0, 2.0, 1.0


def weight_of(name: str, *, is_tied: bool) -> float:
    """How much a share of error in a tensor counts.

    Args:
        name: Of the tensor.
        is_tied: The table of tokens is the head, too.
    """
    if name == "output.weight" or (is_tied and name == "token_embd.weight"):
        return _HEAD
    if name == "token_embd.weight":
        return _LOOKUP
    return next((weight for part, weight in _WEIGHTS if part in name), _OTHER)
