"""Layers on devices of their own, really loaded: app.engine.host.loading.devices and fitting.

They need libraries that know such devices, and are skipped without: ``LLAMA_CPP_LIB_PATH`` names
their folder. A GPU serves, and so does Mesa's software one where ``GGML_VK_VISIBLE_DEVICES=0`` asks
for it; several devices are workers on this PC (``GGML_RPC=ON``).
"""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from app.core.candidates.settings import EngineSettings, FlashAttention, SplitMode
from app.core.memory.devices import Question, settle
from app.core.memory.fit import Verdict, judge, layer_bytes
from app.core.memory.speed import Basis
from app.engine.api import Exited
from app.engine.local import client
from app.engine.protocol.loading import Device, Load, Loaded, Predict, Predicted
from app.engine.protocol.running import Failed
from app.lab.engines.plans import needs_of
from app.lab.engines.room import EngineRoom
from app.lab.predict.fit import Fitter
from app.library.model_files import open_model_file, read_shards
from app.store.small.speeds import SpeedStore
from tests.engine.conftest import PATIENCE_SECONDS, RecordedEngine
from tests.helpers import rpc_engine
from tests.helpers.architectures import Size, write_architecture

if TYPE_CHECKING:
    from collections.abc import Iterator

LAYERS = 8
Gpu = tuple[RecordedEngine, Device]
Workers = tuple[str, list[subprocess.Popen[bytes]]]
# Mesa's software driver crashes in the shaders of flash attention.
PLAIN = FlashAttention.OFF


@pytest.fixture
def model(tmp_path: Path) -> Path:
    return write_architecture(tmp_path / "m.gguf", "llama", Size(layers=LAYERS))


def send(engine: RecordedEngine, path: Path, settings: EngineSettings, context: int = 256) -> int:
    command_id = engine.client.next_id()
    engine.client.send(Load(command_id, str(path), context, 1, settings))
    return command_id


def load(
    engine: RecordedEngine, path: Path, settings: EngineSettings, context: int = 256
) -> Loaded:
    command_id = send(engine, path, settings, context)
    return engine.wait(Loaded, lambda event: event.id == command_id)


# --- a GPU ------------------------------------------------------------------------------------


@pytest.fixture
def gpu(tmp_path: Path) -> Iterator[Gpu]:
    engine = RecordedEngine(tmp_path / "state")
    found = [device for device in engine.start().devices if device.kind == "gpu"]
    try:
        if not found:
            pytest.skip("no GPU: LLAMA_CPP_LIB_PATH names no libraries that know one")
        yield engine, found[0]
    finally:
        engine.client.close()
        assert engine.client.join(PATIENCE_SECONDS)


def test_some_layers_lie_on_the_gpu(gpu: Gpu, model: Path) -> None:
    engine, name = gpu[0], gpu[1].name
    said: list[str] = []
    for wanted in (0, 3, LAYERS + 1):
        loaded = load(engine, model, EngineSettings(gpu_layers=wanted, flash_attention=PLAIN))
        layers = {device.name: device.layers for device in loaded.devices}
        assert layers.get(name, 0) == wanted
        assert layers["CPU"] == LAYERS + 1 - wanted
        said.append(engine.answer("Why?")[0])
    assert len(set(said)) == 1


def test_the_cache_stays_with_the_processor(gpu: Gpu, model: Path) -> None:
    engine, name = gpu[0], gpu[1].name
    for on_cpu in (True, False):
        settings = EngineSettings(kv_on_cpu=on_cpu, flash_attention=PLAIN)
        devices = {each.name: each for each in load(engine, model, settings).devices}
        assert devices[name].weights_bytes > 0
        assert (devices["CPU"].kv_bytes > 0, devices[name].kv_bytes > 0) == (on_cpu, not on_cpu)


def test_what_the_gpu_does_not_have_is_said(gpu: Gpu, model: Path) -> None:
    engine = gpu[0]
    for settings, sentence in (
        (
            EngineSettings(devices=("CUDA7",)),
            "There is no device “CUDA7” here now; there are ",
        ),
        (EngineSettings(main_device=7), "There is no main device 7: 1 device takes part"),
        (EngineSettings(shares=(1, 1)), "2 shares are too many: 1 device takes part."),
    ):
        refused = send(engine, model, settings)
        failed = engine.wait(Failed, lambda event, refused=refused: event.id == refused)
        assert str(failed.sentence).startswith(sentence)


def test_rows_are_not_shared_by_vulkan(gpu: Gpu, model: Path) -> None:
    engine, name = gpu[0], gpu[1].name
    if not name.startswith("Vulkan"):
        pytest.skip(f"{name} may share rows")
    send(engine, model, EngineSettings(split=SplitMode.ROW))
    assert "cannot share the rows of a matrix" in str(engine.wait(Failed).sentence)


