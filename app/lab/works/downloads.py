"""Downloads: works that bring a model file from the Hub, two at a time."""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import msgspec

from app.core.errors import PersonError
from app.core.listing import ListedFile, RepoFile, with_eyes
from app.core.words.sentence import say
from app.hub.progress import Progress
from app.lab.works.work import ENDED, Slot, Tell, Work, WorkState
from app.store.tolerant import NotReadable, from_json
from app.store.works import StoredWork, queued_works

if TYPE_CHECKING:
    from app.base.gate import StopFlag
    from app.hub.repositories import Repository
    from app.lab.hub.access import HubAccess
    from app.lab.works.nights.brought import BroughtFiles
    from app.lab.works.queue import WorkQueue


class DownloadOrder(msgspec.Struct, frozen=True):
    """A model file that is wanted.

    Attributes:
        endpoint: Of the Hub that has it.
        commit: Every byte is taken from it.
        revision: The name under which the commit was found.
        name: Of the file or the first shard.
        level: As the name says, or None.
        files: The file, or all shards; behind them the projector that came with it.
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


log = logging.getLogger(__name__)


class Courier(Protocol):
    """Brings and removes the files of orders, in threads that the queue starts."""

    def fetch(self, order: DownloadOrder, stop: StopFlag, tell: Callable[[Progress], None]) -> Path:
        """Return the finished file.

        Raises:
            PersonError: It cannot be done.
            Stopped: Asked to stop.
        """
        ...

    def discard(self, order: DownloadOrder) -> None:
        """Remove what is there of an order that nobody wants any more."""
        ...


class Come(msgspec.Struct, frozen=True):
    """How far a download has come; ``path`` is that of the finished file, or empty."""

    done_bytes: int = 0
    path: str = ""


class Download(Work):
    """One download.

    Attributes:
        progress: The latest, None before it ran in this program.
        path: Of the finished file, or empty.
    """

    kind = "download"
    slot = Slot.NETWORK
    unforeseen = say("hub.download_failed_unknown_reason")
    keeps_awake = say("hub.bringing")
    stays = True

    def __init__(self, order: DownloadOrder, courier: Courier, come: Come | None = None) -> None:
        super().__init__()
        come = come or Come()
        self._order = order
        self._courier = courier
        self.done_bytes = come.done_bytes
        self.path = come.path
        self.progress: Progress | None = None

    @property
    def order(self) -> DownloadOrder:
        """What is wanted."""
        return self._order

    @property
    def so_far(self) -> Come:
        """How far it has come."""
        return Come(self.done_bytes, self.path)

    @property
    def total_bytes(self) -> int:
        """Size of all its files."""
        return self._order.total_bytes

    def take(self, news: object) -> bool:
        """Hear of its progress, and of its file."""
        if isinstance(news, Progress):
            self.progress = news
            self.done_bytes = news.done_bytes
        elif isinstance(news, Path):
            self.path = str(news)
            self.done_bytes = self.total_bytes
        return False

    def remover(self, others: Sequence[Work]) -> Callable[[], object] | None:
        """Removes the parts that are there, without contents that another download wants too."""
        wanted = _wanted(others)
        files = tuple(file for file in self._order.files if file.sha256 not in wanted)
        own = msgspec.structs.replace(self._order, files=files)
        return (lambda: self._courier.discard(own)) if files else None

    def run(self, gate: StopFlag, tell: Tell) -> Path:
        """Bring the files."""
        return self._courier.fetch(self._order, gate, tell.progress)


class Downloads:
    """The downloads of the queue. Belongs to its thread.

    Takes back those that an earlier run of the program has left; they go on with the queue.

    Attributes:
        queue: Where they stand.
    """

    def __init__(self, queue: WorkQueue, courier: Courier) -> None:
        self.queue = queue
        self._courier = courier
        for stored in queue.kept.take_left(Download.kind):
            parts = _read(stored)
            if parts is not None:
                queue.go_on_with(Download(parts[0], courier, parts[1]), stored)

    @property
    def all(self) -> Sequence[Download]:
        """Every download in its order, ended ones too."""
        return self.queue.of(Download)

    @property
    def wanted_digests(self) -> frozenset[str]:
        """Hashes of the contents that downloads still want."""
        return _wanted(self.all)

    def add(self, order: DownloadOrder) -> Download:
        """Want a model file; one that is wanted already comes back as it is.

        Raises:
            PersonError: The queue cannot be stored.
        """
        for known in self.all:
            if known.order == order and known.state not in ENDED:
                if known.state in (WorkState.PAUSED, WorkState.FAILED):
                    self.queue.resume(known)
                return known
        download = Download(order, self._courier)
        self.queue.add(download)
        return download


class HubCourier:
    """Brings files from a Hub into its cache. Any thread.

    Args:
        hub: Where from.
        brought: What nights have brought: what is ordered is no night's any more.
    """

    def __init__(self, hub: HubAccess, brought: BroughtFiles) -> None:
        self._hub = hub
        self._brought = brought

    def fetch(self, order: DownloadOrder, stop: StopFlag, tell: Callable[[Progress], None]) -> Path:
        """See :class:`Courier`."""
        if order.endpoint != self._hub.settings.endpoint:
            raise PersonError(
                say("hub.download_belongs_another_hub_choose", endpoint=order.endpoint)
            )
        with self._brought.asked_for(order.files):
            fetched = self._hub.downloader.fetch_all(
                order.repo_id,
                order.commit,
                order.files,
                stop=stop,
                tell=tell,
                revision=order.revision,
            )
        return fetched[0].path

    def discard(self, order: DownloadOrder) -> None:
        """See :class:`Courier`."""
        for file in order.files:
            with contextlib.suppress(PersonError):
                if file.sha256 is not None:
                    self._hub.cache.remove_part(order.repo_id, file.sha256)


def order_for(hub: HubAccess, repository: Repository, file: ListedFile) -> DownloadOrder:
    """The order for a model file of a repository as it was listed, with what it sees with."""
    return DownloadOrder(
        endpoint=hub.settings.endpoint,
        repo_id=repository.repo_id,
        commit=repository.commit,
        revision=repository.revision,
        name=file.name,
        level=file.level,
        files=with_eyes(repository.files, file),
    )


def queued_digests(database: Path) -> frozenset[str] | None:
    """Hashes of the contents that downloads still want, read beside the window that owns them.

    None where that cannot be told.
    """
    stored = queued_works(database)
    if stored is None:
        return None
    ended = {state.value for state in ENDED}
    orders = [
        parts[0]
        for work in stored
        if work.kind == Download.kind and work.state not in ended
        if (parts := _read(work)) is not None
    ]
    return frozenset[str]().union(*(order.digests for order in orders))


def _wanted(works: Iterable[Work]) -> frozenset[str]:
    wanted = [w.order.digests for w in works if isinstance(w, Download) and w.state not in ENDED]
    return frozenset[str]().union(*wanted)


def _read(stored: StoredWork) -> tuple[DownloadOrder, Come] | None:
    try:
        return from_json(stored.what, DownloadOrder), from_json(stored.so_far, Come)
    except NotReadable:
        log.warning("download %d cannot be read", stored.id, exc_info=True)
        return None
