from __future__ import annotations

import msgspec
import pytest

from app.core.candidates.candidate import Candidate, NoFileError, ServerModel, candidate_of
from app.core.candidates.notation import is_sound, words_of
from app.core.candidates.served import names_server, server_model
from app.core.candidates.setting import NotationError
from app.core.candidates.settings import EngineSettings

HERE = "http://127.0.0.1:9931/v1"


@pytest.mark.parametrize(
    ("word", "model"),
    [
        (f"{HERE}#model=org/model:Q4,v2", ServerModel(url=HERE, model="org/model:Q4,v2")),
        (f"{HERE}/", ServerModel(url=HERE)),
        ("http://127.0.0.1:9931", ServerModel(url=HERE)),
        ("server:the big PC#model=f16", ServerModel("the big PC", model="f16")),
        ("server:attic", ServerModel("attic")),
    ],
)
def test_a_servers_model_is_read_and_written(word: str, model: ServerModel) -> None:
    assert names_server(word)
    assert server_model(word) == model
    assert server_model(words_of(Candidate(model))) == model
    assert is_sound(Candidate(model))
    assert msgspec.json.decode(msgspec.json.encode(Candidate(model)), type=Candidate) == (
        Candidate(model)
    )


@pytest.mark.parametrize(
    ("word", "said"),
    [
        (f"{HERE}#kv=q8_0", "“kv” cannot be set for a model that runs on a server"),
        ("server:attic#model=f16,lora=style.gguf*0.5", "“lora” cannot be set"),
        ("server:attic#f16", "“f16” cannot be set"),
        ("http://", "no address of a server"),
        ("http://host:port/v1", "no address of a server"),
        ("server:#model=f16", "is no server's address"),
        ("https://me:secret@host/v1", "no user name in it"),
        ("https://host/v1?api_key=secret", "no “?”"),
    ],
)
def test_what_a_server_cannot_be_told_is_one_sentence(word: str, said: str) -> None:
    with pytest.raises(NotationError) as caught:
        server_model(word)
    assert said in caught.value.sentence
    assert "secret" not in caught.value.sentence


def test_paths_name_no_server() -> None:
    assert not any(map(names_server, ["/models/a.gguf", "server.gguf", "ORG/REPO:Q4_K_M"]))


def test_a_server_has_no_file_and_says_so() -> None:
    candidate = Candidate(ServerModel("attic", HERE, "f16"))
    assert candidate.local is None
    with pytest.raises(NoFileError) as caught:
        _ = candidate.file
    assert caught.value.sentence == "f16 runs on the server attic: its file is not here."
    assert candidate_of("/a.gguf").file == candidate_of("/a.gguf").local


def test_a_server_counts_by_its_address_whatever_it_is_called() -> None:
    named, typed = ServerModel("attic", HERE, "f16"), ServerModel(url=HERE, model="f16")
    assert Candidate(named).key() == Candidate(typed).key() == f"{HERE}#model=f16"
    assert Candidate(named).key() != Candidate(ServerModel("attic", HERE, "q4")).key()
    # Nothing of a file's key has changed.
    assert candidate_of("/a.gguf").key() == "/a.gguf"
    assert Candidate(candidate_of("/a.gguf").source, EngineSettings(threads=2)).key() == (
        "/a.gguf#a98f9af00d68a6ee"
    )
