"""Another number of experts than the file says, and where they lie."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from app.core.candidates.settings import ALL_LAYERS, EngineSettings
from app.engine.api import Exited
from app.engine.protocol.loading import Load, Loaded
from app.engine.protocol.running import Failed
from tests.helpers.architectures import write_architecture

if TYPE_CHECKING:
    from pathlib import Path

    from tests.engine.conftest import RecordedEngine


def load(engine: RecordedEngine, model: Path, settings: EngineSettings) -> None:
    engine.client.send(Load(engine.client.next_id(), str(model), 256, 1, settings))


@pytest.mark.parametrize("name", ["qwen2moe", "mixtral"])
def test_more_experts_say_something_else(engine: RecordedEngine, tmp_path: Path, name: str) -> None:
    model = write_architecture(tmp_path / "m.gguf", name)
    said: list[str] = []
    for experts in (2, None, 8):
        load(engine, model, EngineSettings(experts=experts))
        engine.wait(Loaded)
        said.append(engine.answer("Why?")[0])
    two, usual, all_of_them = said
    assert two == usual != all_of_them


def test_a_number_that_would_abort_is_refused(engine: RecordedEngine, tmp_path: Path) -> None:
    mixture = write_architecture(tmp_path / "m.gguf", "qwen2moe")
    dense = write_architecture(tmp_path / "d.gguf", "llama")
    for model, experts in ((mixture, 9), (dense, 1)):
        load(engine, model, EngineSettings(experts=experts))
        assert "has not so many, or none" in str(engine.wait(Failed).sentence)
    load(engine, mixture, EngineSettings(experts=1, cpu_experts=1))
    engine.wait(Loaded)


def test_experts_in_the_pcs_memory_answer_alike(engine: RecordedEngine, tmp_path: Path) -> None:
    model = write_architecture(tmp_path / "m.gguf", "qwen2moe")
    said: list[str] = []
    for layers in (None, 1, ALL_LAYERS):
        load(engine, model, EngineSettings(cpu_experts=layers))
        engine.wait(Loaded)
        said.append(engine.answer("Why?")[0])
    assert len(set(said)) == 1
    engine.client.close()
    engine.wait(Exited)  # the log is whole
    _, *loads = engine.client.log_text().split("load_mode = ")
    assert ["buffer type overridden" in each for each in loads] == [False, True, True]
