"""A tiny model and an importance matrix of it, the same each time: for llama-quantize and us."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from app.core.shrink.importance import Entry, Importance, input_size, is_weighted, to_bytes
from app.library.model_files import read_shards
from tests.helpers import gguf_files as files

RECORDED = Path(__file__).parent / "llama_quantize.json"
MATRIX_NAME = "tiny.imatrix.gguf"


def write_source(path: Path) -> Path:
    """A llama of one layer."""
    return files.write_tiny_llama(path, n_layers=1)


def write_matrix(path: Path, source: Path) -> Path:
    """Any importance of its inputs."""
    draw = np.random.default_rng(7)
    once = np.full(1, 3, np.float32)
    entries = {
        info.name: Entry(draw.random(input_size(info.dimensions), np.float32) + 0.1, once)
        for shard in read_shards(source)
        for info in shard.header.tensors
        if is_weighted(info)
    }
    path.write_bytes(to_bytes(Importance(entries, ("drawn",), 3, 512)))
    return path
