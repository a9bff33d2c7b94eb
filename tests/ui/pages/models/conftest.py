"""The Models page over scripted backends."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import Qt, QUrl

from app.ui.pages.models.page import ModelsPage
from tests.helpers.wishes import Wishes
from tests.ui.pages.models.fake_backends import Fakes

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget
    from pytestqt.qtbot import QtBot

    from app.ui.kit.jobs import Jobs

PATIENCE_MS = 60_000


@dataclass
class Shown:
    """The page on the screen with what is behind it."""

    page: ModelsPage
    fakes: Fakes
    jobs: Jobs
    qtbot: QtBot
    opened: list[str] = field(default_factory=list)
    compared: list[list[Path]] = field(default_factory=list)
    said: list[str] = field(default_factory=list)

    def settle(self) -> None:
        """Let every job end and call back."""
        self.jobs.wait_all()

    def until(self, holds: Callable[[], bool]) -> None:
        """Let the event loop run until something holds."""
        self.qtbot.waitUntil(holds, timeout=PATIENCE_MS)

    def click(self, button: QWidget) -> None:
        """Press a button with the mouse."""
        self.qtbot.mouseClick(button, Qt.MouseButton.LeftButton)

    def search(self, words: str) -> None:
        """Type words and press Enter."""
        field = self.page.search_pane.filters.words
        field.clear()
        self.qtbot.keyClicks(field, words)
        self.qtbot.keyClick(field, Qt.Key.Key_Return)
        self.settle()


@pytest.fixture
def fakes() -> Fakes:
    """Scripted backends; a test fills them."""
    return Fakes()


@pytest.fixture
def shown(qtbot: QtBot, jobs: Jobs, fakes: Fakes) -> Iterator[Shown]:
    """The page, shown."""
    opened: list[str] = []

    def open_address(url: QUrl) -> None:
        opened.append(url.toString())

    page = ModelsPage(fakes.backends(), jobs, open_address=open_address)
    page.resize(1200, 780)
    with qtbot.waitExposed(page):
        page.show()
    page.activateWindow()
    made = Shown(page, fakes, jobs, qtbot, opened)
    page.compare_wanted.connect(made.compared.append)
    made.said = Wishes(page).said
    yield made
    made.settle()
    page.close()
    page.deleteLater()
