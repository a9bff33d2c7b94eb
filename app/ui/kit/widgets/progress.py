"""A thin line of progress."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QHideEvent, QPainter, QPaintEvent, QShowEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from app.ui.kit.timers import every
from app.ui.kit.tokens import current_tokens
from app.ui.kit.words.format import percent

_STEP_MS = 60
_SWEEP = 0.3


class ProgressLine(QWidget):
    """A line that fills from 0 to 1; sweeps where the share is unknown; empty when idle.

    Keeps its room when idle, so that nothing jumps.

    Attributes:
        active: Whether anything is shown.
    """

    def __init__(self, name: str, *, height_px: int = 3) -> None:
        super().__init__()
        self._name = name
        self._height_px = height_px
        self._share: float | None = 0.0
        self.active = False
        self._phase = 0.0
        self._colour = ""
        self._timer = every(self, _STEP_MS, self._advance)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(name)

    @property
    def share(self) -> float | None:
        """The share that is shown; None while sweeping or idle."""
        return self._share if self.active else None

    def set_share(self, share: float | None) -> None:
        """Show a share of 0 to 1, or None for "works, no telling how long"."""
        bounded = None if share is None else min(1.0, max(0.0, share))
        if self.active and bounded == self._share:
            return
        self.active = True
        self._share = bounded
        state = percent(bounded) if bounded is not None else self.tr("working")
        self.setAccessibleName(f"{self._name}: {state}")
        self._tend_timer()
        self.update()

    def clear(self) -> None:
        """Show nothing."""
        if not self.active:
            return
        self.active = False
        self.setAccessibleName(self._name)
        self._tend_timer()
        self.update()

    def set_colour(self, colour: str) -> None:
        """A candidate's colour instead of the accent; empty goes back."""
        self._colour = colour
        self.update()

    def _tend_timer(self) -> None:
        if self.active and self._share is None and self.isVisible():
            self._timer.start()
        else:
            self._timer.stop()

    def _advance(self) -> None:
        self._phase = (self._phase + 0.03) % 1.0
        self.update()

    # Qt's own names from here on.

    def sizeHint(self) -> QSize:
        return QSize(64, self._height_px)

    def minimumSizeHint(self) -> QSize:
        return QSize(8, self._height_px)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._tend_timer()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self._tend_timer()

    def paintEvent(self, event: QPaintEvent) -> None:
        if not self.active:
            return
        tokens = current_tokens()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        radius = self.height() / 2
        whole = QRectF(self.rect())
        painter.setBrush(QColor(tokens.line))
        painter.drawRoundedRect(whole, radius, radius)
        painter.setBrush(QColor(self._colour or tokens.accent))
        if self._share is not None:
            part = QRectF(0, 0, whole.width() * self._share, whole.height())
        else:
            start = (self._phase * (1 + _SWEEP) - _SWEEP) * whole.width()
            part = QRectF(start, 0, whole.width() * _SWEEP, whole.height()).intersected(whole)
        painter.drawRoundedRect(part, radius, radius)
