"""Builds the Models page over its real backends, keeps it going, and takes it down."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from app.base.files import free_bytes
from app.core.errors import PersonError
from app.hub.account import token_owner
from app.hub.settings import DEFAULT_ENDPOINT, EndpointError
from app.lab.engines.calls import interruptible
from app.lab.engines.opened import opened_file
from app.lab.engines.room import EngineRoom
from app.lab.engines.speeds import speed_store
from app.lab.hub.access import HubAccess
from app.lab.hub.fit import HubFitter
from app.lab.models.library import Library
from app.lab.predict.fit import Fitter
from app.lab.predict.local_fits import LocalFits
from app.lab.predict.this_pc import look_at_this_pc, memory_of_this_pc
from app.lab.servers.book import ServerBook
from app.lab.shrink.left_out.usage import kept_usage
from app.lab.works.downloads import Downloads, HubCourier
from app.lab.works.nights.brought import BroughtFiles
from app.monitor.machine import physical_core_count
from app.store.comparisons import ComparisonStore
from app.store.glance import certificate_file, own_folders
from app.ui.pages.models.account.hub_account import ForbiddenHub, HubAccount, HubTrust
from app.ui.pages.models.downloads.queue_view import QueueView
from app.ui.pages.models.library.feed import LibraryFeed
from app.ui.pages.models.library.kept_comparisons import KeptComparisons
from app.ui.pages.models.page import ModelsPage
from app.ui.pages.models.ports import Backends

if TYPE_CHECKING:
    from app.bootstrap import House
    from app.core.models.model_file import ModelFile
    from app.core.shrink.usage import ExpertUsage
    from app.store.chats import ChatStore
    from app.ui.kit.jobs import JobContext, Jobs

log = logging.getLogger(__name__)


class ModelsDesk:
    """The Models page and what stands behind it. Main thread only.

    Attributes:
        page: For the window.
        library: Knows what is on this PC.
    """

    def __init__(
        self,
        house: House,
        jobs: Jobs,
        keep_own_folders: Callable[[Sequence[Path]], object],
        keep_certificates: Callable[[str], object],
    ) -> None:
        """Build it; nothing is looked up and nothing is sent before :meth:`begin`.

        Args:
            house: Store and folders.
            jobs: The door to background work.
            keep_own_folders: Writes the person's own folders to the settings.
            keep_certificates: Writes the person's certificate file to the settings.
        """
        paths = house.paths
        self._hub, refused = _open_hub(paths.cache, certificate_file(paths.settings))
        hub = self._hub
        self._jobs = jobs
        brought = BroughtFiles.below(paths.cache)
        self._queue = Downloads(house.works, HubCourier(hub, brought))
        self._downloads = QueueView(self._queue, hub)
        room, speeds = EngineRoom.of_this_pc(paths), speed_store(paths)
        threads = physical_core_count()
        self.library = LibraryFeed(
            Library(paths),
            jobs,
            own_folders=own_folders(paths.settings),
            keep_own_folders=keep_own_folders,
            plan_removal=lambda path: brought.removing(hub.cache.plan_removal(path)),
            fits=LocalFits(room, speeds, threads),
            opened=partial(_opened_files, house.chats, paths.demo),
            count_experts=partial(count_experts, room, paths.cache, threads),
        )
        fitter = Fitter(room, speeds, threads)
        self._held = False
        self._fitter = HubFitter(hub.headers, fitter, paths.cache / "fit")
        host = hub.settings.badge or ""
        self.page = ModelsPage(
            Backends(
                catalogue=ForbiddenHub(refused) if refused else hub.catalogue,
                fitter=self._fitter,
                account=HubAccount(hub.tokens, partial(token_owner, hub.connection)),
                trust=HubTrust(hub.connection, keep_certificates),
                downloads=self._downloads,
                comparisons=KeptComparisons(ComparisonStore(house.connection)),
                library=self.library,
                servers=ServerBook.of_this_pc(paths),
                page_of=hub.settings.page,
                free_bytes=lambda: free_bytes(hub.settings.cache_folder),
                badge=host,
                pc=memory_of_this_pc(),
                look_at_pc=lambda: look_at_this_pc(speeds, threads),
                hub_hosts=frozenset({host.lower()} if host else ()),
            ),
            jobs,
        )

    def begin(self) -> None:
        """Look through this PC, and tidy up after the last time."""
        self.library.rescan()
        cache, wanted = self._hub.cache, self._queue.wanted_digests
        self._jobs.run(lambda _context: cache.remove_old_parts(wanted), done=_note_freed)

    def pump(self, *, busy: bool) -> None:
        """Show what has become of downloads; called often.

        Args:
            busy: Whether candidates answer: predictions would disturb their times, and the
                other way round.
        """
        if busy is not self._held:
            self._held = busy
            self._fitter.hold(busy)
            self.page.set_held(busy)
        self._downloads.pump()

    def stop(self) -> None:
        """End scans and requests; call it before the jobs end."""
        self.page.stop()
        self._fitter.hold(False)
        # Else quitting would wait for an answer of llama.cpp that nobody needs any more.
        self._fitter.interrupt()
        # A slow Hub would keep the jobs, and so the process and its store, for as long as it likes.
        self._hub.abandon()
        self.library.stop()

    def close(self) -> None:
        """End the engine and the connections; call it after the jobs have ended."""
        self._fitter.close()
        self._hub.close()


def _open_hub(own_cache: Path, certificates: Path | None) -> tuple[HubAccess, EndpointError | None]:
    """The Hub of the environment; where that must not be used, the reason beside the usual one."""
    try:
        return HubAccess.open(own_cache, certificates=certificates), None
    except EndpointError as error:
        return HubAccess.open(own_cache, DEFAULT_ENDPOINT, certificates), error


def _opened_files(chats: ChatStore, demo: Path) -> list[Path]:
    """The files that chats were opened with, but for the built-in model's."""
    try:
        paths = [Path(path) for path in chats.opened_files()]
    except PersonError as error:
        log.warning("%s", error.detail or error.sentence)
        return []
    return [path for path in paths if not path.is_relative_to(demo)]


def count_experts(
    room: EngineRoom, cache: Path, threads: int, model: ModelFile, context: JobContext
) -> ExpertUsage:
    """Let a mixture read the bundled text; on a job thread, ends where the job is cancelled.

    Raises:
        PersonError: It cannot be loaded, or does not show its experts.
    """
    with interruptible(context.check):
        return kept_usage(
            opened_file(model),
            cache,
            threads=threads,
            room=room,
            on_progress=lambda done, total: context.report(done / total),
        )


def _note_freed(freed_bytes: int) -> None:
    if freed_bytes:
        log.info("%d bytes of downloads that nobody wants any more removed", freed_bytes)
