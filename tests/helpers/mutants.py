"""Broken copies of real model files: structured nonsense in their headers, and flipped bytes.

A mutant is written anew from the parts of a sound file, so that what follows the nonsense still
fits and more than the reader meets it. The same seed makes the same mutants.
"""

from __future__ import annotations

import math
import struct
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from random import Random
from typing import Any

from app.core.gguf import GgufType
from app.core.models.levels import REMOVED_TENSOR_TYPES, TENSOR_TYPES
from tests.helpers.gguf_container import padded

T = GgufType
_FORMATS = {
    T.UINT8: "B", T.INT8: "b", T.UINT16: "H", T.INT16: "h", T.UINT32: "I", T.INT32: "i",
    T.FLOAT32: "f", T.BOOL: "B", T.UINT64: "Q", T.INT64: "q", T.FLOAT64: "d",
}  # fmt: skip
_FLOATS = (T.FLOAT32, T.FLOAT64)
_ALIGNMENT = 32

BORDERS = (
    0, 1, 2, 3, 7, 31, 32, 33, 255, 256, 511, 512, 513, 4096, 2**15, 2**16 - 1, 2**24, 2**24 + 1,
    2**31 - 1, 2**31, 2**32 - 1, 2**32, 2**48, 2**53 + 1, 2**62, 2**63 - 1, 2**63, 2**64 - 1,
    -1, -2, -(2**31), -(2**63),
)  # fmt: skip
_NO_NUMBERS = (math.nan, math.inf, -math.inf, 1e308, 5e-324, -0.0, 0.5)
_TEXTS = (
    b"", b" ", b"\0", b"\xff\xfe\xfd", b"\xed\xa0\x80", b"<img src='/dev/null'>", b"../../etc",
    b"%s%n{0}{x}", b"\x1b]0;title\x07\x9b31m", "\u202egpj.fugg".encode(),
    b"a" * 300, b"a-" * 2_000, b"q4_k_m-" * 3_000, b"A" * 200_000, b"\n" * 5_000, b"-", b".", b"/",
    b"model", b"llama", b"clip", b"mamba", b"rwkv7", b"gemma3", b"deepseek2", b"qwen3next",
    "\U0001f600".encode() * 40, b"9" * 500,
)  # fmt: skip
# What the program reads beside what a file already has; ``*`` is its architecture.
_KEYS = (
    b"general.alignment", b"general.architecture", b"general.base_model.0.name",
    b"general.base_model.0.repo_url", b"general.file_type", b"general.license", b"general.name",
    b"general.quantized_by", b"general.size_label", b"general.type", b"adapter.type",
    b"imatrix.chunk_count", b"quantize.imatrix.file", b"split.no", b"split.count",
    b"split.tensors.count", b"tokenizer.chat_template", b"tokenizer.ggml.tokens", b"*.vocab_size",
    b"*.block_count", b"*.context_length", b"*.embedding_length", b"*.feed_forward_length",
    b"*.expert_feed_forward_length", b"*.expert_count", b"*.expert_used_count",
    b"*.attention.head_count", b"*.attention.head_count_kv", b"*.attention.key_length",
    b"*.attention.value_length", b"*.attention.key_length_mla", b"*.attention.key_length_swa",
    b"*.attention.value_length_swa", b"*.attention.sliding_window",
    b"*.attention.sliding_window_pattern", b"*.attention.shared_kv_layers",
    b"*.attention.recurrent_layers", b"*.full_attention_interval", b"*.ssm.conv_kernel",
    b"*.ssm.inner_size", b"*.ssm.state_size", b"*.ssm.group_count", b"*.wkv.head_size",
    b"*.token_shift_count", b"*.shortconv.l_cache", b"*.kda.head_dim",
)  # fmt: skip
_TENSOR_NAMES = (
    b"", b"output.weight", b"token_embd.weight", b"blk.0.attn_norm.weight", b"blk.0.ssm_a",
    b"blk.0.ssm_conv1d.weight", b"blk.0.ffn_gate_exps.weight", b"blk.0.ffn_gate.weight",
    b"blk.0.ffn_gate.3.weight", b"blk.0.ffn_gate_inp.weight", b"blk.0.attn_k_b.weight",
    b"blk.99999999999999999999.ffn_up.weight", b"blk.-1.x", b"rope_freqs.weight", b"x" * 63,
    b"x" * 64, b"\xff\0",
)  # fmt: skip
_EXTENTS = (0, 1, 3, 31, 32, 64, 97, 256, 2**16, 2**31, 2**32, 2**48, 2**62, 2**63, 2**64 - 1)


