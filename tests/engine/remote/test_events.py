"""Streams are read the same however their bytes are cut, whatever stands between the events."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

import httpx2
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.engine.remote import events
from app.engine.remote.access import Access
from app.engine.remote.events import documents, lines
from app.engine.remote.troubles import RemoteError
from app.engine.remote.wire import Wire

ACCESS = Access("http://127.0.0.1:9/v1")
words = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
told = st.lists(st.builds(lambda word: {"choices": [], "said": word}, words), max_size=6)
ends = st.sampled_from(["\n", "\r\n", "\r"])
between = st.sampled_from(
    [
        "",
        ": ping{end}",
        ":{end}{end}",
        "retry: 10{end}",
        "id: 3{end}{end}",
        "event: x{end}",
        "{end}",
    ]
)
spaces = st.sampled_from(["", " "])


class Cut(httpx2.AsyncByteStream):
    """Bytes in pieces."""

    def __init__(self, pieces: list[bytes]) -> None:
        self._pieces = pieces

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for piece in self._pieces:
            yield piece


def cut(data: bytes, places: list[int]) -> list[bytes]:
    """Data cut at places."""
    at = sorted({place % (len(data) + 1) for place in places})
    return [data[a:b] for a, b in zip([0, *at], [*at, len(data)], strict=True)]


def read(pieces: list[bytes], kind: str = "text/event-stream") -> list[Any]:
    """The documents of an answer in pieces."""

    async def gather() -> list[Any]:
        response = httpx2.Response(
            200,
            headers={"content-type": kind},
            stream=Cut(pieces),
            request=httpx2.Request("POST", ACCESS.url),
        )
        async with Wire(ACCESS) as wire:
            return [each async for each in documents(response, wire)]

    return asyncio.run(gather())


@given(told, st.data(), st.lists(st.integers(0, 4000), max_size=12))
def test_events_are_the_same_however_they_are_cut(
    expected: list[Any], data: st.DataObject, places: list[int]
) -> None:
    end = data.draw(ends)
    text = ""
    for each in expected:
        text += data.draw(between).format(end=end)
        letters = json.dumps(each, ensure_ascii=data.draw(st.booleans()))
        text += f"data:{data.draw(spaces)}{letters}{end}{end}"
    text += f"data:{data.draw(spaces)}[DONE]{end}{end}data: not read any more{end}{end}"
    assert read(cut(text.encode(), places)) == expected


@given(told, st.data(), st.lists(st.integers(0, 4000), max_size=12))
def test_lines_are_the_same_however_they_are_cut(
    expected: list[Any], data: st.DataObject, places: list[int]
) -> None:
    end = data.draw(st.sampled_from(["\n", "\r\n", "\n\n"]))
    text = end.join(json.dumps(each) for each in expected) + data.draw(st.sampled_from(["", end]))
    assert read(cut(text.encode(), places), "application/x-ndjson") == expected


def test_an_event_in_several_lines_and_one_that_is_not_ended() -> None:
    text = b'data: {"said":\ndata: 1}\n\ndata: {"said": 2}'
    assert read([text]) == [{"said": 1}]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (b'data: {"error": {"message": "no slot"}}\n\n', "broke off: no slot."),
        (b'event: error\ndata: {"message": "worker died"}\n\n', "broke off: worker died."),
        (b"event: error\ndata: worker died\n\n", "broke off: worker died."),
        (b'data: {"error": "no slot", "choices": []}\n\n', "broke off: no slot."),
        (b"data: {nonsense\n\n", "is not understood"),
        (b"data: 17\n\n", "is not understood"),
    ],
)
def test_what_goes_wrong_inside_a_stream_is_said(text: bytes, words: str) -> None:
    with pytest.raises(RemoteError) as caught:
        read([text])
    assert words in caught.value.sentence


def test_what_never_ends_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(events, "MOST_EVENT_BYTES", 1000)

    async def endless() -> AsyncIterator[bytes]:
        while True:
            yield b"x" * 100

    async def first() -> bytes:
        return await anext(lines(endless(), ACCESS))

    with pytest.raises(RemoteError, match="larger than"):
        asyncio.run(first())
    with pytest.raises(httpx2.SSEError):
        read([b"data: " + b"x" * 2000])
