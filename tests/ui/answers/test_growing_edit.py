"""The field that questions are written in."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication, QEvent, QObject
from PySide6.QtWidgets import QLineEdit, QWidget

from app.ui.answers.growing_edit import GrowingEdit
from app.ui.kit.widgets.layouts import in_column

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot


class Paints(QObject):
    """Counts how often something is painted."""

    count = 0

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        self.count += event.type() is QEvent.Type.Paint
        return super().eventFilter(watched, event)


def test_another_invitation_is_seen_at_once(qtbot: QtBot) -> None:
    window, other = QWidget(), QLineEdit()
    edit = GrowingEdit(most_lines=4, enter_submits=True)
    in_column(other, edit, on=window)
    qtbot.addWidget(window)
    edit.invite("Ask all five …")
    paints = Paints(window)
    edit.viewport().installEventFilter(paints)
    window.show()
    other.setFocus()  # the cursor's blinking would paint it
    qtbot.waitUntil(lambda: paints.count > 0)
    QCoreApplication.processEvents()
    paints.count = 0
    edit.invite("Ask both …")
    qtbot.waitUntil(lambda: paints.count > 0)
