"""Models of servers in words: ``http://127.0.0.1:9931/v1#model=ID``, ``server:NAME#model=ID``."""

from __future__ import annotations

from urllib.parse import urlsplit, urlunsplit

from app.core.candidates.candidate import ServerModel
from app.core.candidates.notation import parts_of
from app.core.candidates.setting import NotationError
from app.core.words.sentence import say

_SAVED = "server:"
_SCHEMES = ("http://", "https://")
_MODEL = "model"


def names_server(word: str) -> bool:
    """Whether a word means a server's model, not a file."""
    return word.lower().startswith((_SAVED, *_SCHEMES))


def server_model(word: str) -> ServerModel:
    """The server's model that a word means.

    Raises:
        NotationError: It is no address, or something is set that the server's owner sets.
    """
    place, _, settings = word.partition("#")
    model = ""
    for part in parts_of(settings):
        key, sign, value = part.partition("=")
        if key != _MODEL or not sign:
            raise NotationError(say("compare.server_setting", key=key))
        model = value
    if place.lower().startswith(_SAVED):
        if not (name := place[len(_SAVED) :].strip()):
            raise NotationError(say("compare.server_address", word=word))
        return ServerModel(server=name, model=model)
    return ServerModel(url=server_address(place), model=model)


def server_address(word: str) -> str:
    """A server's address as it is kept: without a slash at its end.

    Raises:
        NotationError: It is none, or it holds a secret.
    """
    try:
        parts = urlsplit(word.strip())
        sound = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:  # a port that is no number, an odd IPv6 address
        sound = False
        parts = urlsplit("")
    if not sound or any(not letter.isprintable() or letter.isspace() for letter in word.strip()):
        raise NotationError(say("compare.server_address", word=word))
    if "@" in parts.netloc or parts.query:
        raise NotationError(say("compare.server_secret"))
    return urlunsplit((parts.scheme, parts.netloc.lower(), parts.path.rstrip("/"), "", ""))
