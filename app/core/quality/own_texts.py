"""One's own text to measure quality on: plain text, or JSON lines of texts, prompts and chats.

A line of a JSONL file is one JSON object with one of these fields:

``text``      a piece of plain text
``prompt``    what one asks; ``answer`` may stand beside it
``messages``  a chat: a list of objects with ``role`` (system, user, assistant) and ``content``

Other fields are passed over, and so are empty lines.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import cast

import msgspec

from app.core.chats.chat import Message, Role
from app.core.errors import PersonError
from app.core.text.strict_json import read_json
from app.core.words.sentence import say

JSONL_ENDINGS = (".jsonl", ".ndjson")
_FIELDS = ("text", "prompt", "messages")
_LONGEST_LINE = 4_000_000


class BadTextError(PersonError):
    """A file of texts that cannot be used."""


class TextPart(msgspec.Struct, frozen=True):
    """A run of text that is cut into chunks on its own: plain text, or chats.

    Attributes:
        text: Plain text; empty where these are chats.
        chats: Each rendered by the chat template of the model, one after another.
        is_own: It is the person's, e.g. from the stored chats: not to be passed on unasked.
    """

    text: str = ""
    chats: tuple[tuple[Message, ...], ...] = ()
    is_own: bool = False

    @property
    def size_bytes(self) -> int:
        """Of the texts alone, in UTF-8."""
        said = (message.content for chat in self.chats for message in chat)
        return sum(len(text.encode("utf-8", "replace")) for text in (self.text, *said))


def parse_jsonl(text: str) -> list[TextPart]:
    """Read a JSONL file: its plain texts joined to one part, its chats to another.

    Raises:
        BadTextError: A line cannot be used (its number is named), or there is none.
    """
    texts: list[str] = []
    chats: list[tuple[Message, ...]] = []
    for number, line in enumerate(text.removeprefix("\ufeff").split("\n"), start=1):
        if not line.strip():
            continue
        found = _parse_line(line, number)
        if isinstance(found, str):
            texts.append(found)
        else:
            chats.append(found)
    if not texts and not chats:
        raise BadTextError(say("lab.no_text_file"))
    return parts_of(texts, chats)


def parts_of(texts: Iterable[str], chats: Iterable[tuple[Message, ...]]) -> list[TextPart]:
    """Texts and chats as parts; what is empty makes none."""
    joined = "\n\n".join(text.strip() for text in texts if text.strip())
    kept = tuple(chat for chat in chats if chat)
    return [
        *([TextPart(text=joined)] if joined else []),
        *([TextPart(chats=kept)] if kept else []),
    ]


def as_plain_text(chat: Iterable[Message]) -> str:
    """A chat as lines of who says what, where no template can write it."""
    return "\n".join(f"{message.role}: {message.content}" for message in chat)


def _parse_line(line: str, number: int) -> str | tuple[Message, ...]:
    if len(line) > _LONGEST_LINE:
        raise BadTextError(say("lab.line_too_long", number=number))
    try:
        row = read_json(line)
    except ValueError as error:
        raise BadTextError(say("lab.line_not_valid_json", number=number), str(error)) from error
    if not isinstance(row, dict):
        raise BadTextError(say("lab.line_no_json_object_text", number=number))
    fields = cast("dict[str, object]", row)
    name = next((name for name in _FIELDS if name in fields), None)
    if name is None:
        raise BadTextError(say("lab.line_neither_text_nor_prompt", number=number))
    if name == "messages":
        return _messages(fields["messages"], number)
    said = _text(fields, name, number)
    if name == "text":
        return said
    asked = Message(Role.USER, said)
    if fields.get("answer") is None:
        return (asked,)
    return (asked, Message(Role.ASSISTANT, _text(fields, "answer", number)))


def _text(fields: Mapping[str, object], name: str, number: int) -> str:
    value = fields[name]
    if not isinstance(value, str) or not value.strip():
        raise BadTextError(say("lab.line_no_text", number=number, name=name))
    return value.encode("utf-8", "replace").decode("utf-8")


def _messages(value: object, number: int) -> tuple[Message, ...]:
    if not isinstance(value, list) or not value:
        raise BadTextError(say("lab.line_messages_no_list_messages", number=number))
    found: list[Message] = []
    for row in cast("list[object]", value):
        fields = cast("dict[str, object]", row if isinstance(row, dict) else {})
        if not {"role", "content"} <= fields.keys():
            raise BadTextError(say("lab.line_message_object_role_content", number=number))
        try:
            role = Role(fields["role"])
        except ValueError as error:
            said = say("lab.line_none_of", number=number, name="role", known=", ".join(Role))
            raise BadTextError(said) from error
        found.append(Message(role, _text(fields, "content", number)))
    return tuple(found)
