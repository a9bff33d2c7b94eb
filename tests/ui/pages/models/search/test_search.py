"""The search: debounced, paged, forgotten when another begins; its model and its addresses."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest
from PySide6.QtCore import Qt

from app.core.hub_names import HubAddress
from app.hub.catalogue import SearchQuery, SearchSort
from app.hub.errors import HubOffline
from app.ui.pages.models.search.filters import SearchFilters
from app.ui.pages.models.search.model import FoundRole, SearchModel
from app.ui.pages.models.search.search import Search, SearchState
from tests.ui.pages.models.fake_backends import FakeCatalogue, found

if TYPE_CHECKING:
    from PySide6.QtCore import QAbstractItemModel
    from pytestqt.qtbot import QtBot

    from app.ui.kit.jobs import Jobs

OFFLINE = HubOffline("The Hub cannot be reached: is this PC online?")


@pytest.fixture
def catalogue() -> FakeCatalogue:
    return FakeCatalogue([[found("a/one"), found("b/two")], [found("c/three")]])


@pytest.fixture
def search(
    catalogue: FakeCatalogue, jobs: Jobs, watched: Callable[[QAbstractItemModel], None]
) -> Search:
    made = Search(catalogue, jobs)
    watched(made.model)
    return made


def names(search: Search) -> list[str]:
    model = search.model
    return [model.index(row).data() for row in range(model.rowCount())]


def test_typing_asks_once_the_person_pauses(
    qtbot: QtBot, search: Search, catalogue: FakeCatalogue, jobs: Jobs
) -> None:
    for words in ("m", "mi", "mis"):
        search.set_query(SearchQuery(words))
    assert search.state is SearchState.IDLE
    assert catalogue.queries == []
    with qtbot.waitSignal(search.state_changed):
        pass
    jobs.wait_all()
    assert [query.words for query in catalogue.queries] == ["mis"]
    assert search.state is SearchState.FOUND
    assert names(search) == ["a/one", "b/two"]


def test_the_end_of_the_list_brings_the_next_page(
    search: Search, catalogue: FakeCatalogue, jobs: Jobs
) -> None:
    _ask(search, jobs)
    assert search.model.canFetchMore()
    search.model.fetchMore()
    assert search.state is SearchState.LOADING_MORE
    assert not search.model.canFetchMore()
    jobs.wait_all()
    assert names(search) == ["a/one", "b/two", "c/three"]
    search.model.fetchMore()
    jobs.wait_all()
    assert search.state is SearchState.FOUND
    assert not search.model.canFetchMore()
    assert len(catalogue.queries) == 1


def test_a_repository_stands_once_however_pages_overlap(
    search: Search, catalogue: FakeCatalogue, jobs: Jobs
) -> None:
    catalogue.pages = [[found("a/one")], [found("a/one")], [found("a/one"), found("b/two")]]
    _ask(search, jobs)
    search.model.fetchMore()
    jobs.wait_all()
    assert names(search) == ["a/one", "b/two"]


def test_another_search_forgets_the_one_that_is_under_way(
    search: Search, catalogue: FakeCatalogue, jobs: Jobs
) -> None:
    catalogue.gate.clear()
    search.set_query(SearchQuery("first"))
    search.search_now()
    catalogue.pages = [[found("d/other")]]
    search.set_query(SearchQuery("second"))
    search.search_now()
    catalogue.gate.set()
    jobs.wait_all()
    assert names(search) == ["d/other"]


def test_a_failed_search_says_why_and_can_be_tried_again(
    search: Search, catalogue: FakeCatalogue, jobs: Jobs
) -> None:
    pages = list(catalogue.pages)
    catalogue.pages = [OFFLINE]
    _ask(search, jobs)
    assert search.state is SearchState.FAILED
    assert search.error is OFFLINE
    catalogue.pages = pages
    search.try_again()
    jobs.wait_all()
    assert search.state is SearchState.FOUND


def test_a_later_page_that_fails_leaves_the_first_ones(
    search: Search, catalogue: FakeCatalogue, jobs: Jobs
) -> None:
    whole = list(catalogue.pages)
    catalogue.pages = [whole[0], OFFLINE]
    _ask(search, jobs)
    search.model.fetchMore()
    jobs.wait_all()
    assert search.state is SearchState.FAILED_MORE
    assert names(search) == ["a/one", "b/two"]
    catalogue.pages = whole
    search.try_again()
    jobs.wait_all()
    assert names(search) == ["a/one", "b/two", "c/three"]


def test_nothing_found_is_a_state_of_its_own(
    search: Search, catalogue: FakeCatalogue, jobs: Jobs
) -> None:
    catalogue.pages = []
    _ask(search, jobs)
    assert search.state is SearchState.NOTHING


@pytest.mark.parametrize(
    ("words", "address"),
    [
        ("org/repo", HubAddress("org/repo")),
        (" hf.co/org/repo:Q4_K_M ", HubAddress("org/repo", "Q4_K_M")),
        ("https://huggingface.co/org/repo/tree/main", HubAddress("org/repo")),
    ],
)
def test_a_pasted_name_opens_its_repository(
    qtbot: QtBot, search: Search, catalogue: FakeCatalogue, words: str, address: HubAddress
) -> None:
    with qtbot.waitSignal(search.address_entered) as entered:
        search.set_query(SearchQuery(words))
    assert entered.args == [address]
    assert catalogue.queries == []


def test_a_strange_address_is_refused_in_words(qtbot: QtBot, search: Search) -> None:
    with qtbot.waitSignal(search.address_refused) as refused:
        search.set_query(SearchQuery("https://example.org/org/repo"))
    assert "Hub" in refused.args[0]


def test_filters_become_a_query(qtbot: QtBot) -> None:
    filters = SearchFilters()
    qtbot.addWidget(filters)
    qtbot.keyClicks(filters.words, " llama ")
    qtbot.keyClicks(filters.author, "org")
    filters.sort.setCurrentIndex(filters.sort.findData(SearchSort.NEWEST))
    filters.least.setCurrentIndex(filters.least.findData(10**9))
    filters.most.setCurrentIndex(filters.most.findData(8 * 10**9))
    filters.gated.setCurrentIndex(1)
    assert filters.narrowed
    assert filters.query() == SearchQuery(
        "llama", "org", SearchSort.NEWEST, 10**9, 8 * 10**9, gated=False
    )
    filters.most.setCurrentIndex(filters.most.findData(5 * 10**8))
    assert filters.query().least_parameters is None
    filters.widen()
    assert not filters.narrowed
    qtbot.keyClick(filters.words, Qt.Key.Key_Escape)
    assert filters.words.text() == ""


def test_a_row_tells_all_facts(qtbot: QtBot, watched: Callable[[QAbstractItemModel], None]) -> None:
    model = SearchModel()
    watched(model)
    model.add_page([found("org/model", gated=True), found("org/bare", **_nothing_known())])
    facts = model.index(0).data(FoundRole.FACTS)
    for part in ("7.2", "llama", "apache-2.0", "licence to accept"):
        assert part in facts
    assert model.index(1).data(FoundRole.FACTS)
    assert "downloads" in model.index(0).data(Qt.ItemDataRole.AccessibleTextRole)
    model.clear()
    assert model.rowCount() == 0


def _nothing_known() -> dict[str, Any]:
    keys = ("downloads", "likes", "parameters", "architecture", "context_tokens", "licence")
    return dict.fromkeys(keys)


def _ask(search: Search, jobs: Jobs) -> None:
    search.set_query(SearchQuery("model"))
    search.search_now()
    jobs.wait_all()
