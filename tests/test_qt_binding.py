"""The installed Qt binding is one that this program can live with for hours."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject
from PySide6.QtGui import QPixmap
from PySide6.QtWidgets import QLabel

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

CALLS = 1000
NOISE = 100
"""References to None that come and go by themselves; a leak would show as CALLS or more."""


def test_calls_without_a_result_keep_none_alive(qtbot: QtBot) -> None:
    # PySide6 6.12.0 on Python 3.11 drops one reference to None at every void call, until the
    # interpreter aborts; that is why the project stays below it.
    label = QLabel()
    qtbot.addWidget(label)
    thing = QObject()
    pixmap = QPixmap(8, 8)
    before = sys.getrefcount(None)
    for _ in range(CALLS):
        label.setText("text")
        label.repaint()
        thing.setObjectName("name")
        pixmap.fill()
    assert abs(sys.getrefcount(None) - before) < NOISE
