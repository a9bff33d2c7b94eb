"""The ways to an address: straight, or through the proxy that the environment names for it."""

from __future__ import annotations

import ssl
import threading

import httpx2

from app.base.gate import Stopped
from app.core.words.sentence import Sentence, say
from app.hub import answers
from app.hub.errors import HubBarred, HubError, HubPage, HubProxyTrouble
from app.hub.net.asker import asker
from app.hub.net.proxies import Proxies, Proxy
from app.hub.net.wires import Wires, lay_wires

_Key = tuple[Proxy | None, bool, ssl.SSLContext | None]
_PORTS = {"http": 80, "https": 443}
_LIMITS = httpx2.Limits(max_connections=32, max_keepalive_connections=8)
FORWARDED = "app.proxy"
"""The extension of an answer that a proxy may have given itself: the proxy."""


class Ways(httpx2.BaseTransport):
    """Carries requests. Any thread.

    What is wrong with a proxy or with certificates is found when they are needed, so that they do
    no harm where they are not.
    """

    def __init__(self) -> None:
        self._proxies = Proxies()
        self._wires = Wires()
        self._lock = threading.Lock()
        self._open: dict[_Key, httpx2.HTTPTransport] = {}

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        """Send a request, and give the answer as it begins to come.

        Raises:
            HubError: A proxy or a certificate bars the way.
            httpx2.HTTPError: The straight way failed.
        """
        self._wires.settle()
        url = request.url
        secure = url.scheme == "https"
        proxy = self._proxies.for_address(
            url.scheme, url.host, url.port or _PORTS.get(url.scheme, 0)
        )
        if proxy is None:
            return self._way(None, secure).handle_request(request)
        try:
            response = self._way(proxy, secure).handle_request(request)
        except (HubError, Stopped):
            self._wires.drop()
            raise
        except Exception as error:  # SOCKS answers that are none raise what they like
            self._wires.drop()
            raise _trouble(proxy, url.host, error) from error
        if response.status_code == 407:
            response.close()
            raise _asks_for_account(proxy, "407")
        if not secure:
            response.extensions[FORWARDED] = proxy
        return response

    def close(self) -> None:
        """Close all connections."""
        with self._lock:
            ways, self._open = list(self._open.values()), {}
        for way in ways:
            way.close()

    def _way(self, proxy: Proxy | None, secure: bool) -> httpx2.HTTPTransport:
        needed = secure or (proxy is not None and proxy.scheme == "https")
        context = asker().certificates.context() if needed else None
        key = (proxy, secure, context)  # others who are believed are another way
        with self._lock:
            if key not in self._open:
                self._open[key] = self._laid(proxy, context)
            return self._open[key]

    def _laid(self, proxy: Proxy | None, context: ssl.SSLContext | None) -> httpx2.HTTPTransport:
        through = None
        if proxy is not None:
            through = httpx2.Proxy(
                httpx2.URL(scheme=proxy.scheme, host=proxy.host, port=proxy.port),
                ssl_context=context if proxy.scheme == "https" else None,
                auth=proxy.account,
            )
        transport = httpx2.HTTPTransport(
            # An empty context believes nobody, and is never asked.
            verify=context or ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT),
            trust_env=False,
            limits=_LIMITS,
            proxy=through,
        )
        lay_wires(transport, self._wires)
        return transport


def _trouble(proxy: Proxy, host: str, error: Exception) -> HubError:
    """What a failure on the way through a proxy means."""
    named, detail = _named(proxy), f"{type(error).__name__}: {error}"
    if isinstance(error, httpx2.ProxyError):
        return _refused(proxy, host, str(error))
    if isinstance(error, httpx2.ConnectError | httpx2.ConnectTimeout):
        return HubProxyTrouble(
            say("hub.proxy_cannot_reached_start_correct", named=named, host=host), detail
        )
    if isinstance(error, httpx2.TimeoutException):
        return HubProxyTrouble(say("hub.nothing_comes_through_proxy_moment", named=named), detail)
    if isinstance(error, httpx2.HTTPError):
        return HubProxyTrouble(
            say("hub.connection_through_proxy_broke_off", named=named, host=host), detail
        )
    return HubProxyTrouble(
        say("hub.answers_proxy_none_kind_correct", named=named, host=host), detail
    )


def _refused(proxy: Proxy, host: str, reason: str) -> HubError:
    """What a proxy's own answer means: a status, or the words of a SOCKS reply."""
    status = reason.partition(" ")[0]
    if status == "407" or "username" in reason.lower() or reason.startswith("Requested"):
        return _asks_for_account(proxy, reason)
    if status.startswith("4") or "not allowed" in reason:
        return _held_back(proxy, host, reason)
    return HubProxyTrouble(
        say("hub.proxy_does_not_reach_try", proxy=_named(proxy), host=host), reason
    )


def check_forwarded(response: httpx2.Response, proxy: Proxy) -> None:
    """Raise for an answer that a proxy gave itself, or may have given.

    Raises:
        HubBarred: It lets nobody through.
        HubTrouble: It has a fault, or shows a page of its own.
    """
    kind = response.headers.get("content-type", "").partition(";")[0].strip().lower()
    status, host = response.status_code, response.request.url.host
    if kind == "application/json" or "x-error-code" in response.headers:
        return
    if response.is_success and kind in answers.PAGES:
        raise HubPage(say("hub.web_page_came_place_hubs_2", proxy=_named(proxy)), kind)
    if status in {403, 405, 451}:
        raise _held_back(proxy, host, str(status))
    if status >= 500:
        raise HubProxyTrouble(
            say("hub.hub_proxy_way_fault_moment", proxy=_named(proxy)),
            str(status),
            answers.retry_after_s(response.headers),
        )


def _held_back(proxy: Proxy, host: str, reason: str) -> HubBarred:
    """The error for a proxy that lets nobody through to a host."""
    return HubBarred(say("hub.proxy_does_not_let_program", proxy=_named(proxy), host=host), reason)


def _asks_for_account(proxy: Proxy, reason: str) -> HubBarred:
    if proxy.account is None:
        return HubBarred(
            say(
                "hub.proxy_asks_name_password_write",
                proxy=_named(proxy),
                scheme=proxy.scheme,
                place=proxy.place,
            ),
            reason,
        )
    return HubBarred(say("hub.proxy_does_not_accept_name", proxy=_named(proxy)), reason)


def _named(proxy: Proxy) -> Sentence:
    return say("hub.proxy_named", place=proxy.place, variable=proxy.variable)
