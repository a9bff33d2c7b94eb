"""Texts as tokens and back, where a server has a way for it."""

from __future__ import annotations

import sys
from array import array
from pathlib import Path

from app.base.files import read_ordinary, write_whole
from app.core.errors import PersonError
from app.core.words.sentence import say
from app.engine.protocol.reading import Detokenize, Detokenized, Tokenize, Tokenized
from app.engine.remote import troubles
from app.engine.remote.dialects.dialect import Dialect
from app.engine.remote.wire import Wire

_MOST_TEXT_BYTES = 64 << 20


async def tokenized(wire: Wire, dialect: Dialect, model: str, command: Tokenize) -> Tokenized:
    """Write a text's tokens into the file that is asked for. A server tells of no vocabulary.

    Raises:
        PersonError: A file cannot be read or written.
        RemoteError: The server has no way for it, or fails.
    """
    try:
        words = read_ordinary(Path(command.source), _MOST_TEXT_BYTES).decode("utf-8", "replace")
        numbers = array("i", await dialect.tokens(wire, model, words))
        if sys.byteorder == "big":
            numbers.byteswap()
        write_whole(Path(command.target), numbers.tobytes())
    except OSError as error:
        said = say("remote.file", reason=error.strerror or str(error))
        raise PersonError(said, str(error)) from error
    except OverflowError as error:
        raise troubles.nonsense(wire.access, str(error)) from error
    return Tokenized(command.id, len(numbers), None, "")


async def detokenized(wire: Wire, dialect: Dialect, model: str, command: Detokenize) -> Detokenized:
    """Which bytes tokens stand for.

    Raises:
        RemoteError: The server has no way for it, or fails.
    """
    found = await dialect.words(wire, model, command.tokens)
    return Detokenized(command.id, [each.decode("latin-1") for each in found])
