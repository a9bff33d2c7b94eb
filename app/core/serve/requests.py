"""What other programs ask, in the form of OpenAI's interface: read strictly, refused plainly.

Fields that would change an answer and are not known here are refused, since whoever sends them
expects them to count; what only describes the sender (``user``, ``metadata``) is passed over.
"""

from __future__ import annotations

import base64
import binascii
import re
from dataclasses import dataclass, replace
from typing import Any, TypeVar

import msgspec

from app.core.candidates.settings import CHAT, MOST_SEED, SamplingSettings
from app.core.chats.chat import Message, Role
from app.core.chats.pictures import MOST_PICTURES
from app.core.serve.refusals import Refused
from app.core.words.sentence import Sentence, say

MOST_LIKELY = 20
"""Most of the likeliest tokens that are told with each."""
MOST_STOPS = 16
_MOST_STOP_CHARACTERS = 1000
_ROLES = {"system": Role.SYSTEM, "developer": Role.SYSTEM} | {
    role.value: role for role in (Role.USER, Role.ASSISTANT)
}
_DATA_ADDRESS = re.compile(r"data:image/[\w.+-]+;base64,")
_PLACE = re.compile(r" - at `\$\.?([^`]*)`$")
_ANY_OBJECT = '{"type":"object"}'


class Part(msgspec.Struct):
    """A part of a message."""

    type: str
    text: str | None = None
    image_url: dict[str, Any] | None = None


class SentMessage(msgspec.Struct):
    """A message as it is sent."""

    role: str
    content: str | list[Part] | None = None


class StreamOptions(msgspec.Struct):
    """What a stream tells."""

    include_usage: bool | None = None


class _Common(msgspec.Struct, kw_only=True):
    """What chats and texts have alike."""

    model: str | None = None
    stream: bool | None = None
    stream_options: StreamOptions | None = None
    max_tokens: int | None = None
    temperature: float | None = None
    top_p: float | None = None
    top_k: int | None = None
    min_p: float | None = None
    repeat_penalty: float | None = None
    seed: int | None = None
    stop: str | list[str] | None = None
    n: int | None = None
    frequency_penalty: float | None = None
    presence_penalty: float | None = None
    logit_bias: dict[str, float] | None = None


class ChatRequest(_Common, kw_only=True):
    """The body of ``/v1/chat/completions``."""

    messages: list[SentMessage]
    max_completion_tokens: int | None = None
    logprobs: bool | None = None
    top_logprobs: int | None = None
    response_format: dict[str, Any] | None = None
    reasoning_effort: str | None = None
    chat_template_kwargs: dict[str, Any] | None = None
    tools: list[Any] | None = None
    functions: list[Any] | None = None
    modalities: list[str] | None = None


class TextRequest(_Common, kw_only=True):
    """The body of ``/v1/completions``."""

    prompt: str | list[str]
    logprobs: int | None = None
    echo: bool | None = None
    best_of: int | None = None
    suffix: str | None = None


@dataclass(frozen=True, slots=True)
class Asked:
    """One answer that is asked for.

    Attributes:
        model: By the name that the program knows it by; empty where it names none.
        messages: The chat; of a text to go on with, that text.
        sampling: How tokens are chosen; ``max_tokens`` is 0 where no limit is asked for.
        stop_strings: Texts that end the answer.
        likely: How many likely tokens are told with each; None tells no probabilities.
        schema: The JSON schema that the answer fits; empty for none.
        is_text: A text to go on with, and no chat.
        streams: The answer is told while it comes.
        tells_usage: A stream ends with what was used.
        pictures: Contents of image files, by the messages that they are shown with.
    """

    model: str
    messages: tuple[Message, ...]
    sampling: SamplingSettings
    stop_strings: tuple[str, ...]
    likely: int | None = None
    schema: str = ""
    is_text: bool = False
    streams: bool = False
    tells_usage: bool = False
    pictures: tuple[tuple[bytes, ...], ...] = ()


def read_chat(body: bytes) -> Asked:
    """A chat that is to be answered.

    Raises:
        Refused: It cannot be understood, or asks for what there is not.
    """
    sent = _decoded(body, ChatRequest)
    _without({"tools": sent.tools, "functions": sent.functions})
    if sent.modalities and sent.modalities != ["text"]:
        raise _not_here("modalities")
    if not sent.messages:
        raise _wrong("messages", say("serve.no_messages"))
    read = [_message(message, n) for n, message in enumerate(sent.messages)]
    likely = sent.top_logprobs or 0 if sent.logprobs else None
    _within("top_logprobs", sent.top_logprobs, 0, MOST_LIKELY)
    if sent.top_logprobs and not sent.logprobs:
        raise _wrong("top_logprobs", say("serve.needs_logprobs"))
    if sent.max_completion_tokens is not None:
        sent.max_tokens = sent.max_completion_tokens
    asked = _asked(sent, tuple(message for message, _ in read))
    return replace(
        asked,
        sampling=msgspec.structs.replace(asked.sampling, thinking=_thinking(sent)),
        likely=likely,
        schema=_schema(sent.response_format),
        pictures=tuple(pictures for _, pictures in read),
    )


def read_text(body: bytes) -> Asked:
    """A text that is to be gone on with.

    Raises:
        Refused: It cannot be understood, or asks for what there is not.
    """
    sent = _decoded(body, TextRequest)
    prompts = [sent.prompt] if isinstance(sent.prompt, str) else sent.prompt
    if len(prompts) != 1:
        raise _wrong("prompt", say("serve.one_at_a_time"))
    if not prompts[0]:
        raise _wrong("prompt", say("serve.no_prompt"))
    _without({"echo": sent.echo, "suffix": sent.suffix})
    if (sent.best_of or 1) > 1:
        raise _not_here("best_of")
    _within("logprobs", sent.logprobs, 0, MOST_LIKELY)
    asked = _asked(sent, (Message(Role.USER, prompts[0]),))
    return replace(asked, likely=sent.logprobs, is_text=True)


