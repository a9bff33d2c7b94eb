"""Says that a night is over, and leads to its report."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.lab.works.ladders.entry import AT_WORK, LadderEntry, LadderState
from app.ui.kit.widgets import BannerAction, Severity
from app.ui.kit.words.format import count
from app.ui.kit.words.sentences import told
from app.ui.kit.words.text import translate
from app.ui.pages.ladder.words import entry_title

if TYPE_CHECKING:
    from collections.abc import Callable

    from app.lab.works.ladders.service import LadderService
    from app.ui.shell.main_window import MainWindow


class Morning:
    """Follows the nights of a service. Main thread.

    Args:
        main: Where it is said.
        service: The ladders.
        show: Shows one on its page.
    """

    def __init__(
        self, main: MainWindow, service: LadderService, show: Callable[[LadderEntry], object]
    ) -> None:
        self._main = main
        self._show = show
        self._running: set[LadderEntry] = set()
        service.changed.add(self._follow)

    def _follow(self, entry: LadderEntry) -> None:
        if not entry.is_night:
            return
        if entry.state in AT_WORK:
            self._running.add(entry)
        elif entry in self._running:
            self._running.discard(entry)
            if entry.state is LadderState.FAILED:
                self._tell(entry, Severity.ERROR, told(entry.error))
            elif entry.state is LadderState.FINISHED or entry.is_late:
                self._tell(entry, Severity.INFO, "")

    def _tell(self, entry: LadderEntry, severity: Severity, advice: str) -> None:
        night = entry.result.night if entry.result is not None else None
        files = night.files.values() if night is not None else ()
        said = translate("Morning", "The night is over: {n} of {all} versions of {title} measured.")
        words = said.format(
            n=count(sum(visited.left is None for visited in files)),
            all=count(len(files) or len(entry.keys)),
            title=entry_title(entry),
        )

        def show() -> None:
            self._main.notice.hide()
            self._main.show_page("ladder")
            self._show(entry)

        action = BannerAction(translate("Morning", "Show the report"), show, primary=True)
        self._main.show_notice(severity, words, advice, (action,))
