"""The documents of a streamed answer, one after another, however the bytes are cut.

Two forms are in use: server-sent events, which httpx2 reads, and JSON a line.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing

import httpx2

from app.engine.remote import troubles
from app.engine.remote.access import Access
from app.engine.remote.lenient import Document, document, read_json
from app.engine.remote.wire import MOST_EVENT_BYTES, Wire

_EVENTS = "text/event-stream"
_END = "[DONE]"


async def documents(response: httpx2.Response, wire: Wire) -> AsyncGenerator[Document]:
    """The documents of an answer; where it comes whole in place of a stream, that one.

    Raises:
        RemoteError: It is none, tells of an error, or has an event that is too large.
    """
    kind = response.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind == "application/json" or troubles.is_page(response.headers, b""):
        yield _sound(wire.read(await wire.whole(response), response.headers), wire.access)
    elif kind in {"application/x-ndjson", "application/jsonl", "application/stream+json"}:
        async with aclosing(lines(response.aiter_bytes(), wire.access)) as found:
            async for line in found:
                yield _read(line, wire.access)
    else:
        async for event in _events(response):
            if event.data.strip() == _END:
                return
            if event.data.strip():
                yield _read(event.data, wire.access, is_error=event.event == "error")


async def lines(pieces: AsyncIterator[bytes], access: Access) -> AsyncGenerator[bytes]:
    """Lines that hold anything, without their ends; the last may have none.

    Raises:
        RemoteError: A line does not end.
    """
    held: list[bytes] = []
    held_bytes = 0
    async for piece in pieces:
        first, *rest = piece.split(b"\n")
        held.append(first)
        held_bytes += len(first)
        if rest:
            for line in (b"".join(held), *rest[:-1]):
                if line.strip():
                    yield line
            held, held_bytes = [rest[-1]], len(rest[-1])
        if held_bytes > MOST_EVENT_BYTES:
            raise troubles.too_large(access)
    if (line := b"".join(held)).strip():
        yield line


def _events(response: httpx2.Response) -> AsyncIterator[httpx2.ServerSentEvent]:
    response.headers["content-type"] = _EVENTS  # some servers name it otherwise
    response.encoding = "utf-8"  # as event streams are, whatever is said of them
    return aiter(httpx2.EventSource(response, max_event_size=MOST_EVENT_BYTES))


def _read(data: bytes | str, access: Access, *, is_error: bool = False) -> Document:
    try:
        value = read_json(data)
    except ValueError as error:
        if is_error:
            value = {"error": data if isinstance(data, str) else ""}
        else:
            raise troubles.nonsense(access, f"{error}: {data[:100]!r}") from error
    if is_error:
        raise troubles.of_stream(access, value)
    return _sound(value, access)


def _sound(value: object, access: Access) -> Document:
    found = document(value)
    if found.get("error"):
        raise troubles.of_stream(access, found)
    if not isinstance(value, dict):
        raise troubles.nonsense(access, "no object")
    return found
