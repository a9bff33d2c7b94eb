"""The queue of downloads as the page sees it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from app.base.told import Listeners
from app.core.words.sentence import from_kept
from app.hub.progress import Phase
from app.lab.works.downloads import Download, Downloads, order_for
from app.lab.works.work import Work, WorkState
from app.ui.kit.words.sentences import told
from app.ui.kit.words.text import translate

if TYPE_CHECKING:
    from app.core.listing import ListedFile
    from app.hub.repositories import Repository
    from app.lab.hub.access import HubAccess


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


class QueueView:
    """Main thread; somebody calls :meth:`pump` often.

    Attributes:
        changed: Told by :meth:`pump` once for all that has changed since the last time.
    """

    def __init__(self, downloads: Downloads, hub: HubAccess) -> None:
        self.changed = Listeners[[]]()
        self._downloads = downloads
        self._queue = downloads.queue
        self._hub = hub
        self._changed = False
        self._queue.list_changed.add(self._note)
        self._queue.changed.add(self._note)

    def pump(self) -> None:
        """Tell of what changed."""
        if self._changed:
            self._changed = False
            self.changed.tell()

    # --- what the page asks -----------------------------------------------------------------

    def entries(self) -> list[DownloadEntry]:
        """All downloads in their order, finished ones last, those that nobody wants not at all."""
        return [_entry(download) for download in self._shown()]

    def add(self, repository: Repository, file: ListedFile) -> str:
        """Queue a file; returns its key.

        Raises:
            PersonError: The queue cannot be stored.
        """
        return str(self._downloads.add(order_for(self._hub, repository, file)).id)

    def pause(self, key: str) -> None:
        """Stop it and keep what is there."""
        self._do(key, self._queue.pause)

    def resume(self, key: str) -> None:
        """Go on after a pause or a failure."""
        self._do(key, self._queue.resume)

    def cancel(self, key: str) -> None:
        """Want it no more."""
        self._do(key, self._queue.cancel)

    def forget(self, key: str) -> None:
        """Take a finished one off the list."""
        self._do(key, lambda download: self._queue.forget([download]))

    def forget_ended(self) -> None:
        """Take finished ones off the list."""
        self._queue.forget(self._downloads.all)

    def move(self, key: str, place: int) -> None:
        """Put it elsewhere in the order that is shown."""
        shown = self._shown()
        target = self._queue.all.index(shown[min(place, len(shown) - 1)])
        self._do(key, lambda download: self._queue.move(download, target))

    # --- within -----------------------------------------------------------------------------

    def _note(self, work: Work | None = None) -> None:
        self._changed = self._changed or work is None or isinstance(work, Download)

    def _shown(self) -> list[Download]:
        wanted = [each for each in self._downloads.all if each.state is not WorkState.CANCELLED]
        return sorted(wanted, key=lambda each: each.state is WorkState.DONE)

    def _do(self, key: str, do: Callable[[Download], object]) -> None:
        for download in self._downloads.all:
            if str(download.id) == key:
                do(download)
                return


def _entry(download: Download) -> DownloadEntry:
    running = download.state is WorkState.RUNNING
    progress = download.progress if running else None
    order = download.order
    problem = told(from_kept(download.error))
    if progress is not None and progress.remark:
        problem = told(progress.remark)
    return DownloadEntry(
        key=str(download.id),
        repo_id=order.repo_id,
        title=order.level or order.name.rpartition("/")[2],
        state=WorkState.RUNNING if download.state is WorkState.STOPPING else download.state,
        done_bytes=download.done_bytes,
        total_bytes=download.total_bytes,
        bytes_per_second=progress.bytes_per_second if progress else None,
        seconds_left=progress.seconds_left if progress else None,
        activity=_activity(download),
        problem=problem,
        path=Path(download.path) if download.path else None,
    )


def _activity(download: Download) -> str:
    if download.state is WorkState.STOPPING:
        return translate("Downloads", "stopping")
    phase = download.progress.phase if download.progress else Phase.CONNECTING
    return {
        Phase.CONNECTING: translate("Downloads", "asking the Hub"),
        Phase.WAITING: translate("Downloads", "waiting for another program"),
        Phase.CHECKING: translate("Downloads", "checking what is there"),
        Phase.DOWNLOADING: translate("Downloads", "downloading"),
        Phase.RETRYING: translate("Downloads", "trying again"),
        Phase.FINISHING: translate("Downloads", "finishing"),
    }[phase]
