"""Titles and labels lead to the glossary."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QPoint
from PySide6.QtGui import QContextMenuEvent, QHelpEvent, QStandardItemModel
from PySide6.QtWidgets import QApplication, QMenu, QTableView, QToolTip, QWidget

from app.ui.kit.widgets.labels import label
from app.ui.kit.words.glossary import word_of
from app.ui.kit.words.offered import WordWanted, explain, offer_word, offer_words, word_at

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot


class Explainer(QWidget):
    """A window that explains."""

    def __init__(self) -> None:
        super().__init__()
        self.asked: list[str] = []

    def customEvent(self, event: QEvent) -> None:
        if isinstance(event, WordWanted):
            self.asked.append(event.key)
            event.accept()


def table_in(window: QWidget) -> QTableView:
    table = QTableView(window)
    model = QStandardItemModel(1, 2, table)
    model.setHorizontalHeaderLabels(["Version", "Drift"])
    table.setModel(model)
    table.resize(300, 200)
    offer_words(table.horizontalHeader(), {1: "drift"})
    return table


def test_a_word_is_explained_by_the_window_around_it(qtbot: QtBot) -> None:
    window = Explainer()
    qtbot.addWidget(window)
    inner = QWidget(QWidget(window))
    assert explain(inner, "drift")
    assert window.asked == ["drift"]
    alone = QWidget()
    qtbot.addWidget(alone)
    assert not explain(alone, "drift")


def test_a_label_says_its_word_and_leads_to_it(qtbot: QtBot) -> None:
    window = Explainer()
    qtbot.addWidget(window)
    memory = label("memory", "dim")
    memory.setParent(window)
    offer_word(memory, "memory")
    assert word_of("memory").meaning in memory.toolTip()
    assert [action.text() for action in memory.actions()] == ["What is “memory”?"]
    memory.actions()[0].trigger()
    assert window.asked == ["memory"]
    assert word_at(memory) == "memory"


def test_a_title_tells_what_its_word_means(qtbot: QtBot) -> None:
    window = Explainer()
    qtbot.addWidget(window)
    table = table_in(window)
    window.show()
    header = table.horizontalHeader()
    at = QPoint(header.sectionViewportPosition(1) + 5, 5)
    tip = QHelpEvent(QEvent.Type.ToolTip, at, header.mapToGlobal(at))
    QApplication.sendEvent(header.viewport(), tip)
    assert word_of("drift").meaning in QToolTip.text()
    QToolTip.hideText()
    asked = QContextMenuEvent(QContextMenuEvent.Reason.Mouse, at, header.mapToGlobal(at))
    QApplication.sendEvent(header.viewport(), asked)
    menu = header.findChild(QMenu)
    menu.actions()[0].trigger()
    assert window.asked == ["drift"]
    menu.close()


def test_the_key_means_the_column_of_the_cell(qtbot: QtBot) -> None:
    window = Explainer()
    qtbot.addWidget(window)
    table = table_in(window)
    table.setCurrentIndex(table.model().index(0, 1))
    assert word_at(table) == "drift"
    table.setCurrentIndex(table.model().index(0, 0))
    assert word_at(table) == ""
