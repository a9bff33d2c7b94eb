"""The Ladder page's commands: what keys and the command palette run."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QKeySequence

from app.lab.works.ladders.entry import LadderState
from app.ui.kit.icons import icon
from app.ui.kit.words.text import translate

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
        self.new = self._add(translate("LadderActions", "New ladder …"), "add", "Ctrl+N")
        self.demo = self._add(translate("LadderActions", "Measure the demo model"), "play")
        self.pause = self._add(translate("LadderActions", "Pause measuring"), "pause")
        self.go_on = self._add(translate("LadderActions", "Go on measuring"), "play")
        self.cancel = self._add(translate("LadderActions", "Cancel measuring"), "close")
        self.again = self._add(
            translate("LadderActions", "Measure this ladder once more …"), "refresh"
        )
        self.open_pane = self._add(
            translate("LadderActions", "Open the chosen version in Compare"), "compare"
        )
        self.copy_table = self._add(translate("LadderActions", "Copy the table"), "copy")
        self.show_list = self._add(
            translate("LadderActions", "Show the ladders"), "chat-list", "Ctrl+B", checked=True
        )
        self.reports = {
            ".html": self._add(
                translate("LadderActions", "Report as HTML, with all other forms …"),
                "export",
                "Ctrl+S",
            ),
            ".md": self._add(
                translate("LadderActions", "Report as Markdown for forums …"), "export"
            ),
            ".csv": self._add(
                translate("LadderActions", "Report as CSV for spreadsheets …"), "export"
            ),
            ".json": self._add(
                translate("LadderActions", "Report as JSON, to repeat it …"), "export"
            ),
        }
        self.copy_report = self._add(
            translate("LadderActions", "Copy the report as Markdown"), "copy"
        )
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
