"""Which server a candidate's model is looked for on."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.core.candidates.candidate import Candidate, LocalFile, ServerModel
from app.core.errors import PersonError
from app.core.servers.server import Server
from app.lab.engines.elsewhere import EnginesElsewhere
from app.lab.servers.book import ServerBook
from app.store.servers.kept import KeptServers
from app.store.servers.secrets import NONE, ServerSecrets

URL = "http://127.0.0.1:9931/v1"


@pytest.fixture
def book(tmp_path: Path) -> ServerBook:
    return ServerBook(KeptServers(tmp_path / "servers.json"), ServerSecrets(lambda: None))


def test_a_name_or_an_address_finds_the_server_that_is_kept(book: ServerBook) -> None:
    book.add(Server(name="Attic", url=URL), NONE)
    wanted = Candidate(ServerModel("Attic", URL, "f16"))
    elsewhere = EnginesElsewhere(book)
    assert elsewhere.known(Candidate(ServerModel(server="Attic", model="f16"))) == wanted
    assert elsewhere.known(Candidate(ServerModel(url=URL, model="f16"))) == wanted


def test_an_address_that_was_only_typed_has_no_name_and_is_not_kept(book: ServerBook) -> None:
    typed = Candidate(ServerModel(url=URL, model="f16"))
    assert EnginesElsewhere(book).known(typed) == typed
    assert book.all() == []


def test_a_file_of_this_pc_stays_what_it_is(book: ServerBook) -> None:
    file = Candidate(LocalFile("a.gguf"))
    assert EnginesElsewhere(book).known(file) is file


def test_a_server_that_was_not_added_is_one_sentence(book: ServerBook) -> None:
    unknown = ServerModel(server="Cellar", model="f16")
    with pytest.raises(PersonError, match="no server named “Cellar”"):
        EnginesElsewhere(book).known(Candidate(unknown))
    with pytest.raises(PersonError, match="no server named “Cellar”"):
        EnginesElsewhere(book)(unknown)


def test_nothing_goes_in_the_clear_where_nobody_agreed(book: ServerBook) -> None:
    with pytest.raises(PersonError, match=r"big-pc:9931"):
        EnginesElsewhere(book)(ServerModel(url="http://big-pc:9931/v1"))
