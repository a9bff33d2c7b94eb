"""From a blind vote of earlier to the next one on the same two."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from app.ui.kit.wishes import remark

if TYPE_CHECKING:
    from app.core.candidates.candidate import Candidate
    from app.lab.verdict.view import LadderView
    from app.lab.works.ladders.entry import LadderEntry
    from app.ui.pages.ladder.page import LadderPage


class VoteAgain(QObject):
    """Finds a ladder that has both, and opens its votes once it is shown. Main thread.

    Args:
        page: Shows ladders; belongs to it.
    """

    def __init__(self, page: LadderPage) -> None:
        super().__init__(page)
        self._page = page
        self._wanted: tuple[LadderEntry, str, str] | None = None
        page.views.made.connect(self._on_view)

    def vote(
        self, candidate: Candidate, reference: Candidate, ladders: Iterable[LadderEntry]
    ) -> None:
        """Let these two be voted on; where no ladder has both, set one up.

        Args:
            candidate: One of the two.
            reference: The other, which it is held against.
            ladders: In which they are looked for, the first one first.
        """
        page, both = self._page, (candidate.key(), reference.key())
        entry = next((each for each in ladders if {*both} <= {*each.keys}), None)
        if entry is not None:
            self._wanted = (entry, *both)
            page.show_ladder(entry)
            return
        self._wanted = None
        place_of = page.place_of
        page.pick([reference.moved(place_of), candidate.moved(place_of)], reference.moved(place_of))
        remark(page, self.tr("No measurement has both any more: measure them to vote on them."))

    def _on_view(self, view: LadderView | None) -> None:
        votes = self._page.board.votes
        if self._wanted is None or view is None or votes is None:
            return
        (entry, candidate, reference), self._wanted = self._wanted, None
        if entry is self._page.entry:
            self._page.board.show_tab(votes)
            votes.ask_again(candidate, reference)
