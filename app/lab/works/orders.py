"""Between the queue of downloads and the Hub: orders from listings, and their fulfilment."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

from app.core.errors import PersonError
from app.core.hub.downloads import DownloadOrder
from app.core.words.sentence import say
from app.lab.works.downloads import Downloads

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from app.base.gate import StopFlag
    from app.core.listing import ListedFile
    from app.hub.progress import Progress
    from app.hub.repositories import Repository
    from app.lab.hub.access import HubAccess
    from app.lab.works.downloads import Keeper


def order_for(hub: HubAccess, repository: Repository, file: ListedFile) -> DownloadOrder:
    """The order for a model file of a repository as it was listed."""
    return DownloadOrder(
        endpoint=hub.settings.endpoint,
        repo_id=repository.repo_id,
        commit=repository.commit,
        revision=repository.revision,
        name=file.name,
        level=file.level,
        files=file.parts,
    )


def build_downloads(hub: HubAccess, keeper: Keeper) -> Downloads:
    """The queue over a Hub."""

    def fetch(order: DownloadOrder, stop: StopFlag, tell: Callable[[Progress], None]) -> Path:
        if order.endpoint != hub.settings.endpoint:
            raise PersonError(
                say("hub.download_belongs_another_hub_choose", endpoint=order.endpoint)
            )
        fetched = hub.downloader.fetch_all(
            order.repo_id,
            order.commit,
            order.files,
            stop=stop,
            tell=tell,
            revision=order.revision,
        )
        return fetched[0].path

    def discard(order: DownloadOrder) -> None:
        for file in order.files:
            with contextlib.suppress(PersonError):
                if file.sha256 is not None:
                    hub.cache.remove_part(order.repo_id, file.sha256)

    return Downloads(fetch, discard, keeper)