@dataclass(slots=True)
class Key:
    """A metadata entry; ``value`` is a list where it is an array of ``kind``."""

    name: bytes
    kind: int
    value: Any
    is_array: bool = False


@dataclass(slots=True)
class TensorPart:
    """A tensor's description; without an offset it gets the one that fits."""

    name: bytes
    dimensions: list[int]
    kind: int
    offset: int | None = None


@dataclass(slots=True)
class Draft:
    """A file in parts.

    Attributes:
        counts: Of tensors and keys, where they are to differ from how many there are.
        cut: So many bytes of the header are written.
        flips: Of bytes in what is written: place in thousandths, value to mix in.
    """

    keys: list[Key]
    tensors: list[TensorPart]
    data: bytes = b""
    version: int = 3
    counts: tuple[int | None, int | None] = (None, None)
    cut: float = 1.0
    flips: list[tuple[float, int]] = field(default_factory=list[tuple[float, int]])

    @classmethod
    def read(cls, data: bytes) -> Draft:
        """Take a sound file apart; ``data`` may end behind its header."""
        (n_tensors, n_keys), place = struct.unpack_from("<QQ", data, 8), 24

        def number(form: str) -> Any:
            nonlocal place
            (value,) = struct.unpack_from(f"<{form}", data, place)
            place += struct.calcsize(f"<{form}")
            return value

        def text() -> bytes:
            nonlocal place
            size = number("Q")
            place += size
            return data[place - size : place]

        def value(kind: int) -> Any:
            return text() if kind == T.STRING else number(_FORMATS[T(kind)])

        keys: list[Key] = []
        for _ in range(n_keys):
            name, kind = text(), number("I")
            if kind == T.ARRAY:
                inner, count = number("I"), number("Q")
                keys.append(Key(name, inner, [value(inner) for _ in range(count)], is_array=True))
            else:
                keys.append(Key(name, kind, value(kind)))
        tensors: list[TensorPart] = []
        for _ in range(n_tensors):
            name = text()
            dimensions = [number("Q") for _ in range(number("I"))]
            tensors.append(TensorPart(name, dimensions, number("I")))
            number("Q")
        return cls(keys, tensors, data[padded(place, _ALIGNMENT) :])

    def copy(self) -> Draft:
        """One to be changed."""
        keys = [replace(key, value=list(key.value) if key.is_array else key.value)
                for key in self.keys]  # fmt: skip
        tensors = [replace(tensor, dimensions=list(tensor.dimensions)) for tensor in self.tensors]
        return replace(self, keys=keys, tensors=tensors, flips=[])

    @property
    def architecture(self) -> bytes:
        """As the header says."""
        found = [key.value for key in self.keys if key.name == b"general.architecture"]
        return found[0] if found and isinstance(found[0], bytes) else b"llama"

    def to_bytes(self) -> tuple[bytes, int]:
        """What is written, and how large a file would be in which all tensors have room."""
        parts = [self._key(key) for key in self.keys]
        offset = 0
        for tensor in self.tensors:
            shape = struct.pack(f"<{len(tensor.dimensions)}Q", *map(_u64, tensor.dimensions))
            at = offset if tensor.offset is None else tensor.offset
            parts += [_text(tensor.name), struct.pack("<I", len(tensor.dimensions)), shape,
                      struct.pack("<IQ", tensor.kind & 0xFFFFFFFF, _u64(at))]  # fmt: skip
            offset += padded(_size(tensor), _ALIGNMENT)
        n_tensors, n_keys = self.counts
        prefix = struct.pack(
            "<4sIQQ", b"GGUF", self.version & 0xFFFFFFFF,
            len(self.tensors) if n_tensors is None else _u64(n_tensors),
            len(self.keys) if n_keys is None else _u64(n_keys),
        )  # fmt: skip
        header = prefix + b"".join(parts)
        whole = bytearray(header.ljust(padded(len(header), _ALIGNMENT), b"\0"))
        size = len(whole) + offset
        for place, mix in self.flips:
            whole[int(place * (len(header) - 1))] ^= mix
        if self.cut < 1:
            return bytes(whole[: int(len(header) * self.cut)]), 0
        return bytes(whole + self.data[:offset]), size

    @staticmethod
    def _key(key: Key) -> bytes:
        if not key.is_array:
            return _text(key.name) + struct.pack("<I", key.kind) + _scalar(key.kind, key.value)
        items = b"".join(_scalar(key.kind, item) for item in key.value)
        return _text(key.name) + struct.pack("<IIQ", T.ARRAY, key.kind, len(key.value)) + items


