"""A question before something is lost."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtWidgets import QLineEdit, QWidget

from app.ui.kit.question import Question
from app.ui.kit.widgets.layouts import in_column

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot


def test_answers_stand_below_each_other_where_they_have_no_room_beside(qtbot: QtBot) -> None:
    question = Question()
    qtbot.addWidget(question)
    question.ask("Remove it?", "Remove it with everything", lambda: None)
    question.resize(600, 120)
    keep, do = question.keep_button, question.do_button
    qtbot.waitUntil(lambda: keep.y() == do.y() and keep.geometry().right() < do.x())
    question.setFixedWidth(do.width() + 40)
    qtbot.waitUntil(lambda: do.y() > keep.geometry().bottom())


def test_the_keyboard_goes_back_where_it_was(qtbot: QtBot) -> None:
    holder = QWidget()
    qtbot.addWidget(holder)
    field, question = QLineEdit(), Question()
    in_column(field, question, on=holder)
    with qtbot.waitActive(holder):
        holder.show()
        holder.activateWindow()
    done: list[bool] = []
    for answer in (question.keep_button, question.do_button):
        field.setFocus()
        question.ask("Delete it?", "Delete", lambda: done.append(True))
        assert question.keep_button.hasFocus()
        answer.click()
        assert field.hasFocus()
    assert done == [True]
