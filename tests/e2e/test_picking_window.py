"""What is picked in the real window: other versions for Compare, and a template that is kept.

Tests app.ui.pages.compare.part, app.ui.pages.compare.candidates.adding, app.lab.compare.templates
and app.ui.picking.add_dialog.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QComboBox, QLineEdit, QPlainTextEdit

from app.lab.ladder.plan import Profile
from app.store.paths import Paths
from app.store.settings import Settings, SettingsFile
from app.ui.picking.add_dialog import AddDialog
from tests.e2e.person import Person
from tests.helpers.model_folders import small_gguf

if TYPE_CHECKING:
    from pathlib import Path

    from app.ui.kit.theme import Theme

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.qt_log_ignore("This plugin does not support", extend=True),
]


@pytest.fixture
def open_window(theme: Theme) -> Iterator[Callable[..., Person]]:
    """Opens the window on this test's store; closed after the test."""
    opened: list[Person] = []

    def open_it(*files: Path) -> Person:
        opened.append(Person(theme, Paths.default(), files, size=(1280, 800)))
        return opened[-1]

    yield open_it
    for person in opened:
        person.close()


def own_folder(folder: Path, template: str | None = "{{ messages }}") -> list[Path]:
    """Three versions of a model, never loaded, in a folder of the person's own."""
    folder.mkdir()
    paths: list[Path] = []
    for level in ("F16", "Q8_0", "Q4_K_M"):
        paths.append(folder / f"Sky-1B-{level}.gguf")
        facts = {"tokenizer.chat_template": template}
        paths[-1].write_bytes(small_gguf("Sky 1B", level, metadata=facts))
    settings = Paths.default()
    settings.create()
    SettingsFile(settings.settings).save(Settings(library_folders=[str(folder)]))
    return paths


def letters(person: Person) -> dict[str, str]:
    return {pane.letter: pane.candidate.place for pane in person.panes}


def test_other_versions_are_picked_by_keys(
    open_window: Callable[..., Person], tmp_path: Path
) -> None:
    first, second, third = own_folder(tmp_path / "models")
    person = open_window(first)
    QTest.keyClick(person.compare, Qt.Key.Key_T, Qt.KeyboardModifier.ControlModifier)
    dialog = person.compare.findChild(AddDialog)
    assert dialog is not None
    person.until(lambda: sum(file.family == "Sky 1B" for file in dialog.model.files) == 3)
    field = person.find(QLineEdit, "Find a model on this PC", dialog)
    QTest.keyClicks(field, "sky")
    for key in (Qt.Key.Key_Down, Qt.Key.Key_Space, Qt.Key.Key_Down, Qt.Key.Key_Space):
        QTest.keyClick(dialog.focusWidget() or field, key)
    QTest.keyClick(dialog.tree, Qt.Key.Key_Return)
    person.until(lambda: len(person.panes) == 3)
    assert letters(person) == {"A": str(first), "B": str(second), "C": str(third)}


def test_from_the_hub_leads_to_the_search_and_a_strange_address_to_the_servers(
    open_window: Callable[..., Person], tmp_path: Path
) -> None:
    person = open_window(*own_folder(tmp_path / "models"))
    person.compare.commands.add.trigger()
    dialog = person.compare.findChild(AddDialog)
    assert dialog is not None
    person.click("From the Hub …", dialog)
    person.until(lambda: not dialog.isVisible())
    page = person.window.main.current_page
    assert page is not None
    assert page.id == "models"
    person.until(person.models.page.search_pane.filters.words.hasFocus)
    person.window.main.show_page("compare")
    person.compare.commands.add.trigger()
    QTest.keyClicks(dialog.search, "http://127.0.0.1:1#model=x")
    person.click("Add this server …", dialog)
    person.until(lambda: not dialog.isVisible())
    form = person.models.page.servers.form
    assert (form.name.text(), form.url.text()) == ("", "http://127.0.0.1:1/v1")
    person.until(form.name.hasFocus)
    assert not person.models.page.servers.rows


def test_a_template_is_chosen_once_and_holds_after_a_restart(
    open_window: Callable[..., Person], tmp_path: Path
) -> None:
    files = own_folder(tmp_path / "models", template=None)
    person = open_window(*files[:2])
    person.until(lambda: person.shows("A, B: the files of Sky 1B bring no chat template."))
    box = person.find(QComboBox, "Chat template")
    box.setCurrentIndex(box.findData("chatml"))
    person.click("Use it")
    person.until(lambda: not person.shows("bring no chat template"))
    person.close()

    again = open_window(*files)
    again.until(lambda: all(pane.model is not None for pane in again.panes))
    assert [pane.candidate.template_id for pane in again.panes] == ["chatml"] * 3
    assert not again.shows("chat template.")


def test_a_prompt_that_was_not_sent_is_there_after_a_restart(
    open_window: Callable[..., Person], tmp_path: Path
) -> None:
    person = open_window(*own_folder(tmp_path / "models"))
    person.write("Why is the sky")
    person.close()
    again = open_window()
    assert again.compare.prompt.text() == "Why is the sky"
    again.compare.prompt.clear()
    again.close()
    assert open_window().compare.prompt.text() == ""


def test_prompts_for_votes_that_were_not_asked_are_there_after_a_restart(
    open_window: Callable[..., Person], tmp_path: Path
) -> None:
    person = open_window(*own_folder(tmp_path / "models"))
    vote_prompts(person).setPlainText("Why is the sky blue?")
    person.close()
    again = open_window()
    assert vote_prompts(again).toPlainText() == "Why is the sky blue?"


def vote_prompts(person: Person) -> QPlainTextEdit:
    """The field in which prompts for blind votes are written."""
    person.window.main.show_page("ladder")
    person.until(lambda: person.ladder is not None)
    assert person.ladder is not None
    page = person.ladder.page
    person.until(lambda: page.board.votes is not None)
    assert page.board.votes is not None
    return page.board.votes.form.prompts


def test_a_new_measurement_begins_at_the_search(
    open_window: Callable[..., Person], tmp_path: Path
) -> None:
    person = open_window(*own_folder(tmp_path / "models"))
    person.until(lambda: all(pane.model is not None for pane in person.panes))
    person.click("Measure what each version loses …")
    person.until(lambda: person.ladder is not None and person.ladder.page.picker.isVisible())
    assert person.ladder is not None
    picker = person.ladder.page.picker
    person.until(picker.search.hasFocus)
    assert [file.letter for file in picker.model.checked] == ["A", "B", "C"]
    person.until(lambda: "about" in picker.sure.buttons[Profile.QUICK].text())
    person.press(Qt.Key.Key_Escape)
    person.until(lambda: not picker.isVisible())