def test_as_many_layers_as_fit_are_loaded(gpu: Gpu, tmp_path: Path) -> None:
    engine, name = gpu[0], gpu[1].name
    free = gpu[1].free_bytes
    layers = 2 * LAYERS  # a driver may bound the cache of one layer
    a_token = layers * 2 * 128 * 2
    wanted = free * 5 // 4 // a_token
    if wanted > 1 << 20:
        pytest.skip("the GPU is too large to be filled by a test")
    size = Size(layers=layers, context_tokens=1 << 20)
    path = write_architecture(tmp_path / "m.gguf", "llama", size)
    settings = EngineSettings(flash_attention=PLAIN, micro_batch_tokens=32)
    loaded = load(engine, path, settings, wanted)
    device = next(each for each in loaded.devices if each.name == name)
    assert 0 < device.layers <= layers
    total = device.weights_bytes + device.kv_bytes + device.compute_bytes
    assert judge(total, free).verdict is not Verdict.NO

    tensors = [tensor for shard in read_shards(path) for tensor in shard.header.tensors]
    facts = open_model_file(path)
    question = Question(facts, layer_bytes(tensors, layers), settings)

    def ask(wanted_layers: int | None) -> Predicted:
        how = EngineSettings(gpu_layers=wanted_layers, flash_attention=PLAIN, micro_batch_tokens=32)
        engine.client.send(Predict(engine.client.next_id(), str(path), wanted, 1, how))
        return engine.wait(Predicted)

    _, sharing = settle(question, ask, lambda plan: needs_of(facts, plan))
    assert sharing.gpu_layers is not None
    assert abs(sharing.gpu_layers - device.layers) <= 1  # what is loaded is gone from it meanwhile


def test_of_a_part_on_the_gpu_the_most_is_predicted(gpu: Gpu, model: Path, tmp_path: Path) -> None:
    speeds = SpeedStore(tmp_path / "speeds.sqlite3", "this PC")
    found: list[float | None] = []
    with Fitter(EngineRoom(tmp_path / "fit"), speeds, 1) as fitter:
        for layers in (0, 3, LAYERS, LAYERS + 1):
            fit = fitter.fit(model, 256, EngineSettings(gpu_layers=layers, flash_attention=PLAIN))
            found.append(fit.tokens_per_second)
            if fit.speed is not None:
                assert (fit.speed.basis is Basis.PARTLY_GPU) == (layers > 0)
    none, few, most, every = found
    assert none is not None
    assert few is not None
    assert most is not None
    assert none < few < most
    assert every is None


# --- several devices --------------------------------------------------------------------------


@pytest.fixture
def workers() -> Iterator[Workers]:
    """Two of them, as they are registered."""
    libraries = Path(os.environ.get("LLAMA_CPP_LIB_PATH", "missing"))
    if not (libraries / "libggml-rpc.so.0").is_file():
        pytest.skip("no workers: LLAMA_CPP_LIB_PATH names no libraries built with GGML_RPC=ON")
    ports: list[int] = []
    for _ in range(2):
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            ports.append(free.getsockname()[1])
    started = [
        subprocess.Popen(
            [sys.executable, rpc_engine.__file__, "worker", str(libraries), str(port)],
            stdout=subprocess.DEVNULL,
        )
        for port in ports
    ]
    try:
        for port in ports:
            _wait_for(port)
        yield ",".join(f"127.0.0.1:{port}" for port in ports), started
    finally:
        for worker in started:
            worker.kill()
            worker.wait()


def _wait_for(port: int) -> None:
    until = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < until:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            continue
        return
    pytest.fail("a worker did not start")


@pytest.fixture
def several(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    workers: Workers,
) -> Iterator[RecordedEngine]:
    command = client.engine_command

    def with_workers(*, is_steady: bool = False) -> list[str]:
        words = command(is_steady=is_steady)
        at = words.index("--engine-host")
        return [words[0], rpc_engine.__file__, *words[at:]]

    monkeypatch.setattr(client, "engine_command", with_workers)
    monkeypatch.setenv("GGML_TEST_WORKERS", workers[0])
    monkeypatch.setenv("GGML_VK_VISIBLE_DEVICES", "")
    engine = RecordedEngine(tmp_path / "state")
    engine.start()
    yield engine
    engine.client.close()
    assert engine.client.join(PATIENCE_SECONDS)


def layers_of(loaded: Loaded) -> dict[str, int]:
    return {device.name: device.layers for device in loaded.devices}


def test_a_model_is_split_over_devices(several: RecordedEngine, model: Path) -> None:
    said: list[str] = []
    for settings, layers in (
        (EngineSettings(gpu_layers=0), {"CPU": 9}),
        (EngineSettings(shares=(2, 1)), {"RPC0": 6, "RPC1": 3, "CPU": 0}),
        (EngineSettings(shares=(0, 1), split=SplitMode.LAYER), {"RPC1": 9, "CPU": 0}),
        (EngineSettings(split=SplitMode.NONE, main_device=1), {"RPC1": 9, "CPU": 0}),
        (EngineSettings(devices=("RPC1",)), {"RPC1": 9, "CPU": 0}),
        (EngineSettings(devices=("RPC1", "RPC0"), shares=(2, 1)), {"RPC1": 6, "RPC0": 3, "CPU": 0}),
        (EngineSettings(gpu_layers=4, shares=(1, 1)), {"CPU": 5, "RPC0": 2, "RPC1": 2}),
    ):
        found = layers_of(load(several, model, settings))
        assert {name: count for name, count in found.items() if count or name == "CPU"} == layers
        said.append(several.answer("Why?")[0])
    assert len(set(said)) == 1


def test_a_device_that_vanishes_ends_its_engine_alone(
    several: RecordedEngine,
    model: Path,
    workers: Workers,
) -> None:
    load(several, model, EngineSettings(devices=("RPC0", "RPC1")))
    for worker in workers[1]:
        worker.kill()
        worker.wait()
    several.send_prompt("Why?")
    outcome = several.wait(Exited).outcome
    assert "llama.cpp gave up on this file as it" in str(outcome.sentence)
    assert "RPC" in outcome.abort_text or "RPC" in outcome.log_tail
