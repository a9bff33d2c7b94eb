"""Ladders by hand for the widgets of the Ladder page."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import pytest
from PySide6.QtTest import QAbstractItemModelTester

from app.core.verdict import Limits
from app.lab.ladder_entry import letters_for, rows_of
from app.lab.ladder_kept import About
from app.lab.ladder_view import LadderView, view_of
from app.ui.jobs import Jobs
from tests.lab import ladder_cases as cases

if TYPE_CHECKING:
    from PySide6.QtCore import QAbstractItemModel
    from pytestqt.qtbot import QtBot

    from app.lab.ladder_rows import LadderResult


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


def view(result: LadderResult | None = None, limits: Limits | None = None) -> LadderView:
    """A view of a ladder that was never measured."""
    result = result or cases.result()
    letters = letters_for(rows_of(result.plan), {})
    about = About(list(cases.ITEMS), 6, "aa")
    return view_of(result, about, limits or Limits(4000 * cases.MB, 5.0), letters)
