"""Where a model lies and how it is read, as far as a processor alone can show.

The bound of private memory is that of app.engine.host.process.hardening.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import llama_cpp as lc
import pytest

from app.core.candidates.settings import EngineSettings, FlashAttention, KvType, RopeScaling
from app.engine.host.loading import devices
from app.engine.protocol.loading import Load, Loaded, Predict, Predicted
from app.engine.protocol.running import Failed
from tests.helpers.architectures import write_architecture

if TYPE_CHECKING:
    from pathlib import Path

    from tests.engine.conftest import RecordedEngine


@pytest.fixture
def model(tmp_path: Path) -> Path:
    return write_architecture(tmp_path / "m.gguf", "llama")


def load(engine: RecordedEngine, model: Path, settings: EngineSettings, context: int = 256) -> int:
    command_id = engine.client.next_id()
    engine.client.send(Load(command_id, str(model), context, 1, settings))
    return command_id


@pytest.mark.parametrize(
    ("settings", "sentence"),
    [
        (EngineSettings(devices=("CUDA7",)), "There is no device “CUDA7” here now"),
        (EngineSettings(main_device=3), "There is no main device 3: 0 devices take part"),
        (EngineSettings(shares=(1, 2)), "2 shares are too many: 0 devices take part."),
        (EngineSettings(batch_tokens=0), "batch=0: batch is a number from 1 to 16,384."),
        (EngineSettings(rope_scale=-2), "rope-scale=-2: rope-scale is a number from 1 to 1,024."),
    ],
)
def test_what_cannot_be_is_said_and_the_next_load_goes(
    engine: RecordedEngine, model: Path, settings: EngineSettings, sentence: str
) -> None:
    refused = load(engine, model, settings)
    failed = engine.wait(Failed, lambda event: event.id == refused)
    assert str(failed.sentence).startswith(sentence)
    load(engine, model, EngineSettings())
    engine.wait(Loaded)


@pytest.mark.parametrize(
    "settings",
    [
        EngineSettings(maps_file=False),
        EngineSettings(kv_on_cpu=True),
        EngineSettings(micro_batch_tokens=8),
        EngineSettings(batch_tokens=2048),
        EngineSettings(main_device=0, gpu_layers=3),
    ],
)
def test_where_it_lies_does_not_change_what_is_said(
    engine: RecordedEngine, model: Path, settings: EngineSettings
) -> None:
    said: list[str] = []
    for each in (EngineSettings(), settings):
        load(engine, model, each)
        engine.wait(Loaded)
        said.append(engine.answer("Why is it so? " * 8)[0])
    assert said[0] == said[1]


def test_weights_are_mapped_or_copied(engine: RecordedEngine, model: Path) -> None:
    for settings, mode in (
        (EngineSettings(), "mmap"),
        (EngineSettings(maps_file=False), "none"),
        (EngineSettings(locks_memory=True), "mmap+mlock"),
        (EngineSettings(maps_file=False, locks_memory=True), "mlock"),
    ):
        load(engine, model, settings)
        engine.wait(Loaded)
        engine.wait_log(
            lambda log, mode=mode: log.rpartition("load_mode = ")[2].startswith(f"{mode})")
        )


def test_positions_are_told_otherwise(engine: RecordedEngine, model: Path) -> None:
    said: list[str] = []
    for settings in (
        EngineSettings(),
        EngineSettings(rope_base=100.0),
        EngineSettings(rope_scaling=RopeScaling.LINEAR, rope_scale=8.0),
    ):
        load(engine, model, settings)
        engine.wait(Loaded)
        said.append(engine.answer("Why is it so? " * 8)[0])
    assert len(set(said)) == 3
    engine.wait_log(lambda log: "freq_scale            = 0.125" in log)


def test_a_stretched_context_may_be_longer_than_trained_for(
    engine: RecordedEngine, model: Path
) -> None:
    load(engine, model, EngineSettings(), 1 << 20)
    trained = engine.wait(Loaded).context_tokens
    load(engine, model, EngineSettings(rope_scaling=RopeScaling.YARN, rope_scale=2.0), 1 << 20)
    assert engine.wait(Loaded).context_tokens == 2 * trained


@pytest.mark.parametrize(
    "settings",
    [
        EngineSettings(batch_tokens=64),
        EngineSettings(batch_tokens=2048, micro_batch_tokens=2048),
        EngineSettings(kv_type=KvType.Q8_0, value_type=KvType.F32),
        EngineSettings(flash_attention=FlashAttention.OFF, micro_batch_tokens=32),
        EngineSettings(maps_file=False),
        EngineSettings(rope_scaling=RopeScaling.LINEAR, rope_scale=2.0),
    ],
)
def test_what_is_planned_is_what_is_loaded(
    engine: RecordedEngine, model: Path, settings: EngineSettings
) -> None:
    command_id = engine.client.next_id()
    engine.client.send(Predict(command_id, str(model), 2048, 1, settings))
    planned = engine.wait(Predicted)
    load(engine, model, settings, 2048)
    loaded = engine.wait(Loaded)
    assert planned.kv_bytes == loaded.kv_bytes
    assert planned.compute_bytes == loaded.compute_bytes
    assert planned.context_tokens == loaded.context_tokens


@pytest.mark.parametrize(("room", "repacks"), [(1, True), (0, False)])
def test_what_does_not_fit_in_memory_is_read_where_it_lies(
    model: Path, monkeypatch: pytest.MonkeyPatch, room: int, repacks: bool
) -> None:
    """A file is copied into another order only where the copy has room."""
    monkeypatch.setattr(devices, "private_memory_limit", lambda: model.stat().st_size + room)
    params = lc.llama_model_default_params()
    assert params.use_extra_bufts
    devices.tell_devices(params, model, EngineSettings())
    assert params.use_extra_bufts is repacks
