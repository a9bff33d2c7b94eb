"""The About page as a part of the window; it is made when it is first looked at."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.ui.kit.late import Place
from app.ui.kit.pages import Page, Part
from app.ui.kit.words.text import translate

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

    from app.ui.shell.ground import Ground


class AboutPart(Part):
    """Main thread only."""

    def __init__(self, ground: Ground) -> None:
        self._ground = ground
        self.page = Page(
            id="about",
            title=translate("Window", "About"),
            icon_name="info",
            widget=Place(self._make),
            at_bottom=True,
        )

    def _make(self) -> QWidget:
        from app.ui.pages.about.page import AboutPage

        return AboutPage(self._ground.engine.facts, self._ground.engine.checkup)
