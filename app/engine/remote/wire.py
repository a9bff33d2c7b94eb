"""Requests to one server: short to connect, patient with who is at work, bounded in size.

Whatever fails comes as a :class:`RemoteError`. A key goes to the address that it is for and no
further: redirects are never followed.
"""

from __future__ import annotations

import asyncio
import contextlib
import socket
import ssl
import time
from collections.abc import AsyncGenerator, AsyncIterator, Generator
from dataclasses import dataclass
from typing import Self

import httpx2

from app.base.files import read_ordinary
from app.core.errors import PersonError
from app.core.servers.address import is_here
from app.core.words.sentence import say, verbatim
from app.engine.remote import proxied, troubles
from app.engine.remote.access import Access, Between, FindsProxy
from app.engine.remote.lenient import Document, read_json
from app.engine.remote.troubles import RemoteError, Trouble

TIMEOUT = httpx2.Timeout(None, connect=6.0)
"""In seconds; a long prompt may take hours, in which nothing comes."""
ASK_SECONDS = 20.0
"""What a question about the server may take, in seconds; answers of models have no such bound."""
MOST_EVENT_BYTES = 8 << 20
"""Of one event or line: llama-server's last one repeats prompt and answer."""
_MOST_JSON_BYTES = 32 << 20
_MOST_STREAM_BYTES = 512 << 20
_MOST_ERROR_BYTES = 64 << 10
_MOST_CA_BYTES = 16 << 20
# Believes nobody, and is never asked.
_CLIENT = ssl.PROTOCOL_TLS_CLIENT
_PORTS = {"http": 80, "https": 443}
MOST_REQUESTS = 64
"""At a time, to one server."""
# Servers hang up on connections that rest, some after five seconds; one that is stale costs a try.
_LIMITS = httpx2.Limits(
    max_connections=MOST_REQUESTS + 1, max_keepalive_connections=8, keepalive_expiry=4
)


def _kept_alive() -> list[tuple[int, int, int]]:
    """Options by which the system finds out that the other computer is gone, in two minutes."""
    options = [(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)]
    for name, value in (("TCP_KEEPIDLE", 60), ("TCP_KEEPINTVL", 10), ("TCP_KEEPCNT", 6)):
        if (option := getattr(socket, name, None)) is not None:
            options.append((socket.IPPROTO_TCP, option, value))
    return options


@dataclass(slots=True)
class Beat:
    """When bytes came, by ``time.perf_counter_ns``; comments that keep a connection are bytes, too.

    Attributes:
        first_ns: None before the first.
        last_ns: The latest, or when the request was sent.
    """

    first_ns: int | None = None
    last_ns: int = 0


class _Noted(httpx2.AsyncByteStream):
    """An answer's bytes, whose coming is noted; too many end it."""

    def __init__(self, stream: httpx2.AsyncByteStream, beat: Beat, access: Access) -> None:
        self._stream = stream
        self._beat = beat
        self._access = access

    async def __aiter__(self) -> AsyncIterator[bytes]:
        left = _MOST_STREAM_BYTES
        async for piece in self._stream:
            self._beat.last_ns = time.perf_counter_ns()
            self._beat.first_ns = self._beat.first_ns or self._beat.last_ns
            left -= len(piece)
            if left < 0:
                raise troubles.too_large(self._access)
            yield piece

    async def aclose(self) -> None:
        await self._stream.aclose()


