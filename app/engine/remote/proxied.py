"""What goes wrong on the way to a server through a proxy: whose fault it is, and which server."""

from __future__ import annotations

import re
import ssl
from collections.abc import Iterable

import httpx2

from app.core.errors import PersonError
from app.core.words.sentence import Sentence, say
from app.engine.remote.access import Access, Between
from app.engine.remote.troubles import RemoteError, Trouble

_STATUS = re.compile(r"\d{3}\b")
# What a proxy of SOCKS 5 says where it wants to know who asks, or does not know who says so.
_ACCOUNT = re.compile(r"Requested NO AUTH|username/password", re.IGNORECASE)


def unusable(error: PersonError, access: Access) -> RemoteError:
    """What is named cannot be a proxy."""
    said = say("remote.proxy_unusable", host=access.host, reason=error.said)
    return RemoteError(Trouble.UNREACHABLE, said, error.detail)


def of_network(
    error: Exception, causes: Iterable[BaseException], access: Access, between: Between
) -> RemoteError | None:
    """A failure that is the proxy's; None for one of what lies behind it.

    Args:
        error: What the library raised.
        causes: That, and all that led to it.
        access: Who was meant.
        between: The proxy.
    """
    proxy = _named(between)
    if isinstance(error, httpx2.ProxyError):
        found = _STATUS.match(str(error))
        if found is not None:
            return of_status(int(found[0]), access, between)
        if _ACCOUNT.search(str(error)):
            return of_status(407, access, between)
        said = say("remote.proxy_does_not_reach", proxy=proxy, host=access.host)
        return RemoteError(Trouble.UNREACHABLE, said)
    causes = list(causes)
    if any(isinstance(each, ssl.SSLError) for each in causes):
        return None
    # Its name alone is looked up here, and its port alone is knocked at.
    is_late = isinstance(error, httpx2.ConnectTimeout)
    if is_late or (
        isinstance(error, httpx2.ConnectError) and any(isinstance(each, OSError) for each in causes)
    ):
        bare = httpx2.URL(access.url).host
        said = say("remote.proxy_not_reached", proxy=proxy, host=access.host, bare=bare)
        return RemoteError(Trouble.UNREACHABLE, said)
    return None


def of_status(status: int, access: Access, between: Between) -> RemoteError:
    """What a proxy says in place of opening the way, by its status of HTTP."""
    proxy, host = _named(between), access.host
    if status == 407 and between.account is not None:
        said = say("remote.proxy_account", proxy=proxy, host=host)
    elif status == 407:
        place, scheme = between.place, between.scheme
        said = say("remote.proxy_asks", proxy=proxy, host=host, scheme=scheme, place=place)
    elif status >= 500:
        said = say("remote.proxy_does_not_reach", proxy=proxy, host=host)
    else:
        bare = httpx2.URL(access.url).host
        said = say("remote.proxy_holds_back", proxy=proxy, host=host, bare=bare)
    return RemoteError(Trouble.UNREACHABLE, said)


def broke_off(access: Access, between: Between, detail: str) -> RemoteError:
    """A connection that ended: who ended it cannot be told."""
    said = say("remote.proxy_broke_off", proxy=_named(between), host=access.host)
    return RemoteError(Trouble.BROKE_OFF, said, detail)


def _named(between: Between) -> Sentence:
    return say("hub.proxy_named", place=between.place, variable=between.variable)
