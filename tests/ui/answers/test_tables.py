"""Tables whose words stay whole, and code that is copied by its button.

Tests app.ui.answers.code.copies.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest

from app.ui.answers.markdown import MarkdownView
from app.ui.answers.tables import column_widths

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support", extend=True)

WIDE = """Before, some words that wrap in a narrow view.

| algorithm | best case | average case | worst case | memory |
|---|---|---|---|---|
| quicksort | linearithmic | linearithmic | quadratic | logarithmic |
| mergesort | linearithmic | linearithmic | linearithmic | linear |

After.
"""
CODE = "Look:\n\n```python\nfor x in y:\n    print(x)\n```\n\nand\n\n```\nother\n```\n"


def shown(qtbot: QtBot, text: str, width: int) -> MarkdownView:
    view = MarkdownView("Answer of A")
    qtbot.addWidget(view)
    view.resize(width, 400)
    view.set_markdown(text)
    with qtbot.waitExposed(view):
        view.show()
    view.resize(width, view.minimumHeight())
    view.grab()
    return view


def lines_of(view: MarkdownView, word: str) -> int:
    """In how many lines the block with a word is laid out."""
    block = view.document().find(word).block()
    return block.layout().lineCount()


def test_a_wide_table_scrolls_and_its_words_stay_whole(qtbot: QtBot) -> None:
    view = shown(qtbot, WIDE, 260)
    assert view.horizontalScrollBar().maximum() > 0
    for word in ("algorithm", "quicksort", "linearithmic", "logarithmic"):
        assert lines_of(view, word) == 1
    # The text around it wraps where the view ends, and nothing is under the bar.
    assert lines_of(view, "Before") > 1
    assert view.verticalScrollBar().maximum() == 0
    view.resize(900, 400)
    view.grab()
    assert view.horizontalScrollBar().maximum() == 0
    assert lines_of(view, "average case") == 1


def test_columns_share_what_is_to_spare() -> None:
    assert column_widths([10, 20], [30, 60], 100) is None
    assert column_widths([10, 20], [30, 60], 60) == [20, 40]
    assert column_widths([10, 20], [30, 60], 20) == [10, 20]
    assert column_widths([30], [30], 20) == [30]


def test_code_is_copied_by_the_button_in_its_corner(qtbot: QtBot) -> None:
    view = shown(qtbot, CODE, 400)
    QGuiApplication.clipboard().setText("before")
    for word, code in (("for x", "for x in y:\n    print(x)"), ("other", "other")):
        top = view.cursorRect(view.document().find(word)).center().y()
        place = QPoint(view.viewport().width() - 12, top)
        QTest.mouseMove(view.viewport(), place)
        QTest.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=place)
        assert QGuiApplication.clipboard().text() == code
    # Beside it a click is a click into the text.
    QGuiApplication.clipboard().setText("before")
    QTest.mousePress(view.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(20, 5))
    assert QGuiApplication.clipboard().text() == "before"
