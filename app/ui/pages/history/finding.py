"""Looks for entries: the first ones at once, the others after these were painted."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from app.ui.kit.timers import later

if TYPE_CHECKING:
    from collections.abc import Callable

    from app.core.errors import PersonError
    from app.core.history.entry import Wanted
    from app.lab.history.book import HistoryBook, Page
    from app.ui.kit.jobs import Job, Jobs
    from app.ui.pages.history.page import HistoryPage

FIRST = 100
"""So many entries are shown before the others are looked for."""
# Both at once would wait for each other: for Python's lock, row by row.
_OTHERS_MS = 50


class EntryFinder:
    """Main thread only.

    Args:
        page: Shows what is found, and tells what is wanted.
        book: Where it is looked for.
        jobs: Do it.
        complain: Told why it cannot be.
    """

    def __init__(
        self,
        page: HistoryPage,
        book: HistoryBook,
        jobs: Jobs,
        complain: Callable[[PersonError], None],
    ) -> None:
        self._page, self._book, self._jobs = page, book, jobs
        self._complain = complain
        self._finding: Job[Page] | None = None
        self._listed: Wanted | None = None
        self._wanted: Wanted
        self._first: Page
        self._timer = later(page, _OTHERS_MS, self._find_others)

    @property
    def is_at_work(self) -> bool:
        """Whether entries are looked for that are not listed yet."""
        return self._finding is not None or self._timer.isActive()

    def stop(self) -> None:
        """Look for nothing more."""
        self._timer.stop()
        if self._finding is not None:
            self._finding.cancel()

    def find(self) -> None:
        """Look for what is wanted.

        Where the same is listed already, all of it is looked for at once: the list stays as it is,
        but for what has changed.
        """
        self.stop()
        wanted, book, page = self._page.filters.wanted, self._book, self._page
        self._wanted = wanted
        listed = replace(wanted, since_ns=None)
        same = listed == self._listed and wanted.since_ns is None
        most = max(FIRST, len(page.entries.model.rows)) if same else FIRST

        def first(found: Page) -> None:
            more = len(found.entries) == most and found.total > most
            page.show_entries(found.entries, found.total, more=more)
            self._finding, self._listed, self._first = None, listed, found
            if more:
                self._timer.start()

        self._run(lambda: book.find(wanted, most), first)

    def _find_others(self) -> None:
        wanted, book, first = self._wanted, self._book, self._first

        def add(rest: Page) -> None:
            self._finding = None
            self._page.add_entries(rest.entries)
            entries = [*first.entries, *rest.entries]
            if rest.total > len(entries):
                self._page.show_entries(entries, rest.total, more=False)

        start = len(first.entries)
        self._run(lambda: book.find(wanted, start=start, total=first.total), add)

    def _run(self, look: Callable[[], Page], done: Callable[[Page], None]) -> None:
        def failed(error: PersonError) -> None:
            self._finding = None
            self._complain(error)

        self._finding = self._jobs.run(lambda _context: look(), done=done, failed=failed)
