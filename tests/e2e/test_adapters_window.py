"""Adapters in the real window: tried on their base, weighed while the model stays loaded.

Tests app.ui.pages.compare.part and app.ui.pages.compare.candidates.files.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QFileDialog

from app.core.candidates.candidate import candidate_of
from app.lab.demo.demo import demo_adapter
from app.store.paths import Paths
from app.ui.pages.compare.panes.menu import PaneCommand
from tests.e2e.person import Person
from tests.helpers.adapters import write_adapter

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from app.ui.kit.theme import Theme
    from app.ui.settings.adapters_editor import AdaptersEditor

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.qt_log_ignore("This plugin does not support", extend=True),
]

QUESTION = "What is the capital of France?"


@pytest.fixture
def person(theme: Theme, tmp_path: Path, demo_model: Path) -> Iterator[Person]:
    person = Person(theme, Paths.below(tmp_path / "home"), [demo_model], size=(1280, 800))
    yield person
    person.close()


def adapters_of(person: Person) -> AdaptersEditor:
    person.compare.controller.run(PaneCommand.SETTINGS, person.panes[0].key)
    candidate = person.compare.settings.candidate
    assert candidate is not None
    return candidate.adapters


def test_an_adapter_is_added_weighed_and_taken_away(
    person: Person, tmp_path: Path, demo_model: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    editor = adapters_of(person)

    def says() -> str:
        person.ask_all(QUESTION)
        person.rest()
        return person.turns[-1].answers[person.panes[0].key].text

    plain = says()
    assert "Paris" not in plain
    person.click("Add an adapter")
    editor.menu.actions()[0].trigger()
    editor.menu.hide()
    assert "Paris" in says()
    name = demo_adapter().stem
    assert person.view(0).header.name.text == f"F16 + {name} · Shrinkscope Demo"
    pid = person.panes[0].pid
    QTest.keyClick(editor.rows[0].slider, Qt.Key.Key_Home)
    assert says() == plain, "at strength 0 it is the model alone"
    assert person.panes[0].pid == pid, "the model stayed loaded"

    other = write_adapter(tmp_path / "other.gguf", demo_model, architecture="qwen2")
    monkeypatch.setattr(QFileDialog, "getOpenFileNames", lambda *_: ([str(other)], ""))
    editor.file_wanted.emit()
    said = "was made for models of the kind qwen2"
    person.until(lambda: said in person.compare.notice.sentence)
    assert person.panes[0].pid == pid
    assert [each.path for each in person.panes[0].candidate.adapters] == [str(demo_adapter())]
    person.click(f"Take {name} away")
    assert person.panes[0].candidate == candidate_of(demo_model)


def test_an_adapter_of_the_library_is_tried_beside_its_base(person: Person, tmp_path: Path) -> None:
    folder = tmp_path / "adapters"
    folder.mkdir()
    mine = folder / "mine.gguf"
    mine.write_bytes(demo_adapter().read_bytes())
    person.window.main.show_page("models")
    page = person.models.page
    page.show_tab(1)
    page.library.folders.changed.emit([folder])
    person.until(lambda: page.library.model.index_of(mine).isValid())
    page.library.show_model(mine)
    person.click("Try it on its base")
    person.until(lambda: len(person.panes) == 2)
    assert [len(pane.candidate.adapters) for pane in person.panes] == [0, 1]
    assert {pane.candidate.place for pane in person.panes} == {person.panes[0].candidate.place}
    said = "Adapters differ (A none, B mine)."
    person.until(lambda: person.compare.hygiene.text() == said)
