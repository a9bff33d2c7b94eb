"""How a server's model is reached."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from app.core.servers.address import before_version, host_of, versioned
from app.core.servers.server import ServerKind


@dataclass(frozen=True, slots=True)
class Access:
    """A model of a server, and what is needed to be let in.

    Attributes:
        url: The server's address, with or without the version that its ways begin with.
        model: Its name there; empty for the first that the server lists.
        key: Sent to this address alone; empty for none. Never shown.
        ca_file: Certificates that are believed beside the system's own.
        headers: Sent with each request, as secret as the key.
        kind: Which program serves; None finds out.
    """

    url: str
    model: str = ""
    key: str = field(default="", repr=False)
    ca_file: Path | None = None
    headers: Mapping[str, str] = field(default_factory=lambda: dict[str, str](), repr=False)
    kind: ServerKind | None = None

    @property
    def versioned(self) -> str:
        """What the ways of OpenAI's interface begin with."""
        return versioned(self.url)

    @property
    def root(self) -> str:
        """What a server's own ways begin with."""
        return before_version(self.url)

    @property
    def host(self) -> str:
        """Host and port, for sentences."""
        return host_of(self.url).rpartition("@")[2]

    @property
    def secrets(self) -> tuple[str, ...]:
        """What must never stand in a text."""
        return tuple(secret for secret in (self.key, *self.headers.values()) if secret)


class Between(Protocol):
    """A proxy on the way."""

    @property
    def scheme(self) -> str:
        """``http``, ``https`` or ``socks5``."""
        ...

    @property
    def host(self) -> str:
        """Its name or number."""
        ...

    @property
    def port(self) -> int:
        """Its port."""
        ...

    @property
    def account(self) -> tuple[str, str] | None:
        """Name and password."""
        ...

    @property
    def place(self) -> str:
        """Host and port, for sentences."""
        ...

    @property
    def variable(self) -> str:
        """What names it, for sentences."""
        ...


class FindsProxy(Protocol):
    """Says which proxy lies on the way to an address."""

    def for_address(self, scheme: str, host: str, port: int) -> Between | None:
        """The proxy; None for the straight way.

        Raises:
            PersonError: What is named cannot be a proxy.
        """
        ...
