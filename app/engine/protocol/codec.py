"""One JSON line a message, typed and bounded; never pickle: what an engine says is data."""

from __future__ import annotations

from typing import Any, TypeVar, cast

import msgspec

from app.core.text.clean import whole_text
from app.core.words.sentence import say, verbatim
from app.engine.protocol.answering import Text
from app.engine.protocol.messages import MAX_LINE_BYTES, Command, Event
from app.engine.protocol.running import NO_COMMAND, Failed, FailureKind

_T = TypeVar("_T")

# A character is at most six bytes of JSON, so that a message holds more of them than this.
_TEXT_CHARACTERS = 150_000
_SENTENCE_CHARACTERS = 1000
_DETAIL_CHARACTERS = 20_000

_encoder = msgspec.json.Encoder()
_command_decoder = msgspec.json.Decoder(Command)
_event_decoder = msgspec.json.Decoder(Event)


class CodecError(ValueError):
    """A line that is no message of this protocol."""


def encode(message: Command | Event) -> bytes:
    """A message as one line, its line feed included; what is no character in it is replaced.

    Raises:
        CodecError: The line would be longer than :data:`MAX_LINE_BYTES`.
    """
    try:
        line = _encoder.encode(message) + b"\n"
    except UnicodeEncodeError:
        line = _encoder.encode(_whole(msgspec.to_builtins(message))) + b"\n"
    if len(line) > MAX_LINE_BYTES:
        raise CodecError(f"message of {len(line)} bytes, {MAX_LINE_BYTES} allowed")
    return line


def event_lines(event: Event) -> list[bytes]:
    """An event as lines that can be sent, whatever foreign text is in it.

    Text that is too long for one message comes as several; what a failure says is cut; any other
    event that is too long is told as a failure of its command.
    """
    match event:
        case Text() if len(event.answer) + len(event.thinking) > _TEXT_CHARACTERS:
            return [encode(part) for part in _parts(event)]
        case Failed():
            return [encode(_short(event))]
        case _:
            try:
                return [encode(event)]
            except CodecError as error:
                command = getattr(event, "id", NO_COMMAND)
                said = say("engine.engine_found_too_long_say")
                return [encode(Failed(command, FailureKind.PROTOCOL, said, str(error)))]


def decode_command(line: bytes) -> Command:
    """Read one line from the window process.

    Raises:
        CodecError: It is too long, no JSON, or no known command.
    """
    return _decode(_command_decoder, line)


def decode_event(line: bytes) -> Event:
    """Read one line from an engine.

    Raises:
        CodecError: It is too long, no JSON, or no known event.
    """
    event = _decode(_event_decoder, line)
    if isinstance(event, Failed):
        try:
            _ = event.sentence
        except (LookupError, ValueError) as error:
            raise CodecError(f"no sentence of this program: {line[:200]!r}") from error
    return event


def _decode(decoder: msgspec.json.Decoder[_T], line: bytes) -> _T:
    if len(line) > MAX_LINE_BYTES:
        raise CodecError(f"line of {len(line)} bytes, {MAX_LINE_BYTES} allowed")
    try:
        return decoder.decode(line)
    except (msgspec.DecodeError, RecursionError) as error:
        # The excerpt goes to the log, so it is kept short.
        raise CodecError(f"{error}: {line[:200]!r}") from error


def _whole(value: object) -> object:
    """A message's fields with U+FFFD in place of lone halves of surrogate pairs."""
    if isinstance(value, str):
        return whole_text(value)
    if isinstance(value, list):
        return [_whole(one) for one in cast("list[Any]", value)]
    if isinstance(value, dict):
        return {key: _whole(one) for key, one in cast("dict[str, Any]", value).items()}
    return value


def _parts(event: Text) -> list[Text]:
    """The same text in several events; thinking comes before the answer, as it was written."""
    size = _TEXT_CHARACTERS
    thinking = [event.thinking[at : at + size] for at in range(0, len(event.thinking), size)]
    answer = [event.answer[at : at + size] for at in range(0, len(event.answer), size)]
    change = msgspec.structs.replace
    return [
        *(change(event, answer="", thinking=part) for part in thinking),
        *(change(event, answer=part, thinking="") for part in answer),
    ]


def _short(event: Failed) -> Failed:
    said, sentence = event.said, event.sentence
    if len(sentence) > _SENTENCE_CHARACTERS:
        said = verbatim(sentence[:_SENTENCE_CHARACTERS] + "…")
    return msgspec.structs.replace(event, said=said, detail=event.detail[:_DETAIL_CHARACTERS])
