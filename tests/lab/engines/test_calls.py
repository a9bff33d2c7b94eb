"""Calls that wait: the end of an engine is an answer to each of them."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import pytest

from app.core.candidates.candidate import candidate_of
from app.core.errors import PersonError
from app.engine.local.client import LocalEngines
from app.engine.protocol import measuring
from app.engine.protocol.loading import Load, Loaded
from app.engine.protocol.measuring import BenchSample
from app.lab.engines.calls import EngineCalls, EngineFailed
from app.lab.speed.bench import Bench, BenchPlan
from tests.helpers import gguf_files as files
from tests.helpers.rooms import roomy
from tests.helpers.scripted_engine import ScriptedEngines


def loaded(engine: EngineCalls, path: Path) -> Loaded:
    """Load a file for speed tests."""
    return engine.call(Load(engine.next_id(), str(path), 0, 1), Loaded)


def speed_test(engine: EngineCalls) -> measuring.Bench:
    """A short one."""
    return measuring.Bench(engine.next_id(), 8, 0, 0, 1, False)


def kill(engine: EngineCalls) -> None:
    """As the system does where memory runs out."""
    assert engine.pid is not None
    os.kill(engine.pid, signal.SIGKILL)


def test_an_end_is_told_to_whoever_waits_and_to_every_later_call(tmp_path: Path) -> None:
    path = files.write_tiny_llama(tmp_path / "m.gguf")
    with EngineCalls("t", LocalEngines(tmp_path)) as engine:
        loaded(engine, path)
        first, second = speed_test(engine), speed_test(engine)
        kill(engine)
        engine.send(first)  # nobody has heard of the end yet
        engine.send(second)
        for command in (first, second):
            with pytest.raises(EngineFailed, match="memory ran out"):
                engine.answer(command.id, BenchSample)
        with pytest.raises(EngineFailed, match="memory ran out"):
            engine.call(speed_test(engine), BenchSample)
        with pytest.raises(EngineFailed, match="memory ran out"):
            engine.send(speed_test(engine))


def test_what_the_engine_cannot_read_is_an_answer_too(tmp_path: Path) -> None:
    with EngineCalls("t", LocalEngines(tmp_path)) as engine:
        odd = measuring.Bench(engine.next_id(), "many", 0, 0, 1, False)  # type: ignore[arg-type]
        with pytest.raises(EngineFailed, match="does not understand"):
            engine.call(odd, BenchSample)


def test_an_engine_that_cannot_be_started_is_refused_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.executable", str(tmp_path / "no-such-program"))
    engine = EngineCalls("t", LocalEngines(tmp_path))
    with pytest.raises(PersonError, match="could not be started"):
        engine.start()
    with pytest.raises(EngineFailed, match="could not be started"):
        engine.call(speed_test(engine), BenchSample)


def test_a_model_for_embeddings_is_refused_before_anything_is_measured(tmp_path: Path) -> None:
    path = files.write_tiny_llama(tmp_path / "m.gguf", metadata={"llama.attention.causal": False})
    with (
        EngineCalls("t", LocalEngines(tmp_path)) as engine,
        pytest.raises(EngineFailed, match="embedding"),
    ):
        loaded(engine, path)
    bench = Bench(BenchPlan(8, 8, 0, 1, 1), roomy(tmp_path, 0), lambda _done, _all, _name: None)
    rows = bench.run([candidate_of(path)]).rows
    assert all(row.error and "embedding" in row.error for row in rows)


def test_an_engine_may_come_from_anywhere() -> None:
    engines = ScriptedEngines()
    with EngineCalls("t", engines) as engine:
        assert loaded(engine, Path("m.gguf")).id == 1
        with pytest.raises(EngineFailed, match="no script"):
            engine.call(speed_test(engine), BenchSample)
        (started,) = engines.started
        assert [type(command) for command in started.sent] == [Load, measuring.Bench]
    assert started.closed
    with pytest.raises(EngineFailed, match="closed"):
        engine.call(speed_test(engine), BenchSample)
