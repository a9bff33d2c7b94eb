"""The line at the bottom of the window: a remark that fades away."""

from __future__ import annotations

from PySide6.QtCore import QAbstractAnimation, QPropertyAnimation, QTimer
from PySide6.QtWidgets import QFrame, QGraphicsOpacityEffect, QHBoxLayout, QWidget

from app.ui.kit.plain import set_spoken, set_tip
from app.ui.kit.widgets.elided import ElidedLabel
from app.ui.kit.widgets.labels import set_small

_SHOWN_MS = 6_000
_FADE_MS = 600


class StatusLine(QFrame):
    """Says one remark at a time; the last one is in its tool tip after it faded."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._remark = ElidedLabel(dim=True)
        set_small(self._remark)
        self._effect = QGraphicsOpacityEffect(self._remark)
        self._effect.setEnabled(False)
        self._remark.setGraphicsEffect(self._effect)
        self._fade = QPropertyAnimation(self._effect, b"opacity", self)
        self._fade.setDuration(_FADE_MS)
        self._fade.setStartValue(1.0)
        self._fade.setEndValue(0.0)
        self._fade.finished.connect(self._on_faded)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self._on_timeout)
        row = QHBoxLayout(self)
        row.setContentsMargins(12, 0, 12, 4)
        row.addWidget(self._remark, 1)

    @property
    def remark(self) -> str:
        """What is shown; empty after it faded."""
        return self._remark.text

    def say(self, sentence: str, shown_ms: int = _SHOWN_MS) -> None:
        """Show a remark for a while, instead of the one before."""
        self._fade.stop()
        self._effect.setEnabled(False)
        self._remark.set_text(sentence)
        set_spoken(self, sentence)
        set_tip(self, sentence)
        self._timer.start(shown_ms)

    def stop(self) -> None:
        """End its timer and its fading; the window closes."""
        self._timer.stop()
        self._fade.stop()

    def _on_timeout(self) -> None:
        # An opacity effect draws through a picture: it is on while it fades and off else.
        self._effect.setEnabled(True)
        self._fade.start(QAbstractAnimation.DeletionPolicy.KeepWhenStopped)

    def _on_faded(self) -> None:
        self._effect.setEnabled(False)
        self._remark.set_text("")
