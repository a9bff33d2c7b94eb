"""Which server a candidate's model is looked for on."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.core.candidates.candidate import Candidate, LocalFile, ServerModel
from app.core.candidates.settings import SamplingSettings
from app.core.chats.chat import Message, Role
from app.core.errors import PersonError
from app.core.servers.server import Server
from app.engine.api import Ability
from app.engine.protocol.answering import Finished, Text
from app.lab.engines.elsewhere import EnginesElsewhere
from app.lab.engines.opened import OpenedCandidate
from app.lab.engines.room import EngineRoom
from app.lab.servers.book import ServerBook
from app.store.servers.kept import KeptServers
from app.store.servers.secrets import NONE, Secrets, ServerSecrets
from tests.helpers.replay.forms import MODEL, llama_server
from tests.helpers.replay.server import Replay

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


def test_an_engine_asks_the_servers_model_with_the_servers_key(
    book: ServerBook, tmp_path: Path
) -> None:
    room = EngineRoom(tmp_path, elsewhere=EnginesElsewhere(book))
    with Replay(llama_server()) as server:
        kept = Server(name="Attic", url=server.url, headers=("X-Team",))
        book.add(kept, Secrets("sk-1", {"X-Team": "red"}))
        candidate = Candidate(ServerModel(server="Attic", model=MODEL))
        assert Ability.ANSWER in room.engines_of(candidate).abilities
        opened = OpenedCandidate(candidate, None)
        assert room.needed_bytes(opened, 512) == 0
        with room.calls("attic", candidate) as engine:
            loaded = room.load(engine, opened, threads=1)
            said: list[str] = []
            command = opened.manner.generate(
                engine.next_id(), [Message(Role.USER, "Lists?")], SamplingSettings(), shared=False
            )
            engine.call(
                command,
                Finished,
                lambda event: said.append(event.answer) if isinstance(event, Text) else None,
            )
    assert loaded.served is not None
    assert (loaded.served.id, loaded.served.quantization) == (MODEL, "F16")
    assert "".join(said) == "Lists are fine."
    assert {each.headers.get("authorization") for each in server.asked} == {"Bearer sk-1"}
    assert {each.headers.get("x-team") for each in server.asked} == {"red"}
