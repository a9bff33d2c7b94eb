"""Addresses of servers: as people type them, and in the one form that is kept."""

from __future__ import annotations

import ipaddress
import re
from urllib.parse import SplitResult, urlsplit

from app.core.errors import PersonError
from app.core.words.sentence import say

_MOST_SIGNS = 2_048
_PORTS = {"http": 80, "https": 443}
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://")
_PLAIN = re.compile(r"[!-~]+")
_VERSION = re.compile(r"/v\d+(?:alpha|beta|preview|rc)?\d*(?=/|$)")
# What people paste of an address in a manual, behind the part that all ways share.
_WAYS = re.compile(r"/(?:chat/completions|completions|responses|models)$")


def server_address(typed: str) -> str:
    """The address of a server in its one form: scheme, host, port if it is unusual, path.

    Without a scheme http is meant on this PC, https elsewhere. A path without a version gets
    ``/v1``, as servers have it that speak like OpenAI's.

    Raises:
        PersonError: It is not http or https, or holds a user name, a question or a fragment.
    """
    typed = typed.strip()
    if not _PLAIN.fullmatch(typed) or len(typed) > _MOST_SIGNS:
        raise PersonError(say("servers.address_unreadable"), typed[:200])
    if not _SCHEME.match(typed):
        typed = f"{'http' if _is_here(typed) else 'https'}://{typed}"
    parts = _parts(typed)
    if parts.scheme not in _PORTS:
        raise PersonError(say("servers.address_scheme"), parts.scheme)
    if parts.username is not None or parts.password is not None:
        raise PersonError(say("servers.address_user"))
    if "?" in typed or "#" in typed:
        raise PersonError(say("servers.address_plain"), typed)
    path = _WAYS.sub("", re.sub(r"/{2,}", "/", parts.path).rstrip("/"))
    return versioned(_origin(parts) + path)


def versioned(url: str) -> str:
    """What the ways of OpenAI's interface begin with: ``/v1`` is added where there is no version.

    One may stand in the middle: ``/v1beta/openai`` is Google's.
    """
    url = url.rstrip("/")
    return url if _VERSION.search(url) else f"{url}/v1"


def before_version(url: str) -> str:
    """What a server's own ways begin with."""
    url = versioned(url)
    *_, last = _VERSION.finditer(url)
    return url[: last.start()]


def origin_of(url: str) -> str:
    """Scheme, host and port of an address: whom a key is for. The port always stands there."""
    return _origin(urlsplit(url), always=True)


def host_of(url: str) -> str:
    """Host and port of an address, as people tell servers apart."""
    return urlsplit(url).netloc


def is_here(url: str) -> bool:
    """Whether an address leads to this PC, so that nothing travels over a network."""
    return is_loopback(urlsplit(url).hostname or "")


def is_open_to_readers(url: str) -> bool:
    """Whether what is said there travels over a network in the clear."""
    return urlsplit(url).scheme == "http" and not is_here(url)


def is_loopback(host: str) -> bool:
    """Whether a host of an address is this PC, and nobody else's."""
    name = host.strip("[]").rstrip(".").lower()
    if name == "localhost":
        return True
    try:
        return ipaddress.ip_address(name).is_loopback
    except ValueError:
        return False


def _is_here(typed: str) -> bool:
    try:
        return is_loopback(urlsplit(f"//{typed}").hostname or "")
    except ValueError:
        return False


def _parts(typed: str) -> SplitResult:
    try:
        parts = urlsplit(typed)
        port = parts.port
    except ValueError as error:
        raise PersonError(say("servers.address_unreadable"), repr(error)) from error
    if not parts.hostname or port == 0:
        raise PersonError(say("servers.address_unreadable"), typed)
    return parts


def _origin(parts: SplitResult, *, always: bool = False) -> str:
    host = (parts.hostname or "").rstrip(".")
    host = f"[{host}]" if ":" in host else host
    usual = _PORTS[parts.scheme]
    port = parts.port or usual
    shown = f":{port}" if always or port != usual else ""
    return f"{parts.scheme}://{host}{shown}"
