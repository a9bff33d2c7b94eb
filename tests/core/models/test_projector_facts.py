from __future__ import annotations

from pathlib import Path

import pytest

from app.core.models.projector_facts import ProjectorError, projector_facts
from app.library.model_files import read_shards
from tests.helpers.gguf_files import write_tiny_llama
from tests.helpers.vision_files import write_projector


@pytest.mark.parametrize("kind", ["mlp", "gemma3", "qwen2vl_merger"])
def test_a_projector_tells_what_it_takes(tmp_path: Path, kind: str) -> None:
    path = write_projector(tmp_path / "p.gguf", 256, kind)
    header = read_shards(path)[0].header

    facts = projector_facts(header, path.name)

    assert 0.9 < facts.tensor_bytes / path.stat().st_size < 1
    patches = 4096 if kind.startswith("qwen") else 16
    assert facts.compute_bytes == patches * (2 * 64 + 1.5 * 128) * 4


def test_what_is_none_is_said(tmp_path: Path) -> None:
    model = write_tiny_llama(tmp_path / "m.gguf")
    header = read_shards(model)[0].header

    with pytest.raises(ProjectorError, match="is no projector"):
        projector_facts(header, model.name)
