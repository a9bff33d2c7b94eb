"""Whatever is sent is understood or refused with a sentence.

Tests app.core.serve.refusals.
"""

from __future__ import annotations

import base64
from collections.abc import Callable
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.chats.chat import Role
from app.core.serve.refusals import Refused
from app.core.serve.requests import MOST_LIKELY, Asked, read_chat, read_text

QUESTION = {"role": "user", "content": "Hello"}


def chat(**fields: Any) -> bytes:
    return msgspec.json.encode({"messages": [QUESTION]} | fields)


def test_what_is_left_out_or_null_is_as_usual() -> None:
    plain = read_chat(chat())
    nulls = dict.fromkeys(("model", "temperature", "stop", "seed", "max_tokens", "tools", "n"))
    assert read_chat(chat(**nulls)) == plain
    assert (plain.model, plain.streams, plain.likely, plain.schema) == ("", False, None, "")
    assert plain.sampling.max_tokens == 0
    assert plain.sampling.thinking is None


def test_what_programs_call_alike_is_understood_alike() -> None:
    parts = [{"type": "text", "text": "a"}, {"type": "text", "text": "b"}]
    messages = [{"role": "developer", "content": "Be kind"}, {"role": "user", "content": parts}]
    read = read_chat(chat(messages=messages, stop="x", max_completion_tokens=5, max_tokens=9))
    assert [message.role for message in read.messages] == [Role.SYSTEM, Role.USER]
    assert read.messages[1].content == "a\nb"
    assert read.stop_strings == ("x",)
    assert read.sampling.max_tokens == 5
    assert read_chat(chat(reasoning_effort="none")).sampling.thinking is False
    switched = chat(chat_template_kwargs={"enable_thinking": True})
    assert read_chat(switched).sampling.thinking is True
    assert read_chat(chat(logprobs=True)).likely == 0
    assert read_chat(chat(logprobs=True, top_logprobs=MOST_LIKELY)).likely == MOST_LIKELY
    assert read_chat(chat(seed=-1)).sampling.seed is not None
    assert read_text(msgspec.json.encode({"prompt": ["once"]})).messages[0].content == "once"


def test_pictures_come_within_the_message() -> None:
    address = "data:image/png;base64," + base64.b64encode(b"picture").decode()
    parts = [{"type": "image_url", "image_url": {"url": address}}, {"type": "text", "text": "?"}]
    read = read_chat(chat(messages=[{"role": "user", "content": parts}]))
    assert read.pictures == ((b"picture",),)
    for bad in ("file:///etc/passwd", "data:text/html;base64,AA==", "data:image/png;base64,%%", 3):
        parts[0] = {"type": "image_url", "image_url": {"url": bad}}
        with pytest.raises(Refused):
            read_chat(chat(messages=[{"role": "user", "content": parts}]))


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**70), 2**70) | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=8,
)
NAMES = [
    *("messages", "model", "stream", "stream_options", "max_tokens", "temperature", "top_p"),
    *("seed", "stop", "n", "logprobs", "top_logprobs", "response_format", "tools", "prompt"),
    *("chat_template_kwargs", "reasoning_effort", "logit_bias", "echo", "top_k", "min_p"),
]


def read_or_none(read: Callable[[bytes], Asked], sent: bytes) -> Asked | None:
    try:
        return read(sent)
    except Refused:
        return None


@given(st.dictionaries(st.sampled_from(NAMES), VALUES))
def test_no_document_is_too_odd(document: dict[str, Any]) -> None:
    try:
        body = msgspec.json.encode(document)
    except (OverflowError, UnicodeEncodeError):
        return  # nobody can send it
    for read in (read_chat, read_text):
        for sent in (body, msgspec.json.encode({"messages": [QUESTION], "prompt": "a"} | document)):
            asked = read_or_none(read, sent)
            if asked is None:
                continue
            assert 0 <= asked.sampling.temperature <= 10
            assert 0 <= asked.sampling.max_tokens <= 1 << 31
            assert asked.likely is None or 0 <= asked.likely <= MOST_LIKELY


@given(st.binary(max_size=60))
def test_no_bytes_are_too_odd(body: bytes) -> None:
    for read in (read_chat, read_text):
        with pytest.raises(Refused):
            read(body)