def mutants(sources: list[Draft], seed: int) -> Callable[[], tuple[Draft, str]]:
    """Makes one mutant after another of some sound files; each comes with what was done to it."""
    random = Random(seed)

    def make() -> tuple[Draft, str]:
        draft = random.choice(sources).copy()
        done: list[str] = []
        for _ in range(random.choice((1, 1, 1, 2, 3))):
            change = random.choices(_CHANGES, _WEIGHTS if not draft.data else _WEIGHTS_WITH_DATA)[0]
            done.append(change(draft, random))
        return draft, ", ".join(done)

    return make


# --- changes --------------------------------------------------------------------------------------


def _border(draft: Draft, random: Random) -> str:
    """A number at the border of its type, often in another type."""
    numbers = [key for key in draft.keys if not key.is_array and key.kind in _FORMATS]
    if not numbers:
        return "nothing"
    key = random.choice(numbers)
    key.kind = random.choice((key.kind, key.kind, *_FORMATS))
    key.value = random.choice(_NO_NUMBERS if key.kind in _FLOATS else BORDERS)
    return f"{key.name!r} = {key.value} ({T(key.kind).name})"


def _known_key(draft: Draft, random: Random) -> str:
    """Something that the program reads, with any value in any type."""
    name = random.choice(_KEYS).replace(b"*", draft.architecture[:100])
    draft.keys = [key for key in draft.keys if key.name != name]
    kind = random.choice((T.UINT32, T.UINT64, T.INT32, *_FORMATS, T.STRING))
    is_array = random.random() < 0.3
    count = random.choice((0, 1, 2, 6, 512, 513, 1025, 3000)) if is_array else 1
    values = [_any_value(kind, random) for _ in range(min(count, 6))] * (-(-count // 6))
    draft.keys.append(Key(name, kind, values[:count] if is_array else values[0], is_array))
    return f"{name!r} as {kind.name}{' array' if is_array else ''} of {count}"


def _array_for_scalar(draft: Draft, random: Random) -> str:
    key = random.choice(draft.keys)
    if key.is_array:
        key.value = key.value[0] if key.value else _any_value(T(key.kind), random)
    else:
        key.value = [key.value] * random.choice((0, 1, 2, 6, 2000))
    key.is_array = not key.is_array
    return f"{key.name!r} an array: {key.is_array}"


def _any_text(draft: Draft, random: Random) -> str:
    texts = [key for key in draft.keys if not key.is_array and key.kind == T.STRING]
    if not texts:
        return "nothing"
    key = random.choice(texts)
    key.value = random.choice(_TEXTS)
    return f"{key.name!r} = {key.value[:30]!r} ({len(key.value)})"


def _without_key(draft: Draft, random: Random) -> str:
    return f"without {draft.keys.pop(random.randrange(len(draft.keys))).name!r}"


def _odd_key(draft: Draft, random: Random) -> str:
    key = random.choice(draft.keys)
    how = random.choice(("twice", "no name", "unknown type", "long name"))
    if how == "twice":
        draft.keys.append(replace(key))
    elif how == "unknown type":
        draft.keys.append(Key(b"odd.key", random.choice((13, 99, 2**32 - 1)), 1))
    else:
        key.name = b"" if how == "no name" else b"k" * 70_000
    return how


def _odd_shape(draft: Draft, random: Random) -> str:
    if not draft.tensors:
        return "nothing"
    tensor = random.choice(draft.tensors)
    count = random.choice((0, 1, 1, 2, 3, 4, 5, 9))
    tensor.dimensions = [random.choice((*tensor.dimensions, *_EXTENTS)) for _ in range(count)]
    if random.random() < 0.5:
        tensor.kind = random.choice((0, 1, 30, 24, 27, 41))
    return f"{tensor.name!r} {tensor.dimensions} type {tensor.kind}"


def _odd_type(draft: Draft, random: Random) -> str:
    if not draft.tensors:
        return "nothing"
    tensor = random.choice(draft.tensors)
    tensor.kind = random.choice((*TENSOR_TYPES, *REMOVED_TENSOR_TYPES, 43, 255, 2**31, 2**32 - 1))
    return f"{tensor.name!r} type {tensor.kind}"


def _odd_name(draft: Draft, random: Random) -> str:
    if not draft.tensors:
        return "nothing"
    tensor = random.choice(draft.tensors)
    tensor.name = random.choice((*_TENSOR_NAMES, draft.tensors[0].name))
    return f"a tensor called {tensor.name[:40]!r}"


def _odd_offset(draft: Draft, random: Random) -> str:
    if not draft.tensors:
        return "nothing"
    tensor = random.choice(draft.tensors)
    tensor.offset = random.choice((0, 1, 31, 32, 2**31, 2**62, 2**63, 2**64 - 1))
    return f"{tensor.name!r} at {tensor.offset}"


def _without_tensors(draft: Draft, random: Random) -> str:
    keep = random.choice((0, 1, len(draft.tensors) // 2))
    draft.tensors = draft.tensors[:keep]
    return f"{keep} tensors"


def _odd_prefix(draft: Draft, random: Random) -> str:
    if random.random() < 0.3:
        draft.version = random.choice((0, 1, 2, 4, 2**16, 2**31, 2**32 - 1))
        return f"version {draft.version}"
    wrong = random.choice((0, 1, len(draft.keys) + 1, 2**31, 2**32, 2**63, 2**64 - 1))
    draft.counts = (wrong, None) if random.random() < 0.5 else (None, wrong)
    return f"counts {draft.counts}"


def _cut_off(draft: Draft, random: Random) -> str:
    draft.cut = random.random()
    return f"cut at {draft.cut:.3f}"


def _flipped(draft: Draft, random: Random) -> str:
    for _ in range(random.choice((1, 1, 2, 8))):
        place = random.random() ** random.choice((1, 4))  # often near the start
        draft.flips.append((place, random.choice((1, 2, 4, 8, 16, 32, 64, 128, 255))))
    return f"{len(draft.flips)} bytes flipped"


def _odd_weights(draft: Draft, random: Random) -> str:
    """Bytes of the data: scales and weights that become NaN, infinite, nought or anything."""
    data = bytearray(draft.data)
    count = random.choice((1, 2, 64, 4096))
    start = random.randrange(max(1, len(data) - count))
    how = random.choice((b"\xff", b"\0", b"\x00\x7c", b"\x00\x7e", b""))
    new = (how * count)[:count] if how else random.randbytes(count)
    data[start : start + count] = new
    draft.data = bytes(data)
    return f"{count} bytes of the weights at {start} become {how!r}"


_CHANGES = (
    _odd_weights,
    _border, _known_key, _array_for_scalar, _any_text, _without_key, _odd_key, _odd_shape,
    _odd_type, _odd_name, _odd_offset, _without_tensors, _odd_prefix, _cut_off, _flipped,
)  # fmt: skip
_WEIGHTS = (0, 20, 30, 6, 10, 4, 3, 14, 6, 6, 2, 2, 2, 2, 10)
_WEIGHTS_WITH_DATA = (150, *_WEIGHTS[1:])


def _any_value(kind: GgufType, random: Random) -> Any:
    if kind is T.STRING:
        return random.choice(_TEXTS)
    return random.choice(_NO_NUMBERS if kind in _FLOATS else BORDERS)


# --- bytes ----------------------------------------------------------------------------------------


def _scalar(kind: int, value: Any) -> bytes:
    """A value forced into a type."""
    if kind not in set(T) or kind == T.ARRAY:
        return bytes(4)
    if kind == T.STRING:
        return _text(value if isinstance(value, bytes) else str(value).encode())
    if isinstance(value, bytes):
        value = len(value)
    form = _FORMATS[T(kind)]
    if kind in _FLOATS:
        try:
            return struct.pack(f"<{form}", float(value))
        except OverflowError:
            return struct.pack(f"<{form}", math.inf)
    whole = int(value) if math.isfinite(value) else 0
    bits = 8 * struct.calcsize(f"<{form}")
    return (whole % 2**bits).to_bytes(bits // 8, "little")


def _text(value: bytes) -> bytes:
    return struct.pack("<Q", len(value)) + value


def _u64(value: int) -> int:
    return value % 2**64


def _size(tensor: TensorPart) -> int:
    stored = TENSOR_TYPES.get(tensor.kind)
    if stored is None:
        return 0
    return math.prod(tensor.dimensions) // stored.block_elements * stored.block_bytes
