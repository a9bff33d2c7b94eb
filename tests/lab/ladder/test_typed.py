"""Words of a server's model, held against the servers that were added."""

from __future__ import annotations

import pytest

from app.core.candidates.candidate import Candidate, ServerModel
from app.core.candidates.setting import NotationError
from app.core.servers.server import Server
from app.lab.ladder.typed import typed_model

URL = "https://big-pc:9931/v1"
LISTS = Server(name="Big PC", url=URL, listed=("a",), models=("b",))
SILENT = Server(name="silent", url="http://localhost:1234/v1")


@pytest.mark.parametrize("typed", ["server:big pc#model=b", "https://BIG-PC:9931/#model=b"])
def test_what_is_known_is_searched_by_its_own_words(typed: str) -> None:
    found = typed_model(typed, [SILENT, LISTS])
    assert (found.words, found.row, found.stranger) == ("server:Big PC#model=b", None, None)


@pytest.mark.parametrize("model", ["", "c"])
def test_a_server_that_lists_nothing_has_what_is_typed(model: str) -> None:
    found = typed_model(f"server:silent#model={model}", [LISTS, SILENT])
    assert found.row is not None
    assert found.row.candidate == Candidate(ServerModel("silent", SILENT.url, model))
    assert typed_model("server:Big PC", [LISTS]).row is None


def test_a_stranger_is_told_as_far_as_it_was_typed() -> None:
    assert typed_model("http://localhost:1#model=x", [LISTS]).stranger == Server(
        name="", url="http://localhost:1/v1"
    )
    with pytest.raises(NotationError):
        typed_model("server:", [LISTS])
