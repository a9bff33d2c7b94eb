"""What the Models page stands on, as narrow protocols: the real backends and the tests' fit them.

Every method that waits for a network, a disk or an engine is called on a job thread; what is
called on the main thread says so.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from app.base.told import Listeners
    from app.core.models.family import LibraryModel
    from app.hub.catalogue import SearchQuery
    from app.hub.repositories import FoundRepository, Repository
    from app.lab.hub.fit import HubFitter
    from app.ui.pages.models.downloads.ports import ComparisonsPort, DownloadsPort


class CataloguePort(Protocol):
    """Asks a Hub what it has."""

    def search(self, query: SearchQuery) -> Iterator[list[FoundRepository]]:
        """Repositories a page at a time."""
        ...

    def repository(self, repo_id: str, revision: str | None = None) -> Repository:
        """One repository at one commit."""
        ...

    def made_from(self, repo_id: str) -> list[FoundRepository]:
        """The GGUF repositories made from original weights."""
        ...


@dataclass(frozen=True, slots=True)
class AccountStatus:
    """Which token is in use.

    Attributes:
        place: Where it comes from, in words; empty where there is none.
        own: It is this program's own, which can be forgotten.
        remark: More to know of it, a sentence, or empty.
        refused: The Hub did not accept it: it is asked without it.
    """

    place: str = ""
    own: bool = False
    remark: str = ""
    refused: bool = False

    @property
    def signed_in(self) -> bool:
        """Whether a token is in use."""
        return bool(self.place) and not self.refused


class AccountPort(Protocol):
    """The person's token."""

    def status(self) -> AccountStatus:
        """Which token is in use; may ask the keyring, sends nothing."""
        ...

    def keep(self, secret: str) -> str:
        """Keep a token; returns where, in words."""
        ...

    def forget(self) -> AccountStatus:
        """Forget the program's own token; returns what is in use then."""
        ...

    def owner(self) -> str | None:
        """Ask the Hub whose the token is; None without one. Raises a ``PersonError``."""
        ...


class TrustPort(Protocol):
    """Whose certificates are believed, besides those that the system believes."""

    @property
    def chosen(self) -> Path | None:
        """The file that the person chose; main thread."""
        ...

    def believe(self, path: Path | None) -> None:
        """Believe what is in a file, or nothing more; job thread. Raises a ``PersonError``."""
        ...

    def keep(self) -> None:
        """Remember the choice for later starts; main thread."""
        ...


@dataclass(frozen=True, slots=True)
class RemovalPlan:
    """What removing a model would do.

    Attributes:
        freed_bytes: Of the disk.
        files: How many files go.
        execute: Does it and returns how many bytes that freed; called on a job thread.
        elsewhere: Files outside the cache of which only the link goes.
    """

    freed_bytes: int
    files: int
    execute: Callable[[], int]
    elsewhere: tuple[Path, ...] = ()


class LibraryPort(Protocol):
    """What is on this PC; called on the main thread, works in the background by itself.

    Attributes:
        changed: Tells, on the main thread, after models, problems or ``scanning`` changed.
    """

    changed: Listeners[[]]

    @property
    def models(self) -> Sequence[LibraryModel]:
        """What is known now."""
        ...

    @property
    def problems(self) -> Sequence[str]:
        """Sentences about folders that could not be looked into."""
        ...

    @property
    def scanning(self) -> bool:
        """Whether a look through the folders is under way."""
        ...

    @property
    def own_folders(self) -> Sequence[Path]:
        """The person's own folders."""
        ...

    def rescan(self) -> None:
        """Look again."""
        ...

    def set_own_folders(self, folders: Sequence[Path]) -> None:
        """Look into these folders of the person's own from now on."""
        ...

    def can_remove(self, model: LibraryModel) -> bool:
        """Whether it lies in the Hugging Face cache."""
        ...

    def plan_removal(self, model: LibraryModel) -> RemovalPlan:
        """What removing it would free; on a job thread."""
        ...


def _never() -> bool:
    return False


@dataclass(frozen=True, slots=True)
class Backends:
    """Everything the page stands on.

    Attributes:
        badge: Host of a Hub that is not the default one, or empty.
        page_of: The address of a repository's page.
        free_bytes: Of the disk that downloads go to, None where it is unknown; job thread.
        is_busy: Whether answers are in progress at this moment.
    """

    catalogue: CataloguePort
    fitter: HubFitter
    account: AccountPort
    trust: TrustPort
    downloads: DownloadsPort
    comparisons: ComparisonsPort
    library: LibraryPort
    page_of: Callable[[str], str]
    free_bytes: Callable[[], int | None]
    badge: str = ""
    hub_hosts: frozenset[str] = frozenset()
    is_busy: Callable[[], bool] = _never
