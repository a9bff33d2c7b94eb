"""From what a plot shows to its drawing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.ui.plots.ladder.content import Content, ProfileContent, ScatterContent
from app.ui.plots.ladder.drawing import Drawing, Notice
from app.ui.plots.ladder.profile import ProfileDrawing
from app.ui.plots.ladder.scatter import ScatterDrawing
from app.ui.plots.ladder.spread import SpreadDrawing

if TYPE_CHECKING:
    from PySide6.QtCore import QSizeF

    from app.ui.plots.ladder.look import Look


def lay_out(content: Content, size: QSizeF, look: Look) -> Drawing:
    """The drawing of a plot; of its empty state where there is nothing to show."""
    if content.empty is not None:
        return Notice(size, look, content.empty)
    if isinstance(content, ScatterContent):
        return ScatterDrawing(content, size, look)
    if isinstance(content, ProfileContent):
        return ProfileDrawing(content, size, look)
    return SpreadDrawing(content, size, look)
