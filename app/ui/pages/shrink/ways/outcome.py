"""What came out of a comparison: how far it is, the answer, and the chart."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal

from app.core.words.sentence import from_kept
from app.lab.works.ladders.entry import AT_WORK, LadderState
from app.lab.works.work import WorkState
from app.ui.kit.theme import GRID
from app.ui.kit.widgets import FullHeight, ProgressLine, in_lines, label, push_button
from app.ui.kit.widgets.labels import set_role
from app.ui.kit.widgets.layouts import in_column
from app.ui.kit.words.format import about
from app.ui.kit.words.sentences import told
from app.ui.plots.ladder.board import Board
from app.ui.plots.ladder.content import Options, PlotKind, content_of
from app.ui.plots.ladder.describe import describe
from app.ui.plots.ladder.layout import lay_out

if TYPE_CHECKING:
    from collections.abc import Sequence

    from PySide6.QtWidgets import QWidget

    from app.lab.verdict.view import LadderView
    from app.lab.works.comparing import Comparison
    from app.lab.works.ladders.entry import LadderEntry
    from app.lab.works.making.work import Make


class OutcomePanel(FullHeight):
    """Main thread.

    Signals:
        ladder_wanted: A ladder of the store is to be shown: its number.
        go_on_wanted: It is to be measured on.
        chat_wanted: A version is to be opened in Compare, by its key.
    """

    ladder_wanted = Signal(int)
    go_on_wanted = Signal(int)
    chat_wanted = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._number: int | None = None
        self._view: LadderView | None = None
        self._rests = False
        self.title = label(self.tr("What came out"), "strong")
        self.words = label("", "dim", wrap=True, selectable=True)
        self.progress = ProgressLine(self.tr("Comparing"))
        self.answer = label("", wrap=True, selectable=True)
        content = content_of(PlotKind.WAYS, None, Options())
        self.board = Board(content, PlotKind.WAYS.long_title, lay_out=lay_out, describe=describe)
        self.board.opened.connect(self.chat_wanted)
        self.go_on_button = push_button(self.tr("Go on measuring"), icon_name="play")
        self.go_on_button.clicked.connect(lambda: self._ask(self.go_on_wanted))
        self.ladder_button = push_button(self.tr("Show the measurement"), icon_name="ladder")
        self.ladder_button.clicked.connect(lambda: self._ask(self.ladder_wanted))
        head = in_lines(self.title, self.go_on_button, self.ladder_button, grows=self.title)
        parts = (head, self.words, self.progress, self.answer, (self.board, 100))
        in_column(*parts, 1, on=self, spacing=GRID // 2)
        self.board.setMinimumHeight(GRID * 24)
        self.show_state(None, (), None)
        self.show_view(None)

    def show_view(self, view: LadderView | None) -> None:
        """Show what is known of its ladder."""
        self._view = view
        said = view.ways.sentence if view is not None and view.ways is not None else ""
        self.answer.setText(told(said) if said else "")
        self.answer.setVisible(bool(said))
        self.board.set_content(content_of(PlotKind.WAYS, view, Options()))
        self._show_board()

    def show_state(
        self, work: Comparison | None, makes: Sequence[Make], entry: LadderEntry | None
    ) -> None:
        """Say how far it is.

        Args:
            work: The comparison; None for none of this model.
            makes: The versions of it that are in the queue.
            entry: Its ladder where that is in the queue.
        """
        self._number = work.so_far.number if work is not None else None
        failed = work is not None and work.state is WorkState.FAILED
        self._rests = self._number is not None and entry is None
        words, share = self._words(work, makes, entry)
        self.words.setText(words)
        self.words.setVisible(bool(words))
        set_role(self.words, "failed" if failed else "dim")
        if share is None:
            self.progress.clear()
        else:
            self.progress.set_share(share)
        self.ladder_button.setVisible(self._number is not None)
        self._show_board()

    def _show_board(self) -> None:
        has = self._view is not None and any(row.kinds for row in self._view.rows)
        self.board.setVisible(has)
        asked = [row for row in self._view.rows if row.kinds] if self._view is not None else []
        whole = self._view is not None and len(asked) == len(self._view.rows)
        self.go_on_button.setVisible(self._rests and self._view is not None and not whole)

    def _words(
        self, work: Comparison | None, makes: Sequence[Make], entry: LadderEntry | None
    ) -> tuple[str, float | None]:
        if work is None:
            return self.tr(
                "The ticked ways are made, and measured beside the original: memory,"
                " speed, and answers to questions. It goes on when the program was closed."
            ), None
        if work.state is WorkState.FAILED:
            return told(from_kept(work.error)), None
        if work.state is not WorkState.DONE:
            waits = [make for make in makes if make.state is not WorkState.DONE]
            done = len(makes) - len(waits)
            words = self.tr("{done} of {n} versions are made; they are measured then.")
            return words.format(done=done, n=len(makes)), done / max(1, len(makes))
        said = list[str]()
        share: float | None = None
        if entry is not None and entry.state in AT_WORK and entry.progress is not None:
            share = entry.progress.fraction
            said.append(self.tr("being measured"))
            left = entry.progress.seconds_left
            if left is not None:
                said.append(self.tr("about {time} left").format(time=about(max(1.0, left))))
        elif entry is not None and entry.state in (LadderState.PREPARING, LadderState.WAITING):
            said.append(self.tr("waits to be measured"))
        if work.so_far.missing:
            names = ", ".join(Path(file).stem for file in work.so_far.missing)
            said.append(self.tr("not made, and left out: {names}").format(names=names))
        return ", ".join(said), share

    def _ask(self, signal: object) -> None:
        if self._number is not None:
            signal.emit(self._number)  # type: ignore[attr-defined]
