"""The address: routes, who may come in, and answers that are told while they come."""

from __future__ import annotations

import asyncio
import hmac
import ipaddress
import logging
import socket
from collections.abc import AsyncGenerator, Callable, Coroutine, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

import msgspec
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route

from app.core.serve.refusals import Refused
from app.core.serve.requests import read_chat, read_text
from app.core.words.sentence import say, size
from app.lab.serve.served import served_by

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Receive, Scope, Send

    from app.core.serve.requests import Asked
    from app.lab.serve.answering import Answering, Counter
    from app.lab.serve.served import Served

log = logging.getLogger(__name__)

MOST_BODY_BYTES = 32 << 20
"""Of a request: eight pictures of a screen's size, or ten books."""
_GONE_STATUS = 499
_PING_SECONDS = 15.0

_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class Rules:
    """Who may ask.

    Attributes:
        key: What a request has to bring; empty for nothing.
        origins: Web pages that may ask from a browser; none by itself.
    """

    key: str = ""
    origins: tuple[str, ...] = ()


def door(served: Sequence[Served], counter: Counter, rules: Rules, created: int) -> Starlette:
    """The application behind the address.

    Args:
        served: The candidates.
        counter: Answers.
        rules: Who may ask.
        created: When it was opened, in seconds since 1970.
    """

    async def models(_request: Request) -> Response:
        every = [_listed(each, created) for each in served]
        return _json({"object": "list", "data": every})

    async def model(request: Request) -> Response:
        return _json(_listed(served_by(request.path_params["name"], served), created))

    async def health(_request: Request) -> Response:
        return _json({"status": "ok"})

    async def chat(request: Request) -> Response:
        return await _answer(request, read_chat)

    async def text(request: Request) -> Response:
        return await _answer(request, read_text)

    async def _answer(request: Request, read: Callable[[bytes], Asked]) -> Response:
        asked = read(await _body(request))
        found = served_by(asked.model, served)
        answering = await _unless_gone(request, counter.take(asked, found))
        if asked.streams:
            return _EventStream(answering)
        try:
            return _json(await _unless_gone(request, answering.whole()))
        finally:
            await answering.close()

    @asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncGenerator[None]:
        watching = asyncio.create_task(counter.engines.watch_memory())
        yield
        watching.cancel()
        await counter.engines.close()

    middleware = [Middleware(_Gate, rules)]
    if rules.origins:
        cors = Middleware(
            CORSMiddleware,
            allow_origins=list(rules.origins),
            allow_methods=["GET", "POST"],
            allow_headers=["*"],
        )
        middleware.insert(0, cors)
    return Starlette(
        routes=[
            Route("/health", health),
            Route("/v1/models", models),
            Route("/v1/models/", models),
            Route("/v1/models/{name:path}", model),
            Route("/v1/chat/completions", chat, methods=["POST"]),
            Route("/v1/completions", text, methods=["POST"]),
        ],
        middleware=middleware,
        exception_handlers={
            Refused: _refused,
            HTTPException: _unknown,
            ClientDisconnect: _left,
            Exception: _failed,
        },
        lifespan=lifespan,
    )


class _Gate:
    """Lets in who names this PC and brings the key.

    A web page of a stranger can make a browser ask any address, also one on this PC. It cannot hide
    its origin, nor that it came by a name that leads here only now (DNS rebinding).
    """

    def __init__(self, app: ASGIApp, rules: Rules) -> None:
        self._app = app
        self._rules = rules

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        refused = self._refusal(Request(scope))
        if refused is not None:
            await _document(refused)(scope, receive, send)
            return
        await self._app(scope, receive, send)

    def _refusal(self, request: Request) -> Refused | None:
        # Who has the key is no page of a stranger: networks call this PC by names of their own.
        if not _is_own_name(request.headers.get("host", ""), anywhere=bool(self._rules.key)):
            return Refused(403, say("serve.foreign_host"))
        origin = request.headers.get("origin")
        if origin is not None and origin not in self._rules.origins:
            return Refused(403, say("serve.foreign_page"))
        if not self._rules.key or request.url.path == "/health":
            return None
        kind, _, key = request.headers.get("authorization", "").partition(" ")
        brought = key.strip().encode() if kind.lower() == "bearer" else b""
        if hmac.compare_digest(brought, self._rules.key.encode()):
            return None
        return Refused(401, say("serve.wrong_key"), code="invalid_api_key")


