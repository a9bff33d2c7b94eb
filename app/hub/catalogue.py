"""Search on the Hub, and the facts and files of one repository."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING

from app.core.hub_names import check_repo_id
from app.core.listing import group_files
from app.core.words.sentence import say, worded
from app.hub.cards import model_card
from app.hub.errors import HubBroken
from app.hub.net.limits import within
from app.hub.questions import list_models, model
from app.hub.repositories import (
    FoundRepository,
    Repository,
    found_repository,
    said_commit,
    said_files,
)
from app.hub.source import asked_commit, asked_sizes

if TYPE_CHECKING:
    from app.hub.connection import HubConnection

_PAGE = 30
# In a row, of which nothing can be used: there is nothing more.
_BARREN_PAGES = 5
_EXPAND = (
    "author", "cardData", "createdAt", "downloads", "gated", "gguf", "lastModified", "likes",
    "pipeline_tag", "private", "tags", "trendingScore",
)  # fmt: skip


class SearchSort(Enum):
    """What comes first."""

    TRENDING = "trendingScore"
    DOWNLOADS = "downloads"
    LIKES = "likes"
    NEWEST = "createdAt"


@dataclass(frozen=True, slots=True)
class SearchQuery:
    """What is looked for.

    Attributes:
        words: Of the name; empty for all.
        author: Person or organization, or empty.
        least_parameters: Of the model, or None.
        most_parameters: Of the model, or None.
        gated: Only gated ones, only open ones, or both (None).
        made_from: A repository of original weights whose GGUF versions are wanted, or empty.
    """

    words: str = ""
    author: str = ""
    sort: SearchSort = SearchSort.TRENDING
    least_parameters: int | None = None
    most_parameters: int | None = None
    gated: bool | None = None
    made_from: str = ""


class Catalogue:
    """Asks a Hub what it has. Any thread; every call waits for the network, seconds at most."""

    def __init__(self, hub: HubConnection) -> None:
        self._hub = hub

    def search(self, query: SearchQuery, *, page: int = _PAGE) -> Iterator[list[FoundRepository]]:
        """GGUF repositories, a page at a time; the next page is asked for when it is taken.

        Raises:
            HubError: At any page.
        """
        wanted = ["gguf"]
        if query.made_from:
            wanted.append(f"base_model:{check_repo_id(query.made_from)}")
        models = list_models(self._hub, _parameters(query, wanted))
        patience, barren = self._hub.settings.patience, 0
        while barren < _BARREN_PAGES:
            # A page may take several of the Hub's, and those may be empty without end.
            with self._hub.said(worded("hub.the_search")), within(seconds=patience.answer_s):
                listed = list(itertools.islice(models, page))
                found = [known for model in listed if (known := found_repository(model))]
            barren = 0 if found else barren + 1
            if found:
                yield found
            if len(listed) < page:
                return

    def search_all(self, query: SearchQuery, limit: int) -> list[FoundRepository]:
        """The first repositories of a search.

        Raises:
            HubError: As :meth:`search`.
        """
        pages = self.search(query, page=min(limit, _PAGE))
        return list(itertools.islice(itertools.chain.from_iterable(pages), limit))

    def repository(self, repo_id: str, revision: str | None = None) -> Repository:
        """The facts and model files of a repository; its revision is resolved to one commit.

        Raises:
            HubError: It is missing, gated, or the Hub cannot be asked.
        """
        check_repo_id(repo_id)
        with self._hub.said(repo_id):
            said = model(self._hub, repo_id, revision)
        facts, listed = found_repository(said, repo_id), said_files(said)
        assert facts is not None  # it has the name that was asked for at least
        if listed is None:
            raise HubBroken(say("hub.hub_does_not_list_files", repo_id=repo_id))
        name = revision or "main"
        named = [file.name for file in listed.sized] + listed.unsized
        commit = said_commit(said) or asked_commit(self._hub, repo_id, name, named)
        if commit is None:
            raise HubBroken(say("hub.hub_does_not_say_version", repo_id=repo_id))
        sized = asked_sizes(self._hub, repo_id, commit, listed.unsized)
        files = tuple(group_files([*listed.sized, *sized]))
        known = {file.name for file in sized}
        unsized = [file for file in listed.unsized if file not in known]
        if unsized and not files:
            raise HubBroken(
                say("hub.hub_says_no_size_can", repo_id=repo_id), f"{len(unsized)} files"
            )
        return Repository(facts, commit, name, files, tuple(listed.unsafe), tuple(unsized))

    def card(self, repository: Repository) -> str:
        """What its authors wrote about a repository's model, as Markdown; empty without a card.

        Raises:
            HubError: It cannot be had.
        """
        return model_card(self._hub, repository.repo_id, repository.commit)

    def made_from(self, repo_id: str, limit: int = 10) -> list[FoundRepository]:
        """The GGUF repositories made from a repository of original weights, most used first.

        Raises:
            HubError: The Hub cannot be asked.
        """
        query = SearchQuery(made_from=repo_id, sort=SearchSort.DOWNLOADS)
        return self.search_all(query, limit)


def _parameters(query: SearchQuery, wanted: list[str]) -> dict[str, str | list[str]]:
    """The search in the Hub's own words."""
    asked: dict[str, str | list[str] | None] = {
        "filter": wanted,
        "author": query.author.strip(),
        "gated": None if query.gated is None else str(query.gated).lower(),
        "num_parameters": _range(query),
        "search": query.words.strip(),
        "sort": query.sort.value,
        "expand": list(_EXPAND),
    }
    return {name: value for name, value in asked.items() if value}


def _range(query: SearchQuery) -> str | None:
    parts: list[str] = []
    if query.least_parameters is not None:
        parts.append(f"min:{_millions(query.least_parameters)}")
    if query.most_parameters is not None:
        parts.append(f"max:{_millions(query.most_parameters)}")
    return ",".join(parts) or None


def _millions(parameters: int) -> str:
    # The Hub reads a number with K, M or B behind it.
    for unit, size in (("B", 10**9), ("M", 10**6), ("K", 10**3)):
        if parameters >= size:
            return f"{parameters / size:.6g}{unit}"
    return str(parameters)
