"""Models of servers in words: ``http://127.0.0.1:9931/v1#model=ID``, ``server:NAME#model=ID``."""

from __future__ import annotations

from app.core.candidates.candidate import ServerModel
from app.core.candidates.notation import parts_of
from app.core.candidates.setting import NotationError
from app.core.errors import PersonError
from app.core.servers.address import server_address
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
    try:
        return ServerModel(url=server_address(place), model=model)
    except PersonError as error:
        raise NotationError(error.said, error.detail) from error
