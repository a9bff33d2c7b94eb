"""The first entries are shown at once; the others follow, and stay while it is looked again."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from app.lab.history.book import HistoryBook
from app.store.database import open_database
from app.store.paths import Paths
from app.ui.kit.jobs import Jobs
from app.ui.pages.history.details import EntryDetails
from app.ui.pages.history.filters import HistoryFilters
from app.ui.pages.history.finding import FIRST, EntryFinder
from app.ui.pages.history.list import EntryList
from app.ui.pages.history.page import HistoryPage
from tests.helpers import histories

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from pytestqt.qtbot import QtBot

    from app.core.errors import PersonError
    from app.ui.kit.theme import Theme

COUNT = FIRST + 40


@pytest.fixture
def page(qtbot: QtBot, theme: Theme) -> HistoryPage:
    entries = EntryList()
    made = HistoryPage(HistoryFilters(), entries, EntryDetails(entries))
    qtbot.addWidget(made)
    return made


@pytest.fixture
def jobs(qtbot: QtBot) -> Iterator[Jobs]:
    made = Jobs()
    yield made
    made.shutdown()


def test_the_first_come_before_the_others_and_none_goes_meanwhile(
    qtbot: QtBot, page: HistoryPage, jobs: Jobs, tmp_path: Path
) -> None:
    paths = Paths.below(tmp_path)
    paths.create()
    connection = open_database(paths.database)
    histories.fill(connection, histories.Clock(), COUNT)
    connection.close()
    said: list[PersonError] = []
    finder = EntryFinder(page, HistoryBook(paths), jobs, said.append)
    shown = page.entries.model
    finder.find()
    qtbot.waitUntil(lambda: len(shown.rows) > 0)
    assert len(shown.rows) == FIRST
    assert finder.is_at_work
    qtbot.waitUntil(lambda: not finder.is_at_work)
    assert len(shown.rows) == COUNT
    with qtbot.assertNotEmitted(shown.modelReset), qtbot.assertNotEmitted(shown.rowsRemoved):
        finder.find()
        qtbot.waitUntil(lambda: not finder.is_at_work)
    page.filters.search.setText("nothing says this")
    finder.find()
    finder.stop()
    jobs.wait_all()
    assert len(shown.rows) == COUNT
    paths.database.unlink()
    finder.find()
    qtbot.waitUntil(lambda: bool(said))
    assert not finder.is_at_work
