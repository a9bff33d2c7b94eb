"""Models that do not exist, as large as real ones: headers before holes instead of weights."""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from app.core.gguf import GgufType
from app.core.models.levels import level_by_name
from tests.helpers.architectures import DESIGNS, Size, _tensors, _tokenizer
from tests.helpers.fake_hub import FakeFile, FakeRepository
from tests.helpers.gguf_container import F32, Tensor, Typed, header, padded
from tests.helpers.gguf_files import CHATML_TEMPLATE

# llama.cpp's numbers of the tensor types: of most weights, and of the output matrix.
_TYPES = {
    "BF16": (30, 30), "Q8_0": (8, 8), "Q6_K": (14, 14), "Q5_K_M": (13, 14), "Q4_K_M": (12, 14),
    "IQ4_XS": (23, 14), "Q3_K_M": (11, 14), "IQ3_XXS": (18, 13), "Q2_K": (10, 14),
    "IQ2_XS": (17, 13),
}  # fmt: skip
_ALIGNMENT = 32
LARGE = Size(
    layers=48, width=5120, feed_forward=27_648, heads=40, kv_heads=8, vocabulary_tokens=32_000,
    context_tokens=131_072,
)  # fmt: skip
SMALL = Size(
    layers=28, width=3072, feed_forward=8192, heads=24, kv_heads=8, vocabulary_tokens=32_000,
    context_tokens=32_768,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Make:
    """A model: what its header says beside its tensors."""

    name: str
    size: Size
    licence: str = "apache-2.0"
    quantized_by: str = ""

    def write(self, path: Path, level: str, *, imatrix: bool = False) -> Path:
        """Write a file of the full size, which takes no room on the disk."""
        main, output = _TYPES[level]
        tensors = [_as_level(tensor, main, output) for tensor in self._shapes()]
        facts: dict[str, Any] = {
            "general.architecture": "llama",
            "general.type": "model",
            "general.name": self.name,
            "general.license": self.licence,
            "general.file_type": level_by_name(level).ftype,
            "llama.block_count": self.size.layers,
            "llama.context_length": self.size.context_tokens,
            "llama.embedding_length": self.size.width,
            "llama.feed_forward_length": self.size.feed_forward,
            "llama.attention.head_count": self.size.heads,
            "llama.attention.head_count_kv": self.size.kv_heads,
            "llama.attention.layer_norm_rms_epsilon": 1e-5,
            "llama.vocab_size": self.size.vocabulary_tokens,
            **_tokenizer(self.size.vocabulary_tokens),
            "tokenizer.chat_template": CHATML_TEMPLATE,
        }
        if self.quantized_by:
            facts["general.quantized_by"] = self.quantized_by
        if imatrix:
            facts["quantize.imatrix.entries_count"] = Typed(GgufType.INT32, 336)
        head = header(facts, tensors, alignment=_ALIGNMENT)
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("wb") as file:
            file.write(head)
            weights = sum(padded(tensor.n_bytes, _ALIGNMENT) for tensor in tensors)
            file.truncate(len(head) + weights)
        return path

    def _shapes(self) -> list[Tensor]:
        return _tensors(DESIGNS["llama"], self.size)


def _as_level(tensor: Tensor, main: int, output: int) -> Tensor:
    if tensor.type_id == F32:
        return tensor
    kind = output if tensor.name == "output.weight" else main
    return Tensor(tensor.name, tensor.dimensions, kind)


def hub_file(path: Path, name: str = "") -> FakeFile:
    """A file of the fake Hub; nobody reads it to its end, so its hash may be any.

    Under another name it counts as another content, whose header is not known yet.
    """
    digest = hashlib.sha256(f"{path} {name}".encode()).hexdigest()
    return FakeFile(name or path.name, path, sha256=digest)


def repository(repo_id: str, files: list[FakeFile] | None = None, **facts: Any) -> FakeRepository:
    """A repository with the facts that a Hub tells."""
    gated = bool(facts.pop("gated", False))
    told = {
        "downloads": facts.pop("downloads", 0),
        "likes": facts.pop("likes", 0),
        "trendingScore": facts.pop("trending", 0),
        "gguf": {
            "total": facts.pop("parameters", 3_200_000_000),
            "architecture": facts.pop("architecture", "llama"),
            "context_length": facts.pop("context", 32_768),
        },
        "cardData": {"license": facts.pop("licence", "apache-2.0")},
        **facts,
    }
    return FakeRepository(repo_id, files or [], gated=gated, facts=told)


def cached(hub: Path, repo_id: str, name: str, make: Make, level: str, **facts: Any) -> Path:
    """Put a model into a Hugging Face cache; returns its path in the snapshot."""
    folder = hub / f"models--{repo_id.replace('/', '--')}"
    commit = hashlib.sha1(repo_id.encode()).hexdigest()
    blob = folder / "blobs" / hashlib.sha256(f"{repo_id}{name}".encode()).hexdigest()
    make.write(blob, level, **facts)
    path = folder / "snapshots" / commit / name
    for made in (path.parent, folder / "refs"):
        made.mkdir(parents=True, exist_ok=True)
    path.symlink_to(os.path.relpath(blob, path.parent))
    (folder / "refs" / "main").write_text(commit)
    return path
