"""A download of the queue: what is wanted, and the states it goes through."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from app.base.states import Transitions

if TYPE_CHECKING:
    from app.core.listing import RepoFile


class DownloadState(StrEnum):
    """Where a download stands; the values are stored."""

    QUEUED = "queued"
    RUNNING = "running"
    STOPPING = "stopping"
    PAUSED = "paused"
    FAILED = "failed"
    DONE = "done"
    CANCELLED = "cancelled"


_S = DownloadState
NEXT = Transitions(
    DownloadState,
    {
        _S.QUEUED: {_S.RUNNING, _S.PAUSED, _S.CANCELLED},
        _S.RUNNING: {_S.STOPPING, _S.FAILED, _S.DONE},
        # A download that is asked to stop may just have ended by itself.
        _S.STOPPING: {_S.QUEUED, _S.PAUSED, _S.CANCELLED, _S.FAILED, _S.DONE},
        _S.PAUSED: {_S.QUEUED, _S.CANCELLED},
        _S.FAILED: {_S.QUEUED, _S.CANCELLED},
    },
)
"""Which state may follow which."""

ENDED = NEXT.ends
"""States that nothing follows."""


@dataclass(frozen=True, slots=True)
class DownloadOrder:
    """A model file that is wanted.

    Attributes:
        endpoint: Of the Hub that has it.
        commit: Every byte is taken from it.
        revision: The name under which the commit was found.
        name: Of the file or the first shard.
        level: As the name says, or None.
        files: The file, or all shards.
    """

    endpoint: str
    repo_id: str
    commit: str
    revision: str
    name: str
    level: str | None
    files: tuple[RepoFile, ...]

    @property
    def total_bytes(self) -> int:
        """Size of all files."""
        return sum(file.size_bytes for file in self.files)

    @property
    def digests(self) -> frozenset[str]:
        """Hashes of the contents, as far as the Hub says them."""
        return frozenset(file.sha256 for file in self.files if file.sha256)


@dataclass(frozen=True, slots=True)
class StoredDownload:
    """A download as it outlives the program.

    Attributes:
        position: Its place in the queue.
        done_bytes: As last seen.
        error: Why it failed, or empty.
        path: Of the finished file, or empty.
    """

    id: int
    order: DownloadOrder
    state: DownloadState
    position: int
    done_bytes: int = 0
    error: str = ""
    path: str = ""
