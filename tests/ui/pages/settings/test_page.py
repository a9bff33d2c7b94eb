"""The Settings page.

Tests app.ui.pages.settings.entries, app.ui.pages.settings.rows, app.ui.pages.settings.kept.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QComboBox, QLabel, QPushButton

from app.core.candidates.candidate import candidate_of
from app.core.candidates.notation import with_settings
from app.store.kept import Kept, KeptPlace
from app.store.settings import Settings, SettingsFile
from app.ui.kit.widgets.number_field import NumberField
from app.ui.pages.settings.entries import Group, Numbers, entries
from app.ui.pages.settings.kept import Deletion
from app.ui.pages.settings.page import PreferencesPage
from tests.helpers.wishes import Wishes

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

# The screen of the tests has no window manager to tell sizes to.
pytestmark = pytest.mark.qt_log_ignore("This plugin does not support", extend=True)


@pytest.fixture
def page(qtbot: QtBot) -> PreferencesPage:
    made = PreferencesPage(Settings(preset="Chat", text_percent=125))
    qtbot.addWidget(made)
    made.resize(720, 500)
    made.show()
    made.activateWindow()
    return made


def _choose(box: QComboBox, text: str) -> None:
    row = box.findText(text)
    assert row >= 0, text
    box.setCurrentIndex(row)
    box.activated.emit(row)


def test_every_entry_is_a_setting_that_can_be_kept(tmp_path: Path) -> None:
    file = SettingsFile(tmp_path / "settings.json")
    usual = Settings()
    for entry in entries():
        before = getattr(usual, entry.key)
        if isinstance(entry.choices, Numbers):
            values: list[object] = [None, entry.choices.least, entry.choices.most]
        else:
            values = [value for _, value in entry.choices]
        assert before in values
        for value in values:
            file.save(msgspec.structs.replace(usual, **{entry.key: value}))
            kept, repaired = SettingsFile(tmp_path / "settings.json").load()
            assert getattr(kept, entry.key) == value
            assert repaired == []


def test_each_entry_has_words_of_its_own() -> None:
    said = [entry.title for entry in entries()]
    assert len(set(said)) == len(said) > 6
    assert {entry.group for entry in entries()} < set(Group)


def test_the_page_shows_what_is_and_tells_what_is_chosen(
    qtbot: QtBot, page: PreferencesPage
) -> None:
    preset = page.controls["preset"]
    assert isinstance(preset, QComboBox)
    assert preset.currentText() == "Chat"
    with qtbot.waitSignal(page.changed) as told:
        _choose(preset, "Always the likeliest word")
    assert told.args == ["preset", "Compare (greedy)"]
    enter = page.controls["enter_sends"]
    assert isinstance(enter, QComboBox)
    with qtbot.waitSignal(page.changed) as told:
        _choose(enter, "makes a new line")
    assert told.args == ["enter_sends", False]
    threads = page.controls["threads"]
    assert isinstance(threads, NumberField)
    threads.setFocus()
    qtbot.keyClicks(threads, "3")
    with qtbot.waitSignal(page.changed) as told:
        qtbot.keyClick(threads, Qt.Key.Key_Return)
    assert told.args == ["threads", 3]
    page.show_setting("threads", None)
    assert threads.text() == ""


def test_a_setting_is_gone_to(qtbot: QtBot, page: PreferencesPage) -> None:
    page.go_to("memory_reserve_bytes")
    control = page.controls["memory_reserve_bytes"]
    assert control.hasFocus()
    assert not control.visibleRegion().isEmpty()


def test_tuned_models_are_named_and_forgotten_with_a_way_back(page: PreferencesPage) -> None:
    wishes, told = Wishes(page), list[tuple[str, object]]()
    page.changed.connect(lambda key, value: told.append((key, value)))
    forget = next(one for one in page.findChildren(QPushButton) if one.text() == "Forget")
    assert not forget.isVisible()
    tuned = (with_settings(candidate_of("/m/sky-Q8_0.gguf"), "threads=4,kv=q8_0"),)
    page.show_tuned(tuned)
    words = [label.text().replace("\u200b", "") for label in page.findChildren(QLabel)]
    assert "sky-Q8_0.gguf: KV q8_0, 4 threads" in words
    forget.click()
    wishes.undos[0]()
    assert told == [("tuned", ()), ("tuned", tuned)]


def test_what_is_kept_is_named_and_deleted_after_a_question(
    qtbot: QtBot, page: PreferencesPage, qapp: QApplication
) -> None:
    kept = page.kept
    kept.show_places([KeptPlace(Kept.STORE, Path("/home/someone/data"), 2_000_000)])
    kept.show_files("/home/someone/hub", 7_000_000_000)
    words = [label.text().replace("\u200b", "") for label in page.findChildren(QLabel)]
    assert "2.00\u00a0MB · /home/someone/data" in words
    assert "7.00\u00a0GB · /home/someone/hub" in words
    told: list[object] = []
    kept.delete_wanted.connect(told.append)
    kept.buttons[Deletion.CHATS].click()
    assert kept.question.isVisible()
    kept.question.keep_button.click()
    assert told == []
    kept.buttons[Deletion.MEASURED].click()
    kept.question.do_button.click()
    assert told == [Deletion.MEASURED]
