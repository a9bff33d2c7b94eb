"""Repositories as a Hub tells of them, read from its plain answers.

Nothing that an answer says is trusted to be of its kind: what cannot be is not known, and hides
nothing that stands beside it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TypeGuard, cast

from app.core.hub_names import HubNameError, is_repo_id, safe_file_name
from app.core.listing import ListedFile, RepoFile
from app.core.models.kinds import (
    ModelKind,
    generates,
    kind_in_name,
    kind_of_architecture,
    kind_of_tags,
)

Said = dict[str, object]
"""An object of an answer."""

# A repository with more files than this is no place for a model.
_MAX_FILES = 20_000
_MAX_TEXT = 200
_MAX_COUNT = (1 << 63) - 1
# No file is larger, whatever a list says: a pebibyte.
_MAX_BYTES = 1 << 50
# A day more or less, as another time zone has it, must still be a date.
_YEARS = range(1970, 9999)


@dataclass(frozen=True, slots=True)
class FoundRepository:
    """A repository as a search shows it; what the Hub does not say is None.

    Attributes:
        parameters: Of the model.
        context_tokens: That the model was trained for.
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

    @property
    def kind(self) -> ModelKind:
        """What it most likely holds, before a header of it was read."""
        tags = (self.task or "",)
        told = kind_of_architecture(self.architecture or "") or kind_of_tags(tags)
        if told is None and not generates(tags):
            told = kind_in_name(self.repo_id.rpartition("/")[2])
        return told or ModelKind.LANGUAGE_MODEL


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


@dataclass(frozen=True, slots=True)
class SaidFiles:
    """The files of a list.

    Attributes:
        sized: Those that can be used.
        unsafe: Names of GGUF files that must not become paths.
        unsized: Names of files that have something to do with a model and have no length that
            can be right.
    """

    sized: list[RepoFile] = field(default_factory=list[RepoFile])
    unsafe: list[str] = field(default_factory=list[str])
    unsized: list[str] = field(default_factory=list[str])


def found_repository(said: object, repo_id: str | None = None) -> FoundRepository | None:
    """The facts of a repository; None where its name is not said.

    Args:
        said: An entry of a search, or the answer about a repository.
        repo_id: The name that was asked for, where one was.
    """
    model = _mapping(said)
    names = (model.get("id"), model.get("modelId"), repo_id)
    name = next((name for name in names if isinstance(name, str) and is_repo_id(name)), None)
    if name is None:
        return None
    gguf, card, tags = _mapping(model.get("gguf")), _mapping(model.get("cardData")), _tags(model)
    return FoundRepository(
        repo_id=name,
        downloads=_number(model.get("downloads")),
        likes=_number(model.get("likes")),
        parameters=_number(gguf.get("total")),
        architecture=_text(gguf.get("architecture")),
        context_tokens=_number(gguf.get("context_length")),
        licence=(
            _text(card.get("license_name"))
            or _text(card.get("license"))
            or _tagged(tags, "license:")
        ),
        gated=_is_gated(model.get("gated")),
        private=model.get("private") is True,
        made_from=_bases(card, tags),
        last_modified=_date(model.get("lastModified")),
        task=_text(model.get("pipeline_tag")),
    )


def said_commit(said: object) -> str | None:
    """The commit that an answer about a repository is of; None where it is not said."""
    commit = _mapping(said).get("sha")
    return commit if is_commit(commit) else None


def said_files(said: object) -> SaidFiles | None:
    """The files of a repository, each once; None where there is no list of them."""
    entries = _mapping(said).get("siblings")
    if not isinstance(entries, list):
        return None
    files: SaidFiles = SaidFiles()
    seen: set[str] = set()
    for entry in cast("list[object]", entries)[:_MAX_FILES]:
        file = _mapping(entry)
        name = file.get("rfilename")
        if not isinstance(name, str) or name in seen:
            continue
        seen.add(name)
        try:
            safe_file_name(name)
        except HubNameError:
            if name.lower().endswith(".gguf"):
                files.unsafe.append(name)
            continue
        lfs = _mapping(file.get("lfs"))
        sizes = (said_size(file.get("size")), said_size(lfs.get("size")))
        size = next((size for size in sizes if size is not None), None)
        if size is not None:
            files.sized.append(RepoFile(name, size, _sha256(lfs)))
        elif ".gguf" in name.lower():
            files.unsized.append(name)
    return files


def is_commit(text: object) -> TypeGuard[str]:
    """Tell whether something is the name of a commit."""
    return isinstance(text, str) and len(text) == 40 and set(text) <= set("0123456789abcdef")


def is_sha256(text: object) -> TypeGuard[str]:
    """Tell whether something is a SHA-256 in lower-case hex."""
    return isinstance(text, str) and len(text) == 64 and set(text) <= set("0123456789abcdef")


def said_size(said: object) -> int | None:
    """A length that a file can have, None for anything else."""
    number = _number(said)
    return number if number is not None and number <= _MAX_BYTES else None


def _sha256(lfs: Said) -> str | None:
    said = lfs.get("sha256")
    digest = said.lower() if isinstance(said, str) else None
    return digest if is_sha256(digest) else None


def _tags(model: Said) -> list[str]:
    tags = model.get("tags")
    listed = cast("list[object]", tags) if isinstance(tags, list) else []
    return [tag for tag in listed if isinstance(tag, str)]


def _bases(card: Said, tags: Sequence[str]) -> tuple[str, ...]:
    given = card.get("base_model")
    named = cast("list[object]", given) if isinstance(given, list) else [given]
    return _repositories(named) or _repositories(
        [tag.rpartition(":")[2] for tag in tags if tag.startswith("base_model:")]
    )


def _repositories(names: Iterable[object]) -> tuple[str, ...]:
    valid = [name for name in names if isinstance(name, str) and is_repo_id(name)]
    return tuple(dict.fromkeys(valid))


def _is_gated(said: object) -> bool:
    """Whether a licence has to be accepted; of a word that is not known it is thought so."""
    if isinstance(said, str):
        return said.strip().lower() not in {"", "false", "no", "none"}
    return said is True


def _date(said: object) -> datetime | None:
    if not isinstance(said, str):
        return None
    try:
        date = datetime.fromisoformat(said.strip())
        date = date.replace(tzinfo=date.tzinfo or UTC).astimezone(UTC)
    except (ValueError, OverflowError):
        return None
    return date if date.year in _YEARS else None


def _mapping(value: object) -> Said:
    return cast("Said", value) if isinstance(value, dict) else {}


def _number(value: object) -> int | None:
    """A count, None for what cannot be one, or is larger than anything that counts."""
    if not isinstance(value, int) or isinstance(value, bool):
        return None
    return value if 0 <= value <= _MAX_COUNT else None


def _text(value: object) -> str | None:
    return value[:_MAX_TEXT] if isinstance(value, str) and value else None


def _tagged(tags: Sequence[str], prefix: str) -> str | None:
    return next((_text(tag.removeprefix(prefix)) for tag in tags if tag.startswith(prefix)), None)
