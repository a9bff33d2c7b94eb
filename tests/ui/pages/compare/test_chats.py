"""The list of chats beside the panes.

Tests app.ui.pages.compare.controller.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import QModelIndex, Qt
from PySide6.QtWidgets import QLineEdit, QMenu

from app.core.errors import PersonError
from app.ui.pages.compare.chats.model import ChatRole
from app.ui.pages.compare.controller import write_whole
from tests.helpers.wishes import Wishes
from tests.ui.pages.compare.conftest import show

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from pytestqt.qtbot import QtBot

    from tests.ui.pages.compare.conftest import Shown
    from tests.ui.pages.compare.scripted_session import ScriptedSession

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support", extend=True)

LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def session(sessions: Callable[[], ScriptedSession]) -> ScriptedSession:
    made = sessions().with_panes("F16", "Q2_K")
    made.with_turns(("Why is it blue?", "Air."))
    made.rename_chat(made.chat.id, "Sky")
    made.store_chat(("What is 1 + 1?", "2"), title="Sums")
    made.store_chat(("Why stripes?", "Nobody knows."), title="Zebras and their stripes")
    made.calls.clear()
    return made


def rows(shown: Shown) -> list[str]:
    model = shown.page.chats.view.model()
    return [model.index(row, 0).data() for row in range(model.rowCount())]


def row(shown: Shown, title: str) -> QModelIndex:
    return shown.page.chats.view.model().index(rows(shown).index(title), 0)


def click(shown: Shown, title: str) -> None:
    view = shown.page.chats.view
    place = view.visualRect(row(shown, title)).center()
    shown.qtbot.mouseClick(view.viewport(), LEFT, pos=place)
    shown.settle()


def test_chats_are_listed_and_the_open_one_is_selected(shown: Shown) -> None:
    assert rows(shown) == ["Zebras and their stripes", "Sums", "Sky"]
    assert shown.page.chats.view.currentIndex().data() == "Sky"


def test_a_click_opens_a_chat(shown: Shown) -> None:
    click(shown, "Sums")
    assert shown.calls("open_chat") == [(2,)]
    assert shown.page.chats.view.currentIndex().data() == "Sums"
    click(shown, "Sums")
    assert len(shown.calls("open_chat")) == 1


def test_a_chat_that_cannot_be_left_stays_selected(shown: Shown) -> None:
    shown.session.refuse = "Stop the answers in progress before you leave this chat."
    click(shown, "Sums")
    assert shown.page.chats.view.currentIndex().data() == "Sky"
    assert shown.page.notice.sentence == shown.session.refuse


def test_a_new_chat_is_one_click_or_two_keys(shown: Shown, qtbot: QtBot) -> None:
    qtbot.mouseClick(shown.page.chats.new_button, LEFT)
    qtbot.keyClick(shown.page, Qt.Key.Key_N, Qt.KeyboardModifier.ControlModifier)
    assert len(shown.calls("new_chat")) == 2
    assert shown.page.prompt.edit.hasFocus()


def test_titles_are_searched(shown: Shown, qtbot: QtBot) -> None:
    qtbot.keyClicks(shown.page.chats.search, "STRIPE")
    assert rows(shown) == ["Zebras and their stripes"]
    qtbot.keyClicks(shown.page.chats.search, "xyz")
    assert rows(shown) == []
    shown.page.chats.search.clear()
    assert len(rows(shown)) == 3
    assert shown.page.chats.view.currentIndex().data() == "Sky"


def test_chats_are_found_by_what_is_said_in_them(shown: Shown, qtbot: QtBot) -> None:
    chats = shown.page.chats
    found = {chat.title: chat.id for chat in shown.session.list_chats()}
    with qtbot.waitSignal(chats.words_wanted) as wanted:
        qtbot.keyClicks(chats.search, "quokka")
    assert wanted.args == ["quokka"]
    assert rows(shown) == []
    chats.set_saying("quokka", {found["Sums"]})
    assert rows(shown) == ["Sums"]
    # What comes late is not shown for other words.
    chats.search.clear()
    chats.set_saying("quokka", {found["Sums"]})
    assert len(rows(shown)) == 3


def test_a_chat_is_renamed_in_its_row(shown: Shown, qtbot: QtBot) -> None:
    click(shown, "Sums")
    view = shown.page.chats.view
    view.setFocus()
    qtbot.keyClick(view, Qt.Key.Key_F2)
    editor = view.viewport().findChild(QLineEdit)
    assert editor is not None
    assert editor.text() == "Sums"
    editor.selectAll()
    qtbot.keyClicks(editor, "Differences")
    qtbot.keyClick(editor, Qt.Key.Key_Return)
    wishes = Wishes(shown.page)
    shown.until(lambda: shown.calls("rename_chat") == [(2, "Differences")])
    shown.settle()
    assert rows(shown)[1] == "Differences"
    assert wishes.said == ["“Sums” has another title."]
    wishes.undos[0]()
    shown.settle()
    assert rows(shown)[1] == "Sums"


def test_what_is_deleted_can_be_had_back(shown: Shown, qtbot: QtBot) -> None:
    chats, wishes = shown.page.chats, Wishes(shown.page)
    before = rows(shown)
    click(shown, "Sums")
    chats.view.setFocus()
    qtbot.keyClick(chats.view, Qt.Key.Key_Delete)
    assert shown.calls("delete_chats") == [([2],)]
    shown.settle()
    assert rows(shown) == ["New chat", "Zebras and their stripes", "Sky"]
    assert wishes.said == ["“Sums” was deleted."]
    wishes.undos[0]()
    shown.settle()
    assert sorted(rows(shown)) == sorted(before)
    assert chats.view.currentIndex().data() == "Sums"  # it was open, and is again


def test_chats_are_pinned_and_put_into_folders(shown: Shown, qtbot: QtBot) -> None:
    chats = shown.page.chats
    click(shown, "Sums")
    chats.pin_action.trigger()
    shown.settle()
    assert rows(shown)[0] == "Sums"
    chats.folder_requested.emit(2, "School")
    shown.settle()
    index = chats.model.index(0)
    assert (index.data(ChatRole.PINNED), index.data(ChatRole.FOLDER)) == (True, "School")
    assert chats.folders() == ["School"]
    chats.view.customContextMenuRequested.emit(chats.view.visualRect(index).center())
    (menu,) = [
        each for each in chats.findChildren(QMenu) if each.actions()[0].text()[:6] == "Rename"
    ]
    words = [action.text() for action in menu.actions()]
    assert {"Unpin", "Folder", "Delete the chat"} <= set(words)
    menu.close()


@pytest.mark.parametrize("form", ["markdown", "json"])
def test_a_chat_is_written_where_the_person_wants(shown: Shown, tmp_path: Path, form: str) -> None:
    shown.files.target = tmp_path / "chat.txt"
    click(shown, "Sums")
    chats = shown.page.chats
    action = chats.export_markdown_action if form == "markdown" else chats.export_json_action
    wishes = Wishes(shown.page)
    action.trigger()
    assert "What is 1 + 1?" in (tmp_path / "chat.txt").read_text()
    assert "chat.txt" in wishes.said[-1]


def test_changing_ones_mind_writes_nothing(shown: Shown) -> None:
    shown.page.chats.export_markdown_action.trigger()
    assert shown.calls("export_chat") == []


def test_a_place_that_cannot_be_written_is_said(shown: Shown, tmp_path: Path) -> None:
    shown.files.target = tmp_path / "nowhere" / "chat.md"
    shown.page.chats.export_markdown_action.trigger()
    assert "chat.md" in shown.page.notice.sentence


def test_what_was_there_stays_when_writing_fails(tmp_path: Path) -> None:
    folder = tmp_path / "folder.md"
    folder.mkdir()
    with pytest.raises(PersonError):
        write_whole(folder, "text")
    assert folder.is_dir()


def test_the_list_can_be_folded_away(shown: Shown, qtbot: QtBot) -> None:
    assert shown.page.chats.isVisible()
    qtbot.mouseClick(shown.page.top.chats_button, LEFT)
    assert not shown.page.chats.isVisible()
    assert not shown.page.chat_list_visible
    qtbot.keyClick(shown.page, Qt.Key.Key_B, Qt.KeyboardModifier.ControlModifier)
    assert shown.page.chats.isVisible()


def test_the_layout_comes_back(
    qtbot: QtBot, session: ScriptedSession, sessions: Callable[[], ScriptedSession]
) -> None:
    first = show(qtbot, session).page
    first.commands.show_chats.setChecked(False)
    kept = first.layout_state()
    again = show(qtbot, sessions().with_panes("F16")).page
    again.restore_layout(kept, chat_list_visible=first.chat_list_visible, plots_visible=False)
    assert not again.chats.isVisible()
    assert not again.plots_visible
    again.restore_layout({"compare.columns": [1], "unknown": [2, 3]})
    assert again.chats.isVisible()
