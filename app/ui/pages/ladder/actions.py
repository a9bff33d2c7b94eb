"""The Ladder page's commands: what keys and the command palette run."""

from __future__ import annotations

from app.lab.works.ladders.entry import LadderState
from app.ui.kit.commands import PageCommands, enable
from app.ui.kit.words.text import translate

CAN_GO_ON = (LadderState.PAUSED, LadderState.UNFINISHED, LadderState.FAILED)
CAN_END = (
    LadderState.PREPARING,
    LadderState.WAITING,
    LadderState.MEASURING,
    LadderState.PAUSED,
)


class LadderActions(PageCommands):
    """Actions that work while the page is shown.

    Attributes:
        reports: One for each form of report, by its ending.
    """

    def __init__(self) -> None:
        super().__init__()
        self.new = self.command(translate("LadderActions", "Measure versions …"), "add", "Ctrl+N")
        self.demo = self.command(translate("LadderActions", "Measure the demo model"), "play")
        self.taught = self.command(translate("LadderActions", "Measure the demo’s adapter"), "play")
        self.night = self.command(
            translate("LadderActions", "Measure overnight, from the Hub …"), "sleep"
        )
        self.pause = self.command(translate("LadderActions", "Pause measuring"), "pause")
        self.go_on = self.command(translate("LadderActions", "Go on measuring"), "play")
        self.cancel = self.command(translate("LadderActions", "Stop measuring"), "close")
        self.again = self.command(translate("LadderActions", "Measure this once more …"), "refresh")
        self.open_pane = self.command(
            translate("LadderActions", "Open the chosen version in Compare"), "compare"
        )
        self.copy_table = self.command(translate("LadderActions", "Copy the table"), "copy")
        self.show_list = self.command(
            translate("LadderActions", "Show the measurements"), "chat-list", "Ctrl+B", checked=True
        )
        self.details = self.command(
            translate("LadderActions", "Details in the table"),
            "preferences",
            "Ctrl+D",
            checked=False,
        )
        self.reports = {
            ".html": self.command(
                translate("LadderActions", "Report as HTML, with all other forms …"),
                "export",
                "Ctrl+S",
            ),
            ".md": self.command(
                translate("LadderActions", "Report as Markdown for forums …"), "export"
            ),
            ".csv": self.command(
                translate("LadderActions", "Report as CSV for spreadsheets …"), "export"
            ),
            ".json": self.command(
                translate("LadderActions", "Report as JSON, to repeat it …"), "export"
            ),
        }
        self.copy_report = self.command(
            translate("LadderActions", "Copy the report as Markdown"), "copy"
        )
        self.follow(None, has_view=False)

    def follow(self, state: LadderState | None, *, has_view: bool) -> None:
        """Enable what can be done now."""
        enable(
            (
                (self.pause, state is LadderState.MEASURING),
                (self.go_on, state in CAN_GO_ON),
                (self.cancel, state in CAN_END),
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
            )
        )
