"""The page's commands: what the keyboard map and the command palette run."""

from __future__ import annotations

from app.core.candidates.candidate import MAX_CANDIDATES
from app.ui.kit.commands import PageCommands, enable
from app.ui.kit.words.text import translate
from app.ui.pages.compare.panes.menu import PaneCommand


class CompareActions(PageCommands):
    """Actions of the Compare page; they work while the page is shown."""

    def __init__(self) -> None:
        super().__init__()
        self.ask_all = self.command(
            translate("CompareActions", "Ask every model"), "send", "Ctrl+Return"
        )
        self.stop = self.command(translate("CompareActions", "Stop every answer"), "stop", "Esc")
        self.new_chat = self.command(translate("CompareActions", "New chat"), "add", "Ctrl+N")
        self.add = self.command(translate("CompareActions", "Add a model …"), "file", "Ctrl+T")
        self.remove = self.command(
            translate("CompareActions", "Remove the chosen model from the chat"), "close", "Ctrl+W"
        )
        self.focus_prompt = self.command(
            translate("CompareActions", "Go to the prompt"), "edit", "Ctrl+L"
        )
        self.focus_panes = [
            self.command(
                translate("CompareActions", "Ask model {number} only, or all again").format(
                    number=number
                ),
                "",
                f"Ctrl+{number}",
            )
            for number in range(1, MAX_CANDIDATES + 1)
        ]
        self.show_chats = self.command(
            translate("CompareActions", "Show the chats"), "chat-list", "Ctrl+B", checked=True
        )
        self.show_plots = self.command(
            translate("CompareActions", "Show speed and memory over time"),
            "plot",
            "Ctrl+P",
            checked=False,
        )
        self.show_settings = self.command(
            translate("CompareActions", "Show the settings"), "settings", "Ctrl+,", checked=False
        )
        self.measure = self.command(
            translate("CompareActions", "Measure what each version loses …"), "ladder", "Ctrl+M"
        )
        self.many = self.command(translate("CompareActions", "Ask many prompts …"), "file")
        self.for_pane = {
            PaneCommand.SETTINGS: self.command(
                translate("CompareActions", "Settings of the chosen model …"), "settings"
            ),
            PaneCommand.REFERENCE: self.command(
                translate("CompareActions", "Compare the others with the chosen model"), "reference"
            ),
            PaneCommand.GO_ON: self.command(
                translate("CompareActions", "Go on with the chosen model alone"), "chat"
            ),
            PaneCommand.RELOAD: self.command(
                translate("CompareActions", "Reload the chosen model"), "reload"
            ),
            PaneCommand.UNLOAD: self.command(
                translate("CompareActions", "Unload the chosen model"), "unload"
            ),
            PaneCommand.ELSEWHERE: self.command(
                translate("CompareActions", "Use the chosen model elsewhere …"), "external"
            ),
            PaneCommand.LOG: self.command(
                translate("CompareActions", "Show the log of the chosen model’s engine"), "log"
            ),
        }

    def follow(self, *, busy: bool, panes: int) -> None:
        """Enable what can be done now."""
        enable(
            (
                (self.ask_all, panes > 0),
                (self.stop, busy),
                (self.add, panes < MAX_CANDIDATES),
                (self.remove, panes > 0),
                (self.measure, panes > 0),
                *((action, index < panes) for index, action in enumerate(self.focus_panes)),
                *(
                    (action, panes > (what is PaneCommand.GO_ON))
                    for what, action in self.for_pane.items()
                ),
            )
        )
