"""Adapters in a real engine."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.core.candidates.adapters import Adapter
from app.core.chats.chat import Message, Role
from app.engine.protocol.answering import Finished, Generate, Text
from app.engine.protocol.loading import Load, Loaded
from app.engine.protocol.running import Failed
from tests.engine.conftest import SHORT
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


def test_another_strength_holds_from_the_next_answer_on_without_a_load(
    engine: RecordedEngine, demo_model: Path, tmp_path: Path
) -> None:
    path = str(write_adapter(tmp_path / "a.gguf", demo_model, scale=6.0))
    long = "The children counted the boats. " * 30 + PROMPT

    def ask(strengths: list[float]) -> tuple[str, int]:
        command_id, messages = engine.client.next_id(), [Message(Role.USER, long)]
        engine.client.send(Generate(command_id, messages, SHORT, strengths=strengths))
        finished = engine.wait(Finished)
        texts = [each for each in engine.events if isinstance(each, Text)]
        said = "".join(each.answer for each in texts if each.id == command_id)
        return said, finished.figures.reused_tokens

    send_load(engine, demo_model)
    engine.wait(Loaded)
    plain, _ = ask([])
    send_load(engine, demo_model, Adapter(path))
    engine.wait(Loaded)
    changed, _ = ask([1.0])
    assert changed != plain
    again, reused = ask([1.0])
    assert again == changed
    assert reused > 0
    assert ask([0.0]) == (plain, 0), "what the adapter had computed is still in mind"
    assert ask([1.0]) == (changed, 0)
