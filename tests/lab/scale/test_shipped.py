"""The data of the scaling chart: each row has a source and a date.

Tests app.lab.scale.shipped and the files in ``resources/scale``.
"""

from __future__ import annotations

from datetime import date

import pytest

from app.core.devices.device import DeviceKind
from app.lab.scale.shipped import shipped_devices, shipped_law, shipped_models

OLDEST = date(2026, 6, 1)
ROWS = [shipped_law(), *shipped_models(), *shipped_devices()]


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_each_row_has_a_source_an_address_and_a_date(row: object) -> None:
    source, url, day = (getattr(row, name) for name in ("source", "url", "date"))
    assert len(source) > 5
    assert url.startswith("https://")
    assert OLDEST <= day <= date(2027, 6, 1)


def test_the_law_is_that_of_2024() -> None:
    law = shipped_law()
    found = (law.e, law.a, law.b, law.alpha, law.beta)
    assert found == (1.8172, 482.01, 2085.43, 0.3478, 0.3658)
    assert "scaling_band" in law.band_made_by


def test_the_articles_systems_are_there_and_names_are_alone() -> None:
    models = shipped_models()
    names = [model.name for model in models]
    assert len(names) == len(set(names))
    told = {model.name for model in models if model.article}
    assert told == {
        "GPT-3 175B", "Gopher 280B", "Chinchilla 70B", "Alpaca 7B",
        "LLaMA 7B", "LLaMA 13B", "LLaMA 33B", "LLaMA 65B",
    }  # fmt: skip


def test_devices_of_every_kind() -> None:
    devices = shipped_devices()
    assert len({device.name for device in devices}) == len(devices) >= 40
    assert {device.kind for device in devices} == set(DeviceKind)
    assert any(device.gb_per_s is None for device in devices)
