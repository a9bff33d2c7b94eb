"""The line at the bottom of the window: a remark that fades away."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QAbstractAnimation, QPropertyAnimation, QTimer
from PySide6.QtWidgets import QFrame, QGraphicsOpacityEffect

from app.ui.kit.plain import set_spoken, set_tip
from app.ui.kit.widgets.buttons import push_button
from app.ui.kit.widgets.elided import ElidedLabel
from app.ui.kit.widgets.labels import set_small
from app.ui.kit.widgets.layouts import in_row

_SHOWN_MS, _UNDO_MS = 6_000, 15_000
_FADE_MS = 600


class StatusLine(QFrame):
    """Says one remark at a time; the last one is in its tool tip after it faded.

    Attributes:
        undo_button: Takes back what the remark tells of; shown where that can be done.
    """

    def __init__(self) -> None:
        super().__init__()
        self._remark = ElidedLabel(dim=True)
        set_small(self._remark)
        self.undo_button = push_button(self.tr("Undo"), "link", run=self._on_undo)
        set_small(self.undo_button)
        self.undo_button.hide()
        self._undo: Callable[[], object] | None = None
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
        in_row(self._remark, self.undo_button, 1, on=self, margins=(12, 0, 12, 4), spacing=None)

    @property
    def remark(self) -> str:
        """What is shown; empty after it faded."""
        return self._remark.text

    def say(
        self,
        sentence: str,
        undo: Callable[[], object] | None = None,
        *,
        shown_ms: int | None = None,
    ) -> None:
        """Show a remark for a while, instead of the one before.

        Args:
            sentence: The remark.
            undo: What its button does, which then goes.
            shown_ms: How long; longer than usual where there is a button.
        """
        self._undo = undo
        self.undo_button.setVisible(undo is not None)
        self._fade.stop()
        self._effect.setEnabled(False)
        self._remark.set_text(sentence)
        set_spoken(self, sentence)
        set_tip(self, sentence)
        self._timer.start(shown_ms or (_SHOWN_MS if undo is None else _UNDO_MS))

    def stop(self) -> None:
        """End its timer and its fading; the window closes."""
        self._timer.stop()
        self._fade.stop()

    def _on_undo(self) -> None:
        undo, self._undo = self._undo, None
        self.undo_button.hide()
        self._remark.set_text("")
        if undo is not None:
            undo()

    def _on_timeout(self) -> None:
        self._undo = None
        self.undo_button.hide()
        # An opacity effect draws through a picture: it is on while it fades and off else.
        self._effect.setEnabled(True)
        self._fade.start(QAbstractAnimation.DeletionPolicy.KeepWhenStopped)

    def _on_faded(self) -> None:
        self._effect.setEnabled(False)
        self._remark.set_text("")
