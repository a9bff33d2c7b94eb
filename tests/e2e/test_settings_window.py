"""Settings in the real window: what is chosen takes effect, what is deleted is gone.

Tests app.ui.pages.settings.part and app.ui.pages.settings.desk.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import QCoreApplication, QEvent
from PySide6.QtWidgets import QComboBox

from app.core.candidates.settings import EngineSettings
from app.lab.engines.room import EngineRoom
from app.store.ladders import LadderStore
from app.store.paths import Paths
from app.store.settings import SettingsFile
from app.ui.kit.theme import ThemeChoice
from app.ui.pages.settings.kept import Deletion
from app.ui.pages.settings.page import PreferencesPage
from tests.e2e.person import Person
from tests.helpers.gguf_files import write_scripted_model

if TYPE_CHECKING:
    from app.ui.kit.theme import Theme

pytestmark = pytest.mark.e2e


@pytest.fixture
def paths(tmp_path: Path) -> Paths:
    """All of its own: what can be made again is deleted here."""
    return Paths.below(tmp_path / "home")


@pytest.fixture
def person(theme: Theme, paths: Paths, tmp_path: Path) -> Iterator[Person]:
    """Before a window with one model that answers 42."""
    model = write_scripted_model(tmp_path / "a.gguf", ["42"])
    made = Person(theme, paths, [model], size=(900, 700))
    yield made
    made.close()
    theme.set_choice(ThemeChoice.LIGHT)


@pytest.fixture
def page(person: Person) -> PreferencesPage:
    """The Settings page, open."""
    person.window.main.show_page("settings")
    current = person.window.main.current_page
    assert current is not None
    found = current.widget.findChild(PreferencesPage)
    assert isinstance(found, PreferencesPage)
    return found


def choose(page: PreferencesPage, key: str, value: object) -> None:
    box = page.controls[key]
    assert isinstance(box, QComboBox)
    box.setCurrentIndex(box.findData(value))
    box.activated.emit(box.currentIndex())


def test_what_is_chosen_takes_effect_and_is_kept(
    person: Person, page: PreferencesPage, theme: Theme, paths: Paths, tmp_path: Path
) -> None:
    before = EngineRoom.of_this_pc(paths).budget_bytes()
    choose(page, "theme", "dark")
    assert theme.choice is ThemeChoice.DARK
    choose(page, "memory_reserve_bytes", 8_000_000_000)
    assert EngineRoom.of_this_pc(paths).budget_bytes() < max(before, 1)
    page.changed.emit("threads", 1)
    page.changed.emit("context_tokens", 512)
    assert person.panes[0].candidate.engine == EngineSettings()  # one that was there stays
    added = write_scripted_model(tmp_path / "b.gguf", ["43"])
    person.window.requests.add.tell([added])
    person.until(lambda: len(person.panes) == 2)
    assert person.panes[1].candidate.engine == EngineSettings(context_tokens=512, threads=1)
    kept, _ = SettingsFile(paths.settings).load()
    assert (kept.theme, kept.threads, kept.memory_reserve_bytes) == ("dark", 1, 8_000_000_000)


def test_what_is_deleted_is_gone(person: Person, page: PreferencesPage, paths: Paths) -> None:
    kept = page.kept
    person.session.ask("A SECRET question?")
    person.until(person.answered)
    person.rest()
    house = person._house  # noqa: SLF001 - whose store it is
    LadderStore(house.connection).begin("key", '{"SECRET": 1}')
    kept.buttons[Deletion.CHATS].click()
    person.click("Delete", within=kept.question)
    kept.buttons[Deletion.MEASURED].click()
    person.click("Delete", within=kept.question)
    person.until(lambda: [chat.title for chat in person.session.list_chats()] == [""])
    assert LadderStore(house.connection).list_ladders() == []
    person.window.jobs.wait_all()
    for file in paths.data.iterdir():
        assert b"SECRET" not in file.read_bytes(), file.name
    kept.buttons[Deletion.CACHE].click()
    person.click("Delete", within=kept.question)
    person.window.jobs.wait_all()
    person.until(lambda: "free again" in person.window.main.status.remark)


def test_the_theme_outlives_a_window(theme: Theme, paths: Paths) -> None:
    Person(theme, paths, size=(900, 700)).close()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    for choice in (ThemeChoice.DARK, ThemeChoice.LIGHT):
        theme.set_choice(choice)
