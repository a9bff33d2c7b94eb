"""One download: what it is, how far, and what can be done with it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame

from app.lab.works.work import WorkState
from app.ui.kit.plain import set_spoken
from app.ui.kit.theme import GRID, tabular
from app.ui.kit.tokens import current_tokens
from app.ui.kit.widgets import ElidedLabel, IconButton, ProgressLine, label, push_button
from app.ui.kit.widgets.labels import set_role
from app.ui.kit.widgets.layouts import Gap, in_column, in_row
from app.ui.pages.models.words import download_words

if TYPE_CHECKING:
    from PySide6.QtGui import QKeyEvent

    from app.ui.pages.models.downloads.queue_view import DownloadEntry


class DownloadRow(QFrame):
    """Shows an entry; the list tells it which.

    Signals:
        pause_wanted, resume_wanted, cancel_wanted, compare_wanted, forget_wanted: Of this
            download, by its key.
        move_wanted: It shall stand so many places further down (-1: up).
    """

    pause_wanted = Signal(str)
    resume_wanted = Signal(str)
    cancel_wanted = Signal(str)
    compare_wanted = Signal(str)
    forget_wanted = Signal(str)
    move_wanted = Signal(str, int)

    def __init__(self, entry: DownloadEntry) -> None:
        super().__init__()
        self.setProperty("role", "surface")
        self.entry = entry
        self.title = ElidedLabel("", least_characters=12)
        self.words = ElidedLabel(
            "", dim=True, mode=Qt.TextElideMode.ElideRight, least_characters=20
        )
        self.words.setFont(tabular(self.words.font()))
        self.problem = label("", "failed", wrap=True)
        self.progress = ProgressLine(self.tr("Download"))
        self.compare = push_button(self.tr("Chat"), icon_name="compare")
        self.up = IconButton("chevron-up", self.tr("Earlier"), size_px=14)
        self.down = IconButton("chevron-down", self.tr("Later"), size_px=14)
        self.pause = IconButton("pause", self.tr("Pause"))
        self.resume = IconButton("play", self.tr("Go on"))
        self.cancel = IconButton("close", self.tr("Stop this download"), size_px=16)
        self.forget = IconButton("close", self.tr("Take off the list; the file stays"), size_px=16)
        self._wire()
        self._lay_out()
        self.show_entry(entry)

    def show_entry(self, entry: DownloadEntry) -> None:
        """Show how far it is now."""
        self.entry = entry
        self.title.set_text(f"{entry.title}  –  {entry.repo_id}")
        self.words.set_text(download_words(entry))
        set_spoken(self, f"{entry.title}: {download_words(entry)}")
        state = entry.state
        self.problem.setText(entry.problem)
        self.problem.setVisible(bool(entry.problem))
        set_role(self.problem, "failed" if state is WorkState.FAILED else "dim")
        share = entry.done_bytes / entry.total_bytes if entry.total_bytes else None
        tokens = current_tokens()
        colour = {
            WorkState.FAILED: tokens.failed,
            WorkState.DONE: tokens.ready,
            WorkState.PAUSED: tokens.dim,
            WorkState.WAITING: tokens.dim,
        }.get(state, "")
        self.progress.set_colour(colour)
        self.progress.set_share(1.0 if state is WorkState.DONE else share)
        busy = state in (WorkState.WAITING, WorkState.RUNNING)
        stopped = state in (WorkState.PAUSED, WorkState.FAILED)
        self.pause.setVisible(busy)
        self.resume.setVisible(stopped)
        again = self.tr("Try again") if state is WorkState.FAILED else self.tr("Go on")
        self.resume.set_name(again)
        self.resume.set_icon_name("reload" if state is WorkState.FAILED else "play")
        self.compare.setVisible(state is WorkState.DONE and entry.path is not None)
        self.cancel.setVisible(state is not WorkState.DONE)
        self.forget.setVisible(state is WorkState.DONE)

    def set_place(self, row: int, rows: int) -> None:
        """Where it stands among those that can be moved, -1 if it is not one of them."""
        self.up.setEnabled(row > 0)
        self.down.setEnabled(row < rows - 1)
        for each in (self.up, self.down):
            each.setVisible(row >= 0 and rows > 1)

    def _wire(self) -> None:
        for button, signal in (
            (self.pause, self.pause_wanted),
            (self.resume, self.resume_wanted),
            (self.cancel, self.cancel_wanted),
            (self.compare, self.compare_wanted),
            (self.forget, self.forget_wanted),
        ):
            button.clicked.connect(lambda _checked=False, out=signal: out.emit(self.entry.key))
        self.up.clicked.connect(lambda: self.move_wanted.emit(self.entry.key, -1))
        self.down.clicked.connect(lambda: self.move_wanted.emit(self.entry.key, 1))

    def _lay_out(self) -> None:
        row = in_row((self.title, 3), Gap(GRID), (self.words, 4), spacing=GRID // 2)
        buttons = (self.compare, self.pause, self.resume, self.up, self.down)
        for each in (*buttons, self.cancel, self.forget):
            row.addWidget(each, 0, Qt.AlignmentFlag.AlignVCenter)
        in_column(
            row,
            self.problem,
            self.progress,
            on=self,
            margins=(GRID, GRID // 2, GRID // 2, GRID // 2),
            spacing=GRID // 2,
        )

    # Qt's own names from here on.

    def keyPressEvent(self, event: QKeyEvent) -> None:
        step = {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1}.get(Qt.Key(event.key()))
        if step is not None and event.modifiers() & Qt.KeyboardModifier.AltModifier:
            self.move_wanted.emit(self.entry.key, step)
            return
        super().keyPressEvent(event)
