"""``scale`` and ``whatif`` as processes.

Tests app.cli.whatif, too.
"""

from __future__ import annotations

import json
from pathlib import Path

import msgspec
import pytest

from app.core.ladder.results import QualityStep, StepKind
from app.lab.ladder.kept import KeptPlan
from app.lab.ladder.plan import LadderPlan, Step
from app.store.database import open_database
from app.store.ladders import LadderStore, StoredStep
from app.store.paths import Paths
from tests.cli.conftest import LARGE, Program
from tests.helpers.architectures import write_header_only

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


def test_scale_holds_what_was_named_against_each_other_over_one_text(
    program: Program, tmp_path: Path
) -> None:
    first, second = (str(tmp_path / name) for name in ("first.gguf", "second.gguf"))
    for path in (first, second):
        write_header_only(Path(path), "llama", LARGE)
    paths = Paths.below(program.home / "program")
    paths.create()
    connection = open_database(paths.database)
    store = LadderStore(connection)

    def keep(sha256: str, bits: float, chunks: int, reference: str, other: str) -> None:
        plan = LadderPlan(reference, (other,), 2, text_sha256=sha256)
        step = Step(StepKind.QUALITY, (other,))
        key = f"{sha256} {other}"
        stored = store.begin(key, msgspec.json.encode(KeptPlan(plan, [step])).decode())
        figures: dict[str, float | int | None] = {
            "bits_per_byte": bits, "reference_bits_per_byte": bits / 2, "chunks": chunks,
        }  # fmt: skip
        result = msgspec.json.encode(QualityStep("engine", figures, (), (), 1, None)).decode()
        store.save_step(stored.id, step.name, StoredStep(result, 1))

    keep("b" * 64, 0.8, 16, first, second)
    keep("a" * 64, 0.5, 48, "/gone.gguf", first)  # newer, and longer
    connection.close()
    both = program.json("scale", first, second)["models"]
    told = [(one["bits_per_byte"], one["text_sha256"], one["text_chunks"]) for one in both]
    assert told == [(0.4, "b" * 64, 16), (0.8, "b" * 64, 16)]
    (alone,) = program.json("scale", first)["models"]
    assert (alone["bits_per_byte"], alone["text_chunks"]) == (0.5, 48)


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
