"""The HTTP client that huggingface_hub is given: bounded in every way, with errors as sentences.

Whatever brings the next address (a redirect, a ``Link`` header, a listing), each request passes
here, and so does each answer that is read whole.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Generator
from typing import TYPE_CHECKING, Any

import httpx2

from app.core.servers.address import is_loopback
from app.hub import answers
from app.hub.net.asker import asker
from app.hub.net.limits import within
from app.hub.net.ways import FORWARDED, Ways, check_forwarded

if TYPE_CHECKING:
    from app.hub.settings import HubSettings

MOST_BYTES = 16 << 20
"""Of an answer of the API, unpacked. A repository of 20,000 files has about half of it."""

# Of its JSON: what a value takes in memory is many times what it takes in the answer.
_MOST_VALUES = 2_000_000
_MOST_REDIRECTS = 10
# What may be answered to a token that is not accepted; the first is the usual one.
_ABOUT_TOKENS = frozenset({401, 400, 403})
_BEARER = "Bearer "
# Of the content, not of what is here once it is unpacked.
_OF_THE_TRANSFER = frozenset({"content-encoding", "content-length", "transfer-encoding"})


def client_factory(settings: HubSettings) -> Callable[[], httpx2.Client]:
    """What ``set_client_factory`` takes."""

    def make() -> httpx2.Client:
        return HubClient(settings)

    return make


class HubClient(httpx2.Client):
    """Fails in seconds, and with a sentence; keeps the token for its Hub.

    A token that the Hub does not accept is left out from then on.
    """

    def __init__(self, settings: HubSettings) -> None:
        self._settings = settings
        self._hub = httpx2.URL(settings.endpoint)
        patience = settings.patience
        self._timeouts = {
            "connect": patience.connect_s,
            "read": patience.read_s,
            "write": patience.read_s,
            "pool": patience.read_s,
        }
        super().__init__(
            follow_redirects=True,
            event_hooks={"request": [self._before]},
            trust_env=False,  # what counts of it is read by the ways and the certificates
            transport=Ways(),
        )

    def send(
        self,
        request: httpx2.Request,
        *,
        stream: bool = False,
        follow_redirects: Any = True,  # noqa: ANN401 - httpx2 has a value for "the client's own"
        **options: Any,  # noqa: ANN401
    ) -> httpx2.Response:
        """Send a request; raises HubError where no usable answer comes.

        Unless it is to be streamed, the whole answer has the time and the room of one answer.
        """
        # The library would wait and try again for half a minute at each of these.
        if self._settings.offline:
            raise answers.switched_off()
        with within(seconds=self._settings.patience.answer_s):
            response = self._ask(request, follows=bool(follow_redirects), **options)
            try:
                _check(response)
                return response if stream else self._whole(response)
            except BaseException:
                response.close()
                raise

    def _ask(self, request: httpx2.Request, **options: Any) -> httpx2.Response:  # noqa: ANN401
        """The answer; where the token is at fault, that to the same without it."""
        response = self._follow(request, **options)
        secret = _secret(response.request)
        if secret is None or response.status_code not in _ABOUT_TOKENS:
            return response
        invalid = "credentials" in response.headers.get("x-error-message", "").lower()
        request.headers.pop("Authorization", None)
        bare = self._follow(request, **options)
        opened = bare.status_code < 400
        if response.status_code != 401 and not opened:
            bare.close()
            return response
        response.close()
        tokens = asker().tokens
        if tokens is not None and response.status_code == 401 and (opened or invalid):
            tokens.refuse(secret)
            other = None if opened else tokens.token()
            if other is not None:
                bare.close()
                request.headers["Authorization"] = f"{_BEARER}{other.secret}"
                return self._ask(request, **options)
        return bare

    def _follow(self, request: httpx2.Request, *, follows: bool, **options: Any) -> httpx2.Response:  # noqa: ANN401
        """The last answer; those before it are not read."""
        for _ in range(_MOST_REDIRECTS + 1):
            if request.url.userinfo:  # would become a header in place of the token
                request.url = request.url.copy_with(userinfo=b"")
            with self._said(request):
                response = super().send(request, stream=True, follow_redirects=False, **options)
            if not follows or not response.has_redirect_location:
                return response
            response.close()
            if response.next_request is None:
                raise answers.unsafe(response.headers.get("location", ""))
            request = response.next_request
        raise answers.circle(str(request.url.host))

    @contextlib.contextmanager
    def _said(self, request: httpx2.Request) -> Generator[None]:
        """Errors of the network inside the block, as sentences."""
        try:
            yield
        except (httpx2.ConnectError, httpx2.ConnectTimeout) as error:
            of_hub = request.url.host == self._hub.host
            raise answers.unreachable(request.url.host, error, of_hub=of_hub) from error
        except httpx2.TimeoutException as error:
            raise answers.silent(error) from error
        except httpx2.HTTPError as error:
            raise answers.broke_off(error) from error

    def _before(self, request: httpx2.Request) -> None:
        self._check_address(request.url)
        if request.url.origin != self._hub.origin:
            request.headers.pop("Authorization", None)
        # The library asks for no timeout where it forgets to ask for one.
        given = dict(request.extensions.get("timeout") or {})
        request.extensions["timeout"] = {
            name: given.get(name) or seconds for name, seconds in self._timeouts.items()
        }

    def check_location(self, address: str) -> None:
        """Raise ``HubAstray`` for an address that must not be asked, as it stands in a header."""
        self._check_address(self._hub.join(address))

    def _check_address(self, url: httpx2.URL) -> None:
        plain = url.scheme == "http" and is_loopback(url.host) and self._hub.scheme == "http"
        if not url.host or not (url.scheme == "https" or plain):
            raise answers.unsafe(str(url))

    def _whole(self, response: httpx2.Response) -> httpx2.Response:
        """The same answer with its content here and unpacked.

        Raises:
            HubTrouble: It does not come to its end, is a page, or is larger than an answer can be.
        """
        with self._said(response.request):
            return _read(response)


def _check(response: httpx2.Response) -> None:
    """Raise for an answer that is not the Hub's, or that may be another in a moment."""
    proxy = response.extensions.get(FORWARDED)
    if proxy is not None:
        check_forwarded(response, proxy)
    answers.check_answer(response)
    answers.check_no_page(response)


def _secret(request: httpx2.Request) -> str | None:
    """The token that was sent with a request."""
    value = request.headers.get("Authorization", "")
    return value.removeprefix(_BEARER) if value.startswith(_BEARER) else None


def _read(response: httpx2.Response) -> httpx2.Response:
    if response.request.method == "HEAD":
        response.read()
        return response
    content = bytearray()
    for piece in response.iter_bytes():
        content += piece
        if len(content) > MOST_BYTES:
            raise answers.too_large(str(response.request.url.host))
    if sum(content.count(sign) for sign in (b",", b"[", b"{")) > _MOST_VALUES:
        raise answers.too_large(str(response.request.url.host))
    if response.is_success and answers.looks_like_page(bytes(content[:100])):
        raise answers.page("it begins as one")
    return httpx2.Response(
        response.status_code,
        headers=[
            (name, value)
            for name, value in response.headers.multi_items()
            if name.lower() not in _OF_THE_TRANSFER
        ],
        content=bytes(content),
        request=response.request,
        extensions=response.extensions,
    )