class Wire:
    """An open way to a server. Within one event loop.

    Args:
        access: Where to, and with which key.
        proxies: Says what lies between; None for the straight way.

    Raises:
        PersonError: The CA file or the proxy cannot be used.
    """

    def __init__(self, access: Access, proxies: FindsProxy | None = None) -> None:
        self.access = access
        if not all(secret.isascii() and secret.isprintable() for secret in access.secrets):
            raise troubles.wrong_key(access)
        url = httpx2.URL(access.versioned)
        context = _trusted(access) if url.scheme == "https" else ssl.SSLContext(_CLIENT)
        self._between: Between | None = None
        if proxies is not None and not is_here(access.url):
            self._between = _between(proxies, url, access)
        headers = {"Accept-Encoding": "identity", "User-Agent": "Shrinkscope", **access.headers}
        if access.key:
            headers["Authorization"] = f"Bearer {access.key}"
        self._headers = headers
        self._client = httpx2.AsyncClient(
            transport=httpx2.AsyncHTTPTransport(
                verify=context,
                trust_env=False,
                limits=_LIMITS,
                proxy=None if self._between is None else _through(self._between),
                socket_options=_kept_alive(),
            ),
            trust_env=False,
            follow_redirects=False,
            timeout=TIMEOUT,
        )

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_error: object) -> None:
        await self._client.aclose()

    async def get(self, way: str, *, own: bool = False) -> object:
        """What stands at an address.

        Args:
            way: Behind the server's address.
            own: It is the server's own way, not one of OpenAI's interface.

        Raises:
            RemoteError: There is no such answer.
        """
        return (await self.told("GET", way, own=own))[0]

    async def post(
        self,
        way: str,
        body: Document,
        *,
        own: bool = False,
        seconds: float | None = ASK_SECONDS,
    ) -> object:
        """The answer to a question.

        Args:
            way: Behind the server's address.
            body: What is asked.
            own: It is the server's own way.
            seconds: How long it is waited for; None for a model that is at work.

        Raises:
            RemoteError: There is no such answer.
        """
        return (await self.told("POST", way, body, own=own, seconds=seconds))[0]

    async def told(
        self,
        method: str,
        way: str,
        body: Document | None = None,
        *,
        own: bool = False,
        seconds: float | None = ASK_SECONDS,
    ) -> tuple[object, httpx2.Headers]:
        """The JSON and the headers of an answer.

        Raises:
            RemoteError: There is no such answer.
        """
        try:
            async with (
                asyncio.timeout(seconds),
                self.opened(way, body, method=method, own=own) as response,
            ):
                data = await self.whole(response)
        except TimeoutError:
            raise troubles.silent(self.access, seconds or 0) from None
        return self.read(data, response.headers), response.headers

    def read(self, data: bytes, headers: httpx2.Headers) -> object:
        """The value of a whole answer.

        Raises:
            RemoteError: It is none.
        """
        if troubles.is_page(headers, data[:100]):
            raise troubles.page(self.access)
        try:
            return read_json(data)
        except ValueError as error:
            raise troubles.nonsense(self.access, str(error)) from error

    @contextlib.asynccontextmanager
    async def opened(
        self,
        way: str,
        body: Document | None = None,
        *,
        method: str = "POST",
        own: bool = False,
        beat: Beat | None = None,
    ) -> AsyncGenerator[httpx2.Response]:
        """A request whose answer has begun to come; it is closed with the block.

        Args:
            way: Behind the server's address.
            body: What is sent.
            method: Of HTTP.
            own: It is the server's own way.
            beat: Told when bytes come.

        Raises:
            RemoteError: No answer of success; within the block, too.
        """
        address = f"{self.access.root if own else self.access.versioned}/{way}"
        beat = beat or Beat()
        beat.last_ns = time.perf_counter_ns()
        with self._said():
            request = self._client.build_request(method, address, headers=self._headers, json=body)
            response = await self._client.send(request, stream=True)
            try:
                response.stream = _Noted(_stream_of(response), beat, self.access)
                await self._check(response, address, str((body or {}).get("model") or ""))
                yield response
            finally:
                # Also where the answer is not at its end: hanging up is what stops a server.
                with contextlib.suppress(httpx2.HTTPError):
                    await response.aclose()

    async def whole(self, response: httpx2.Response, most_bytes: int = _MOST_JSON_BYTES) -> bytes:
        """All of an answer.

        Raises:
            RemoteError: It is too large.
        """
        content = bytearray()
        async for piece in response.aiter_bytes():
            content += piece
            if len(content) > most_bytes:
                raise troubles.too_large(self.access)
        return bytes(content)

    async def _check(self, response: httpx2.Response, address: str, model: str) -> None:
        if response.has_redirect_location:
            location = response.headers.get("location", "")
            raise troubles.led_away(self.access, address, location)
        if (
            "content-encoding" in response.headers
        ):  # nobody asked for it, and it unpacks to anything
            kind = response.headers["content-encoding"]
            if kind.strip().lower() not in {"", "identity"}:
                raise troubles.nonsense(self.access, f"content-encoding {kind}")
        if response.status_code == 407 and self._between is not None:
            raise proxied.of_status(407, self.access, self._between)
        if not response.is_success:
            body = bytearray()
            async for piece in response.aiter_bytes():
                body += piece
                if len(body) > _MOST_ERROR_BYTES:
                    break
            raise troubles.of_answer(
                self.access, address, response.status_code, response.headers, bytes(body), model
            )

    @contextlib.contextmanager
    def _said(self) -> Generator[None]:
        """Errors of the network inside the block, as sentences."""
        try:
            yield
        except PersonError:
            raise
        except (httpx2.HTTPError, httpx2.InvalidURL, httpx2.StreamError) as error:
            raise self._failed(error) from None
        except (OSError, UnicodeError) as error:
            raise troubles.of_network(error, self.access) from None

    def _failed(self, error: Exception) -> RemoteError:
        said, between = troubles.of_network(error, self.access), self._between
        if between is None:
            return said
        if said.trouble is Trouble.BROKE_OFF:
            return proxied.broke_off(self.access, between, said.detail)
        causes = troubles.causes_of(error)
        return proxied.of_network(error, causes, self.access, between) or said


def _stream_of(response: httpx2.Response) -> httpx2.AsyncByteStream:
    stream = response.stream
    assert isinstance(stream, httpx2.AsyncByteStream)
    return stream


def _trusted(access: Access) -> ssl.SSLContext:
    """Who is believed: whom the system believes, and who stands in the server's CA file."""
    context = httpx2.create_ssl_context()
    if access.ca_file is not None:
        # It may hold an intermediate certificate, or the server's own.
        context.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN
        try:
            data = read_ordinary(access.ca_file.expanduser(), _MOST_CA_BYTES)
            is_text = b"-----BEGIN " in data
            context.load_verify_locations(
                cadata=data.decode("ascii", "ignore") if is_text else data
            )
        except (OSError, ValueError) as error:  # ssl.SSLError is an OSError
            reason = say("remote.no_certificates")
            if isinstance(error, OSError) and not isinstance(error, ssl.SSLError):
                reason = verbatim(error.strerror or str(error))
            said = say("remote.ca_file", path=access.ca_file, reason=reason)
            raise RemoteError(Trouble.CERTIFICATE, said, str(error)) from error
    return context


def _between(proxies: FindsProxy, url: httpx2.URL, access: Access) -> Between | None:
    port = url.port or _PORTS.get(url.scheme, 0)
    try:
        return proxies.for_address(url.scheme, url.host, port)
    except PersonError as error:
        raise proxied.unusable(error, access) from error


def _through(between: Between) -> httpx2.Proxy:
    return httpx2.Proxy(
        httpx2.URL(scheme=between.scheme, host=between.host, port=between.port),
        auth=between.account,
    )
