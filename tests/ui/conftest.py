"""What tests of several pages need."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import pytest
from PySide6.QtTest import QAbstractItemModelTester

from app.ui.kit.jobs import Jobs
from app.ui.kit.theme import Theme, ThemeChoice

if TYPE_CHECKING:
    from PySide6.QtCore import QAbstractItemModel
    from PySide6.QtWidgets import QApplication
    from pytestqt.qtbot import QtBot


@pytest.fixture(autouse=True, scope="session")
def dressed(qapp: QApplication) -> Theme:
    """The program's own look: widths and heights depend on it, whichever tests ran before."""
    return Theme(qapp, ThemeChoice.LIGHT)


@pytest.fixture
def jobs(qtbot: QtBot) -> Iterator[Jobs]:
    """The door to background work."""
    made = Jobs()
    yield made
    made.shutdown()


@pytest.fixture
def watched(qtbot: QtBot) -> Iterator[Callable[[QAbstractItemModel], None]]:
    """Lets Qt's own tester look at a model as long as the test runs."""
    testers: list[QAbstractItemModelTester] = []

    def watch(model: QAbstractItemModel) -> None:
        mode = QAbstractItemModelTester.FailureReportingMode.Fatal
        testers.append(QAbstractItemModelTester(model, mode, model))

    yield watch
    testers.clear()
