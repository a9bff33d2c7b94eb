"""A question before something is lost."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.ui.kit.question import Question

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot


def test_answers_stand_below_each_other_where_they_have_no_room_beside(qtbot: QtBot) -> None:
    question = Question()
    qtbot.addWidget(question)
    question.ask("Remove it?", "Remove it with everything")
    question.resize(600, 120)
    keep, do = question.keep_button, question.do_button
    qtbot.waitUntil(lambda: keep.y() == do.y() and keep.geometry().right() < do.x())
    question.setFixedWidth(do.width() + 40)
    qtbot.waitUntil(lambda: do.y() > keep.geometry().bottom())
