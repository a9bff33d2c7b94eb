"""How sure the answer shall be, and how long that takes on this PC."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QButtonGroup, QRadioButton, QWidget

from app.lab.ladder.plan import Profile
from app.ui.kit.theme import GRID
from app.ui.kit.widgets import label
from app.ui.kit.widgets.buttons import set_words
from app.ui.kit.widgets.layouts import in_column
from app.ui.kit.words.format import about

_MINUTE_S = 60.0


class HowSure(QWidget):
    """A quick hint or a sure answer.

    Signals:
        changed: Another choice.
    """

    changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setAccessibleName(self.tr("How sure?"))
        self._group = QButtonGroup(self)
        self.buttons = {profile: QRadioButton() for profile in Profile}
        self.buttons[Profile.QUICK].setChecked(True)
        for button in self.buttons.values():
            self._group.addButton(button)
        self.explained = label("", "small-dim", wrap=True)
        in_column(*self.buttons.values(), self.explained, on=self, spacing=GRID // 2)
        self._group.buttonClicked.connect(lambda _button: self.changed.emit())
        self.show_times({}, measured=False)

    @property
    def profile(self) -> Profile:
        """How much is asked."""
        return next(each for each, button in self.buttons.items() if button.isChecked())

    def show_times(self, seconds: Mapping[Profile, float], *, measured: bool) -> None:
        """Say how long each would take.

        Args:
            seconds: None of them while nothing can be measured.
            measured: Whether they rest on what this PC took before.
        """
        named = {
            Profile.QUICK: self.tr("A quick hint"),
            Profile.FULL: self.tr("Sure"),
        }
        for profile, button in self.buttons.items():
            words = named[profile]
            if profile in seconds:
                took = about(max(_MINUTE_S, seconds[profile]))
                words = self.tr("{what} · about {time}").format(what=words, time=took)
            set_words(button, words)
        rests = (
            self.tr("The times follow from what was measured on this PC.")
            if measured
            else self.tr("Nothing was measured on this PC yet: the times are rough guesses.")
        )
        asked = self.tr("360 questions, at most 60 of a kind; or 240 of each kind.")
        self.explained.setText(f"{asked} {rests}" if seconds else asked)
