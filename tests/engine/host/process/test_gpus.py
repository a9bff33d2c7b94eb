"""Graphics drivers stay out of engines where there is no GPU, and only there."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.engine.host.process.gpus import spare_drivers

SWITCH = "VK_LOADER_DRIVERS_DISABLE"


def test_no_driver_is_loaded_where_there_is_no_gpu(tmp_path: Path) -> None:
    (tmp_path / "dri").mkdir()
    (tmp_path / "dri" / "card0").touch()  # a screen without a renderer, as virtual machines have
    environ: dict[str, str] = {}
    spare_drivers(environ, devices=tmp_path, system="linux")
    assert environ == {SWITCH: "*"}


@pytest.mark.parametrize("node", ["dri/renderD128", "nvidia0", "dxg"])
def test_drivers_are_loaded_where_there_is_one(tmp_path: Path, node: str) -> None:
    (tmp_path / node).parent.mkdir(exist_ok=True)
    (tmp_path / node).touch()
    environ: dict[str, str] = {}
    spare_drivers(environ, devices=tmp_path, system="linux")
    assert environ == {}


def test_what_the_person_chose_stands(tmp_path: Path) -> None:
    for environ in ({"GGML_VK_VISIBLE_DEVICES": "0"}, {SWITCH: "lvp*"}):
        before = dict(environ)
        spare_drivers(environ, devices=tmp_path, system="linux")
        assert environ == before


def test_other_systems_are_left_alone(tmp_path: Path) -> None:
    environ: dict[str, str] = {}
    spare_drivers(environ, devices=tmp_path, system="darwin")
    assert environ == {}
