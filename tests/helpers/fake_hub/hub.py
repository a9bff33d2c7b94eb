"""The two servers of the fake Hub: the API, and the host of the contents."""

from __future__ import annotations

import contextlib
import secrets
import threading
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tests.helpers.fake_hub.api import ApiHandler
from tests.helpers.fake_hub.content import ContentHandler
from tests.helpers.fake_hub.faults import FaultQueue
from tests.helpers.fake_hub.server import HubServer

if TYPE_CHECKING:
    import ssl
    from types import TracebackType

    from tests.helpers.fake_hub.repositories import FakeFile, FakeRepository

# Of all that were made here: huggingface_hub takes the first address that it hears of for a Hub's
# to the end of the process, and follows redirects there, as it never does to a host of contents.
_api_ports: set[int] = set()


@dataclass(frozen=True, slots=True)
class Request:
    """One request as it came.

    Attributes:
        host: ``api`` or ``content``.
        target: Path and query.
        headers: By lower-case name.
    """

    host: str
    method: str
    target: str
    headers: dict[str, str]

    @property
    def path(self) -> str:
        """The target without its query."""
        return self.target.partition("?")[0]


class FakeHub:
    """Both servers; a context manager.

    Attributes:
        repositories: By name; change them at will.
        tokens: Tokens that are accepted; the value tells whether the licences were accepted.
        api_faults: For the next answers of the API.
        content_faults: For the next answers of the content host.
        bytes_per_second: The content host sends no faster, None for as fast as it can.
        requests: Everything that was asked.
        page: Models in one page of a search.
        next_page: Where every page of a search says that the next one is, None for the truth.
        left_out: Headers (in small letters) that no answer has, as with some mirrors.
        etag: What every answer has as its ETag, None for the truth.
        sent_bytes: Of all bodies that the content host has sent.
    """

    def __init__(self, *repositories: FakeRepository, tls: ssl.SSLContext | None = None) -> None:
        """``tls`` is what both show, None for plain HTTP."""
        self.scheme = "http" if tls is None else "https"
        self.repositories = {repository.repo_id: repository for repository in repositories}
        self.tokens: dict[str, bool] = {}
        self.api_faults = FaultQueue()
        self.content_faults = FaultQueue()
        self.bytes_per_second: float | None = None
        self.requests: list[Request] = []
        self.page = 1000
        self.next_page: str | None = None
        self.left_out: frozenset[str] = frozenset()
        self.etag: str | None = None
        self.sent_bytes = 0
        self.released = threading.Event()
        self._lock = threading.Lock()
        self._signed: dict[str, FakeFile] = {}
        self._api = HubServer(ApiHandler, self, tls)
        _api_ports.add(self._api.server_port)
        self._content = HubServer(ContentHandler, self, tls)
        while self._content.server_port in _api_ports:
            before, self._content = self._content, HubServer(ContentHandler, self, tls)
            before.server_close()

    @property
    def endpoint(self) -> str:
        """The address of the API."""
        return f"{self.scheme}://127.0.0.1:{self._api.server_port}"

    @property
    def content_endpoint(self) -> str:
        """The address of the content host."""
        return f"{self.scheme}://127.0.0.1:{self._content.server_port}"

    def add(self, repository: FakeRepository) -> FakeRepository:
        """Hold one more repository."""
        self.repositories[repository.repo_id] = repository
        return repository

    def sign(self, file: FakeFile) -> str:
        """An address of a file's content that works until :meth:`expire`."""
        key = secrets.token_urlsafe(12)
        with self._lock:
            self._signed[key] = file
        return f"{self.content_endpoint}/lfs/{file.sha256}?X-Amz-Signature={key}"

    def signed(self, key: str) -> FakeFile | None:
        """The file that an address is for, None if it has run out."""
        with self._lock:
            return self._signed.get(key)

    def expire(self) -> None:
        """No address that was given works any more."""
        with self._lock:
            self._signed.clear()

    def note(self, request: Request) -> None:
        """Remember a request."""
        with self._lock:
            self.requests.append(request)

    def note_sent(self, n_bytes: int) -> None:
        """Count bytes of contents."""
        with self._lock:
            self.sent_bytes += n_bytes

    def asked(self, host: str, method: str | None = None) -> list[Request]:
        """The requests to one of the servers."""
        with self._lock:
            return [
                request
                for request in self.requests
                if request.host == host and method in {None, request.method}
            ]

    def pace(self, began: float, sent: int) -> None:
        """Wait as long as the chosen speed asks."""
        if self.bytes_per_second:
            due = began + sent / self.bytes_per_second - time.monotonic()
            if due > 0:
                self.released.wait(due)

    def close(self) -> None:
        """End both servers and every answer in progress."""
        self.released.set()
        for server in (self._api, self._content):
            server.stop()

    def __enter__(self) -> FakeHub:
        for server in (self._api, self._content):
            server.begin()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        with contextlib.suppress(OSError):
            self.close()
