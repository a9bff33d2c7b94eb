"""Lays model files out as the programs of a PC keep them."""

from __future__ import annotations

import hashlib
import json
import os
from pathlib import Path
from typing import Any

from app.core.gguf import parse_header
from app.core.models.family import LibraryModel, ModelSource
from app.core.models.levels import level_by_name
from app.core.models.model_file import ModelFile, Shard
from app.core.models.model_names import model_stem
from app.core.words.sentence import Sentence, as_sentence
from tests.helpers.gguf_container import F16, Tensor, file_bytes

COMMIT = "0123456789abcdef0123456789abcdef01234567"
LATER_COMMIT = "89abcdef0123456789abcdef0123456789abcdef"


def small_gguf(
    name: str | None = "Small Test",
    level: str = "F16",
    *,
    salt: int = 0,
    layers: int = 2,
    metadata: dict[str, Any] | None = None,
) -> bytes:
    """A whole model file of some kilobytes: its header is real, its weights are zeros.

    ``salt`` changes the content and nothing that is shown.
    """
    facts: dict[str, Any] = {
        "general.architecture": "llama",
        "general.name": name,
        "general.file_type": level_by_name(level).ftype,
        "llama.block_count": layers,
        "llama.context_length": 512,
        "llama.embedding_length": 32,
        "tokenizer.ggml.tokens": [f"token {number}" for number in range(64)],
        "test.salt": salt,
        **(metadata or {}),
    }
    kept = {key: value for key, value in facts.items() if value is not None}
    return file_bytes(kept, [Tensor("token_embd.weight", (32, 64), F16)])


def hugging_face_file(
    hub: Path,
    repository: str,
    name: str,
    data: bytes,
    *,
    commit: str = COMMIT,
    current: bool = True,
    linked: bool = True,
) -> Path:
    """Put a file into a Hugging Face cache and return its path in the snapshot."""
    folder = hub / f"models--{repository.replace('/', '--')}"
    blob = folder / "blobs" / hashlib.sha256(data).hexdigest()
    path = folder / "snapshots" / commit / name
    for made in (blob.parent, path.parent, folder / "refs"):
        made.mkdir(parents=True, exist_ok=True)
    if linked:
        blob.write_bytes(data)
        path.symlink_to(os.path.relpath(blob, path.parent))
    else:
        path.write_bytes(data)
    if current:
        (folder / "refs" / "main").write_text(commit)
    return path


def ollama_model(
    store: Path,
    manifest: str,
    data: bytes,
    *,
    projector: bytes | None = None,
    manifests: str = "manifests",
) -> Path:
    """Put a model into Ollama's store and return its blob.

    ``manifest`` is like ``registry.ollama.ai/library/llama3.2/3b``.
    """
    kinds = {"model": data, "projector": projector, "license": b"Do as you like."}
    layers = [
        {
            "mediaType": f"application/vnd.ollama.image.{kind}",
            "digest": f"sha256:{_blob(store, content).name.removeprefix('sha256-')}",
            "size": len(content),
        }
        for kind, content in kinds.items()
        if content is not None
    ]
    path = store / manifests / manifest
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps({"schemaVersion": 2, "layers": layers}))
    return _blob(store, data)


def _blob(store: Path, data: bytes) -> Path:
    path = store / "blobs" / f"sha256-{hashlib.sha256(data).hexdigest()}"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    return path


def library_model(
    path: str = "/models/Small-Test-F16.gguf",
    *,
    broken: Sentence | str | None = None,
    gguf: bytes | None = None,
    **facts: Any,
) -> LibraryModel:
    """A model as a scan would bring it up, without a file; ``facts`` are its attributes."""
    data = small_gguf() if gguf is None else gguf
    found = Path(path)
    model = ModelFile.from_headers([Shard(found, parse_header(data), len(data))])
    given: dict[str, Any] = {
        "path": found,
        "files": (found,),
        "name": model_stem(found.name),
        "source": ModelSource.OWN_FOLDER,
        "file_bytes": len(data),
        "modified_ns": 1,
        "model": None if broken else model,
        "broken": None if broken is None else as_sentence(broken),
    }
    return LibraryModel(**given | facts)


def adapter_gguf(made_for: str = "", architecture: str = "llama", width: int = 32) -> bytes:
    """An adapter for models of :func:`small_gguf`, or of another architecture or width."""
    facts: dict[str, Any] = {
        "general.architecture": architecture,
        "general.type": "adapter",
        "adapter.type": "lora",
        "adapter.lora.alpha": 8.0,
    }
    if made_for:
        facts["general.base_model.0.name"] = made_for
    halves = [
        Tensor("token_embd.weight.lora_a", (4, 64), F16),
        Tensor("token_embd.weight.lora_b", (4, width), F16),
    ]
    return file_bytes(facts, halves)


def adapter_model(path: str, made_for: str = "", **form: Any) -> LibraryModel:
    """The same as a scan would bring it up."""
    return library_model(path, gguf=adapter_gguf(made_for, **form))


def projector_gguf(width: int = 32, level: str = "F16") -> bytes:
    """A projector for models of :func:`small_gguf`, or of another width."""
    facts: dict[str, Any] = {
        "general.architecture": "clip",
        "general.type": "mmproj",
        "general.file_type": level_by_name(level).ftype,
        "clip.has_vision_encoder": True,
        "clip.vision.projection_dim": width,
    }
    return file_bytes(facts, [Tensor("v.patch_embd.weight", (8, 8), F16)])
