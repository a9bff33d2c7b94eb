"""The models of this PC on the scaling chart.

Tests app.lab.scale.measured, too.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
import pytest

from app.core.ladder.results import QualityPart, QualityStep, StepKind, TextReading
from app.core.models.family import LibraryModel, ModelSource
from app.core.scale.points import Measured, ReadText
from app.lab.ladder.kept import KeptPlan
from app.lab.ladder.plan import LadderPlan, Step
from app.lab.scale.chart import points_of_chart, widest_text
from app.lab.scale.measured import measured_bits
from app.lab.scale.shipped import shipped_models
from app.library.model_files import open_model_file
from app.store.database import open_database
from app.store.ladders import LadderStore, StoredStep
from tests.helpers.gguf_files import write_tiny_llama

if TYPE_CHECKING:
    from collections.abc import Sequence

    from app.core.models.model_file import ModelFile

PUBLISHED = shipped_models()
SHA = "a" * 64


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> ModelFile:
    return open_model_file(write_tiny_llama(tmp_path_factory.mktemp("tiny") / "tiny.gguf"))


def here(tiny: ModelFile, name: str, parameters: int, file: str, level: str) -> LibraryModel:
    bits = {"F16": 16, "Q4_K_M": 5}[level]
    model = replace(
        tiny, path=Path(file), name=name, family_key=f"llama/{name.lower().replace(' ', '-')}",
        parameters=parameters, level_name=level, tensor_bytes=parameters * bits // 8,
        base_model=None,
    )  # fmt: skip
    return LibraryModel(model.path, (model.path,), file, ModelSource.OPENED, 1, 1, model)


def test_the_librarys_models_take_their_published_places(tiny: ModelFile) -> None:
    models = [
        here(tiny, "Llama 3.1 8B", 8_030_261_248, "/m/l-Q4_K_M.gguf", "Q4_K_M"),
        here(tiny, "Llama 3.1 8B", 8_030_261_248, "/m/l-F16.gguf", "F16"),
        here(tiny, "Nobody 3B", 3_000_000_000, "/m/n.gguf", "F16"),
    ]
    one, two = ReadText("one", "", 48), ReadText("two", "", 16)
    bits = {
        one: {Path("/m/n.gguf"): Measured(0.9, one, "F16")},
        two: {Path("/m/l-Q4_K_M.gguf"): Measured(0.8, two, "Q4_K_M")},
    }
    points, unknown = points_of_chart(models, PUBLISHED, bits)
    assert unknown == ["Nobody 3B"]
    assert len(points) == len(PUBLISHED)
    own = points[-1]
    assert (own.name, own.tokens, own.parameters) == ("Llama 3.1 8B", 15 * 10**12, 8_030_261_248)
    assert own.paths == (Path("/m/l-F16.gguf"), Path("/m/l-Q4_K_M.gguf"))
    assert own.measured == Measured(0.8, two, "Q4_K_M")


def test_bits_per_byte_come_out_of_ladders(tmp_path: Path) -> None:
    connection = open_database(tmp_path / "store.sqlite3")
    store = LadderStore(connection)
    plan = LadderPlan("/m/f16.gguf", ("/m/q4.gguf",), 2, text_sha256=SHA)
    steps = [Step(StepKind.QUALITY, (key,)) for key in plan.keys]
    stored = store.begin("key", msgspec.json.encode(KeptPlan(plan, steps)).decode())
    figures: dict[str, float | int | None] = {
        "bits_per_byte": 0.91,
        "reference_bits_per_byte": 0.90,
    }
    for step in steps:
        result = QualityStep("engine", figures, (), (), 1, None)
        store.save_step(stored.id, step.name, StoredStep(msgspec.json.encode(result).decode(), 1))
    found = measured_bits(store)
    text = ReadText(SHA, f"ladder {stored.id}", 0)  # nobody noted how it was cut
    assert found == {
        text: {
            Path("/m/q4.gguf"): Measured(0.91, text, ""),
            Path("/m/f16.gguf"): Measured(0.90, text, ""),
        }
    }
    connection.close()


def keep_ladder(store: LadderStore, name: str, vocabulary: str, chunks: Sequence[int]) -> None:
    """Of ``name-f16`` and ``name-q4``: the longer a text is read, the harder it gets."""
    plan = LadderPlan(f"/m/{name}-f16", (f"/m/{name}-q4",), 2, text_sha256=SHA)
    steps = [Step(StepKind.QUALITY, (key,)) for key in plan.keys]
    stored = store.begin(name, msgspec.json.encode(KeptPlan(plan, steps)).decode())
    parts = tuple(
        QualityPart(n, {"bits_per_byte": 1.1 + n / 100, "reference_bits_per_byte": 1 + n / 100}, ())
        for n in chunks
    )
    reading = TextReading(vocabulary, f"tokens of {vocabulary}", "", "nothing")
    reference = QualityStep("engine", {}, (), (), 1, None, reading=reading)
    other = QualityStep("engine", dict(parts[-1].figures), (), (), 1, None, parts=parts)
    for step, result in zip(steps, (reference, other), strict=True):
        store.save_step(stored.id, step.name, StoredStep(msgspec.json.encode(result).decode(), 1))


def test_models_are_held_against_each_other_over_the_very_same_text(tmp_path: Path) -> None:
    connection = open_database(tmp_path / "store.sqlite3")
    store = LadderStore(connection)
    keep_ladder(store, "long", "a", (4, 8, 16, 48))
    keep_ladder(store, "short", "a", (4, 8, 16))
    keep_ladder(store, "other", "b", (4, 8, 16))  # its chunks begin and end elsewhere
    found = measured_bits(store)
    cuts = {path.name: text.cut for text, files in found.items() for path in files}
    assert cuts["long-q4"] == cuts["short-q4"] != cuts["other-q4"]
    assert {text.chunks for text in found} == {8, 16, 48}
    names = {path: path.name for files in found.values() for path in files}
    best = widest_text(found, names)
    assert {path.name: one.text.chunks for path, one in best.items()} == dict.fromkeys(
        ("long-f16", "long-q4", "short-f16", "short-q4"), 16
    )
    assert best[Path("/m/long-q4")].bits_per_byte == best[Path("/m/short-q4")].bits_per_byte
    alone = widest_text(found, {Path("/m/long-q4"): "long"})
    assert alone[Path("/m/long-q4")].text.chunks == 48
    connection.close()
