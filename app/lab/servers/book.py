"""The servers that the person added, with what lets one in there."""

from __future__ import annotations

from contextlib import suppress
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from app.core.errors import PersonError
from app.core.servers.address import host_of
from app.core.servers.server import Server, checked, is_called
from app.core.words.sentence import say
from app.engine.remote.access import Access
from app.store.servers.kept import KeptServers
from app.store.servers.secrets import NONE, KeptWhere, Secrets, ServerSecrets

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from app.core.candidates.candidate import Candidate
    from app.core.servers.server import ServerKind
    from app.store.paths import Paths

_MOST_LISTED = 200


class ServerBook:
    """Keeps them, and opens ways to them. Any thread; what asks for keys may wait for the keyring.

    Args:
        kept: Their list.
        secrets: Their keys.
    """

    def __init__(self, kept: KeptServers, secrets: ServerSecrets) -> None:
        self._kept = kept
        self._secrets = secrets

    @staticmethod
    def of_this_pc(paths: Paths) -> ServerBook:
        """The person's own, with keys in the system's keyring; one for the whole program."""
        return _book(paths.servers)

    def all(self) -> list[Server]:
        """The servers, in the order in which they were added.

        Raises:
            PersonError: The list cannot be read.
        """
        return self._kept.all()

    def named(self, name: str) -> Server:
        """The server of a name.

        Raises:
            PersonError: There is none.
        """
        server = self._kept.find(name)
        if server is None:
            raise PersonError(say("servers.no_such", name=name))
        return server

    def about(self, candidate: Candidate) -> Server | None:
        """What is kept of a candidate's server; None where nothing is, or the list is unreadable.

        Whatever asks it says what is wrong with the list.
        """
        model = candidate.server
        if model is None:
            return None
        with suppress(PersonError):
            for each in self.all():
                if is_called(each, model.server) if model.server else each.url == model.url:
                    return each
        return None

    def add(self, server: Server, secrets: Secrets) -> tuple[Server, KeptWhere]:
        """Add a server, and tell where its secrets are kept.

        Raises:
            PersonError: Its name, address or key will not do, or its name is another one's.
        """
        server = checked(server)
        if self._kept.find(server.name) is not None:
            raise PersonError(say("servers.name_taken", name=server.name))
        where = self._secrets.keep(server, secrets)
        if where is KeptWhere.KEYRING:
            server = msgspec.structs.replace(server, key_variable="")
        self._kept.put(server)
        return server, where

    def change(
        self, name: str, server: Server, key: str | None, headers: Mapping[str, str | None]
    ) -> tuple[Server, KeptWhere]:
        """Keep a server in place of the one of a name.

        Nothing secret goes with it to another scheme, host or port.

        Args:
            name: Of the one that was there.
            server: What it is to be, with the names of its headers, and with the variable that
                holds a new key where no keyring does.
            key: Its key; None for the one that it has, empty for none.
            headers: Values of its headers; None for the one that it has.

        Raises:
            PersonError: As for :meth:`add`, or there is none of this name.
        """
        before, server = self.named(name), checked(server)
        kept = NONE
        if before.origin == server.origin:
            kept = self._secrets.of(msgspec.structs.replace(before, key_variable=""))
        else:
            variable = server.key_variable if key else ""
            server = msgspec.structs.replace(server, key_variable=variable, kind=None, listed=())
        if key == "":
            server = msgspec.structs.replace(server, key_variable="")
        values = {each: kept.headers.get(each) if v is None else v for each, v in headers.items()}
        secrets = Secrets(
            kept.key if key is None else key, {each: v for each, v in values.items() if v}
        )
        self._kept.put(server, name)
        if (before.origin, before.name.casefold()) != (server.origin, server.name.casefold()):
            self._secrets.forget(before)
        where = self._secrets.keep(server, secrets)
        if key and server.key_variable and where is KeptWhere.KEYRING:
            server = msgspec.structs.replace(server, key_variable="")
            self._kept.put(server)
        return server, where

    def remove(self, name: str) -> Server:
        """Forget a server with its key, and tell which one it was.

        Raises:
            PersonError: There is none of this name, or it cannot be forgotten.
        """
        server = self._kept.remove(name)
        self._secrets.forget(server)
        return server

    def note(self, server: Server, kind: ServerKind | None, models: Sequence[str]) -> Server:
        """Keep what a server was found to be, where anything was found."""
        now = self._kept.find(server.name)
        if kind is None or now is None or now.url != server.url:
            return server
        listed = tuple(models[:_MOST_LISTED])
        noted = msgspec.structs.replace(now, kind=kind, listed=listed)
        if noted != now:
            self._kept.put(noted)
        return noted

    def way_to(self, server: Server, model: str = "") -> Access:
        """How a model of a server is reached.

        Args:
            server: Where.
            model: Its id there; empty for the first that was typed, or that it lists.

        Raises:
            PersonError: What is said there would travel in the clear, and nobody agreed to that.
        """
        if server.needs_leave:
            raise PersonError(say("servers.in_the_clear", host=host_of(server.url)))
        found = self._secrets.of(server)
        return Access(
            url=server.url,
            model=model or next(iter(server.models), ""),
            key=found.key,
            ca_file=Path(server.ca_file).expanduser() if server.ca_file else None,
            headers=found.headers,
            kind=server.kind,
        )

    def has_key(self, server: Server) -> bool:
        """Whether a key is kept for it."""
        return bool(self._secrets.of(server).key)


@lru_cache(maxsize=8)
def _book(path: Path) -> ServerBook:
    """What is known of a key for this run alone is known everywhere."""
    return ServerBook(KeptServers(path), ServerSecrets())