class _EventStream(Response):
    """An answer as server-sent events; it is stopped when nobody listens any more.

    A long prompt is minutes of silence, in which programs lose patience: a comment goes out now and
    then, which they pass over.
    """

    def __init__(self, answering: Answering) -> None:
        super().__init__(
            headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"},
            media_type="text/event-stream",
        )
        del self.headers["content-length"]
        self._answering = answering

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        start = {"type": "http.response.start", "status": 200, "headers": self.raw_headers}
        pinging = asyncio.create_task(self._ping(send))
        try:
            await send(start)
            await _unless_gone(Request(scope, receive), self._tell(send, pinging))
        except (ClientDisconnect, OSError):
            pass
        finally:
            pinging.cancel()
            await self._answering.close()

    async def _tell(self, send: Send, pinging: asyncio.Task[None]) -> None:
        async for document in self._answering.stream():
            await self._send(send, b"data: " + msgspec.json.encode(document) + b"\n\n")
        pinging.cancel()
        await self._send(send, b"data: [DONE]\n\n", is_last=True)

    async def _ping(self, send: Send) -> None:
        while True:
            await asyncio.sleep(_PING_SECONDS)
            await self._send(send, b": reading\n\n")

    @staticmethod
    async def _send(send: Send, data: bytes, *, is_last: bool = False) -> None:
        await send({"type": "http.response.body", "body": data, "more_body": not is_last})


async def _unless_gone(request: Request, work: Coroutine[Any, Any, _T]) -> _T:
    """Wait for work, unless who asked for it goes away.

    Raises:
        ClientDisconnect: They did; the work is cancelled.
    """

    async def goes() -> None:
        while (await request.receive())["type"] != "http.disconnect":
            pass

    working, going = asyncio.ensure_future(work), asyncio.ensure_future(goes())
    try:
        await asyncio.wait((working, going), return_when=asyncio.FIRST_COMPLETED)
        if working.done():
            return working.result()
    finally:
        going.cancel()
        if not working.done():
            working.cancel()
            await asyncio.wait((working,))
    raise ClientDisconnect


async def _body(request: Request) -> bytes:
    found = bytearray()
    announced = request.headers.get("content-length", "")
    if announced.isdecimal() and int(announced) > MOST_BODY_BYTES:
        raise _too_long()
    async for chunk in request.stream():
        found += chunk
        if len(found) > MOST_BODY_BYTES:
            raise _too_long()
    return bytes(found)


def _too_long() -> Refused:
    return Refused(413, say("serve.too_long", most=size(MOST_BODY_BYTES)))


def _is_own_name(host: str, *, anywhere: bool) -> bool:
    """Whether a request names this PC by its number or by a name of its own.

    Args:
        host: As it stands in the request.
        anywhere: Whichever network that name is in, such as ``big-pc.fritz.box``.
    """
    name = host.rsplit(":", 1)[0] if not host.endswith("]") else host
    name = name.strip("[]").rstrip(".").lower()
    own = socket.gethostname().lower()
    first = own.partition(".")[0]
    if name in {"localhost", own, f"{own}.local", f"{first}.local"}:
        return True
    if anywhere and name.partition(".")[0] == first:
        return True
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True


def _listed(served: Served, created: int) -> dict[str, Any]:
    model = served.opened.model
    meta = {
        "n_ctx": served.opened.context_tokens(),
        "n_ctx_train": model.context_length,
        "n_params": model.parameters,
        "size": model.file_bytes,
        "ftype": model.level_name,
    }
    return {
        "id": served.name,
        "object": "model",
        "created": created,
        "owned_by": "shrinkscope",
        "meta": meta,
    }


def _json(document: object, status: int = 200) -> Response:
    return Response(msgspec.json.encode(document), status, media_type="application/json")


def _document(refused: Refused) -> Response:
    answer = _json(refused.document, refused.status)
    answer.headers.update(refused.headers)
    return answer


async def _refused(_request: Request, error: Exception) -> Response:
    assert isinstance(error, Refused)
    if error.detail:
        log.info("%s %s", error.sentence, error.detail)
    return _document(error)


async def _unknown(_request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    said = say("serve.no_such_address") if error.status_code == 404 else say("serve.no_such_way")
    answer = _document(Refused(error.status_code, said))
    answer.headers.update(error.headers or {})  # which ways there are
    return answer


async def _left(_request: Request, _error: Exception) -> Response:
    return Response(status_code=_GONE_STATUS)


async def _failed(_request: Request, error: Exception) -> Response:
    log.error("a request failed", exc_info=error)
    return _document(Refused(500, say("serve.failed")))
