"""Writes tiny models for tests: some load and generate, some break llama.cpp in a known way.

The weights are random, except for the scripted models: those answer every prompt with the same
pieces of text, because their layers add nothing to the residual stream and the output matrix maps
each token to the one that follows it.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from app.core.gguf import GgufType, parse_header
from tests.helpers.gguf_container import F16, F32, Tensor, Typed, container, entry, file_bytes

if TYPE_CHECKING:
    from collections.abc import Sequence

CHATML_TEMPLATE = (
    "{% for message in messages %}"
    "{{ '<|im_start|>' + message['role'] + '\\n' + message['content'] + '<|im_end|>\\n' }}"
    "{% endfor %}"
    "{% if add_generation_prompt %}{{ '<|im_start|>assistant\\n' }}{% endif %}"
)
THINKING_TEMPLATE = (
    "{% for message in messages %}"
    "{% set text = message['content'].split('</think>')[-1] %}"
    "{{ '<|im_start|>' + message['role'] + '\\n' + text + '<|im_end|>\\n' }}"
    "{% endfor %}"
    "{% if add_generation_prompt %}{{ '<|im_start|>assistant\\n' }}"
    "{% if enable_thinking is defined and not enable_thinking %}"
    "{{ '<think>\\n\\n</think>\\n\\n' }}"
    "{% endif %}{% endif %}"
)
ENDLESS_TEMPLATE = (
    "{% for a in range(99999) %}{% for b in range(99999) %}{% for c in range(99999) %}"
    "{% endfor %}{% endfor %}{% endfor %}hello"
)
# Jinja folds constants: this takes its two gigabytes when it is compiled, before it is rendered.
GREEDY_TEMPLATE = "{{ 'A' * 2000000000 }}"
FAILING_TEMPLATE = "{{ raise_exception('no such role') }}"
UNPARSABLE_TEMPLATE = "{% for message in messages %}{{ message"

NORMAL, CONTROL, USER_DEFINED = 1, 3, 4
END_OF_TEXT, IM_START, IM_END, THINK, END_THINK = range(256, 261)
_SPECIAL = (
    ("<|endoftext|>", CONTROL), ("<|im_start|>", CONTROL), ("<|im_end|>", CONTROL),
    ("<think>", USER_DEFINED), ("</think>", USER_DEFINED),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Shape:
    """The size of a tiny llama; rows are multiples of 256, so that every level applies."""

    n_layers: int = 2
    d_model: int = 256
    n_heads: int = 4
    n_kv_heads: int = 2
    d_feed_forward: int = 512
    context_length: int = 512


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """A byte-level vocabulary: 256 bytes, five special tokens, and what is added."""

    tokens: tuple[str, ...]
    types: tuple[int, ...]

    @staticmethod
    def byte_level(extra: Sequence[str | bytes] = (), *, n_tokens: int = 0) -> Vocabulary:
        """``extra`` become tokens of their own; filled up to ``n_tokens`` where that is more."""
        alphabet = byte_alphabet()
        tokens = [alphabet[byte] for byte in range(256)] + [name for name, _ in _SPECIAL]
        for piece in extra:
            raw = piece.encode() if isinstance(piece, str) else piece
            tokens.append("".join(alphabet[byte] for byte in raw))
        tokens += [f"filler{index}" for index in range(len(tokens), n_tokens)]
        types = [NORMAL] * 256 + [kind for _, kind in _SPECIAL]
        types += [NORMAL] * (len(tokens) - len(types))
        return Vocabulary(tuple(tokens), tuple(types))

    def metadata(self) -> dict[str, Any]:
        return {
            "tokenizer.ggml.model": "gpt2",
            "tokenizer.ggml.pre": "qwen2",
            "tokenizer.ggml.tokens": list(self.tokens),
            "tokenizer.ggml.token_type": Typed(GgufType.INT32, list(self.types), array=True),
            "tokenizer.ggml.merges": ["Ġ t", "h e", "i n", "Ġt he"],
            "tokenizer.ggml.bos_token_id": END_OF_TEXT,
            "tokenizer.ggml.eos_token_id": IM_END,
            "tokenizer.ggml.padding_token_id": END_OF_TEXT,
            "tokenizer.ggml.add_bos_token": False,
        }


def byte_alphabet() -> list[str]:
    """The printable character that stands for each byte in a byte-level vocabulary."""
    printable = {*range(0x21, 0x7F), *range(0xA1, 0xAD), *range(0xAE, 0x100)}
    alphabet: list[str] = []
    shifted = 0x100
    for byte in range(256):
        alphabet.append(chr(byte) if byte in printable else chr(shifted))
        shifted += byte not in printable
    return alphabet


def write_tiny_llama(
    path: Path,
    *,
    n_layers: int = 2,
    d_model: int = 256,
    n_tokens: int = 0,
    chat_template: str | None = CHATML_TEMPLATE,
    context_length: int = 512,
    seed: int = 1,
    metadata: dict[str, Any] | None = None,
) -> Path:
    """A llama with random weights that loads and generates: noise, but the same each time.

    ``metadata`` overrides entries; a None in it leaves the entry out.
    """
    shape = Shape(n_layers=n_layers, d_model=d_model, context_length=context_length)
    vocabulary = Vocabulary.byte_level(n_tokens=n_tokens)
    facts = _facts(shape, vocabulary, chat_template, metadata)
    path.write_bytes(file_bytes(facts, _random_tensors(shape, len(vocabulary.tokens), seed)))
    return path


def write_scripted_model(
    path: Path,
    pieces: Sequence[str | bytes],
    *,
    chat_template: str | None = CHATML_TEMPLATE,
    context_length: int = 512,
    ends: bool = True,
    metadata: dict[str, Any] | None = None,
    shape: Shape | None = None,
) -> Path:
    """A llama that answers every prompt with these pieces, a token each, and then ends.

    A piece may be any bytes, also half a character; all must differ, and none may be the single
    byte that a prompt ends with. ``<think>`` and ``</think>`` are the tokens of that name. With
    ``ends`` False it starts again after the last. ``shape`` makes it larger, so slower; its
    width less one is the most pieces there can be.
    """
    raw = [piece.encode() if isinstance(piece, str) else piece for piece in pieces]
    fixed = {b"<think>": THINK, b"</think>": END_THINK}
    fixed |= {bytes([byte]): byte for byte in range(256)}
    added = [piece for piece in raw if piece not in fixed]
    vocabulary = Vocabulary.byte_level(added)
    fixed |= {piece: 256 + len(_SPECIAL) + index for index, piece in enumerate(added)}
    script = [fixed[piece] for piece in raw]
    shape = replace(shape or Shape(), context_length=context_length)
    facts = _facts(shape, vocabulary, chat_template, metadata)
    tensors = _scripted_tensors(shape, len(vocabulary.tokens), script, ends=ends)
    path.write_bytes(file_bytes(facts, tensors))
    return path


def write_thinking_model(path: Path, *, chat_template: str = THINKING_TEMPLATE) -> Path:
    """A scripted model that thinks first; answers “It is 4.”, thinks “Two and two is four.”."""
    pieces = ["<think>", "\nTwo and", " two is", " four.\n", "</think>", "\n\nIt", " is 4", "."]
    return write_scripted_model(path, pieces, chat_template=chat_template)


def write_duplicate_token_model(path: Path) -> Path:
    """A file whose load aborts llama.cpp: two tokens of its vocabulary are the same text."""
    shape = Shape()
    vocabulary = Vocabulary.byte_level(n_tokens=270)
    tokens = (*vocabulary.tokens[:-1], vocabulary.tokens[-2])
    facts = _facts(shape, replace(vocabulary, tokens=tokens), CHATML_TEMPLATE, None)
    path.write_bytes(file_bytes(facts, _random_tensors(shape, len(tokens), seed=1)))
    return path


def write_first_message_crash_model(path: Path) -> Path:
    """A file that loads cleanly and aborts llama.cpp when the first text is tokenized.

    Its SentencePiece vocabulary has neither letters nor bytes to fall back to; llama.cpp then
    throws through its C interface.
    """
    shape = Shape()
    tokens = ["<unk>", "<s>", "</s>", "▁", "▁the"]
    facts = _facts(shape, Vocabulary.byte_level(), "{{ messages[-1]['content'] }}", None)
    facts = {key: value for key, value in facts.items() if not key.startswith("tokenizer.ggml")}
    facts |= {
        "tokenizer.ggml.model": "llama",
        "tokenizer.ggml.tokens": tokens,
        "tokenizer.ggml.scores": [-float(rank) for rank in range(len(tokens))],
        "tokenizer.ggml.token_type": Typed(GgufType.INT32, [2, 3, 3, 1, 1], array=True),
        "tokenizer.ggml.bos_token_id": 1,
        "tokenizer.ggml.eos_token_id": 2,
        "tokenizer.ggml.unknown_token_id": 0,
        "llama.vocab_size": len(tokens),
    }
    path.write_bytes(file_bytes(facts, _random_tensors(shape, len(tokens), seed=1)))
    return path


def write_sharded_llama(folder: Path, *, stem: str = "tiny", n_shards: int = 3) -> list[Path]:
    """A tiny llama in shards that loads; delete one to get a set with a shard missing."""
    shape = Shape()
    vocabulary = Vocabulary.byte_level()
    facts = _facts(shape, vocabulary, CHATML_TEMPLATE, None)
    tensors = _random_tensors(shape, len(vocabulary.tokens), seed=1)
    paths: list[Path] = []
    for number in range(n_shards):
        part = tensors[number * len(tensors) // n_shards : (number + 1) * len(tensors) // n_shards]
        split = {
            "split.no": Typed(GgufType.UINT16, number),
            "split.count": Typed(GgufType.UINT16, n_shards),
            "split.tensors.count": Typed(GgufType.INT32, len(tensors)),
        }
        path = folder / f"{stem}-{number + 1:05d}-of-{n_shards:05d}.gguf"
        path.write_bytes(file_bytes((facts if number == 0 else {}) | split, part))
        paths.append(path)
    return paths


def write_truncated_llama(path: Path, *, keep: float = 0.6) -> Path:
    """A tiny llama of which only the first part is there."""
    whole = write_tiny_llama(path).read_bytes()
    path.write_bytes(whole[: int(len(whole) * keep)])
    return path


def write_unknown_architecture(path: Path) -> Path:
    """A sound file of an architecture that no llama.cpp knows."""
    return write_tiny_llama(path, metadata={"general.architecture": "zorblax"})


def write_wrong_version(path: Path, version: int = 99) -> Path:
    """A tiny llama in a version of the container that does not exist; 1 is the outdated one."""
    whole = bytearray(write_tiny_llama(path).read_bytes())
    whole[4:8] = struct.pack("<I", version)
    path.write_bytes(whole)
    return path


def write_with_value(
    path: Path, source: Path, tensor_name: str, value: float, place: int = 0
) -> Path:
    """A copy of a sound file in which one weight of an F16 or F32 tensor is ``value``."""
    data = bytearray(source.read_bytes())
    found = parse_header(data)
    tensor = next(tensor for tensor in found.tensors if tensor.name == tensor_name)
    form = {F16: "<e", F32: "<f"}[tensor.type_id]
    start = found.data_offset + tensor.offset + place * struct.calcsize(form)
    struct.pack_into(form, data, start, value)
    path.write_bytes(data)
    return path


def write_absurd_counts(path: Path) -> Path:
    """A header that claims a vocabulary of 2⁶⁰ entries."""
    tokens = entry("tokenizer.ggml.tokens", ["a"])
    claimed = tokens.replace(struct.pack("<Q", 1) + b"\x01", struct.pack("<Q", 2**60) + b"\x01")
    path.write_bytes(container(1, 1, claimed))
    return path


def _facts(
    shape: Shape,
    vocabulary: Vocabulary,
    chat_template: str | None,
    overrides: dict[str, Any] | None,
) -> dict[str, Any]:
    facts: dict[str, Any] = {
        "general.architecture": "llama",
        "general.type": "model",
        "general.name": "Tiny Test",
        "general.file_type": 1,
        "llama.block_count": shape.n_layers,
        "llama.context_length": shape.context_length,
        "llama.embedding_length": shape.d_model,
        "llama.feed_forward_length": shape.d_feed_forward,
        "llama.attention.head_count": shape.n_heads,
        "llama.attention.head_count_kv": shape.n_kv_heads,
        "llama.attention.layer_norm_rms_epsilon": 1e-5,
        "llama.rope.dimension_count": shape.d_model // shape.n_heads,
        "llama.vocab_size": len(vocabulary.tokens),
        **vocabulary.metadata(),
        "tokenizer.chat_template": chat_template,
        **(overrides or {}),
    }
    return {key: value for key, value in facts.items() if value is not None}


def _layer_shapes(shape: Shape) -> dict[str, tuple[int, ...]]:
    d_model, d_kv = shape.d_model, shape.d_model // shape.n_heads * shape.n_kv_heads
    return {
        "attn_norm": (d_model,),
        "attn_q": (d_model, d_model),
        "attn_k": (d_model, d_kv),
        "attn_v": (d_model, d_kv),
        "attn_output": (d_model, d_model),
        "ffn_norm": (d_model,),
        "ffn_gate": (d_model, shape.d_feed_forward),
        "ffn_up": (d_model, shape.d_feed_forward),
        "ffn_down": (shape.d_feed_forward, d_model),
    }


def _random_tensors(shape: Shape, n_tokens: int, seed: int) -> list[Tensor]:
    numbers = np.random.default_rng(seed)

    def matrix(name: str, dimensions: tuple[int, ...]) -> Tensor:
        if len(dimensions) == 1:
            return Tensor(name, dimensions, F32, np.ones(dimensions, np.float32).tobytes())
        values = numbers.standard_normal(dimensions[::-1], np.float32) * dimensions[0] ** -0.5
        return Tensor(name, dimensions, F16, values.astype(np.float16).tobytes())

    tensors = [
        matrix("token_embd.weight", (shape.d_model, n_tokens)),
        matrix("output_norm.weight", (shape.d_model,)),
        matrix("output.weight", (shape.d_model, n_tokens)),
    ]
    for layer in range(shape.n_layers):
        tensors += [
            matrix(f"blk.{layer}.{name}.weight", dimensions)
            for name, dimensions in _layer_shapes(shape).items()
        ]
    return tensors


def _scripted_tensors(
    shape: Shape, n_tokens: int, script: Sequence[int], *, ends: bool
) -> list[Tensor]:
    """Dimension 0 marks a token outside the script, dimension i the script's i-th token."""
    embeddings = np.zeros((n_tokens, shape.d_model), np.float16)
    embeddings[:, 0] = 1
    output = np.zeros_like(embeddings)
    for step, token in enumerate(script):
        embeddings[token] = 0
        embeddings[token, step + 1] = 1
        output[token, step] = 2
    output[IM_END if ends else script[0], len(script)] = 2
    made = {"token_embd.weight": embeddings, "output.weight": output}
    tensors: list[Tensor] = []
    for tensor in _random_tensors(shape, n_tokens, seed=1):
        data = made[tensor.name].tobytes() if tensor.name in made else tensor.data
        silent = tensor.name.endswith(("attn_output.weight", "ffn_down.weight"))
        tensors.append(replace(tensor, data=None if silent else data))
    return tensors
