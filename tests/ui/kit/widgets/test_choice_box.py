"""A box to choose from whose words are longer than it is."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from app.ui.kit.widgets import ChoiceBox

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

WORDS = "Until it is known well enough"


def test_words_without_room_are_shortened(qtbot: QtBot) -> None:
    box = ChoiceBox()
    qtbot.addWidget(box)
    box.addItem(WORDS)
    box.resize(400, 30)
    assert box.shown_choice() == WORDS
    box.resize(120, 30)
    shown = box.shown_choice()
    assert shown.endswith("…")
    assert WORDS.startswith(shown[:-1])
    assert not box.grab().isNull()


def test_its_list_has_room_for_all_words(qtbot: QtBot) -> None:
    box = ChoiceBox()
    qtbot.addWidget(box)
    box.addItem(WORDS)
    box.resize(80, 30)
    box.show()
    box.showPopup()
    assert box.view().width() > box.fontMetrics().horizontalAdvance(WORDS)
    box.hidePopup()


@pytest.mark.parametrize("current", [0, 7])
def test_its_list_hides_no_choice_under_an_arrow(qtbot: QtBot, current: int) -> None:
    box = ChoiceBox()
    qtbot.addWidget(box)
    for number in range(9):
        box.addItem(f"choice {number}")
    box.setCurrentIndex(current)
    box.move(60, 120)
    with qtbot.waitExposed(box):
        box.show()
    box.showPopup()
    view = box.view()
    last = view.visualRect(box.model().index(8, 0))
    assert view.verticalScrollBar().maximum() == 0
    assert last.bottom() < view.viewport().height()
    box.hidePopup()


def test_it_may_get_narrower_than_its_words(qtbot: QtBot) -> None:
    boxes = ChoiceBox(), ChoiceBox(least_characters=6)
    for box in boxes:
        qtbot.addWidget(box)
        box.addItem(WORDS)
    whole, narrow = (box.minimumSizeHint().width() for box in boxes)
    assert narrow < whole / 2
    assert boxes[1].sizeHint() == boxes[0].sizeHint()
