"""A box to choose from whose words are longer than it is."""

from __future__ import annotations

from typing import TYPE_CHECKING

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


def test_it_may_get_narrower_than_its_words(qtbot: QtBot) -> None:
    boxes = ChoiceBox(), ChoiceBox(least_characters=6)
    for box in boxes:
        qtbot.addWidget(box)
        box.addItem(WORDS)
    whole, narrow = (box.minimumSizeHint().width() for box in boxes)
    assert narrow < whole / 2
    assert boxes[1].sizeHint() == boxes[0].sizeHint()
