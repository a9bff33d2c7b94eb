"""Why a pane could not do what it was asked, and the ways on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Signal

from app.lab.compare.panes import Pane, PaneFailure, PaneState
from app.ui.kit.widgets import Banner, BannerAction, Severity
from app.ui.kit.words.sentences import told
from app.ui.pages.compare.panes.menu import PaneCommand

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget


class PaneNotice(Banner):
    """Follows a pane's failure; hidden while there is none.

    Signals:
        command_requested: A way on was chosen (``PaneCommand``).
    """

    command_requested = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent=parent)
        self._shown: tuple[PaneFailure, bool, bool] | None = None
        self.hide()

    def show_pane(self, pane: Pane, *, has_turns: bool) -> None:
        """Show the pane's failure, or nothing."""
        if pane.failure is None:
            self._shown = None
            self.hide()
            return
        failed = pane.state is PaneState.FAILED
        shown = (pane.failure, failed, has_turns)
        if shown == self._shown:
            return
        self._shown = shown
        self.show_notice(
            Severity.ERROR if failed else Severity.WARNING,
            told(pane.failure.sentence),
            told(pane.failure.advice),
            self._ways_on(*shown),
        )

    def _ways_on(self, failure: PaneFailure, failed: bool, has_turns: bool) -> list[BannerAction]:
        wanted: list[tuple[PaneCommand, str]] = []
        if failure.is_gone:
            wanted.append((PaneCommand.FIND, self.tr("Find it …")))
        if failure.can_repair:
            wanted.append((PaneCommand.REPAIR, self.tr("Repair the engine")))
        if failure.can_drop_turns:
            wanted.append((PaneCommand.DROP_TURNS, self.tr("Drop the oldest turns")))
        if failed:
            wanted.append((PaneCommand.RELOAD, self.tr("Reload")))
        if has_turns and not failure.can_drop_turns:
            wanted.append((PaneCommand.RETRY, self.tr("Ask again")))
        wanted.append((PaneCommand.LOG, self.tr("Show log")))
        return [
            BannerAction(
                text,
                lambda command=command: self.command_requested.emit(command),
                primary=position == 0 and command is not PaneCommand.LOG,
            )
            for position, (command, text) in enumerate(wanted)
        ]
