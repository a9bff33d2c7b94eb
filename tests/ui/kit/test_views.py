"""What views of several pages have in common."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, Qt
from PySide6.QtGui import QStandardItem, QStandardItemModel
from PySide6.QtTest import QAbstractItemModelTester

from app.ui.kit.views.rows import Rows
from app.ui.kit.views.tables import FilteredTree, TreeRow

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

WORDS = Qt.ItemDataRole.UserRole + 1


class Words(Rows[str]):
    """Words told apart by their first letters."""

    def __init__(self) -> None:
        super().__init__(lambda word: word[:1])

    def data(
        self,
        index: QModelIndex | QPersistentModelIndex,
        role: int = Qt.ItemDataRole.DisplayRole,
    ) -> object:
        return self.rows[index.row()] if role == Qt.ItemDataRole.DisplayRole else None


def test_rows_follow_any_list_and_keep_their_places(qapp: object) -> None:
    words, dice = Words(), random.Random(3)
    QAbstractItemModelTester(words, QAbstractItemModelTester.FailureReportingMode.Fatal, words)
    for _ in range(100):
        wanted = [letter + dice.choice("xy") for letter in dice.sample("abcdefgh", 5)]
        kept = {
            word[0]: QPersistentModelIndex(words.index(words.row_of(word[0])))
            for word in words.rows
        }
        words.take(wanted)
        assert [words.index(row).data() for row in range(words.rowCount())] == wanted
        for letter, index in kept.items():
            assert index.row() == words.row_of(letter)


def test_a_row_that_shows_something_else_tells_so(qapp: object, qtbot: QtBot) -> None:
    words = Words()
    words.take(["ax", "bx"])
    with qtbot.waitSignal(words.dataChanged) as told:
        words.take(["ax", "by"])
    assert told.args is not None
    assert told.args[0].row() == 1


def test_a_tree_shows_what_has_the_words(qtbot: QtBot) -> None:
    source = QStandardItemModel()
    for name in ("Sky", "Moon"):
        item = QStandardItem(name)
        item.setData(f"{name} Q4_K_M", WORDS)
        source.appendRow(item)
    tree = FilteredTree(source, WORDS, TreeRow())
    qtbot.addWidget(tree)
    tree.proxy.setFilterFixedString("moon q4")
    assert [tree.proxy.index(row, 0).data() for row in range(tree.proxy.rowCount())] == ["Moon"]
