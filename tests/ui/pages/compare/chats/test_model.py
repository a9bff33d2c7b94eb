from __future__ import annotations

import random
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtTest import QAbstractItemModelTester

from app.store.chats import ChatSummary
from app.ui.pages.compare.chats.model import ChatListModel, ChatRole

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot


def summary(chat_id: int, title: str) -> ChatSummary:
    return ChatSummary(chat_id, title, 0, 0, 0)


def made(*chats: ChatSummary) -> ChatListModel:
    model = ChatListModel("Untitled")
    # Its owner keeps it.
    QAbstractItemModelTester(model, QAbstractItemModelTester.FailureReportingMode.Fatal, model)
    model.take(list(chats))
    return model


def titles(model: ChatListModel) -> list[str]:
    return [model.index(row).data() for row in range(model.rowCount())]


def test_titles_are_shown_and_untitled_chats_have_a_word(qapp: object) -> None:
    model = made(summary(2, "Sky"), summary(1, ""))
    assert titles(model) == ["Sky", "Untitled"]
    assert model.index(1).data(Qt.ItemDataRole.EditRole) == ""
    assert model.index(0).data(ChatRole.ID) == 2


def test_a_chat_that_was_used_moves_up(qapp: object, qtbot: QtBot) -> None:
    model = made(summary(3, "C"), summary(2, "B"), summary(1, "A"))
    with qtbot.waitSignal(model.rowsMoved):
        model.take([summary(1, "A"), summary(3, "C"), summary(2, "B")])
    assert titles(model) == ["A", "C", "B"]


def test_a_renamed_chat_changes_one_row(qapp: object, qtbot: QtBot) -> None:
    model = made(summary(2, "B"), summary(1, "A"))
    with qtbot.waitSignal(model.dataChanged) as changed:
        model.take([summary(2, "B"), summary(1, "Other")])
    assert changed.args[0].row() == changed.args[1].row() == 1


def test_any_list_follows_any_other(qapp: object) -> None:
    dice = random.Random(7)
    model = made()
    for _ in range(200):
        ids = dice.sample(range(12), dice.randrange(10))
        chats = [summary(i, f"{i}.{dice.randrange(3)}") for i in ids]
        model.take(chats)
        assert titles(model) == [chat.title for chat in chats]


def test_renaming_in_place_asks_for_it_and_changes_nothing_itself(
    qapp: object, qtbot: QtBot
) -> None:
    model = made(summary(4, "Old"))
    index = model.index(0)
    assert model.flags(index) & Qt.ItemFlag.ItemIsEditable
    with qtbot.waitSignal(model.renamed) as renamed:
        assert model.setData(index, "  New \n title ")
    assert renamed.args == [4, "New title"]
    assert titles(model) == ["Old"]


def test_an_empty_or_equal_title_is_no_rename(qapp: object, qtbot: QtBot) -> None:
    model = made(summary(4, "Old"))
    with qtbot.assertNotEmitted(model.renamed):
        assert not model.setData(model.index(0), "  ")
        assert not model.setData(model.index(0), "Old")
