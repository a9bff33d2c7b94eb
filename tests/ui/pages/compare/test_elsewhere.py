"""What is said of answers that servers gave."""

from __future__ import annotations

from msgspec.structs import replace

from app.core.candidates.candidate import Candidate, ServerModel
from app.core.chats.chat import Answer, AnswerFigures, Chat, ChatPane, Turn
from app.core.servers.facts import Served, ServerModelFacts
from app.lab.compare.panes import Pane
from app.ui.pages.compare.elsewhere import newest_ignored, server_remarks
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
