"""The Ladder page's commands: what keys and the command palette run."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication, Qt
from PySide6.QtGui import QAction, QKeySequence

from app.lab.works.ladders.entry import LadderState
from app.ui.kit.icons import icon

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

_CAN_GO_ON = (LadderState.PAUSED, LadderState.UNFINISHED, LadderState.FAILED)
_CAN_END = (
    LadderState.PREPARING,
    LadderState.WAITING,
    LadderState.MEASURING,
    LadderState.PAUSED,
)


class LadderActions:
    """Actions that work while the page is shown.

    Attributes:
        reports: One for each form of report, by its ending.
    """

    def __init__(self) -> None:
        self._all: list[QAction] = []
        self.new = self._add(_tr("New ladder …"), "add", "Ctrl+N")
        self.demo = self._add(_tr("Measure the demo model"), "play")
        self.pause = self._add(_tr("Pause measuring"), "pause")
        self.go_on = self._add(_tr("Go on measuring"), "play")
        self.cancel = self._add(_tr("Cancel measuring"), "close")
        self.again = self._add(_tr("Measure this ladder once more …"), "refresh")
        self.open_pane = self._add(_tr("Open the chosen version in Compare"), "compare")
        self.copy_table = self._add(_tr("Copy the table"), "copy")
        self.show_list = self._add(_tr("Show the ladders"), "chat-list", "Ctrl+B", checked=True)
        self.reports = {
            ".html": self._add(_tr("Report as HTML, with all other forms …"), "export", "Ctrl+S"),
            ".md": self._add(_tr("Report as Markdown for forums …"), "export"),
            ".csv": self._add(_tr("Report as CSV for spreadsheets …"), "export"),
            ".json": self._add(_tr("Report as JSON, to repeat it …"), "export"),
        }
        self.copy_report = self._add(_tr("Copy the report as Markdown"), "copy")
        self.follow(None, has_view=False)

    def follow(self, state: LadderState | None, *, has_view: bool) -> None:
        """Enable what can be done now."""
        for action, possible in (
            (self.pause, state is LadderState.MEASURING),
            (self.go_on, state in _CAN_GO_ON),
            (self.cancel, state in _CAN_END),
            (self.again, state is not None),
            *(
                (action, has_view)
                for action in (
                    self.open_pane,
                    self.copy_table,
                    self.copy_report,
                    *self.reports.values(),
                )
            ),
        ):
            if action.isEnabled() != possible:
                action.setEnabled(possible)

    def give_to(self, page: QWidget) -> None:
        """Let the page own them, so that they are its commands."""
        for action in self._all:
            action.setParent(page)
            page.addAction(action)

    def _add(
        self, text: str, icon_name: str, keys: str = "", *, checked: bool | None = None
    ) -> QAction:
        action = QAction(icon(icon_name), text)
        if keys:
            action.setShortcut(QKeySequence(keys))
            action.setShortcutContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        if checked is not None:
            action.setCheckable(True)
            action.setChecked(checked)
        self._all.append(action)
        return action


def _tr(text: str) -> str:
    return QCoreApplication.translate("LadderActions", text)
