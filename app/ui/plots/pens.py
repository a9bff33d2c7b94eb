"""How lines are drawn: a style says what a line is, a colour whose."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QPen

from app.ui.plots.kinds import LineStyle, PlotTheme

if TYPE_CHECKING:
    from app.ui.plots.lines import Line

_THICK = 1.6
# Qt has a quick way for broken lines of one real pixel, and takes sixty times as long above that.
_THIN = 1.0
_DASHES = {LineStyle.DASHED: [4.0, 3.0], LineStyle.DOTTED: [1.0, 3.0]}


def styled_pen(style: LineStyle, colour: QColor, pixel_ratio: float = 1.0) -> QPen:
    """A pen for a style.

    Args:
        style: Thick and solid, or thin and broken.
        colour: Its colour.
        pixel_ratio: Makes it thicker, for pens whose width Qt takes in real pixels.
    """
    pen = QPen(colour, (_THICK if style is LineStyle.SOLID else _THIN) * pixel_ratio)
    # Solid lines are drawn in segments, which must meet without notches.
    solid = style is LineStyle.SOLID
    pen.setCapStyle(Qt.PenCapStyle.SquareCap if solid else Qt.PenCapStyle.FlatCap)
    pen.setJoinStyle(Qt.PenJoinStyle.BevelJoin)
    if style in _DASHES:
        pen.setDashPattern(_DASHES[style])
    return pen


def line_pen(line: Line, theme: PlotTheme, pixel_ratio: float) -> QPen:
    """A pen for a line that is as wide at any scale of the axes."""
    pen = styled_pen(line.style, line_colour(line, theme), pixel_ratio)
    pen.setCosmetic(True)
    return pen


def line_colour(line: Line, theme: PlotTheme) -> QColor:
    """The candidate's colour; the PC's and the GPUs' lines have none of their own."""
    if line.candidate is not None:
        return QColor(line.candidate.line_colour)
    return QColor(theme.dim if line.style is LineStyle.DOTTED else theme.text)
