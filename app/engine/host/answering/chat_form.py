"""Messages in the form that a chat template takes, found by trying it.

Templates differ in what they do with a system prompt (some refuse one, some leave it out), with
contents (text, or a list of parts), and with variables that nobody gave.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from datetime import date, datetime
from typing import Any

import jinja2
import jinja2.ext
from jinja2.sandbox import ImmutableSandboxedEnvironment
from llama_cpp.llama_chat_format import Jinja2ChatFormatter

from app.core.chats.chat import Message, Role

# Words that no template changes or writes itself.
_TRIED = {Role.SYSTEM: "zyxsystem", Role.USER: "zyxuser", Role.ASSISTANT: "zyxassistant"}
_NO_TOOLS = {"tools": None, "functions": None, "function_call": None, "tool_choice": None}


class ChatForm:
    """One compiled template.

    Rendering needs bounds around it: the template is foreign code.
    """

    def __init__(
        self,
        template: str,
        *,
        begin_text: str,
        end_text: str,
        now: Callable[[str], str] = lambda form: datetime.now().strftime(form),
    ) -> None:
        """Compile and try it.

        Args:
            template: Jinja.
            begin_text: The vocabulary's begin token.
            end_text: Its end token.
            now: The time in the form of strftime.

        Raises:
            Exception: Of any kind: it is no valid Jinja.
        """
        environment = ImmutableSandboxedEnvironment(
            loader=jinja2.BaseLoader(),
            trim_blocks=True,
            lstrip_blocks=True,
            extensions=[Jinja2ChatFormatter.IgnoreGenerationTags, jinja2.ext.loopcontrols],
        )
        environment.filters["tojson"] = Jinja2ChatFormatter.tojson
        self._template = environment.from_string(template)
        self._known = {
            "bos_token": begin_text,
            "eos_token": end_text,
            "raise_exception": _refuse,
        }
        self._now = now
        self._in_parts: frozenset[Role] = frozenset()
        self._leaves_system_out = False
        self._try_out()

    def render(
        self,
        messages: Sequence[Message],
        switches: dict[str, Any],
        *,
        opens_answer: bool,
        day: date | None = None,
    ) -> tuple[str, bool]:
        """Write messages out.

        Args:
            messages: Oldest first.
            switches: Variables of the template's own.
            opens_answer: End with what stands in front of an answer.
            day: What the template is told where it asks for the date; None for now.

        Returns:
            The text, and whether the system prompt became part of a message of the person's.

        Raises:
            Exception: Of any kind: the template refuses these messages.
        """
        refused: Exception | None = None
        now = self._now if day is None else day.strftime
        moved = _with_system_in_user(messages)
        forms = [(messages, False), (moved, True)] if moved is not None else [(messages, False)]
        for form, is_moved in forms[1:] if moved and self._leaves_system_out else forms:
            for given in _given(now):
                try:
                    variables = {**given, **switches, "add_generation_prompt": opens_answer}
                    return self._written(form, self._in_parts, variables), is_moved
                except MemoryError:
                    raise
                except Exception as error:  # noqa: BLE001 - foreign code: any error is its own
                    refused = refused or error
        assert refused is not None
        raise refused

    def _written(
        self, messages: Sequence[Message], in_parts: Collection[Role], variables: dict[str, Any]
    ) -> str:
        rows = [
            {"role": str(message.role), "content": _content(message, message.role in in_parts)}
            for message in messages
        ]
        return self._template.render(messages=rows, **self._known, **variables)

    def _try_out(self) -> None:
        """See which form of a content the template writes, and what becomes of a system prompt."""
        talk = [Message(role, word) for role, word in _TRIED.items()]
        talk.append(talk[1])
        as_text, as_parts = self._tried(talk, ()), self._tried(talk, _TRIED)
        self._in_parts = frozenset(
            role for role, word in _TRIED.items() if word not in as_text and word in as_parts
        )
        whole = self._tried(talk, self._in_parts) if self._in_parts else as_text
        self._leaves_system_out = _TRIED[Role.USER] in whole and _TRIED[Role.SYSTEM] not in whole

    def _tried(self, talk: Sequence[Message], in_parts: Collection[Role]) -> str:
        for messages in (talk, talk[1:]):
            for given in _given(self._now):
                try:
                    return self._written(
                        messages, in_parts, {**given, "add_generation_prompt": True}
                    )
                except MemoryError:
                    raise
                except Exception:  # noqa: BLE001 - what it refuses is no form for it
                    continue
        return ""


def _given(now: Callable[[str], str]) -> tuple[dict[str, Any], ...]:
    """Variables to try, one set after the other.

    Left out is what templates expect; a few cannot do without None, or without texts.
    """
    texts = {"functions": "[]", "datetime": now("%b %d %Y")}
    return tuple({"strftime_now": now, **given} for given in ({}, _NO_TOOLS, texts))


def _refuse(message: str) -> str:
    raise ValueError(message)


def _content(message: Message, in_parts: bool) -> str | list[dict[str, str]]:
    return [{"type": "text", "text": message.content}] if in_parts else message.content


def _with_system_in_user(messages: Sequence[Message]) -> list[Message] | None:
    """System prompts in front of the person's next message; None where there is nothing to move."""
    held: list[str] = []
    found: list[Message] = []
    moved = False
    for message in messages:
        if message.role is Role.SYSTEM:
            held.append(message.content)
        elif message.role is Role.USER and held:
            found.append(Message(Role.USER, "\n\n".join([*held, message.content])))
            held, moved = [], True
        else:
            found.append(message)
    return found if moved and not held else None
