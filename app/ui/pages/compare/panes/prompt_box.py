"""The field at the bottom: whom it asks, Send and Stop."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QActionGroup, QResizeEvent
from PySide6.QtWidgets import QMenu, QPushButton, QToolButton, QWidget

from app.ui.answers.growing_edit import GrowingEdit
from app.ui.kit.icons import Tone, icon
from app.ui.kit.plain import caption, set_spoken, set_tip
from app.ui.kit.theme import GRID
from app.ui.kit.widgets import IconButton, label
from app.ui.kit.widgets.layouts import in_column, in_row
from app.ui.pages.compare.panes.askable import Askable, costs_words
from app.ui.pages.compare.panes.prompt_field import PromptField
from app.ui.pictures.drop import PictureDrop
from app.ui.pictures.strip import PictureStrip

if TYPE_CHECKING:
    from app.ui.pictures.door import PictureDoor

MOST_LINES = 6


class PromptBox(QWidget):
    """Keeps what is written until :meth:`clear` is called: a refused prompt is not lost.

    Signals:
        submitted: The person wants to ask; the text without blank space around it, and the key of
            the one that is asked, or None for all.
        stop_requested: Every answer shall stop.
        many_wanted: Many prompts are to be asked.

    Args:
        door: Where pictures come from; None where none can be shown.
        parent: Its owner.
    """

    submitted = Signal(str, object)
    stop_requested = Signal()
    many_wanted = Signal()

    def __init__(self, door: PictureDoor | None = None, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._askable: list[Askable] = []
        self._only: str | None = None
        self._busy = False
        self.edit = GrowingEdit(most_lines=MOST_LINES, enter_submits=True)
        self.edit.submitted.connect(lambda: self._submit(self._only))
        self.edit.submitted_to_all.connect(self._submit_with_control)
        strip = PictureStrip(door) if door is not None else None
        self.field = PromptField(self.edit, strip)
        self.field.changed.connect(self._refresh)
        self.send_button = QPushButton(icon("send", Tone.ON_ACCENT), self.tr("Send"))
        self.send_button.setProperty("role", "primary")
        self.send_button.clicked.connect(lambda: self._submit(self._only))
        self.whom_button = QToolButton()
        self.whom_button.setIcon(icon("chevron-down"))
        self.whom_button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.whom_button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        set_spoken(self.whom_button, self.tr("Whom to ask"))
        set_tip(self.whom_button, self.tr("Whom to ask (Ctrl and a number)"))
        self.menu = QMenu(self.whom_button)
        self.menu.aboutToShow.connect(self._fill_menu)
        self.whom_button.setMenu(self.menu)
        self.stop_button = QPushButton(icon("stop"), self.tr("Stop"))
        set_tip(self.stop_button, self.tr("Stop every answer (Esc)"))
        self.stop_button.clicked.connect(self.stop_requested)
        self.picture_button = IconButton("picture", self.tr("Show a picture"))
        if strip is None:
            self.picture_button.hide()
        self.costs = label(role="small-dim", wrap=True)
        self.costs.hide()
        send = in_row(self.send_button, self.whom_button, spacing=0)
        beside = in_column(
            1, in_row(self.picture_button, send, self.stop_button, spacing=None), spacing=None
        )
        row = in_row((self.field, 1, Qt.AlignmentFlag.AlignBottom), beside, spacing=GRID)
        in_column(self.costs, row, on=self, margins=GRID, spacing=GRID // 2)
        if strip is not None:
            self.picture_button.clicked.connect(strip.choose)
            strip.changed.connect(lambda: self.edit.setFocus(Qt.FocusReason.OtherFocusReason))
        self._refresh()

    def take_drops(self, over: QWidget) -> None:
        """Have pictures that are dropped on a widget go with the message."""
        if self.field.strip is not None:
            PictureDrop(over, self, self.field.strip)

    # --- whom it asks -----------------------------------------------------------------------

    def set_state(self, *, busy: bool, askable: Sequence[Askable]) -> None:
        """Follow the session: whether something runs, and who can be asked."""
        self._busy = busy
        self._askable = list(askable)
        if self._only not in [each.key for each in askable] or len(askable) < 2:
            self._only = None
        self._refresh()

    @property
    def only(self) -> str | None:
        """The key of the one that is asked; None for all."""
        return self._only

    def ask_only(self, key: str | None) -> None:
        """Ask one candidate alone from now on; all for None."""
        self._only = key if len(self._askable) > 1 else None
        self._refresh()

    def set_enter_sends(self, sends: bool) -> None:
        """Whether Enter sends and Shift+Enter makes a line; else Ctrl+Enter sends."""
        self.edit.enter_submits = sends
        self._refresh()

    # --- what is written --------------------------------------------------------------------

    def text(self) -> str:
        """What is written, without blank space around it."""
        return self.field.text()

    def set_text(self, text: str) -> None:
        """Put a prompt in the box, the cursor behind it."""
        self.field.set_text(text)

    def clear(self) -> None:
        """Empty the box, once the session has taken the prompt."""
        self.field.clear()

    # --- inside -----------------------------------------------------------------------------

    def _letter(self) -> str:
        return next((each.letter for each in self._askable if each.key == self._only), "")

    def _ask_words(self) -> str:
        if letter := self._letter():
            return self.tr("Ask {letter} only …").format(letter=letter)
        return {
            0: self.tr("Ask …"),
            1: self.tr("Ask …"),
            2: self.tr("Ask both …"),
            3: self.tr("Ask all three …"),
            4: self.tr("Ask all four …"),
            5: self.tr("Ask all five …"),
            6: self.tr("Ask all six …"),
        }[len(self._askable)]

    def _refresh(self) -> None:
        keys = self.tr("Ctrl+Enter sends")
        if self.edit.enter_submits:
            keys = self.tr("Enter sends · Shift+Enter: new line")
        ask, letter = self._ask_words(), self._letter()
        hint = f"{ask}   {keys}"
        # Where there is no room for all of it, the keys are in the button's tip alone.
        fits = self.edit.fontMetrics().horizontalAdvance(hint) < self.edit.width() - 3 * GRID
        self.edit.invite(hint if fits else ask)
        name = self.tr("Prompt for every model")
        if letter:
            name = self.tr("Prompt for {letter} only").format(letter=letter)
        self.edit.setAccessibleName(name)
        set_tip(self.send_button, f"{ask}\n{keys}")
        word = self.tr("Ask {letter}").format(letter=letter) if letter else self.tr("Send")
        self.send_button.setText(word)
        self.send_button.setEnabled(self._can_send() and not self._busy)
        self._refresh_costs()
        self.stop_button.setEnabled(self._busy)
        self.whom_button.setVisible(len(self._askable) > 1)

    def _asked(self, only: str | None) -> list[Askable]:
        return [each for each in self._askable if only in (None, each.key)]

    def _can_send(self, only: str | None = None) -> bool:
        strip = self.field.strip
        waits = strip is not None and strip.reading
        asked = self._asked(only or self._only)
        seen = not self.field.pictures() or any(each.sees for each in asked)
        return bool(self.text()) and bool(asked) and seen and not waits

    def _refresh_costs(self) -> None:
        words = costs_words(self.field.pictures(), self._asked(self._only))
        if words != self.costs.text():
            self.costs.setText(words)
            self.costs.setVisible(bool(words))

    def _fill_menu(self) -> None:
        self.menu.clear()
        group = QActionGroup(self.menu)
        everyone = Askable("", "", "")
        for number, each in enumerate([everyone, *self._askable]):
            words = self.tr("Ask all")
            if each.key:
                words = self.tr("Ask {letter} only: {name}").format(
                    letter=each.letter, name=each.name
                )
            action = self.menu.addAction(caption(words))
            action.setCheckable(True)
            action.setChecked((each.key or None) == self._only)
            action.setActionGroup(group)
            if number:
                action.setText(f"{action.text()}\tCtrl+{number}")
            action.triggered.connect(lambda _checked=False, key=each.key: self._choose(key or None))
        self.menu.addSeparator()
        self.menu.addAction(self.tr("Ask many prompts …")).triggered.connect(self.many_wanted)

    def _choose(self, key: str | None) -> None:
        self.ask_only(key)
        self.edit.setFocus(Qt.FocusReason.OtherFocusReason)

    def _submit_with_control(self) -> None:
        """Ctrl+Enter asks all, but where it is the only way to send."""
        self._submit(None if self.edit.enter_submits else self._only)

    def _submit(self, only: str | None) -> None:
        if self._can_send(only):
            self.submitted.emit(self.text(), only)

    # Qt's own names from here on.

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._refresh()
