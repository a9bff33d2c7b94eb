"""``devices`` against the real engine."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from app import __version__
from app.cli.main import main

if TYPE_CHECKING:
    import pytest


def test_backends_and_devices_of_the_engine(capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    assert main(["devices", "--json"]) == 0

    document = json.loads(capfdbinary.readouterr().out)
    assert list(document) == ["version", "engine", "backends", "devices"]
    assert document["version"] == __version__
    assert document["engine"].startswith("llama-cpp-python ")
    assert "CPU" in document["backends"]
    cpu = next(device for device in document["devices"] if device["kind"] == "cpu")
    assert set(cpu) == {"name", "kind", "description", "free_bytes", "total_bytes"}
    assert 0 < cpu["free_bytes"] <= cpu["total_bytes"]


def test_in_words(capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    assert main(["devices"]) == 0
    said = capfdbinary.readouterr().out.decode()
    assert "backends: " in said
    assert "CPU" in said
