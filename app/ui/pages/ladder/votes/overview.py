"""Prompts and standings: beside each other where there is room, else below each other."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtWidgets import QBoxLayout, QScrollArea, QWidget

from app.ui.kit.theme import GRID
from app.ui.kit.widgets.layouts import in_column, scroll_down
from app.ui.pages.ladder.votes.asking import AskForm
from app.ui.pages.ladder.votes.notices import WaitingNotices
from app.ui.pages.ladder.votes.standing import StandingView

if TYPE_CHECKING:
    from PySide6.QtGui import QResizeEvent

    from app.ui.pages.ladder.votes.backend import VotesBackend

_WIDE_PX = 80 * GRID


class Overview(QScrollArea):
    """What is shown while nobody votes.

    Attributes:
        notices: What waits for the person.
        form: What is asked, and of whom.
        standing: What the votes say.
    """

    def __init__(self, backend: VotesBackend) -> None:
        super().__init__()
        scroll_down(self)
        self.notices = WaitingNotices()
        self.form = AskForm(backend)
        self.standing = StandingView(backend)
        self._sides = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        self._sides.setSpacing(GRID)
        self._sides.addWidget(self.form, 5)
        self._sides.addWidget(self.standing, 4)
        content = QWidget()
        content.setProperty("role", "plain")
        in_column(self.notices, (self._sides, 1), on=content)
        self.setWidget(content)

    # Qt's own names from here on.

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        needed = self.form.minimumSizeHint().width() + self.standing.minimumSizeHint().width()
        beside = self.width() >= max(_WIDE_PX, needed + GRID)
        direction = QBoxLayout.Direction
        self._sides.setDirection(direction.LeftToRight if beside else direction.TopToBottom)
