"""The palette in the real window: settings, chats and models.

Tests app.ui.shell.found_things.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLineEdit

from app.store.paths import Paths
from app.ui.shell.command_palette import CommandPalette
from tests.e2e.person import Person
from tests.helpers.gguf_files import write_scripted_model, write_tiny_llama

if TYPE_CHECKING:
    from app.ui.kit.theme import Theme

pytestmark = pytest.mark.e2e


@pytest.fixture
def person(theme: Theme, tmp_path: Path) -> Iterator[Person]:
    """Before a window with one model that answers, and a folder with another."""
    mine = tmp_path / "mine"
    mine.mkdir()
    write_tiny_llama(mine / "gemma-of-mine-Q4_K_M.gguf")
    paths = Paths.default()
    paths.settings.parent.mkdir(parents=True, exist_ok=True)
    paths.settings.write_text(json.dumps({"version": 1, "library_folders": [str(mine)]}))
    model = write_scripted_model(tmp_path / "a.gguf", ["4", "2"])
    made = Person(theme, paths, [model], size=(1000, 700))
    yield made
    made.close()


def run(person: Person, words: str) -> list[str]:
    """Type into the palette and run the first; returns what it offered."""
    main = person.window.main
    main.palette_action.trigger()
    palette = main.findChild(CommandPalette)
    QTest.keyClicks(palette.field, words)
    offered = [str(palette.model.index(row).data()) for row in range(palette.model.rowCount())]
    QTest.keyClick(palette.field, Qt.Key.Key_Return)
    QTest.qWait(0)
    return offered


def test_settings_chats_and_models_are_found_by_name(person: Person) -> None:
    main, session = person.window.main, person.session
    session.ask("Why is the sky blue?")
    person.until(person.answered)
    person.rest()
    asked = session.chat.id
    session.new_chat()
    assert run(person, "setting memory")[0] == "Setting: Memory to leave free"
    assert main.current_page is not None
    assert main.current_page.id == "settings"
    person.until(lambda: bool(person.models.library.models) and not person.models.library.scanning)
    assert run(person, "sky blue")[0].startswith("Chat: Why is the sky")
    assert main.current_page.id == "compare"
    assert session.chat.id == asked
    assert run(person, "gemma")[0].startswith("Model: gemma-of-mine")
    person.until(lambda: len(person.panes) == 2)


def test_the_open_chat_is_renamed_and_deleted_from_the_palette(person: Person) -> None:
    person.session.ask("Why is the sky blue?")
    person.until(person.answered)
    person.rest()
    chats = person.compare.chats
    person.compare.commands.show_chats.setChecked(False)
    assert run(person, "rename the chat")[0] == "Rename the chat"
    assert chats.isVisible()
    assert chats.view.findChild(QLineEdit) is not None
    person.press(Qt.Key.Key_Escape)
    deleted = person.session.chat.id
    assert run(person, "delete the chat")[0] == "Delete the chat"
    person.until(lambda: person.session.chat.id != deleted)
    person.click("Undo")
    person.until(lambda: deleted in {chat.id for chat in person.session.list_chats()})
