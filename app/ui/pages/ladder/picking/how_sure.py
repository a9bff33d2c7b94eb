"""How sure the answer shall be, and how long that takes on this PC."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QButtonGroup, QRadioButton, QWidget

from app.lab.ladder.plan import Profile
from app.ui.kit.theme import GRID
from app.ui.kit.widgets import label
from app.ui.kit.widgets.buttons import set_words
from app.ui.kit.widgets.layouts import in_column
from app.ui.kit.words.format import about, number

if TYPE_CHECKING:
    from app.core.tasks.reach import Reach

_MINUTE_S = 60.0
_NEARLY_ALWAYS = 0.945


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

    def show_times(
        self,
        seconds: Mapping[Profile, float],
        *,
        measured: bool,
        reaches: Mapping[Profile, Reach] | None = None,
    ) -> None:
        """Say how long each would take.

        Args:
            seconds: None of them while nothing can be measured.
            measured: Whether they rest on what this PC took before.
            reaches: What each can tell; None while nothing can be measured.
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
        told = self._reach_words((reaches or {}).get(self.profile))
        self.explained.setText(" ".join(filter(None, (asked, told, rests if seconds else ""))))

    def _reach_words(self, reach: Reach | None) -> str:
        """What the chosen one can tell."""
        if reach is None:
            return ""
        loss = number(100 * reach.loss, 1)
        if reach.equal > _NEARLY_ALWAYS:
            return self.tr(
                "At best it finds a loss of {loss} in 100, and nearly always calls an equal "
                "version as good."
            ).format(loss=loss)
        return self.tr(
            "At best it finds a loss of {loss} in 100, and calls an equal version as good {n} "
            "times in 10."
        ).format(loss=loss, n=max(1, round(10 * reach.equal)))
