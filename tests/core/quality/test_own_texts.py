from __future__ import annotations

import contextlib
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.chats.chat import Message, Role
from app.core.quality.own_texts import BadTextError, TextPart, as_plain_text, parse_jsonl


def lines(*rows: Any) -> str:
    return "\n".join(json.dumps(row) for row in rows)


def test_texts_prompts_and_chats() -> None:
    chat = [{"role": "system", "content": "Short."}, {"role": "user", "content": "Hi"}]
    parts = parse_jsonl(
        "\ufeff"
        + lines({"text": " One. "}, {"messages": chat}, {"text": "Two.", "n": 1})
        + "\r\n\n"
        + lines({"prompt": "2 + 2?"}, {"prompt": "Sky?", "answer": "Blue."})
    )
    assert parts == [
        TextPart(text="One.\n\nTwo."),
        TextPart(
            chats=(
                (Message(Role.SYSTEM, "Short."), Message(Role.USER, "Hi")),
                (Message(Role.USER, "2 + 2?"),),
                (Message(Role.USER, "Sky?"), Message(Role.ASSISTANT, "Blue.")),
            )
        ),
    ]
    assert parts[0].size_bytes == 10
    assert parts[1].size_bytes == 6 + 2 + 6 + 4 + 5
    assert as_plain_text(parts[1].chats[2]) == "user: Sky?\nassistant: Blue."


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        ("{", "Line 2 is not valid JSON."),
        ("[" * 100_000, "Line 2 is not valid JSON."),
        ("[1]", "Line 2 is no JSON object with text, prompt or messages."),
        ('{"txt": "a"}', "Line 2 has neither text nor prompt nor messages."),
        ('{"text": 7}', "Line 2: “text” is no text."),
        ('{"text": "  "}', "Line 2: “text” is no text."),
        ('{"prompt": ["a"]}', "Line 2: “prompt” is no text."),
        ('{"prompt": "a", "answer": 7}', "Line 2: “answer” is no text."),
        ('{"messages": []}', "Line 2: “messages” is no list of messages."),
        ('{"messages": ["a"]}', "Line 2: a message is an object with role and content."),
        ('{"messages": [{"role": "a"}]}', "Line 2: a message is an object with role and content."),
        (
            '{"messages": [{"role": "tool", "content": "a"}]}',
            "Line 2: “role” is none of system, user, assistant.",
        ),
        ('{"messages": [{"role": ["user"], "content": "a"}]}',
         "Line 2: “role” is none of system, user, assistant."),
    ],
)  # fmt: skip
def test_a_bad_line_is_named(line: str, sentence: str) -> None:
    with pytest.raises(BadTextError) as caught:
        parse_jsonl(lines({"text": "fine"}) + "\n" + line)
    assert caught.value.sentence == sentence


def test_an_empty_file_is_said() -> None:
    for text in ("", "\n \n", "\ufeff"):
        with pytest.raises(BadTextError, match="no text in this file"):
            parse_jsonl(text)


@given(st.text(max_size=300))
def test_any_text_is_read_or_refused(text: str) -> None:
    with contextlib.suppress(BadTextError):
        assert all(part.size_bytes for part in parse_jsonl(text))
