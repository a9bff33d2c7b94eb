"""Proxies on this PC: one that speaks HTTP, one that speaks SOCKS 5."""

from __future__ import annotations

import base64
import contextlib
import select
import socket
import socketserver
import threading
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

if TYPE_CHECKING:
    import ssl
    from types import TracebackType

_PATIENCE_S = 120.0
_TICK_S = 0.02


class Proxy(socketserver.ThreadingTCPServer):
    """A context manager.

    Attributes:
        account: Name and password that are asked for, None for none.
        answer: What it says itself in place of doing its work, None to do it.
        asked: Host and port of everything that was wanted.
        reachable: Whether it reaches anything.
    """

    daemon_threads = True
    scheme = ""

    def __init__(
        self,
        handler: type[_Handler],
        *,
        account: tuple[str, str] | None = None,
        answer: bytes | None = None,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        super().__init__(("127.0.0.1", 0), handler)
        if tls is not None:
            self.socket = tls.wrap_socket(self.socket, server_side=True)
        self.account = account
        self.answer = answer
        self.reachable = True
        self.asked: list[tuple[str, int]] = []
        self.ending = threading.Event()
        self._thread = threading.Thread(
            target=self.serve_forever, kwargs={"poll_interval": _TICK_S}, name="proxy"
        )

    @property
    def place(self) -> str:
        """Host and port."""
        return f"127.0.0.1:{self.server_address[1]}"

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Connections that break off are what tests are for."""

    def __enter__(self) -> Proxy:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.ending.set()
        self.shutdown()
        self.server_close()
        self._thread.join()


class _Handler(socketserver.BaseRequestHandler):
    server: Proxy
    request: socket.socket

    def exactly(self, n_bytes: int) -> bytes:
        data = b""
        while len(data) < n_bytes:
            piece = self.request.recv(n_bytes - len(data))
            if not piece:
                raise ConnectionError
            data += piece
        return data

    def reach(self, host: str, port: int) -> socket.socket:
        self.server.asked.append((host, port))
        if not self.server.reachable:
            raise ConnectionError
        return socket.create_connection((host, port), _PATIENCE_S)

    def carry(self, other: socket.socket) -> None:
        """Carry bytes both ways until one side has ended."""
        ways = {self.request: other, other: self.request}
        while not self.server.ending.is_set():
            ready = [s for s in ways if getattr(s, "pending", int)()]
            for each in ready or select.select(list(ways), [], [], _TICK_S)[0]:
                data = each.recv(1 << 16)
                if not data:
                    return
                ways[each].sendall(data)


class _HttpHandler(_Handler):
    def handle(self) -> None:
        self.request.settimeout(_PATIENCE_S)
        head = b""
        while b"\r\n\r\n" not in head:
            piece = self.request.recv(1 << 16)
            if not piece:
                return
            head += piece
        if self.server.answer is not None:
            self.request.sendall(self.server.answer)
            return
        lines = head.decode("latin-1").split("\r\n")
        method, target, version = lines[0].split(" ")
        if not self._knows(lines):
            self.request.sendall(b"HTTP/1.1 407 Who are you\r\nContent-Length: 0\r\n\r\n")
            return
        if method == "CONNECT":
            host, _, port = target.rpartition(":")
            with self.reach(host, int(port)) as other:
                self.request.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
                self.carry(other)
        else:
            url = urlsplit(target)
            rest = target.partition(url.netloc)[2]
            # One request a connection: the next may be for somebody else.
            passed = [f"{method} {rest} {version}", "Connection: close"]
            passed += [line for line in lines[1:] if not line.lower().startswith("connection:")]
            with self.reach(url.hostname or "", url.port or 80) as other:
                other.sendall("\r\n".join(passed).encode("latin-1"))
                self.carry(other)

    def _knows(self, lines: list[str]) -> bool:
        if self.server.account is None:
            return True
        wanted = base64.b64encode(":".join(self.server.account).encode()).decode()
        return any(
            line.lower().startswith("proxy-authorization:") and line.endswith(f"Basic {wanted}")
            for line in lines
        )


class _SocksHandler(_Handler):
    def handle(self) -> None:
        self.request.settimeout(_PATIENCE_S)
        methods = self.exactly(self.exactly(2)[1])
        if self.server.answer is not None:
            self.request.sendall(self.server.answer)
            return
        wanted = 0 if self.server.account is None else 2
        if wanted not in methods:
            self.request.sendall(b"\x05\xff")
            return
        self.request.sendall(bytes((5, wanted)))
        if wanted:
            said = [self.exactly(self.exactly(n)[-1]).decode() for n in (2, 1)]
            known = tuple(said) == self.server.account
            self.request.sendall(bytes((1, 0 if known else 1)))
            if not known:
                return
        kind = self.exactly(4)[3]
        match kind:
            case 1:
                host = socket.inet_ntop(socket.AF_INET, self.exactly(4))
            case 4:
                host = socket.inet_ntop(socket.AF_INET6, self.exactly(16))
            case _:
                host = self.exactly(self.exactly(1)[0]).decode()
        port = int.from_bytes(self.exactly(2), "big")
        try:
            other = self.reach(host, port)
        except OSError:
            self.request.sendall(b"\x05\x05\x00\x01" + bytes(6))
            return
        with other:
            self.request.sendall(b"\x05\x00\x00\x01" + bytes(6))
            self.carry(other)


def http_proxy(**options: Any) -> Proxy:
    """One that speaks HTTP: tunnels and single requests."""
    return Proxy(_HttpHandler, **options)


def socks_proxy(**options: Any) -> Proxy:
    """One that speaks SOCKS 5."""
    return Proxy(_SocksHandler, **options)


@contextlib.contextmanager
def closed_port():  # noqa: ANN201
    """A port of this PC where nobody listens."""
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        yield held.getsockname()[1]
