"""The History page as a part of the window; it is built when it is first wanted."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.ui.kit.pages import PageHelp
from app.ui.kit.words.text import translate
from app.ui.shell.late_part import LatePart

if TYPE_CHECKING:
    from app.ui.kit.jobs import JobContext
    from app.ui.pages.history.desk import HistoryDesk
    from app.ui.shell.ground import Ground

_MODULES = ("app.ui.pages.history.desk",)


class HistoryPart(LatePart["HistoryDesk"]):
    """Main thread only."""

    def __init__(self, ground: Ground) -> None:
        title = translate("Window", "History")
        super().__init__(ground, _MODULES, "history", title, history_help())
        for changed in (ground.requests.chats_changed, ground.requests.forgotten):
            changed.add(self._note_changes)

    def begin(self) -> None:
        """Remove for good what was deleted the last time."""
        paths = self._ground.house.paths

        def work(context: JobContext) -> None:
            from app.lab.history.book import HistoryBook
            from app.lab.history.keeping import purge_deleted

            purge_deleted(paths, HistoryBook(paths), context.check)

        self._ground.jobs.run(work, failed=lambda error: None)

    @property
    def busy(self) -> bool:
        return self.desk is not None and self.desk.measures

    def _make(self) -> HistoryDesk:
        from app.ui.pages.history.desk import HistoryDesk

        return HistoryDesk(self._ground)

    def _begin(self, desk: HistoryDesk) -> None:
        desk.begin()

    def _note_changes(self) -> None:
        if self.desk is not None:
            self.desk.note_changes()


def history_help() -> PageHelp:
    """The page's help."""
    return PageHelp(
        paragraphs=(
            translate(
                "History",
                "Everything that was asked and measured here: chats, measurements, speeds, batches"
                " of prompts and blind votes, the newest first. What is pinned stands above.",
            ),
            translate(
                "History",
                "All words must stand in an entry, in its prompts, answers, questions or names;"
                " the beginning of a word is enough. Nothing of what you type is a command.",
            ),
            translate(
                "History",
                "Where the same candidate was measured before, both stay, and the difference is"
                " said with all that has changed in between.",
            ),
            translate(
                "History",
                "What is deleted can be brought back for a minute; then it is gone for good. Once"
                " more of a blind vote asks the same two something else: answers that have been"
                " seen would be known again.",
            ),
        ),
        keys=(
            (translate("History", "Ctrl+F"), translate("History", "Search")),
            (translate("History", "Enter"), translate("History", "Open what is chosen")),
            (translate("History", "Del"), translate("History", "Delete what is chosen")),
            (translate("History", "Ctrl+A"), translate("History", "Choose everything")),
        ),
    )
