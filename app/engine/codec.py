"""One JSON line a message, typed and bounded; never pickle: what an engine says is data."""

from __future__ import annotations

from typing import TypeVar

import msgspec

from app.engine.messages import MAX_LINE_BYTES, Command, Event

_T = TypeVar("_T")

_encoder = msgspec.json.Encoder()
_command_decoder = msgspec.json.Decoder(Command)
_event_decoder = msgspec.json.Decoder(Event)


class CodecError(ValueError):
    """A line that is no message of this protocol."""


def encode(message: Command | Event) -> bytes:
    """A message as one line, its line feed included.

    Raises:
        CodecError: The line would be longer than :data:`MAX_LINE_BYTES`.
    """
    line = _encoder.encode(message) + b"\n"
    if len(line) > MAX_LINE_BYTES:
        raise CodecError(f"message of {len(line)} bytes, {MAX_LINE_BYTES} allowed")
    return line


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
    return _decode(_event_decoder, line)


def _decode(decoder: msgspec.json.Decoder[_T], line: bytes) -> _T:
    if len(line) > MAX_LINE_BYTES:
        raise CodecError(f"line of {len(line)} bytes, {MAX_LINE_BYTES} allowed")
    try:
        return decoder.decode(line)
    except (msgspec.DecodeError, RecursionError) as error:
        # The excerpt goes to the log, so it is kept short.
        raise CodecError(f"{error}: {line[:200]!r}") from error
