"""``scale`` and ``whatif`` as processes.

Tests app.cli.whatif and app.lab.scale.whatif, too.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from tests.cli.conftest import LARGE, Program
from tests.helpers.architectures import write_header_only

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.e2e


def test_scale_tells_the_law_and_every_published_model(program: Program, tmp_path: Path) -> None:
    found = program.json("scale")
    law = found["law"]
    assert {"name", "e", "a", "b", "alpha", "beta", "source"} <= law.keys()
    models = {model["name"]: model for model in found["models"]}
    llama = models["LLaMA 13B"]
    assert (llama["parameters"], llama["training_tokens"]) == (13_000_000_000, 10**12)
    expected = law["e"] + law["a"] / 13e9 ** law["alpha"] + law["b"] / 1e12 ** law["beta"]
    assert llama["predicted_loss"] == pytest.approx(expected)
    assert "2302.13971" in llama["tokens_source"]
    assert llama["bits_per_byte"] is None
    file = write_header_only(tmp_path / "own.gguf", "llama", LARGE)
    missing = tmp_path / "missing.gguf"
    own = program.json("scale", file, missing, status=1)["models"]
    assert [model["name"] for model in own] == [str(file), str(missing)]
    assert own[0]["parameters"] > 0
    assert own[0]["training_tokens"] is own[0]["predicted_loss"] is None


def test_whatif_carries_a_candidate_over(program: Program, tmp_path: Path) -> None:
    file = write_header_only(tmp_path / "own.gguf", "llama", LARGE)
    own = {
        "name": "My box", "kind": "soc", "memory_gib": 8, "gb_per_s": 40,
        "source": "entered by hand", "url": "", "date": "2026-12-01",
    }  # fmt: skip
    settings = program.home / "program" / "config" / "settings.json"
    settings.parent.mkdir(parents=True, exist_ok=True)
    settings.write_text(json.dumps({"version": 1, "own_devices": [own, {"name": "?"}]}))
    words = ("--device", "My box", "--device", "Zero 2", "--device", "RTX 3060 12")
    found = program.json("whatif", f"{file}#ctx=2048,kv=q8_0", *words)
    assert found["candidate"] == f"{file}#ctx=2048,kv=q8_0"
    assert "kernels" in found["basis"]
    box, zero, gpu = found["devices"]
    assert {"name", "memory_bytes", "usable_bytes", "bandwidth_bytes_per_s", "source",
            "needs_bytes", "verdict", "tokens_per_second_low",
            "tokens_per_second_high"} == box.keys()  # fmt: skip
    assert 0 < box["tokens_per_second_low"] < box["tokens_per_second_high"]
    assert gpu["tokens_per_second_high"] > box["tokens_per_second_high"]
    assert zero["bandwidth_bytes_per_s"] is zero["tokens_per_second_low"] is None
    assert zero["verdict"] in {"no", "tight", "fits"}
    planned = program.json("fit", f"{file}#ctx=2048,kv=q8_0")
    assert box["needs_bytes"] == planned["total_bytes"]
    listed = program.json("whatif", "--devices")
    assert len(listed["devices"]) > 40
    assert "--devices" in program.run("whatif", file, "--device", "abacus", status=2).err
    assert program.run("whatif", status=2).err
