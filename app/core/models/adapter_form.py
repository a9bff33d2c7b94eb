"""How an adapter lies in memory beside a quantized model: its rows in blocks of eight bits.

llama.cpp multiplies rows of numbers in steps of 16 to 128, and what is left over one by one. The
rows of an adapter's second half are as long as its rank, 8 to 64 as a rule, and there are hundreds
of thousands of them a token. As Q8_0, filled up with zeros to whole blocks, they take one step
each, and a half to a third of the memory that has to be read. A quantized model's own products are
rounded to eight bits anyway; beside one that is not, adapters stay as they are.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import prod
from typing import TYPE_CHECKING

from app.core.models.levels import TENSOR_TYPES

if TYPE_CHECKING:
    from app.core.gguf import GgufHeader, TensorInfo

QUANTIZED_BITS = 12.0
"""Models of fewer bits a weight are quantized; no format lies near it."""
F32, Q8_0 = 0, 8
_BLOCK = TENSOR_TYPES[Q8_0].block_elements
# Its halves are swapped: its rows are looked up, not multiplied.
_LOOKED_UP = "token_embd.weight"
_A, _B = "lora_a", "lora_b"


@dataclass(frozen=True, slots=True)
class Half:
    """One of two halves, as the file has it and as it is to lie in memory.

    Attributes:
        tensor: In the file.
        dimensions: In memory, the contiguous one first; what is more than in the file is zero.
        type_id: In memory.
        factor: Of its numbers: alpha and rank are multiplied in, since a filled-up half has
            another rank for llama.cpp.
    """

    tensor: TensorInfo
    dimensions: tuple[int, ...]
    type_id: int
    factor: float

    @property
    def n_bytes(self) -> int:
        """Its size in memory."""
        stored = TENSOR_TYPES[self.type_id]
        return prod(self.dimensions) // stored.block_elements * stored.block_bytes


def in_blocks(header: GgufHeader) -> list[Half]:
    """The halves of an adapter as they lie beside a quantized model.

    Empty where the file has something else than whole pairs: llama.cpp says what is wrong with it.
    """
    alpha = header.metadata.get("adapter.lora.alpha")
    alpha = float(alpha) if isinstance(alpha, int | float) else 0.0
    by_name = {tensor.name: tensor for tensor in header.tensors}
    found: list[Half] = []
    for name, tensor in by_name.items():
        base, _, half = name.rpartition(".")
        other = by_name.get(f"{base}.{_B if half == _A else _A}")
        if half not in (_A, _B) or other is None:
            return []
        a, b = (tensor, other) if half == _A else (other, tensor)
        if len(a.dimensions) < 2 or len(b.dimensions) < 2 or not b.dimensions[0]:
            return []
        rank = b.dimensions[0]
        factor = alpha / rank if alpha and half == _B else 1.0
        columns, rows, *experts = tensor.dimensions
        type_id = F32
        if base != _LOOKED_UP:
            padded = -(-rank // _BLOCK) * _BLOCK
            columns, rows = (columns, padded) if half == _A else (padded, rows)
            type_id = F32 if columns % _BLOCK else Q8_0
        found.append(Half(tensor, (columns, rows, *experts), type_id, factor))
    return found
