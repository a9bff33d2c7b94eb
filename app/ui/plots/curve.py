"""One line of a plot whose ranges stand still."""

from __future__ import annotations

import pyqtgraph as pg
from PySide6.QtCore import QRectF


class Curve(pg.PlotCurveItem):
    """A pyqtgraph curve that says it may be anywhere in the plot's area.

    pyqtgraph works out the bounds of every new set of points and asks for them several times a
    repaint. A live line fills most of its plot anyway, so the plot's fixed area is right and free.
    """

    def boundingRect(self) -> QRectF:
        view = self.getViewBox()
        return view.viewRect() if view is not None else QRectF()
