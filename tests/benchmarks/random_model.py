"""A model of useful size with random weights: as slow as a real one, and it needs no download.

What it says means nothing; how fast it says it is what a model of this shape takes. About 0.43
billion parameters, of which 0.16 billion are the vocabulary's, tied to the output as in real models
of this size.

``python -m tests.benchmarks.random_model [LEVEL…]`` makes it and prints where it is.
"""

from __future__ import annotations

import ctypes
import itertools
import os
import string
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import gguf
import numpy as np

from app.core.models.levels import level_by_name
from tests.benchmarks.llama_tools import cache_dir

SEED = 20260101
SPECIAL_TOKENS = ("<|endoftext|>", "<|im_start|>", "<|im_end|>")
CHATML = (
    "{% for message in messages %}<|im_start|>{{ message.role }}\n{{ message.content }}<|im_end|>\n"
    "{% endfor %}{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
)


@dataclass(frozen=True, slots=True)
class Shape:
    """The sizes of a llama-architecture model. Rows are multiples of 256, for the K-quants.

    Attributes:
        end_scale: How many times larger than others' the weights of the token are that ends an
            answer, so that answers end by themselves; 0 lets none end.
    """

    layers: int = 22
    width: int = 1024
    feed_forward: int = 3072
    heads: int = 16
    kv_heads: int = 8
    context_tokens: int = 32768
    vocabulary_tokens: int = 151_936
    end_scale: float = 0.0

    @property
    def kv_width(self) -> int:
        """Width of the keys and of the values of one position."""
        return self.width // self.heads * self.kv_heads


def ensure_random_model(level: str = "Q4_K_M", shape: Shape | None = None) -> Path:
    """Return the random model at one level, making it (and F16, its source) where it is missing.

    Args:
        level: F16, or a level that needs no importance matrix.
        shape: Another shape, in files of its own; the standard one when left out.
    """
    shape = shape or Shape()
    name = f"random-{shape.layers}x{shape.width}-{shape.vocabulary_tokens // 1000}k"
    name += f"-ends{shape.end_scale:g}" if shape.end_scale else ""
    source = cache_dir() / f"{name}-F16.gguf"
    if not source.exists():
        with _finished_or_absent(source) as partial:
            _write_f16(partial, shape)
    wanted = level_by_name(level)
    if wanted.name == "F16":
        return source
    target = cache_dir() / f"{name}-{wanted.name}.gguf"
    if not target.exists():
        with _finished_or_absent(target) as partial:
            _quantize(source, partial, wanted.ftype)
    return target


@contextmanager
def _finished_or_absent(target: Path) -> Iterator[Path]:
    """Give a place to write to, which becomes the target only when the block ends well."""
    partial = target.with_name(f"{target.name}.{os.getpid()}.part")
    try:
        yield partial
    except BaseException:
        partial.unlink(missing_ok=True)
        raise
    partial.replace(target)


