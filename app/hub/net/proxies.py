"""Which proxy the environment names for an address.

Read here and not by the HTTP library, so that a value that is not used does no harm, and one that
is used and wrong is named in a sentence. Values are taken as people and programs really write them:
without a scheme, in quotes, with blanks around; a password may hold any sign.
"""

from __future__ import annotations

import ipaddress
import os
import re
import sys
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from urllib.parse import unquote

from app.core.words.sentence import say, worded
from app.hub.errors import HubBarred

_ADDRESS = re.compile(
    r"(?:(?P<scheme>[a-z][a-z0-9+.-]*)://)?(?:(?P<account>.*)@)?"
    r"(?P<host>\[[0-9a-f:.]+\]|[\w.-]+)(?::(?P<port>\d{1,5}))?/?",
    re.IGNORECASE | re.DOTALL,
)
_ENTRY = re.compile(r"(\[[^\]]*\]|[^:]*)(?::(\d+))?")
# “socks” is what desktops write who mean version 5; the name is asked of the proxy in each case.
_SCHEMES = {
    "http": "http", "https": "https", "socks": "socks5", "socks5": "socks5", "socks5h": "socks5",
}  # fmt: skip
_PORTS = {"http": 80, "https": 443, "socks5": 1080}
_SYSTEM = worded("hub.systems_settings")


@dataclass(frozen=True, slots=True)
class Proxy:
    """A proxy to go through.

    Attributes:
        scheme: ``http``, ``https`` or ``socks5``.
        account: Name and password, or None; never shown.
        variable: What names it, for sentences.
    """

    scheme: str
    host: str
    port: int
    variable: str
    account: tuple[str, str] | None = field(default=None, repr=False)

    @property
    def place(self) -> str:
        """Host and port."""
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"


class Proxies:
    """What environment and system say; looked up anew each time.

    Args:
        environ: The person's.
        system: The system's own settings by scheme, where it has any; the environment goes first.
    """

    def __init__(
        self, environ: Mapping[str, str] = os.environ, system: Mapping[str, str] | None = None
    ) -> None:
        self._environ = environ
        self._system = system

    def for_address(self, scheme: str, host: str, port: int) -> Proxy | None:
        """The proxy on the way to an address, None for the straight way.

        Raises:
            HubBarred: What is named cannot be a proxy.
        """
        said = [self._variable(f"{name}_proxy") for name in (scheme, "all")]
        if any(self._variable(f"{name}_proxy")[1] for name in ("http", "https", "all")):
            if is_excepted(host, port, self._variable("no_proxy")[1]):
                return None
        else:
            said = self._of_the_system(scheme, host)
        for variable, value in said:
            if value:
                return read_proxy(value, variable)
        return None

    def _variable(self, name: str) -> tuple[str, str]:
        """Its name as it is written, and its value; small letters go first, even empty ones."""
        for written in (name, name.upper()):
            value = self._environ.get(written)
            if value is not None:
                return written, _bare(value)
        return name, ""

    def _of_the_system(self, scheme: str, host: str) -> list[tuple[str, str]]:
        named = self._system
        if named is None:
            if sys.platform not in {"win32", "darwin"} or urllib.request.proxy_bypass(host):
                return []
            named = urllib.request.getproxies()
        return [(_SYSTEM, named.get(name, "")) for name in (scheme, "all", "socks")]


def read_proxy(value: str, variable: str) -> Proxy:
    """Read the value of a variable.

    Raises:
        HubBarred: It cannot be a proxy's address, or is of a kind that is not understood.
    """
    match = _ADDRESS.fullmatch(_bare(value))
    port = int(match["port"] or 0) if match else 0
    if match is None or port > 65_535:
        raise HubBarred(say("hub.no_address_proxy_write_like", variable=variable), variable)
    scheme = _SCHEMES.get((match["scheme"] or "http").lower())
    if scheme is None:
        raise HubBarred(
            say("hub.proxy_kind_not_understood_write", kind=match["scheme"], variable=variable),
            variable,
        )
    account = None
    if match["account"]:
        name, _, password = match["account"].partition(":")
        account = unquote(name), unquote(password)
    return Proxy(scheme, match["host"].strip("[]"), port or _PORTS[scheme], variable, account)


def is_excepted(host: str, port: int, listed: str) -> bool:
    """Tell whether ``NO_PROXY`` asks for the straight way to a host.

    Entries are names (with everything below them), addresses, networks, each also with a port, in
    brackets or with a star; separated by commas or blanks.
    """
    host = host.strip("[]").rstrip(".").lower()
    return any(_covers(_bare(entry).lower(), host, port) for entry in re.split(r"[\s,;]+", listed))


def _covers(entry: str, host: str, port: int) -> bool:
    if entry == "*":
        return True
    entry = entry.rpartition("://")[2].rstrip("/.")
    if _in_network(entry, host):
        return True
    match = _ENTRY.fullmatch(entry)
    if match is None or (match[2] and int(match[2]) != port):
        return False
    name = match[1].strip("[]").removeprefix("*.").strip(".")
    if "*" in name:
        return fnmatchcase(host, name)
    return bool(name) and (host == name or host.endswith(f".{name}") or _in_network(name, host))


def _in_network(entry: str, host: str) -> bool:
    try:
        network = ipaddress.ip_network(entry.translate({91: None, 93: None}), strict=False)
        return ipaddress.ip_address(host) in network
    except ValueError:
        return False


def _bare(value: str) -> str:
    """Without blanks and quotes around it."""
    return value.strip().strip("\"'“”").strip()
