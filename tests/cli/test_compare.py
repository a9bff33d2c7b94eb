"""``compare`` as a process: candidates with parts that cannot be used, beside one that can."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from tests.helpers.adapters import write_adapter
from tests.helpers.architectures import write_architecture
from tests.helpers.vision_files import write_projector

if TYPE_CHECKING:
    from pathlib import Path

    from tests.cli.conftest import Program

pytestmark = pytest.mark.e2e


def test_each_that_cannot_be_used_says_why_and_the_others_answer(
    program: Program, demo_model: Path, tmp_path: Path
) -> None:
    damaged = write_adapter(tmp_path / "nan.gguf", demo_model)
    damaged.write_bytes(damaged.read_bytes()[:-4] + np.float32(np.nan).tobytes())
    mixture = write_architecture(tmp_path / "moe.gguf", "qwen2moe")
    projector = write_projector(tmp_path / "mmproj-other.gguf", 512)
    bad = {
        f"{demo_model}#lora={damaged}": "values that are no numbers",
        f"{mixture}#experts=99": "from 1 to 8",
        f"{demo_model}#draft={mixture}": "its vocabulary is another one",
        f"{demo_model}#devices=Vulkan9": "There is no device “Vulkan9”",
        f"{demo_model}#mmproj={projector}": "made for another model",
        f"{demo_model}#mmproj={tmp_path / 'gone.gguf'}": "is not there any more",
    }
    words = ["compare", *bad, str(demo_model), "--prompt", "What is 2 + 3?", "--max-tokens", "8"]
    rows = program.json(*words, status=1)["candidates"]
    assert [row["candidate"] for row in rows] == [*bad, str(demo_model)]
    for row, said in zip(rows, bad.values(), strict=False):
        assert said in row["error"]
        assert row["stop_reason"] == "error"
    assert rows[-1]["error"] is None
    assert "5" in rows[-1]["text"]
