"""The About page as a part of the window."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.ui.kit.pages import Page, Part
from app.ui.kit.words.text import translate
from app.ui.pages.about.page import AboutPage

if TYPE_CHECKING:
    from app.ui.shell.ground import Ground


class AboutPart(Part):
    """Main thread only."""

    def __init__(self, ground: Ground) -> None:
        self.page = Page(
            id="about",
            title=translate("Window", "About"),
            icon_name="info",
            widget=AboutPage(ground.engine.facts, ground.engine.checkup),
            at_bottom=True,
        )
