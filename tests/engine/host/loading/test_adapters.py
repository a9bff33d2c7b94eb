"""Adapters in a real engine."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.core.candidates.adapters import Adapter
from app.engine.protocol.loading import Load, Loaded
from app.engine.protocol.running import Failed
from tests.helpers.adapters import write_adapter

if TYPE_CHECKING:
    from pathlib import Path

    from tests.engine.conftest import RecordedEngine

PROMPT = "What is 47 + 38?"


def send_load(engine: RecordedEngine, model: Path, *adapters: Adapter) -> None:
    command_id = engine.client.next_id()
    engine.client.send(Load(command_id, str(model), 512, 1, adapters=list(adapters)))


def answer(engine: RecordedEngine, model: Path, *adapters: Adapter) -> str:
    send_load(engine, model, *adapters)
    engine.wait(Loaded)
    return engine.answer(PROMPT)[0]


def test_an_adapter_changes_answers_as_strongly_as_it_is_told(
    engine: RecordedEngine, demo_model: Path, tmp_path: Path
) -> None:
    path = str(write_adapter(tmp_path / "a.gguf", demo_model, scale=6.0))
    plain = answer(engine, demo_model)
    assert "7 + 8 = 15" in plain
    assert answer(engine, demo_model, Adapter(path, 0.0)) == plain
    changed = answer(engine, demo_model, Adapter(path))
    assert changed != plain
    assert answer(engine, demo_model, Adapter(path), Adapter(path, -1.0)) == plain
    assert answer(engine, demo_model, Adapter(path, 0.5), Adapter(path, 0.5)) == changed
    assert answer(engine, demo_model) == plain


def test_an_engine_goes_on_after_an_adapter_that_it_refuses(
    engine: RecordedEngine, demo_model: Path, tmp_path: Path
) -> None:
    other = str(write_adapter(tmp_path / "other.gguf", demo_model, architecture="qwen2"))
    for path, said in ((other, "refuses"), (str(tmp_path / "gone.gguf"), "not there any more")):
        send_load(engine, demo_model, Adapter(path))
        assert said in str(engine.wait(Failed).sentence)
    assert "7 + 8 = 15" in answer(engine, demo_model)
