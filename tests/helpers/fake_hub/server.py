"""A small HTTP server whose connections can be ended from outside."""

from __future__ import annotations

import contextlib
import socket
import struct
import threading
import zlib
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any

from tests.helpers.fake_hub.faults import Fault, FaultKind

if TYPE_CHECKING:
    import ssl

    from tests.helpers.fake_hub.hub import FakeHub


_PAGE = b"<!DOCTYPE html>\n<html><body>Please sign in to use this network.</body></html>"
_JSON = {"Content-Type": "application/json"}
_DRIP_S = 0.02


@cache
def _bomb() -> bytes:
    packer = zlib.compressobj(1)
    return b"".join(packer.compress(b" " * (1 << 20)) for _ in range(64)) + packer.flush()


class HubServer(ThreadingHTTPServer):
    """Serves on a free port of this PC until it is stopped."""

    daemon_threads = True
    request_queue_size = 64

    def __init__(
        self,
        handler: type[BaseHTTPRequestHandler],
        hub: FakeHub,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        super().__init__(("127.0.0.1", 0), handler)
        if tls is not None:
            self.socket = tls.wrap_socket(self.socket, server_side=True)
        self.hub = hub
        self._open: set[socket.socket] = set()
        self._guard = threading.Lock()
        self._thread = threading.Thread(
            target=self.serve_forever, kwargs={"poll_interval": 0.02}, name="fake-hub"
        )

    def begin(self) -> None:
        """Begin to serve."""
        self._thread.start()

    def stop(self) -> None:
        """End every connection, and the server."""
        self.shutdown()
        with self._guard:
            for connection in self._open:
                with contextlib.suppress(OSError):
                    connection.shutdown(socket.SHUT_RDWR)
        self.server_close()  # waits for the threads of the connections
        self._thread.join()

    def process_request(self, request: Any, client_address: Any) -> None:
        with self._guard:
            self._open.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        with self._guard:
            self._open.discard(request)
        super().shutdown_request(request)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Connections that break off are what this server is for."""


class Handler(BaseHTTPRequestHandler):
    """What both servers share."""

    protocol_version = "HTTP/1.1"
    wbufsize = 0
    disable_nagle_algorithm = True
    server: HubServer
    host = ""

    @property
    def hub(self) -> FakeHub:
        """The Hub that this is a part of."""
        return self.server.hub

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
        """Say nothing."""

    def send_header(self, keyword: str, value: str) -> None:
        """Leave out what this Hub leaves out; without a length the end of the connection tells."""
        name = keyword.lower()
        if name in self.hub.left_out:
            self.close_connection = self.close_connection or name == "content-length"
            return
        if name in {"etag", "x-linked-etag"} and self.hub.etag is not None:
            value = self.hub.etag
        super().send_header(keyword, value)

    def remember(self) -> None:
        """Note this request."""
        from tests.helpers.fake_hub.hub import Request

        headers = {name.lower(): value for name, value in self.headers.items()}
        self.hub.note(Request(self.host, self.command, self.path, headers))

    def answer(self, status: int, headers: dict[str, str] | None = None, body: bytes = b"") -> None:
        """Send a whole answer."""
        self.send_response(status)
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        if "Content-Length" not in (headers or {}):
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if body and self.command != "HEAD":
            self.wfile.write(body)

    def reset(self) -> None:
        """End the connection with a reset instead of an end."""
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.end_connection()

    def end_connection(self) -> None:
        """Answer no more on this connection."""
        self.close_connection = True
        with contextlib.suppress(OSError):
            self.connection.close()

    def fall_silent(self) -> None:
        """Say nothing more until the Hub is closed or the other side has gone."""
        self.close_connection = True
        self.connection.settimeout(0.05)
        while not self.hub.released.is_set():
            try:
                if not self.connection.recv(1):
                    return
            except TimeoutError:
                continue
            except OSError:
                return

    def misbehave(self, fault: Fault) -> bool:
        """Do what no Hub does; False if the fault is none of these."""
        match fault.kind:
            case FaultKind.BODY:
                self.answer(200, _JSON, fault.text.encode())
            case FaultKind.PAGE:
                self.answer(200, {"Content-Type": "text/html; charset=utf-8"}, _PAGE)
            case FaultKind.NAMELESS_PAGE:
                self.answer(200, {"Content-Type": "application/octet-stream"}, _PAGE)
            case FaultKind.REDIRECT:
                self.answer(302, {"Location": fault.text})
            case FaultKind.BOMB:
                self.answer(200, _JSON | {"Content-Encoding": "deflate"}, _bomb())
            case FaultKind.ENDLESS:
                self._begin(_JSON | {"Content-Length": str(1 << 50)})
                self._go_on(b" " * (1 << 20), 0.0)
            case FaultKind.DRIP:
                self._begin(_JSON | {"Content-Length": str(1 << 20)})
                self._go_on(b" ", _DRIP_S)
            case FaultKind.DRIP_HEADERS:
                self.wfile.write(b"HTTP/1.1 200 OK\r\n")
                self._go_on(b"X-More: y\r\n", _DRIP_S)
            case _:
                return False
        return True

    def _begin(self, headers: dict[str, str]) -> None:
        self.send_response(200)
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()

    def _go_on(self, piece: bytes, pause_s: float) -> None:
        """Send the same until the Hub is closed or the other side has gone."""
        self.close_connection = True
        with contextlib.suppress(OSError):
            while not self.hub.released.wait(pause_s):
                self.wfile.write(piece)
