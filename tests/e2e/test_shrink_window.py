"""A person makes a smaller version in the real window, and goes on from there.

Tests app.ui.pages.shrink.part and app.ui.pages.shrink.desk.
"""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel

from app.lab.works.work import WorkState
from app.store.paths import Paths
from app.store.settings import Settings, SettingsFile
from app.ui.pages.shrink.part import ShrinkPart
from tests.e2e.person import Person
from tests.helpers.window_parts import part_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from app.ui.kit.theme import Theme
    from app.ui.pages.shrink.desk import ShrinkDesk


@pytest.fixture
def person(theme: Theme, demo_model: Path, tmp_path: Path) -> Iterator[Person]:
    """Before a window whose person has an original in a folder of their own."""
    folder = tmp_path / "models"
    folder.mkdir()
    shutil.copy(demo_model, folder / "small-F16.gguf")
    paths = Paths.below(tmp_path / "home")
    paths.create()
    SettingsFile(paths.settings).save(Settings(library_folders=[str(folder)]))
    made = Person(theme, paths, [], size=(1100, 760))
    yield made
    made.close()


def desk_of(person: Person) -> ShrinkDesk:
    part = part_of(person.window, ShrinkPart)
    person.window.main.show_page("shrink")
    person.until(lambda: part.desk is not None)
    assert part.desk is not None
    return part.desk


def test_a_version_is_made_found_measured_and_chatted_with(person: Person, tmp_path: Path) -> None:
    desk = desk_of(person)
    page = desk.page
    source = tmp_path / "models" / "small-F16.gguf"
    page.choose(source)
    person.until(lambda: page.making.source.path == source)
    person.until(lambda: len(page.making.versions.rows) > 25)
    row = [each.level.name for each in page.making.versions.rows].index("Q4_0")
    box = page.making.versions.index(row, 0)
    page.making.versions.setData(box, Qt.CheckState.Checked, Qt.ItemDataRole.CheckStateRole)
    person.click("Make it")
    person.until(lambda: [each.state for each in desk.makes.all] == [WorkState.DONE])
    target = tmp_path / "models" / "small-Q4_0.gguf"
    library = person.models.library
    person.until(lambda: target in {model.path for model in library.models})

    person.window.main.show_page("models")
    person.models.page.show_tab(1)
    tab = person.models.page.library
    tab.show_model(target)
    said = [each.text() for each in tab.side.details.findChildren(QLabel)]
    assert said[said.index("Made here") + 1] == "Q4_0"
    assert said[said.index("Of") + 1].startswith("small-F16.gguf (")
    assert "not found" not in said[said.index("Of") + 1]
    tab.show_model(source)
    person.click("Make smaller …", within=tab)
    person.until(page.isVisible)
    assert page.making.source.path == source

    person.click("Chat", within=page.making.works)
    person.until(lambda: str(target) in {pane.candidate.place for pane in person.panes})
    person.window.main.show_page("shrink")
    person.click("Measure", within=page.making.works)
    person.until(lambda: person.ladder is not None and person.ladder.page.picker.isVisible())
    assert person.ladder is not None
    picker = person.ladder.page.picker
    person.until(lambda: len(picker.model.checked) == 2)
    assert {each.path for each in picker.model.checked} == {target, page.making.source.path}
