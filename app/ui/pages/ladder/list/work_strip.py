"""What is going on with the ladder that is shown: progress, time left, pause, cancel, go on."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame

from app.lab.works.ladders.entry import LadderEntry, LadderState
from app.ui.kit.plain import set_spoken, set_tip
from app.ui.kit.theme import GRID
from app.ui.kit.widgets import ProgressLine, label, push_button
from app.ui.kit.widgets.labels import breakable, set_role
from app.ui.kit.widgets.layouts import in_column, in_row
from app.ui.kit.words.format import time_left
from app.ui.kit.words.sentences import told
from app.ui.pages.ladder.actions import CAN_END, CAN_GO_ON
from app.ui.pages.ladder.words import DOT, doing_words, entry_state


class WorkStrip(QFrame):
    """Hidden where nothing is to be said of a ladder; the page wires its buttons."""

    def __init__(self) -> None:
        super().__init__()
        self.setProperty("role", "surface")
        self.words = label("", wrap=True)
        self.line = ProgressLine(self.tr("Measurement"), height_px=4)
        self.pause_button = push_button(self.tr("Pause"), icon_name="pause")
        self.go_on_button = push_button(self.tr("Go on"), "primary", icon_name="play")
        self.cancel_button = push_button(self.tr("Stop"), icon_name="stop")
        set_tip(
            self.cancel_button,
            self.tr("Measure no further; what is finished is kept, and it can go on later"),
        )
        in_row(
            (in_column(self.words, self.line, spacing=GRID // 2), 1),
            self.pause_button,
            self.go_on_button,
            self.cancel_button,
            on=self,
            margins=(GRID * 2, GRID, GRID, GRID),
        )
        self.hide()

    def follow(self, entry: LadderEntry | None, *, held: bool) -> None:
        """Show a ladder's state."""
        if entry is None or entry.state is LadderState.FINISHED:
            self.line.clear()
            self.setVisible(entry is not None and bool(entry.not_kept))
            if entry is not None and entry.not_kept:
                self.words.setText(breakable(told(entry.not_kept)))
                self._offer(None)
            return
        text = self._text(entry, held=held)
        set_role(self.words, "failed" if entry.state is LadderState.FAILED else "")
        if text != self.words.text():
            self.words.setText(text)
            set_spoken(self, text)
        self._show_line(entry)
        self._offer(entry.state)
        self.show()

    def _offer(self, state: LadderState | None) -> None:
        buttons = (self.pause_button, self.go_on_button, self.cancel_button)
        had_focus = any(
            button.hasFocus()
            for button in buttons
            if button is not self.cancel_button or state not in CAN_END
        )
        self.pause_button.setVisible(state is LadderState.MEASURING)
        self.go_on_button.setVisible(state in CAN_GO_ON)
        retry = state is LadderState.FAILED
        self.go_on_button.setText(self.tr("Try again") if retry else self.tr("Go on"))
        self.go_on_button.setAccessibleName(self.go_on_button.text())
        self.cancel_button.setVisible(state in CAN_END)
        if had_focus:  # else Qt gives the keyboard to what stops all
            pausing = state is LadderState.MEASURING
            going = self.pause_button if pausing else self.go_on_button
            going.setFocus(Qt.FocusReason.OtherFocusReason)

    def _show_line(self, entry: LadderEntry) -> None:
        if entry.state in (LadderState.PREPARING, LadderState.ENDING):
            self.line.set_share(None)
        elif entry.progress is not None:
            self.line.set_share(entry.progress.fraction)
        else:
            self.line.clear()

    def _text(self, entry: LadderEntry, *, held: bool) -> str:
        match entry.state:
            case LadderState.FAILED:
                return breakable(told(entry.error))
            case LadderState.UNFINISHED if entry.is_late:
                return self.tr(
                    "The night ended before everything was measured. What is left can be measured"
                    " until the same hour of another night."
                )
            case LadderState.UNFINISHED:
                return self.tr(
                    "This measurement is not finished. It goes on from the last finished step."
                )
            case LadderState.MEASURING if held:
                return self.tr("Waits for the engine, or for answers in Compare it would disturb.")
            case LadderState.MEASURING | LadderState.PAUSED:
                return self._doing(entry)
            case LadderState.WAITING:
                return self.tr("Waits for what is measured now.")
            case _:
                return entry_state(entry, held=held)

    def _doing(self, entry: LadderEntry) -> str:
        progress = entry.progress
        parts: list[str] = []
        if entry.state is LadderState.PAUSED:
            parts.append(self.tr("Paused"))
        if progress is None or progress.step is None:
            parts.append(self.tr("Measuring"))
        else:
            parts.append(doing_words(entry, progress))
            if entry.state is not LadderState.PAUSED:
                parts.append(time_left(progress.seconds_left))
                if progress.busy and progress.doing is None:
                    parts.append(self.tr("other programs keep the PC busy, so it takes longer"))
        if progress is not None and progress.then is not None:
            parts.append(told(progress.then))
        if progress is not None and progress.warning is not None:
            parts.append(told(progress.warning))
        if entry.not_kept:
            parts.append(told(entry.not_kept))
        return breakable(DOT.join(part for part in parts if part))