_T = TypeVar("_T")


def _decoded(body: bytes, kind: type[_T]) -> _T:
    try:
        return msgspec.json.decode(body, type=kind)
    except msgspec.ValidationError as error:
        place = _PLACE.search(str(error))
        reason = str(error)[: place.start()] if place else str(error)
        raise _wrong(place[1] if place else "", say("serve.wrong_field", reason=reason)) from error
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise _wrong("", say("serve.no_json")) from error


def _message(sent: SentMessage, number: int) -> tuple[Message, tuple[bytes, ...]]:
    role = _ROLES.get(sent.role)
    if role is None:
        raise _wrong(f"messages[{number}].role", say("serve.unknown_role", role=sent.role[:40]))
    if sent.content is None or isinstance(sent.content, str):
        return Message(role, sent.content or ""), ()
    texts: list[str] = []
    pictures: list[bytes] = []
    for part in sent.content:
        if part.type == "text":
            texts.append(part.text or "")
        elif part.type == "image_url":
            pictures.append(_picture(part, f"messages[{number}].content"))
        else:
            raise _wrong(f"messages[{number}].content", say("serve.unknown_part"))
    if len(pictures) > MOST_PICTURES:
        said = say("pictures.too_many", most=MOST_PICTURES)
        raise _wrong(f"messages[{number}].content", said)
    return Message(role, "\n".join(texts)), tuple(pictures)


def _picture(part: Part, place: str) -> bytes:
    address = (part.image_url or {}).get("url")
    begin = _DATA_ADDRESS.match(address) if isinstance(address, str) else None
    if begin is None or not isinstance(address, str):
        raise _wrong(place, say("serve.picture_address"))
    try:
        return base64.b64decode(address[begin.end() :], validate=True)
    except (binascii.Error, ValueError) as error:
        raise _wrong(place, say("serve.picture_address")) from error


def _asked(sent: _Common, messages: tuple[Message, ...]) -> Asked:
    if sent.n not in {None, 1}:
        raise _wrong("n", say("serve.one_at_a_time"))
    _without(
        {
            "frequency_penalty": sent.frequency_penalty,
            "presence_penalty": sent.presence_penalty,
            "logit_bias": sent.logit_bias,
        }
    )
    _within("max_tokens", sent.max_tokens, 1)
    _within("temperature", sent.temperature, 0, 10)
    _within("top_p", sent.top_p, 0, 1)
    _within("min_p", sent.min_p, 0, 1)
    _within("top_k", sent.top_k, 0)
    _within("repeat_penalty", sent.repeat_penalty, 0.1, 10)
    said = {
        name: value
        for name in ("temperature", "top_p", "top_k", "min_p", "repeat_penalty")
        if (value := getattr(sent, name)) is not None
    }
    seed = sent.seed & 0xFFFFFFFF if sent.seed is not None else None
    sampling = msgspec.structs.replace(
        CHAT,
        **said,
        seed=min(seed, MOST_SEED) if seed is not None else None,
        max_tokens=min(sent.max_tokens or 0, 1 << 31),
    )
    stops = [sent.stop] if isinstance(sent.stop, str) else sent.stop or []
    if len(stops) > MOST_STOPS or any(len(stop) > _MOST_STOP_CHARACTERS for stop in stops):
        raise _wrong("stop", say("serve.too_many_stops", most=MOST_STOPS))
    return Asked(
        model=sent.model or "",
        messages=messages,
        sampling=sampling,
        stop_strings=tuple(filter(None, stops)),
        streams=bool(sent.stream),
        tells_usage=bool(sent.stream_options and sent.stream_options.include_usage),
    )


def _thinking(sent: ChatRequest) -> bool | None:
    """The thinking switch, as llama-server's and vLLM's clients set it, or OpenAI's."""
    wanted = (sent.chat_template_kwargs or {}).get("enable_thinking")
    if isinstance(wanted, bool):
        return wanted
    effort = sent.reasoning_effort
    return None if effort is None else effort != "none"


def _schema(form: dict[str, Any] | None) -> str:
    match (form or {}).get("type"):
        case None | "text":
            return ""
        case "json_object":
            return _ANY_OBJECT
        case "json_schema":
            named = (form or {}).get("json_schema")
            schema = named.get("schema") if isinstance(named, dict) else None  # pyright: ignore[reportUnknownMemberType, reportUnknownVariableType]
            if isinstance(schema, dict):
                return msgspec.json.encode(schema).decode()
        case _:
            pass
    raise _wrong("response_format", say("serve.unknown_format"))


def _within(name: str, value: float | None, least: float, most: float | None = None) -> None:
    if value is not None and not (least <= value and (most is None or value <= most)):
        said = (
            say("serve.out_of_range", least=f"{least:g}", most=f"{most:g}")
            if most is not None
            else say("serve.too_low", least=f"{least:g}")
        )
        raise _wrong(name, said)


def _wrong(param: str, said: Sentence) -> Refused:
    return Refused(400, said, param=param)


def _without(fields: dict[str, object]) -> None:
    """Refuse what is asked for and is not to be had."""
    for name, value in fields.items():
        if value:
            raise _not_here(name)


def _not_here(param: str) -> Refused:
    return Refused(400, say("serve.not_here", name=param), param=param)
