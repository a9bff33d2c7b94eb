"""A server on loopback that says what a test wants, byte for byte, faults and all."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any, Self

if TYPE_CHECKING:
    import ssl

_SOCKET_SECONDS = 120.0
_MOST_BODY_BYTES = 8 << 20


@dataclass(frozen=True)
class Asked:
    """A request that came."""

    method: str
    path: str
    headers: dict[str, str]
    body: Any


@dataclass(frozen=True)
class Reply:
    """What is said to a request.

    Attributes:
        parts: Bytes, sent one after another; what can be called is, in between.
        breaks_off: The connection is cut where the answer would end.
        raw: Sent in place of all of it.
    """

    parts: Iterable[bytes | Callable[[], object]] = ()
    status: int = 200
    kind: str = "application/json"
    headers: Mapping[str, str] = field(default_factory=dict)
    breaks_off: bool = False
    raw: bytes | None = None


def told(document: Any, status: int = 200, **headers: str) -> Reply:
    """JSON."""
    return Reply((json.dumps(document).encode(),), status, headers=headers)


def events(*documents: Any, end: str = "data: [DONE]\n\n", breaks_off: bool = False) -> Reply:
    """A stream of server-sent events; texts and what can be called are taken as they are."""
    parts = [_event(each) for each in documents]
    return Reply((*parts, end.encode()), kind="text/event-stream", breaks_off=breaks_off)


def paced(
    documents: Iterable[Any], per_second: float, told: Callable[[int, float], object]
) -> Reply:
    """A stream of server-sent events at a pace; what came late is made up for.

    Args:
        documents: An event each, made when its time has come; read once.
        per_second: How many.
        told: Hears at the end how many were sent, and within how many seconds.
    """

    def parts() -> Iterator[bytes]:
        begun, sent = time.perf_counter(), 0
        for sent, each in enumerate(documents, 1):
            yield f"data: {json.dumps(each)}\n\n".encode()
            wait = begun + sent / per_second - time.perf_counter()
            if wait > 0:
                time.sleep(wait)
        told(sent, time.perf_counter() - begun)
        yield b"data: [DONE]\n\n"

    return Reply(parts(), kind="text/event-stream")


def lines(*documents: Any) -> Reply:
    """JSON a line."""
    parts = [each if callable(each) else json.dumps(each).encode() + b"\n" for each in documents]
    return Reply(parts, kind="application/x-ndjson")


def _event(each: Any) -> bytes | Callable[[], object]:
    if callable(each):
        return each
    text = each if isinstance(each, str) else f"data: {json.dumps(each)}\n\n"
    return text.encode()


Answer = Reply | Callable[[Asked], Reply]


class Replay:
    """Answers by a table of ways; what stands in none of them is not found.

    Attributes:
        ways: ``GET /path`` to what is said; a list says one after another, the last for ever.
        asked: What came, in order.
    """

    def __init__(
        self, ways: Mapping[str, Answer | list[Answer]], tls: ssl.SSLContext | None = None
    ) -> None:
        self.ways = dict(ways)
        self.asked: list[Asked] = []
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self._server.daemon_threads = True
        self._scheme = "http"
        if tls is not None:
            self._server.socket = tls.wrap_socket(
                self._server.socket, server_side=True, do_handshake_on_connect=False
            )
            self._scheme = "https"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,))

    @property
    def port(self) -> int:
        return self._server.server_address[1]

    @property
    def root(self) -> str:
        return f"{self._scheme}://127.0.0.1:{self.port}"

    @property
    def url(self) -> str:
        return f"{self.root}/v1"

    def of(self, way: str) -> list[Asked]:
        """The requests for a way."""
        return [each for each in self.asked if f"{each.method} {each.path}" == way]

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def next(self, asked: Asked) -> Reply:
        self.asked.append(asked)
        answer = self.ways.get(f"{asked.method} {asked.path}")
        if isinstance(answer, list):
            answer = answer.pop(0) if len(answer) > 1 else answer[0]
        if answer is None:
            return told({"error": {"message": "Not Found"}}, 404)
        return answer if isinstance(answer, Reply) else answer(asked)


def _handler(replay: Replay) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        timeout = _SOCKET_SECONDS

        def log_message(self, *_: object) -> None:
            pass

        def handle(self) -> None:
            try:
                super().handle()
            except OSError:  # hung up, or no handshake
                self.close_connection = True

        def _answer(self) -> None:
            length = min(int(self.headers.get("content-length") or 0), _MOST_BODY_BYTES)
            body = self.rfile.read(length)
            headers = {name.lower(): value for name, value in self.headers.items()}
            document = json.loads(body) if body else None
            _say(self, replay.next(Asked(self.command, self.path, headers, document)))

        do_GET = do_POST = _answer

    return Handler


def _say(handler: BaseHTTPRequestHandler, reply: Reply) -> None:
    out = handler.wfile
    if reply.raw is not None:
        out.write(reply.raw)
        handler.close_connection = True
        return
    handler.send_response_only(reply.status)
    for name, value in reply.headers.items():
        handler.send_header(name.replace("_", "-"), value)
    handler.send_header("Content-Type", reply.kind)
    handler.send_header("Transfer-Encoding", "chunked")
    handler.end_headers()
    out.flush()
    for part in reply.parts:
        if callable(part):
            part()
        elif part:
            out.write(b"%x\r\n%s\r\n" % (len(part), part))
            out.flush()
    if reply.breaks_off:
        handler.close_connection = True
        return
    out.write(b"0\r\n\r\n")
