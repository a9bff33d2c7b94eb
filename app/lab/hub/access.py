"""The Hub as window and command line use it: one connection and what stands on it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from app.core.errors import PersonError
from app.core.hub.listed_choice import choices, find_file, models_among
from app.core.hub_names import HubAddress, parse_hub_address
from app.core.listing import ListedFile, with_eyes
from app.core.words.sentence import say
from app.hub.cache import HubCache
from app.hub.catalogue import Catalogue
from app.hub.connection import HubConnection
from app.hub.download import Downloader, Fetched
from app.hub.headers import HeaderReader
from app.hub.net.certificates import Certificates
from app.hub.settings import HubSettings
from app.hub.tokens import Tokens

if TYPE_CHECKING:
    from app.base.gate import StopFlag
    from app.hub.progress import Progress
    from app.hub.repositories import Repository


@dataclass(frozen=True, slots=True)
class HubAccess:
    """One Hub. Everything here may be called from any thread, and most of it waits."""

    settings: HubSettings
    tokens: Tokens
    connection: HubConnection
    catalogue: Catalogue
    cache: HubCache
    downloader: Downloader
    headers: HeaderReader

    @classmethod
    def open(
        cls, own_cache: Path, endpoint: str | None = None, certificates: Path | None = None
    ) -> HubAccess:
        """Build it; nothing is asked and nothing is imported before it is used.

        Args:
            own_cache: This program's cache folder, for headers.
            endpoint: Another Hub than the environment's.
            certificates: A file of the person's own with certificates to believe.

        Raises:
            EndpointError: That address must not be used as a Hub.
        """
        settings = HubSettings.from_environment(endpoint)
        tokens = Tokens(settings.endpoint)
        connection = HubConnection(settings, tokens, Certificates(certificates))
        cache = HubCache(settings.cache_folder)
        return cls(
            settings=settings,
            tokens=tokens,
            connection=connection,
            catalogue=Catalogue(connection),
            cache=cache,
            downloader=Downloader(connection, cache),
            headers=HeaderReader(connection, own_cache / "headers"),
        )

    def address(self, text: str) -> HubAddress:
        """Read what a person typed or pasted.

        Raises:
            HubNameError: It names no repository.
        """
        host = self.settings.badge
        return parse_hub_address(text, frozenset({host.lower()} if host else ()))

    def find(self, address: HubAddress) -> tuple[Repository, ListedFile]:
        """A repository and the model file of it that an address means.

        Raises:
            HubError: The Hub cannot be asked, or there is no such repository.
            NoSuchFileError: It has no such file, or the address does not say which.
        """
        repository = self.catalogue.repository(address.repo_id, address.revision)
        wanted = address.file_name or address.level
        if wanted is None:
            return repository, _only(repository)
        return repository, find_file(repository.files, wanted)

    def get(
        self,
        repository: Repository,
        file: ListedFile,
        stop: StopFlag,
        tell: Callable[[Progress], None],
        *,
        sees: bool = False,
    ) -> list[Fetched]:
        """Bring a model file into the cache.

        Args:
            repository: That has it.
            file: The file.
            stop: Asks it to stop.
            tell: Told how far it is.
            sees: Bring the projector that lies beside it, too; it comes last.

        Raises:
            HubError: It cannot be done.
            Stopped: Asked to stop; what is there is kept.
        """
        return self.downloader.fetch_all(
            repository.repo_id,
            repository.commit,
            with_eyes(repository.files, file) if sees else file.parts,
            stop=stop,
            tell=tell,
            revision=repository.revision,
        )

    def abandon(self) -> None:
        """Ask nothing more; requests under way end at once, with an error where they wait."""
        self.connection.abandon()

    def close(self) -> None:
        """Close the connections."""
        self.connection.close()


def _only(repository: Repository) -> ListedFile:
    models = models_among(repository.files)
    if len(models) == 1:
        return find_file(repository.files, models[0].name)
    if not models:
        return find_file(repository.files, "")  # says what there is in its place
    levels = ", ".join(choices(repository.files))
    raise PersonError(
        say("hub.several_model_files_name_them", repo_id=repository.repo_id, levels=levels)
    )