def _write_f16(path: Path, shape: Shape) -> None:
    writer = gguf.GGUFWriter(path, "llama")
    writer.add_name("Random weights")
    writer.add_context_length(shape.context_tokens)
    writer.add_embedding_length(shape.width)
    writer.add_block_count(shape.layers)
    writer.add_feed_forward_length(shape.feed_forward)
    writer.add_head_count(shape.heads)
    writer.add_head_count_kv(shape.kv_heads)
    writer.add_rope_dimension_count(shape.width // shape.heads)
    writer.add_rope_freq_base(1_000_000.0)
    writer.add_layer_norm_rms_eps(1e-6)
    writer.add_vocab_size(shape.vocabulary_tokens)
    writer.add_file_type(level_by_name("F16").ftype)
    _add_tokenizer(writer, shape.vocabulary_tokens)
    sizes = dict(tensor_shapes(shape))
    for name, size in sizes.items():
        kind = np.float32 if len(size) == 1 else np.float16
        elements = int(np.prod(size))
        writer.add_tensor_info(name, size, np.dtype(kind), elements * np.dtype(kind).itemsize)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_ti_data_to_file()
    random = np.random.default_rng(SEED)
    for name, size in sizes.items():
        writer.write_tensor_data(_weights(name, size, random, shape.end_scale))
    writer.close()


def tensor_shapes(shape: Shape) -> Iterator[tuple[str, tuple[int, ...]]]:
    """Yield every tensor's name and its size, rows first."""
    width, inner, kv = shape.width, shape.feed_forward, shape.kv_width
    yield "token_embd.weight", (shape.vocabulary_tokens, width)
    for layer in range(shape.layers):
        block = f"blk.{layer}"
        yield f"{block}.attn_norm.weight", (width,)
        yield f"{block}.attn_q.weight", (width, width)
        yield f"{block}.attn_k.weight", (kv, width)
        yield f"{block}.attn_v.weight", (kv, width)
        yield f"{block}.attn_output.weight", (width, width)
        yield f"{block}.ffn_norm.weight", (width,)
        yield f"{block}.ffn_gate.weight", (inner, width)
        yield f"{block}.ffn_up.weight", (inner, width)
        yield f"{block}.ffn_down.weight", (width, inner)
    yield "output_norm.weight", (width,)


def _weights(
    name: str, size: tuple[int, ...], random: np.random.Generator, end_scale: float
) -> np.ndarray[tuple[int, ...], np.dtype[np.float16 | np.float32]]:
    if len(size) == 1:
        return np.ones(size, np.float32)
    values = random.standard_normal(size, np.float32)
    values *= 0.02
    if name == "token_embd.weight":
        # The special tokens score exactly 0, below the best of the others: no answer ends early.
        ends = values[-1] * end_scale
        values[-len(SPECIAL_TOKENS) :] = 0
        values[-1] = ends
    return values.astype(np.float16)


def _add_tokenizer(writer: gguf.GGUFWriter, count: int) -> None:
    merges = list(itertools.islice(_merges(), count - 256 - len(SPECIAL_TOKENS)))
    tokens = [*_byte_letters(), *("".join(pair) for pair in merges), *SPECIAL_TOKENS]
    types = [gguf.TokenType.NORMAL] * count
    types[-len(SPECIAL_TOKENS) :] = [gguf.TokenType.CONTROL] * len(SPECIAL_TOKENS)
    writer.add_tokenizer_model("gpt2")
    writer.add_tokenizer_pre("qwen2")
    writer.add_token_list(tokens)
    writer.add_token_types(types)
    writer.add_token_merges([" ".join(pair) for pair in merges])
    writer.add_bos_token_id(count - 3)
    writer.add_eos_token_id(count - 1)
    writer.add_pad_token_id(count - 3)
    writer.add_add_bos_token(False)
    writer.add_chat_template(CHATML)


def _byte_letters() -> list[str]:
    """Return the letter that byte-level BPE writes for each of the 256 bytes, in its order."""
    plain = [*range(33, 127), *range(161, 173), *range(174, 256)]
    others = [byte for byte in range(256) if byte not in plain]
    return [chr(byte) for byte in plain] + [chr(256 + place) for place in range(len(others))]


def _merges() -> Iterator[tuple[str, str]]:
    """Yield pairs to merge, each made of what came before.

    Words of one to three small letters after a space, then words of two, three and, as many as are
    wanted, four letters.
    """
    for start in ("Ġ", ""):
        words = [start] if start else list(string.ascii_lowercase)
        for _ in range(3):
            pairs = [(word, letter) for word in words for letter in string.ascii_lowercase]
            yield from pairs
            words = ["".join(pair) for pair in pairs]


def _quantize(source: Path, target: Path, ftype: int) -> None:
    # Imported here: the library takes a while, and most callers find their file made already.
    import llama_cpp

    params = llama_cpp.llama_model_quantize_default_params()
    params.ftype = ftype
    params.nthread = os.cpu_count() or 1
    status = llama_cpp.llama_model_quantize(
        os.fsencode(source), os.fsencode(target), cast("Any", ctypes.byref(params))
    )
    if status != 0:
        raise RuntimeError(f"llama.cpp could not quantize {source.name} to file type {ftype}")


if __name__ == "__main__":
    for wanted_level in sys.argv[1:] or ["Q4_K_M"]:
        print(ensure_random_model(wanted_level))
