"""Models of servers whose words are typed where models are picked."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from app.core.candidates.candidate import Candidate, ServerModel
from app.core.candidates.served import server_model
from app.core.servers.server import Server, is_called
from app.lab.ladder.pickable import far_row

if TYPE_CHECKING:
    from collections.abc import Sequence

    from app.lab.ladder.picked import PickFile


@dataclass(frozen=True, slots=True)
class TypedModel:
    """What words like ``server:cellar#model=ID`` mean.

    Attributes:
        words: The same in the form in which known models are searched.
        row: The model where its server, which was added, does not list it; None else.
        stranger: The server as far as it was typed, where none of those that were added is meant.
    """

    words: str
    row: PickFile | None = None
    stranger: Server | None = None


def typed_model(words: str, servers: Sequence[Server]) -> TypedModel:
    """What was typed, held against the servers that were added; nobody is asked.

    Raises:
        NotationError: It is no address, or something is set that the server's owner sets.
    """
    model = server_model(words)
    known = next((each for each in servers if _is_meant(each, model)), None)
    if known is None:
        return TypedModel(words, stranger=Server(name=model.server, url=model.url))
    served = ServerModel(known.name, known.url, model.model)
    is_listed = served.model in known.choices or (not served.model and bool(known.choices))
    return TypedModel(served.words, None if is_listed else far_row(Candidate(served), served))


def _is_meant(server: Server, model: ServerModel) -> bool:
    return is_called(server, model.server) if model.server else server.url == model.url
