"""Search on the Hub, and the facts and files of one repository."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field
from enum import Enum
from typing import TYPE_CHECKING, Any, Literal, cast

from app.core.hub_names import HubNameError, check_repo_id, is_repo_id, safe_file_name
from app.core.listing import ListedFile, RepoFile, group_files
from app.hub.errors import HubBroken
from app.hub.limits import within

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from huggingface_hub import ModelInfo
    from huggingface_hub.hf_api import RepoSibling

    from app.hub.connection import HubConnection

_PAGE = 30
# In a row, of which nothing can be used: there is nothing more.
_BARREN_PAGES = 5
# A repository with more files than this is no place for a model.
_MAX_FILES = 20_000
_MAX_TEXT = 200
_MAX_COUNT = (1 << 63) - 1
# No file is larger, whatever a list says: a pebibyte.
_MAX_BYTES = 1 << 50

Expanded = Literal[
    "author", "baseModels", "cardData", "createdAt", "downloads", "gated", "gguf",
    "lastModified", "likes", "library_name", "pipeline_tag", "private", "sha", "tags",
    "trendingScore",
]  # fmt: skip
_EXPAND: list[Expanded] = [
    "author", "cardData", "createdAt", "downloads", "gated", "gguf", "lastModified", "likes",
    "pipeline_tag", "private", "tags", "trendingScore",
]  # fmt: skip


class SearchSort(Enum):
    """What comes first."""

    TRENDING = "trending_score"
    DOWNLOADS = "downloads"
    LIKES = "likes"
    NEWEST = "created_at"


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


@dataclass(frozen=True, slots=True)
class FoundRepository:
    """A repository as a search shows it; what the Hub does not say is None.

    Attributes:
        parameters: Of the model.
        context_tokens: That the model was trained for.
        total_bytes: Of the GGUF file that the Hub looked into.
        made_from: The original weights' repositories.
        last_modified: With time zone.
    """

    repo_id: str
    downloads: int | None
    likes: int | None
    parameters: int | None
    architecture: str | None
    context_tokens: int | None
    licence: str | None
    gated: bool
    private: bool
    made_from: tuple[str, ...]
    last_modified: datetime | None
    task: str | None


@dataclass(frozen=True, slots=True)
class Repository:
    """A repository at one commit.

    Attributes:
        commit: What every byte is to be taken from.
        revision: The name under which the commit was found.
        files: Its model files.
        skipped: Names of GGUF files that are not touched, because they are unsafe.
        unsized: Names of GGUF files that are left out, because no size that can be right is said.
    """

    facts: FoundRepository
    commit: str
    revision: str
    files: tuple[ListedFile, ...]
    skipped: tuple[str, ...] = ()
    unsized: tuple[str, ...] = ()

    @property
    def repo_id(self) -> str:
        """``org/repo``."""
        return self.facts.repo_id


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
        with self._hub.said("the search", "the search"):
            models = iter(
                self._hub.api().list_models(
                    filter=wanted,
                    search=query.words.strip() or None,
                    author=query.author.strip() or None,
                    sort=cast("Any", query.sort.value),
                    gated=query.gated,
                    num_parameters=_range(query),
                    expand=list(_EXPAND),
                )
            )
        patience, barren = self._hub.settings.patience, 0
        while barren < _BARREN_PAGES:
            # A page may take several of the Hub's, and those may be empty without end.
            with self._hub.said("the search", "the search"), within(seconds=patience.answer_s):
                listed = list(itertools.islice(models, page))
                found = [_found(model) for model in listed if is_repo_id(model.id)]
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
            info = self._hub.api().model_info(
                repo_id,
                revision=revision,
                files_metadata=True,
                timeout=self._hub.settings.patience.read_s,
            )
            commit = info.sha
            if not isinstance(commit, str) or not _is_commit(commit):
                raise HubBroken(f"The Hub does not say which version of {repo_id} it has.")
            siblings = list(itertools.islice(info.siblings or [], _MAX_FILES))
            listed = _files(siblings)
            files = tuple(group_files(listed.sized))
            if listed.unsized and not files:
                raise HubBroken(
                    f"The Hub says no size that can be right for the files of {repo_id}.",
                    f"{len(listed.unsized)} files",
                )
            name = revision or "main"
            return Repository(
                _found(info), commit, name, files, tuple(listed.unsafe), tuple(listed.unsized)
            )

    def made_from(self, repo_id: str, limit: int = 10) -> list[FoundRepository]:
        """The GGUF repositories made from a repository of original weights, most used first.

        Raises:
            HubError: The Hub cannot be asked.
        """
        query = SearchQuery(made_from=repo_id, sort=SearchSort.DOWNLOADS)
        return self.search_all(query, limit)


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


@dataclass(frozen=True, slots=True)
class _Listed:
    """The files of a list, and the names of the GGUF files that cannot be used."""

    sized: list[RepoFile] = field(default_factory=list[RepoFile])
    unsafe: list[str] = field(default_factory=list[str])
    unsized: list[str] = field(default_factory=list[str])


def _files(siblings: list[RepoSibling]) -> _Listed:
    listed = _Listed()
    for sibling in siblings:
        name, size = sibling.rfilename, _size(sibling.size)
        is_model = name.lower().endswith(".gguf")
        try:
            safe_file_name(name)
        except HubNameError:
            if is_model:
                listed.unsafe.append(name)
            continue
        if size is not None:
            listed.sized.append(RepoFile(name, size, _sha256(sibling)))
        elif is_model:
            listed.unsized.append(name)
    return listed


def _size(said: object) -> int | None:
    """A length that a file can have, None for anything else."""
    number = _number(said)
    return number if number is not None and number <= _MAX_BYTES else None


def _sha256(sibling: RepoSibling) -> str | None:
    digest = sibling.lfs.sha256.lower() if sibling.lfs is not None else ""
    return digest if is_sha256(digest) else None


def is_sha256(text: str) -> bool:
    """Tell whether a text is a SHA-256 in lower-case hex."""
    return len(text) == 64 and set(text) <= set("0123456789abcdef")


def _is_commit(text: str) -> bool:
    return len(text) == 40 and set(text) <= set("0123456789abcdef")


def _found(model: ModelInfo) -> FoundRepository:
    gguf = _mapping(getattr(model, "gguf", None))
    card = _mapping(getattr(model, "card_data", None))
    tags = model.tags or []
    return FoundRepository(
        repo_id=check_repo_id(model.id),
        downloads=_number(model.downloads),
        likes=_number(model.likes),
        parameters=_number(gguf.get("total")),
        architecture=_text(gguf.get("architecture")),
        context_tokens=_number(gguf.get("context_length")),
        licence=_text(card.get("license_name") or card.get("license")) or _tagged(tags, "license:"),
        gated=bool(model.gated),
        private=bool(model.private),
        made_from=_bases(card, tags),
        last_modified=model.last_modified,
        task=_text(model.pipeline_tag),
    )


def _bases(card: dict[str, object], tags: list[str]) -> tuple[str, ...]:
    given = card.get("base_model")
    names: list[object] = [given] if isinstance(given, str) else []
    if isinstance(given, list):
        names = cast("list[object]", given)
    if not names:
        names = [tag.rpartition(":")[2] for tag in tags if tag.startswith("base_model:")]
    valid: dict[str, None] = {}
    for name in names:
        if is_repo_id(str(name)):
            valid[str(name)] = None
    return tuple(valid)


def _mapping(value: object) -> dict[str, object]:
    if hasattr(value, "to_dict"):
        value = cast("Any", value).to_dict()
    return cast("dict[str, object]", value) if isinstance(value, dict) else {}


def _number(value: object) -> int | None:
    """A count, None for what cannot be one, or is larger than anything that counts."""
    if not isinstance(value, int) or isinstance(value, bool):
        return None
    return value if 0 <= value <= _MAX_COUNT else None


def _text(value: object) -> str | None:
    return value[:_MAX_TEXT] if isinstance(value, str) and value else None


def _tagged(tags: list[str], prefix: str) -> str | None:
    return next((_text(tag.removeprefix(prefix)) for tag in tags if tag.startswith(prefix)), None)
