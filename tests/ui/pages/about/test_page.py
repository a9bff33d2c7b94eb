"""The About page.

Tests app.ui.pages.about.gpu_builds.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, cast

import pytest
from PySide6.QtWidgets import QLabel, QWidget

from app.engine.protocol.loading import Device, Hello
from app.ui.kit.jobs import Jobs
from app.ui.pages.about.gpu_builds import build_command
from app.ui.pages.about.page import AboutPage
from app.ui.settings.engine.facts import EngineFacts

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

# The screen of the tests has no window manager to tell sizes to.
pytestmark = pytest.mark.qt_log_ignore("This plugin does not support", extend=True)


@pytest.fixture
def facts(qtbot: QtBot, tmp_path: Path) -> Iterator[EngineFacts]:
    """What engines say of themselves; nothing yet."""
    jobs = Jobs()
    yield EngineFacts(tmp_path, jobs)
    jobs.wait_all()
    jobs.shutdown()


def hello(*devices: Device, backends: tuple[str, ...] = ("CPU",)) -> Hello:
    return Hello(1, 1, "llama-cpp-python 0.3.36", "", list(devices), list(backends))


CPU = Device("CPU", "cpu", "AVX2", 8_000_000_000, 8_000_000_000)
GPU = Device("Vulkan0", "gpu", "Some Card", 7_000_000_000, 8_000_000_000)
SHARED = Device("Vulkan0", "igpu", "Some Chip", 7_000_000_000, 8_000_000_000)


def words_of(page: QWidget) -> str:
    return " ".join(label.text() for label in page.findChildren(QLabel))


def test_about_names_versions_licences_and_devices(qtbot: QtBot, facts: EngineFacts) -> None:
    page = AboutPage(facts)
    qtbot.addWidget(page)
    facts.note(hello(CPU, GPU, backends=("CPU", "Vulkan")))
    page.show()
    words = words_of(page)
    assert "LGPL" in words
    assert "PySide6-Essentials" in words
    assert "CPU, Vulkan" in words
    assert "Models are computed on Some Card." in words
    copied = page.facts()
    assert "CPU: AVX2" in copied
    assert "Vulkan0: Some Card, 8.00\N{NO-BREAK SPACE}GB" in copied
    assert "llama-cpp-python 0.3.36" in copied


def test_about_asks_an_engine_when_it_is_first_looked_at(qtbot: QtBot, facts: EngineFacts) -> None:
    page = AboutPage(facts)
    qtbot.addWidget(page)
    assert facts.hello is None
    page.show()
    assert "Asking the engine" in words_of(page)
    qtbot.waitUntil(lambda: facts.hello is not None, timeout=60_000)
    assert facts.hello is not None
    hello = cast("Hello", facts.hello)
    assert "CPU" in hello.backends
    assert [device.kind for device in hello.devices][-1:] == ["cpu"]
    assert "CPU: " in words_of(page)


@pytest.mark.parametrize(
    ("told", "sentence"),
    [
        (hello(CPU), "computes on the processor alone"),
        (hello(CPU, backends=("CUDA", "CPU")), "has CUDA and found no GPU"),
        (hello(SHARED, CPU, backends=("Vulkan", "CPU")), "computed on Some Chip"),
    ],
)
def test_about_says_whether_a_gpu_is_used_and_how_to_get_there(
    qtbot: QtBot, facts: EngineFacts, told: Hello, sentence: str
) -> None:
    page = AboutPage(facts)
    qtbot.addWidget(page)
    facts.note(told)
    page.show()
    words = words_of(page)
    assert sentence in words
    for switch in ("GGML_CUDA", "GGML_HIP", "GGML_METAL", "GGML_VULKAN"):
        assert f"-D{switch}=on" in words


def test_the_line_that_builds_is_of_the_version_that_is_wanted() -> None:
    project = tomllib.loads((Path(__file__).parents[4] / "pyproject.toml").read_text())
    pinned = next(each for each in project["project"]["dependencies"] if "llama-cpp" in each)
    assert build_command("CUDA", windows=False).endswith(pinned)
    assert build_command("Vulkan", windows=True).startswith('$env:CMAKE_ARGS="-DGGML_VULKAN=on"; ')
