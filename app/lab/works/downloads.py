"""The queue of downloads: two at a time, and nothing of it is lost when the program ends."""

from __future__ import annotations

import logging
import queue
import time
from typing import TYPE_CHECKING

from app.base.gate import StopFlag
from app.core.errors import PersonError
from app.core.hub.downloads import ENDED, DownloadState, StoredDownload
from app.core.words.sentence import kept
from app.hub.progress import Progress
from app.lab.works.item import Download, DownloadsListener, NobodyWatches, restored
from app.lab.works.threads import Event, Outcome, Swept, start_bringing, start_sweeping

if TYPE_CHECKING:
    import threading
    from collections.abc import Callable, Iterable, Sequence

    from app.core.hub.downloads import DownloadOrder
    from app.lab.works.item import Fetch, Keeper

log = logging.getLogger(__name__)

AT_ONCE = 2
_SAVE_EVERY_S = 5.0
_END_S = 2.0


class Downloads:
    """The queue. Belongs to one thread, which calls :meth:`pump` some 20 times a second.

    Args:
        fetch: Brings an order's files, in threads that this starts.
        discard: Removes what is there of an order that nobody wants any more; in such a thread.
        keeper: Keeps the queue.
        at_once: How many run at the same time.

    Attributes:
        listener: Told of changes.
    """

    def __init__(
        self,
        fetch: Fetch,
        discard: Callable[[DownloadOrder], None],
        keeper: Keeper,
        *,
        at_once: int = AT_ONCE,
        now_s: Callable[[], float] = time.monotonic,
    ) -> None:
        self.listener: DownloadsListener = NobodyWatches()
        self._fetch = fetch
        self._discard = discard
        self._keeper = keeper
        self._at_once = at_once
        self._now_s = now_s
        self._events: queue.SimpleQueue[tuple[Download, Event]] = queue.SimpleQueue()
        self._saved_s = now_s()
        self._closed = False
        self._sweepers: list[threading.Thread] = []
        self._list = [restored(stored) for stored in keeper.load()]

    # --- reading --------------------------------------------------------------------------

    @property
    def all(self) -> Sequence[Download]:
        """Every download in its order, ended ones too."""
        return tuple(self._list)

    @property
    def busy(self) -> bool:
        """Whether anything runs, stops, or is about to run."""
        states = {DownloadState.QUEUED, DownloadState.RUNNING, DownloadState.STOPPING}
        return any(download.state in states for download in self._list)

    @property
    def wanted_digests(self) -> frozenset[str]:
        """Hashes of the contents that downloads of the queue still want."""
        wanted = [d.order.digests for d in self._list if d.state not in ENDED]
        return frozenset[str]().union(*wanted)

    # --- wishes ---------------------------------------------------------------------------

    def add(self, order: DownloadOrder) -> Download:
        """Want a model file; one that is wanted already comes back as it is.

        Raises:
            PersonError: The queue cannot be stored.
        """
        for known in self._list:
            if known.order == order and known.state not in ENDED:
                if known.state in {DownloadState.PAUSED, DownloadState.FAILED}:
                    self.resume(known)
                return known
        stored = self._keeper.add(order, DownloadState.QUEUED, len(self._list))
        download = Download(stored.id, order, stored.state)
        self._list.append(download)
        self.listener.list_changed()
        self._start_next()
        return download

    def pause(self, download: Download) -> None:
        """Let it rest; what is there is kept. Does nothing where that makes no sense."""
        if download.state is DownloadState.QUEUED:
            self._change(download, DownloadState.PAUSED)
        elif download.state in {DownloadState.RUNNING, DownloadState.STOPPING}:
            self._stop(download, DownloadState.PAUSED)

    def resume(self, download: Download) -> None:
        """Go on with a paused or failed one. Does nothing where that makes no sense."""
        if download.state in {DownloadState.PAUSED, DownloadState.FAILED}:
            download.error = ""
            self._change(download, DownloadState.QUEUED)
            self._start_next()
        elif download.state is DownloadState.STOPPING and download.then is DownloadState.PAUSED:
            self._stop(download, DownloadState.QUEUED)

    retry = resume

    def cancel(self, download: Download) -> None:
        """Want it no more; what is there of it is removed. A finished file stays."""
        if download.state in {DownloadState.RUNNING, DownloadState.STOPPING}:
            self._stop(download, DownloadState.CANCELLED)
        elif download.state not in ENDED:
            self._change(download, DownloadState.CANCELLED)
            self._throw_away(download)

    def move(self, download: Download, index: int) -> None:
        """Put it elsewhere in the order; what runs goes on running."""
        rest = [other for other in self._list if other is not download]
        rest.insert(max(0, min(index, len(rest))), download)
        self._list = rest
        self._save(self._list)
        self.listener.list_changed()

    def forget(self, download: Download) -> None:
        """Take a finished or cancelled one off the list; its file stays. No other ones."""
        if download.state in ENDED:
            self._forget([download])

    def forget_ended(self) -> None:
        """Take finished and cancelled ones off the list; files stay."""
        self._forget([download for download in self._list if download.state in ENDED])

    # --- life -----------------------------------------------------------------------------

    def tidy(self) -> None:
        """Finish what the last time left of cancelled downloads; call it once, at the start."""
        for download in self.all:
            if download.state is DownloadState.CANCELLED:
                self._throw_away(download)

    def pump(self) -> None:
        """Take what the threads have to say, and start what may start."""
        while not self._events.empty():
            self._take(*self._events.get())
        self._start_next()
        if self._now_s() - self._saved_s >= _SAVE_EVERY_S:
            self._saved_s = self._now_s()
            running = [d for d in self._list if d.state is DownloadState.RUNNING]
            if running:
                self._save(running)

    def wait(self, timeout_s: float) -> None:
        """Like :meth:`pump`, but wait for something to take first, so many seconds at most."""
        try:
            event = self._events.get(timeout=timeout_s)
        except queue.Empty:
            pass
        else:
            self._take(*event)
        self.pump()

    def close(self) -> None:
        """End all threads; what ran goes on at the next start."""
        self._closed = True
        stopping = [d for d in self._list if d.thread is not None]
        for download in stopping:
            if download.state is DownloadState.RUNNING:
                self._stop(download, DownloadState.QUEUED)
        end = time.monotonic() + _END_S
        for thread in [*(d.thread for d in stopping), *self._sweepers]:
            if thread is not None:
                thread.join(max(0.0, end - time.monotonic()))
        self.pump()

    # --- inside ---------------------------------------------------------------------------

    def _start_next(self) -> None:
        if self._closed:
            return
        working = {DownloadState.RUNNING, DownloadState.STOPPING}
        free = self._at_once - sum(d.state in working for d in self._list)
        waiting = [d for d in self._list if d.state is DownloadState.QUEUED]
        for download in waiting[: max(0, free)]:
            download.stop_flag = StopFlag()
            self._change(download, DownloadState.RUNNING)
            start_bringing(self._fetch, download, download.stop_flag, self._tell)

    def _tell(self, download: Download, event: Event) -> None:
        """On any thread."""
        self._events.put((download, event))

    def _take(self, download: Download, event: Event) -> None:
        if isinstance(event, Progress):
            download.progress = event
            download.done_bytes = event.done_bytes
            self.listener.download_changed(download)
        elif isinstance(event, Swept):
            self._forget([download])
        else:
            self._end(download, event)

    def _end(self, download: Download, event: Outcome) -> None:
        download.thread = download.stop_flag = None
        if event.path is not None:
            download.path = str(event.path)
            download.done_bytes = download.total_bytes
            self._change(download, DownloadState.DONE)
            self.listener.download_finished(download)
        elif event.error is not None:
            self._failed(download, event.error)
        else:
            self._change(download, download.then)
            if download.state is DownloadState.CANCELLED:
                self._throw_away(download)

    def _failed(self, download: Download, error: PersonError) -> None:
        log.warning("download of %s: %s", download.order.name, error.detail or error.sentence)
        if download.state is DownloadState.STOPPING and download.then in ENDED:
            self._change(download, download.then)
            self._throw_away(download)
            return
        download.error = kept(error.said)
        self._change(download, DownloadState.FAILED)

    def _stop(self, download: Download, then: DownloadState) -> None:
        if download.state is DownloadState.STOPPING and download.then in ENDED:
            return  # cancelled: nothing takes that back
        download.then = then
        if download.stop_flag is not None:
            download.stop_flag.stop()
        self._change(download, DownloadState.STOPPING)

    def _throw_away(self, download: Download) -> None:
        if download.order.digests & self.wanted_digests:
            self._forget([download])  # another download wants the same content
            return
        self._sweepers = [thread for thread in self._sweepers if thread.is_alive()]
        self._sweepers.append(start_sweeping(self._discard, download, self._tell))

    def _forget(self, downloads: Sequence[Download]) -> None:
        gone = [download for download in downloads if download in self._list]
        if gone:
            self._list = [download for download in self._list if download not in gone]
            try:
                self._keeper.remove([download.id for download in gone])
            except PersonError as error:
                log.warning("downloads not forgotten: %s", error.detail)
            self.listener.list_changed()

    def _change(self, download: Download, state: DownloadState) -> None:
        if download.state is not state:
            download.become(state)
        self._save([download])
        self.listener.download_changed(download)

    def _save(self, downloads: Iterable[Download]) -> None:
        """Store what changed; where that fails, the next change stores it."""
        position = {download.id: index for index, download in enumerate(self._list)}
        stored = [
            StoredDownload(
                download.id,
                download.order,
                _lasting(download),
                position[download.id],
                download.done_bytes,
                download.error,
                download.path,
            )
            for download in downloads
        ]
        try:
            self._keeper.save(stored)
        except PersonError as error:  # a full disk, say: downloads then stop and say so themselves
            log.warning("queue not stored: %s", error.detail)


def _lasting(download: Download) -> DownloadState:
    """The state to go on from if the program is killed now."""
    return download.then if download.state is DownloadState.STOPPING else download.state
