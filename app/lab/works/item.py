"""One download of the queue, and what the queue stands on."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

from app.core.hub.downloads import NEXT, DownloadOrder, DownloadState, StoredDownload

if TYPE_CHECKING:
    import threading
    from collections.abc import Callable, Iterable
    from pathlib import Path

    from app.base.gate import StopFlag
    from app.hub.progress import Progress


class Fetch(Protocol):
    """Brings the files of an order; runs in a thread of its own."""

    def __call__(
        self, order: DownloadOrder, stop: StopFlag, tell: Callable[[Progress], None]
    ) -> Path:
        """Return the finished file.

        Raises:
            PersonError: It cannot be done.
            Stopped: Asked to stop.
        """
        ...


class Keeper(Protocol):
    """Where the queue outlives the program; used on the owner's thread."""

    def load(self) -> list[StoredDownload]:
        """All downloads in their order."""
        ...

    def add(self, order: DownloadOrder, state: DownloadState, position: int) -> StoredDownload:
        """Store a new download."""
        ...

    def save(self, downloads: Iterable[StoredDownload]) -> None:
        """Store what changed."""
        ...

    def remove(self, ids: Iterable[int]) -> None:
        """Forget downloads."""
        ...


class DownloadsListener(Protocol):
    """Told on the owner's thread."""

    def list_changed(self) -> None:
        """Downloads came, went or changed places."""
        ...

    def download_changed(self, download: Download) -> None:
        """State or progress of a download."""
        ...

    def download_finished(self, download: Download) -> None:
        """Its file is there, at ``download.path``."""
        ...


class NobodyWatches:
    """Takes no interest."""

    def list_changed(self) -> None:
        """Nothing."""

    def download_changed(self, download: Download) -> None:
        """Nothing."""

    def download_finished(self, download: Download) -> None:
        """Nothing."""


@dataclass(eq=False, slots=True)
class Download:
    """One download. Read-only for everyone but the queue.

    Attributes:
        progress: The latest, None before it ran in this program.
        error: Why it failed, as ``sentence.kept`` writes it, or empty.
        path: Of the finished file, or empty.
        stop_flag: The queue's own: asks its thread to stop.
        thread: The queue's own: brings it.
        then: The queue's own: what it becomes once it has stopped.
    """

    id: int
    order: DownloadOrder
    state: DownloadState
    done_bytes: int = 0
    error: str = ""
    path: str = ""
    progress: Progress | None = None
    stop_flag: StopFlag | None = field(default=None, repr=False)
    thread: threading.Thread | None = field(default=None, repr=False)
    then: DownloadState = DownloadState.PAUSED

    @property
    def total_bytes(self) -> int:
        """Size of all its files."""
        return self.order.total_bytes

    def become(self, state: DownloadState) -> None:
        """Change the state.

        Raises:
            IllegalTransition: It may not follow.
        """
        self.state = NEXT.step(self.state, state)


def restored(stored: StoredDownload) -> Download:
    """A download as it goes on after the program ended, however that was."""
    state = stored.state
    if state in {DownloadState.RUNNING, DownloadState.STOPPING}:
        # The program ended in the middle: go on.
        state = DownloadState.QUEUED
    return Download(stored.id, stored.order, state, stored.done_bytes, stored.error, stored.path)
