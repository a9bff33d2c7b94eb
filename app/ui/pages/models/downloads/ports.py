"""The queue of downloads, and what waits for them, as the Models page sees them; main thread."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from app.base.told import Listeners
    from app.core.listing import ListedFile
    from app.hub.repositories import Repository
    from app.lab.works.work import WorkState


@dataclass(frozen=True, slots=True)
class DownloadEntry:
    """One download as the list shows it.

    Attributes:
        key: Names it, alone.
        state: Where it is; one that stops counts as running.
        activity: What it is doing, in words; empty where the state says all.
        problem: Why it failed or tries again, a sentence; else empty.
        path: The file, once it is there.
    """

    key: str
    repo_id: str
    title: str
    state: WorkState
    done_bytes: int
    total_bytes: int
    bytes_per_second: float | None = None
    seconds_left: float | None = None
    activity: str = ""
    problem: str = ""
    path: Path | None = None


class DownloadsPort(Protocol):
    """The queue of downloads. Every method is quick and is called on the main thread.

    Attributes:
        changed: Tells, on the main thread, after anything has changed.
    """

    changed: Listeners[[]]

    def entries(self) -> Sequence[DownloadEntry]:
        """All downloads in their order."""
        ...

    def add(self, repository: Repository, file: ListedFile) -> str:
        """Queue a file; returns its key, that of the old one if it is in the queue already."""
        ...

    def pause(self, key: str) -> None:
        """Stop it and keep what is there."""
        ...

    def resume(self, key: str) -> None:
        """Go on after a pause or a failure."""
        ...

    def cancel(self, key: str) -> None:
        """Want it no more; what is there of it is removed. Not for finished ones."""
        ...

    def forget(self, key: str) -> None:
        """Take a finished one off the list; its file stays."""
        ...

    def forget_ended(self) -> None:
        """Take finished ones off the list; their files stay."""
        ...

    def move(self, key: str, place: int) -> None:
        """Put it elsewhere in the order."""
        ...


@dataclass(frozen=True, slots=True)
class GroupMember:
    """A download that is to be compared, and its file once it is there."""

    key: str
    path: Path | None = None


@dataclass(frozen=True, slots=True)
class ComparisonGroup:
    """Downloads that wait for each other, in the order of their panes."""

    number: int
    members: tuple[GroupMember, ...]

    @property
    def keys(self) -> tuple[str, ...]:
        """Of its downloads."""
        return tuple(member.key for member in self.members)

    @property
    def complete(self) -> bool:
        """Whether all files are there."""
        return all(member.path is not None for member in self.members)


class ComparisonsPort(Protocol):
    """Keeps the groups; main thread. Every method may raise a ``PersonError``."""

    def load(self) -> Sequence[ComparisonGroup]:
        """All of them, the oldest first."""
        ...

    def add(self, members: Sequence[GroupMember]) -> int:
        """Keep a new one; returns its number."""
        ...

    def save(self, group: ComparisonGroup) -> None:
        """Keep what has changed of one."""
        ...

    def remove(self, number: int) -> None:
        """Forget one."""
        ...
