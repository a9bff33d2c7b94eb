"""A notice in place: what happened, and what can be done about it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import Enum

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from app.ui.kit.icons import Tone
from app.ui.kit.plain import set_spoken
from app.ui.kit.tokens import current_tokens, mix
from app.ui.kit.widgets.buttons import IconButton, push_button
from app.ui.kit.widgets.flow import FlowLayout
from app.ui.kit.widgets.labels import breakable, label
from app.ui.kit.widgets.layouts import in_column, in_row
from app.ui.kit.widgets.picture import Picture


class Severity(Enum):
    """How bad it is; each has an icon, a colour and a word."""

    INFO = "info"
    WARNING = "warning"
    ERROR = "error"


_TONES = {
    Severity.INFO: Tone.ACCENT,
    Severity.WARNING: Tone.WORKING,
    Severity.ERROR: Tone.FAILED,
}


@dataclass(frozen=True, slots=True)
class BannerAction:
    """One way on.

    Attributes:
        text: What it does, translated.
        run: Called when it is chosen.
        primary: The way most people want.
    """

    text: str
    run: Callable[[], object]
    primary: bool = False


class Banner(QWidget):
    """A coloured edge, an icon, a sentence, a second dimmed sentence, and buttons.

    Attributes:
        sentence: What it says.
        advice: The second sentence.
        severity: How bad it is.

    Signals:
        dismissed: The person closed it; it is hidden already.
    """

    dismissed = Signal()

    def __init__(self, *, dismissible: bool = False, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.severity = Severity.INFO
        self.sentence = self.advice = ""
        self._sentence = label(wrap=True, selectable=True)
        self._advice = label(role="dim", wrap=True, selectable=True)
        self._advice.hide()
        self._picture = Picture("info", size_px=18)
        self._buttons = QWidget()
        self._button_row = FlowLayout(self._buttons, spacing_px=4)
        self._buttons.hide()
        self.close_button = IconButton("close", self.tr("Dismiss"), size_px=14, run=self._on_close)
        if not dismissible:  # shown without a parent it would be a window for a moment
            self.close_button.hide()
        in_row(
            (self._picture, 0, Qt.AlignmentFlag.AlignTop),
            (in_column(self._sentence, self._advice, self._buttons, spacing=4), 1),
            (self.close_button, 0, Qt.AlignmentFlag.AlignTop),
            on=self,
            margins=(12, 8, 8, 8),
        )
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Preferred)

    def show_notice(
        self,
        severity: Severity,
        sentence: str,
        advice: str = "",
        actions: Sequence[BannerAction] = (),
    ) -> None:
        """Say something and become visible."""
        self.severity = severity
        self._picture.set_icon_name(severity.value, _TONES[severity])
        self.sentence, self.advice = sentence, advice
        self._sentence.setText(breakable(sentence))
        self._advice.setText(breakable(advice))
        self._advice.setVisible(bool(advice))
        self._set_actions(actions)
        set_spoken(self, self._word(severity), f"{sentence} {advice}".strip())
        self.update()
        self.show()

    def _word(self, severity: Severity) -> str:
        return {
            Severity.INFO: self.tr("Notice"),
            Severity.WARNING: self.tr("Warning"),
            Severity.ERROR: self.tr("Error"),
        }[severity]

    def _set_actions(self, actions: Sequence[BannerAction]) -> None:
        self._button_row.clear()
        for action in actions:
            button = push_button(action.text, "primary" if action.primary else "")
            button.clicked.connect(lambda _checked=False, run=action.run: run())
            self._button_row.addWidget(button)
        self._buttons.setVisible(bool(actions))

    def _on_close(self) -> None:
        self.hide()
        self.dismissed.emit()

    # Qt's own names from here on.

    def paintEvent(self, event: QPaintEvent) -> None:
        tokens = current_tokens()
        colour = str(getattr(tokens, _TONES[self.severity].value))
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(mix(tokens.surface, colour, 0.08)))
        painter.drawRoundedRect(self.rect(), 6, 6)
        painter.setBrush(QColor(colour))
        painter.drawRoundedRect(0, 0, 3, self.height(), 1.5, 1.5)
