"""The search as it runs: debounced, a page at a time, forgotten when another begins."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from enum import Enum, auto
from typing import TYPE_CHECKING, NamedTuple

from PySide6.QtCore import QObject, Signal

from app.base.states import Transitions
from app.core.hub_names import HubNameError, parse_hub_address
from app.ui.kit.timers import later
from app.ui.kit.words.sentences import sentence
from app.ui.pages.models.asking import while_wanted
from app.ui.pages.models.search.model import SearchModel

if TYPE_CHECKING:
    from app.core.errors import PersonError
    from app.hub.catalogue import SearchQuery
    from app.hub.repositories import FoundRepository
    from app.ui.kit.jobs import Job, JobContext, Jobs
    from app.ui.pages.models.ports import CataloguePort

DEBOUNCE_MS = 300


class SearchState(Enum):
    """What the list of results shows."""

    IDLE = auto()  # nothing was asked yet
    LOADING = auto()  # the first page is on its way
    FOUND = auto()
    LOADING_MORE = auto()
    NOTHING = auto()  # no repository is like that
    FAILED = auto()  # the first page did not come
    FAILED_MORE = auto()  # a later page did not come


_S = SearchState
_NEXT = Transitions(
    SearchState,
    {
        _S.IDLE: {_S.LOADING, _S.IDLE},
        _S.LOADING: {_S.LOADING, _S.FOUND, _S.NOTHING, _S.FAILED, _S.IDLE},
        _S.FOUND: {_S.LOADING, _S.LOADING_MORE, _S.IDLE},
        _S.LOADING_MORE: {_S.LOADING, _S.FOUND, _S.FAILED_MORE, _S.IDLE},
        _S.NOTHING: {_S.LOADING, _S.IDLE},
        _S.FAILED: {_S.LOADING, _S.IDLE},
        _S.FAILED_MORE: {_S.LOADING, _S.LOADING_MORE, _S.IDLE},
    },
)


class _Page(NamedTuple):
    """A page, and where the ones after it come from."""

    following: Iterator[list[FoundRepository]]
    found: list[FoundRepository]


class Search(QObject):
    """Main thread; asks the catalogue on job threads.

    Signals:
        state_changed: Another state, see :attr:`state` and :attr:`error`.
        address_entered: The words name something on the Hub: a ``HubAddress``.
        address_refused: The words look like an address and name nothing: a sentence.

    Attributes:
        model: What was found.
        error: Why it failed, in the failed states.
        state: What the list shows.
    """

    state_changed = Signal()
    address_entered = Signal(object)
    address_refused = Signal(str)

    def __init__(
        self,
        catalogue: CataloguePort,
        jobs: Jobs,
        hosts: frozenset[str] = frozenset(),
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self.model = SearchModel(self)
        self.model.more_wanted.connect(self._more)
        self.error: PersonError | None = None
        self._catalogue = catalogue
        self._jobs = jobs
        self._hosts = hosts
        self.state = SearchState.IDLE
        self._query: SearchQuery | None = None
        self._asked: SearchQuery | None = None
        self._pages: Iterator[list[FoundRepository]] | None = None
        self._job: Job[_Page] | None = None
        self._timer = later(self, DEBOUNCE_MS, self.search_now)

    def set_query(self, query: SearchQuery) -> None:
        """The person wants something else; asked once they pause."""
        self._query = query
        if query != self._asked or self._timer.isActive():
            self._timer.start()

    def search_now(self, *, again: bool = False) -> None:
        """Ask at once; ``again`` also where nothing has changed."""
        self._timer.stop()
        query = self._query
        if query is None or (query == self._asked and not again):
            return
        self._asked = query
        if self._opens_address(query.words):
            return
        self._cancel()
        self.model.clear()
        self._pages = None
        self._enter(SearchState.LOADING)
        catalogue = self._catalogue

        def first(context: JobContext) -> _Page:
            pages = catalogue.search(query)
            with while_wanted(context):
                return _Page(pages, next(pages, []))

        self._job = self._jobs.run(first, done=self._on_first, failed=self._on_failed)

    def forget(self) -> None:
        """Nothing is looked for any more."""
        self._timer.stop()
        self._cancel()
        self._query = self._asked = self._pages = None
        self.model.clear()
        self._enter(SearchState.IDLE)

    def open_words(self) -> None:
        """Enter was pressed: an address is opened even if it was opened before."""
        self._timer.stop()
        query = self._query
        if query is not None and query == self._asked and self._opens_address(query.words):
            return
        self.search_now(again=self.state is SearchState.FAILED)

    def try_again(self) -> None:
        """After a failure: the same once more."""
        if self.state is SearchState.FAILED_MORE:
            self._more()
        else:
            self.search_now(again=True)

    def _opens_address(self, words: str) -> bool:
        stripped = words.strip()
        if "/" not in stripped:
            return False
        try:
            address = parse_hub_address(stripped, self._hosts)
        except HubNameError as error:
            if "://" in stripped:
                self.address_refused.emit(sentence(error))
                return True
            return False
        self.address_entered.emit(address)
        return True

    def _more(self) -> None:
        if self._asked is None or self.state not in (SearchState.FOUND, SearchState.FAILED_MORE):
            return
        # An iterator that raised is at its end: begin anew and pass over what is there.
        pages = None if self.state is SearchState.FAILED_MORE else self._pages
        self._enter(SearchState.LOADING_MORE)
        catalogue, query, known = self._catalogue, self._asked, self.model.known()

        def more(context: JobContext) -> _Page:
            coming = pages if pages is not None else catalogue.search(query)
            with while_wanted(context):
                # A Hub may send the same page for ever.
                for found in itertools.islice(coming, len(known) + 1):
                    if any(each.repo_id not in known for each in found):
                        return _Page(coming, found)
            return _Page(coming, [])

        self._job = self._jobs.run(more, done=self._on_more, failed=self._on_failed)

    def _on_first(self, page: _Page) -> None:
        self._enter(SearchState.FOUND if page.found else SearchState.NOTHING)
        self._take(page)

    def _on_more(self, page: _Page) -> None:
        self._enter(SearchState.FOUND)
        self._take(page)

    def _take(self, page: _Page) -> None:
        self._pages = page.following
        self.model.add_page(page.found)
        self.model.set_has_more(bool(page.found))

    def _on_failed(self, error: PersonError) -> None:
        self.error = error
        first = self.state is SearchState.LOADING
        self._enter(SearchState.FAILED if first else SearchState.FAILED_MORE)

    def _cancel(self) -> None:
        if self._job is not None:
            self._job.cancel()
            self._job = None

    def _enter(self, state: SearchState) -> None:
        self.state = _NEXT.step(self.state, state)
        self.state_changed.emit()
