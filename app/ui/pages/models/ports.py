"""What the Models page stands on: the program's own classes, in one place to hand over."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from app.hub.catalogue import SearchQuery
    from app.hub.repositories import FoundRepository, Repository
    from app.lab.hub.fit import HubFitter
    from app.lab.predict.this_pc import ThisPc
    from app.lab.servers.book import ServerBook
    from app.ui.pages.models.account.hub_account import HubAccount, HubTrust
    from app.ui.pages.models.downloads.queue_view import QueueView
    from app.ui.pages.models.library.feed import LibraryFeed
    from app.ui.pages.models.library.kept_comparisons import KeptComparisons


class CataloguePort(Protocol):
    """Asks a Hub what it has: a real one, or one that must not be used and says why. Job thread."""

    def search(self, query: SearchQuery) -> Iterator[list[FoundRepository]]:
        """Repositories a page at a time."""
        ...

    def repository(self, repo_id: str, revision: str | None = None) -> Repository:
        """One repository at one commit."""
        ...

    def card(self, repository: Repository) -> str:
        """What its authors wrote about a model."""
        ...

    def made_from(self, repo_id: str) -> list[FoundRepository]:
        """The GGUF repositories made from original weights."""
        ...


@dataclass(frozen=True, slots=True)
class Backends:
    """Everything the page stands on.

    Attributes:
        badge: Host of a Hub that is not the default one, or empty.
        servers: Engines elsewhere that the person added.
        page_of: The address of a repository's page.
        free_bytes: Of the disk that downloads go to, None where it is unknown; job thread.
        pc: What is known of this PC at once.
        look_at_pc: Tells more of it; job thread.
    """

    catalogue: CataloguePort
    fitter: HubFitter
    account: HubAccount
    trust: HubTrust
    downloads: QueueView
    comparisons: KeptComparisons
    library: LibraryFeed
    servers: ServerBook
    page_of: Callable[[str], str]
    free_bytes: Callable[[], int | None]
    pc: ThisPc
    look_at_pc: Callable[[], ThisPc]
    badge: str = ""
    hub_hosts: frozenset[str] = frozenset()
