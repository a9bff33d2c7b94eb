"""A person looks at the Scale page of the real window, and asks what another device would do.

Tests app.ui.pages.scale.part and app.ui.pages.scale.desk.
"""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pytest

from app.core.memory.fit import Verdict
from app.store.paths import Paths
from app.store.settings import Settings, SettingsFile
from app.ui.pages.scale.part import ScalePart
from tests.e2e.person import Person
from tests.helpers.window_parts import part_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from app.ui.kit.theme import Theme


@pytest.fixture
def person(theme: Theme, demo_model: Path, tmp_path: Path) -> Iterator[Person]:
    """Before a window whose person has a model in a folder of their own."""
    folder = tmp_path / "models"
    folder.mkdir()
    shutil.copy(demo_model, folder / "small-F16.gguf")
    paths = Paths.below(tmp_path / "home")
    paths.create()
    SettingsFile(paths.settings).save(Settings(library_folders=[str(folder)]))
    made = Person(theme, paths, [], size=(1100, 760))
    yield made
    made.close()


def test_a_model_of_this_pc_is_carried_over_to_other_devices(
    person: Person, tmp_path: Path
) -> None:
    part = part_of(person.window, ScalePart)
    person.window.main.show_page("scale")
    person.until(lambda: part.desk is not None)
    assert part.desk is not None
    page = part.desk.page
    person.until(page.chart.unknown.isVisible)  # nobody published its training
    page.chart.choose("LLaMA 13B")
    assert "times as much text" in page.chart.side.meaning.text()
    page.tabs.setCurrentIndex(1)
    model = page.elsewhere.model
    person.until(lambda: len(model.rows) > 40)
    rows = {one.device.name: one for one in model.rows}
    gpu = rows["RTX 3060 12 GB"]
    assert gpu.verdict is Verdict.FITS
    assert gpu.slow is not None
    assert gpu.quick is not None
    assert 0 < gpu.slow < gpu.quick
    assert rows["iPhone 16 8 GB"].slow is None
    page.elsewhere.own.name.setText("My box")
    page.elsewhere.own.button.click()
    stored, _ = SettingsFile(Paths.below(tmp_path / "home").settings).load()
    assert [device.name for device in stored.own_devices] == ["My box"]
