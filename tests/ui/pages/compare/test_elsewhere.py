"""What is said of answers that servers gave."""

from __future__ import annotations

from msgspec.structs import replace

from app.core.candidates.candidate import Candidate, ServerModel
from app.core.chats.chat import Answer, AnswerFigures, Chat, ChatPane, Turn
from app.core.servers.facts import Served, ServerModelFacts, ServerSpeeds
from app.lab.compare.panes import Pane, PaneState
from app.ui.pages.compare.elsewhere import (
    about_server,
    first_token_help,
    newest_ignored,
    said_figures,
    server_facts,
    server_help,
    server_host,
    server_model,
    server_remarks,
    server_state,
)
from app.ui.pages.compare.figure_words import Figure
from tests.helpers.scripted_engine import loaded


def test_what_makes_a_server_unfair_is_said() -> None:
    setup = ChatPane("a", "A", Candidate(ServerModel(url="http://127.0.0.1:9931/v1", model="m")))
    pane = Pane(setup)
    pane.loaded = replace(loaded(1), served=ServerModelFacts("m", quantization="F16"))
    chat = Chat(id=0, title="", panes=[setup])
    for served in (Served("m", "one", ignored=("seed",)), Served("m", "one")):
        answer = Answer("Yes.", figures=AnswerFigures(served=served))
        chat.turns.append(Turn(0, "Really?", {"a": answer}))
    assert server_remarks(chat, [pane]) == []
    changed = Served("m", "two", ignored=("min_p", "seed"))
    chat.turns.append(
        Turn(0, "Still?", {"a": Answer("No.", figures=AnswerFigures(served=changed))})
    )
    assert newest_ignored(chat, pane) == ("min_p", "seed")
    assert server_remarks(chat, [pane]) == [
        "A: its server ignores min-p, the seed",
        "A: another model answers there than before",
    ]
    pane.loaded = replace(loaded(1), served=ServerModelFacts("m"))
    assert "A: its server does not tell the quantization" in server_remarks(chat, [pane])


URL = "http://127.0.0.1:9931/v1"


def pane_of(name: str = "", model: str = "") -> Pane:
    return Pane(ChatPane("a", "A", Candidate(ServerModel(name, URL, model))))


def test_a_server_is_called_by_its_name_and_its_choice_by_what_it_chose() -> None:
    pane = pane_of("cellar")
    assert (server_host(pane), server_model(pane)) == ("cellar", "its first model")
    assert about_server(pane).startswith(f"Runs on cellar ({URL}), not on this PC.")
    pane.loaded = replace(loaded(1), served=ServerModelFacts("llama\x1b[2J"))
    assert server_model(pane) == "llama\ufffd[2J"
    typed = pane_of(model="m")
    assert (server_host(typed), server_model(typed)) == ("127.0.0.1:9931", "m")
    assert about_server(typed).startswith(f"Runs on {URL}, not on this PC.")


def test_what_is_not_told_is_called_so() -> None:
    pane = pane_of()
    assert (server_facts(pane), server_help(pane)) == ("on a server", [])
    pane.loaded = replace(loaded(1), served=ServerModelFacts("m"))
    assert server_facts(pane) == "quantization not told"
    assert server_help(pane)[1:] == ["", "memory there: not told"]
    told = ServerModelFacts("m", "Q4_K_M", size_bytes=4_000_000_000, needed_bytes=6_000_000_000)
    pane.loaded = replace(loaded(1), served=told)
    said = [line.replace("\u00a0", " ") for line in server_help(pane)]
    assert said == ["The server says: Q4_K_M", "file 4.00 GB", "memory there: 6.00 GB"]


def test_a_pane_says_what_its_server_does_and_for_how_long_it_is_silent() -> None:
    pane = pane_of()
    assert server_state(pane)[0] == "not asked yet"
    for state in (PaneState.LOADING, PaneState.READY, PaneState.READING):
        pane.become(state)
        assert all(server_state(pane))
    pane.silent_seconds = 125.0
    assert server_state(pane)[0].startswith("silent for 2")
    pane.note_tokens(1, 1)
    pane.become(PaneState.GENERATING)
    assert server_state(pane) == ("", "")


def test_the_servers_own_times_stand_apart_and_its_first_byte_beside_the_first_token() -> None:
    assert said_figures(AnswerFigures()) == {}
    speeds = ServerSpeeds(
        prompt_tokens=10, prompt_ns=100_000_000, tokens_per_second=50.0, first_token_ns=20_000_000
    )
    figures = AnswerFigures(first_byte_ns=30_000_000, served=Served("m", speeds=speeds))
    said = {
        figure: f"{value}".replace("\u00a0", " ")
        for figure, (value, _) in said_figures(figures).items()
    }
    assert said == {
        Figure.SAID_FIRST_TOKEN: "20 ms",
        Figure.SAID_PROMPT_SPEED: "100 tok/s",
        Figure.SAID_SPEED: "50.0 tok/s",
    }
    assert "first byte came after 30" in first_token_help(figures)
    assert "first byte" not in first_token_help(AnswerFigures())
