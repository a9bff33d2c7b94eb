"""``devices`` against the real engine."""

from __future__ import annotations

import json
import signal
from typing import TYPE_CHECKING

from app import __version__
from app.cli.main import main
from app.core.engines.self_check import EngineCheck, Finding, TypeFinding
from app.engine.local.client import EngineClient
from app.lab.engines.self_check import engine_build
from app.store.paths import Paths
from app.store.small.remembered import EngineCheckStore
from tests.helpers.broken_engine import break_engines

if TYPE_CHECKING:
    from pathlib import Path

    import pytest


def test_backends_and_devices_of_the_engine(capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    assert main(["devices", "--json"]) == 0

    document = json.loads(capfdbinary.readouterr().out)
    assert list(document) == [
        "version",
        "engine",
        "backends",
        "variant",
        "variants_left_out",
        "instruction_sets",
        "self_check",
        "devices",
    ]
    assert document["version"] == __version__
    assert document["engine"].startswith("llama-cpp-python ")
    assert "CPU" in document["backends"]
    assert document["self_check"]["right"]
    assert len(document["self_check"]["types"]) == 28
    assert document["instruction_sets"]
    cpu = next(device for device in document["devices"] if device["kind"] == "cpu")
    assert set(cpu) == {"name", "kind", "description", "free_bytes", "total_bytes"}
    assert 0 < cpu["free_bytes"] <= cpu["total_bytes"]


def test_what_the_engine_computes_wrongly_is_told_with_the_way_out(
    capfdbinary: pytest.CaptureFixture[bytes], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # In folders of its own: other tests' engines are sound.
    monkeypatch.setenv("SHRINKSCOPE_HOME", str(tmp_path / "home"))
    break_engines(monkeypatch, tmp_path, {"Q3_K": "dies", "IQ3_S": "lies"})
    assert main(["devices", "--json"]) == 0
    check = json.loads(capfdbinary.readouterr().out)["self_check"]
    assert not check["right"]
    faults = {found["type"]: found for found in check["types"] if found["finding"] != "right"}
    assert {name: found["finding"] for name, found in faults.items()} == {
        "Q3_K": "died",
        "IQ3_S": "wrong",
    }
    assert faults["Q3_K"]["signal"] == signal.SIGILL
    assert faults["IQ3_S"]["difference"] > faults["IQ3_S"]["bound"]

    # It is remembered: no broken engine is started for it again.
    monkeypatch.setattr(EngineClient, "send", None)
    assert main(["devices"]) == 0
    said = capfdbinary.readouterr().out.decode()
    assert "26 tensor types are computed rightly, these are not:" in said
    assert "the engine dies of SIGILL" in said
    assert "--without avx512" in said or "--without native" in said or "-DGGML_" in said


def test_answers_at_a_type_that_fails_here_are_remarked_upon(
    capfdbinary: pytest.CaptureFixture[bytes],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    demo_model: Path,
) -> None:
    monkeypatch.setenv("SHRINKSCOPE_HOME", str(tmp_path / "home"))
    words = ["compare", str(demo_model), "--prompt", "What is 47 + 38?", "--max-tokens", "2"]
    assert main(words) == 0
    assert "On this processor" not in capfdbinary.readouterr().err.decode()
    paths = Paths.default()
    paths.create()
    wrong = TypeFinding(1, Finding.WRONG, difference=2.0, bound=0.25)
    EngineCheckStore(paths.cache / "engine-checks.sqlite3").keep(
        engine_build(paths.state), EngineCheck("engine", "", (), (wrong,), 0, 0)
    )
    assert main(words) == 0
    said = capfdbinary.readouterr().err.decode()
    assert "On this processor the engine computes F16 wrongly" in said


def test_in_words(capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    assert main(["devices"]) == 0
    said = capfdbinary.readouterr().out.decode()
    assert "backends: " in said
    assert "built for this PC, uses " in said
    assert "self-check: all 28 tensor types are computed rightly" in said
    assert "CPU" in said
