"""A server's model beside a file of this PC in the real window, over the program's own server.

Tests app.ui.pages.compare.elsewhere.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from msgspec.structs import replace

from app.core.candidates.candidate import Candidate, ServerModel
from app.core.chats.chat import StopReason
from app.lab.compare.panes import PaneState
from app.store.paths import Paths
from app.ui.pages.compare.figure_words import Figure
from tests.e2e.person import Person
from tests.helpers import gguf_files as files
from tests.lab.serve.conftest import Server, serving

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from app.ui.kit.theme import Theme

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.qt_log_ignore("This plugin does not support", extend=True),
]

QUESTION = "How many days has April?"
ENDLESS = ["tick ", "tock "]


@pytest.fixture
def endless(tmp_path: Path) -> Path:
    """A model that says the same for as long as it may; deep, so that this takes a while."""
    deep = files.Shape(n_layers=16)
    return files.write_scripted_model(
        tmp_path / "endless.gguf", ENDLESS, ends=False, context_length=4096, shape=deep
    )


@pytest.fixture
def server(demo_model: Path, endless: Path, tmp_path: Path) -> Iterator[Server]:
    with serving(tmp_path / "serve", demo_model, endless) as found:
        yield found


@pytest.fixture
def person(theme: Theme, tmp_path: Path, demo_model: Path, server: Server) -> Iterator[Person]:
    """With a file, and the same file behind an address."""
    person = Person(theme, Paths.below(tmp_path / "home"), [demo_model], size=(1280, 800))
    person.compare.controller.add_candidate(served(server, demo_model))
    yield person
    person.close()


def served(server: Server, model: Path) -> Candidate:
    return Candidate(ServerModel(url=server.url, model=model.stem))


def test_a_server_answers_as_the_same_file_here_and_is_shown_as_one(
    person: Person, server: Server, demo_model: Path
) -> None:
    person.until(lambda: person.shows("not asked yet"))
    assert not server.statuses, "nothing is sent before something is asked"
    person.ask_all(QUESTION)
    person.until(person.answered)
    person.rest()
    turn = person.turns[-1]
    here, there = (turn.answers[pane.key] for pane in person.panes)
    assert there.text == here.text == "April has 30 days."
    assert person.session.first_difference(turn, person.panes[1].key) is None
    assert person.session.says_the_same(turn, person.panes[1].key)
    assert there.figures is not None
    assert there.figures.first_token_ns
    assert there.figures.first_byte_ns
    assert person.panes[1].pid is None
    assert person.panes[1].needed_bytes is None
    memory = person.compare.figures.bars[Figure.MEMORY]
    person.until(lambda: memory.bars[1].quantity.value == "not told", "its memory is told")
    assert memory.bars[0].amount
    person.until(lambda: person.shows("F16", person.view(1)), "its quantization is not shown")


def test_a_stop_and_the_servers_end_leave_what_was_said(
    person: Person, server: Server, demo_model: Path, endless: Path
) -> None:
    person.compare.controller.add_candidate(served(server, endless))
    long = person.panes[2]
    person.session.set_sampling(replace(person.session.chat.sampling, max_tokens=4000))

    def says_more() -> bool:
        return len(person.turns[-1].answers[long.key].text) > len("tick tock ") * 3

    person.session.ask(QUESTION, [long.key])
    person.until(lambda: bool(person.turns) and says_more())
    person.session.stop(long.key)
    person.rest()
    answer = person.turns[-1].answers[long.key]
    assert answer.stop_reason is StopReason.STOPPED
    assert answer.text
    assert long.state is PaneState.READY
    person.session.ask("And on?", [long.key])
    person.until(says_more)
    server.kill()
    person.rest()
    answer = person.turns[-1].answers[long.key]
    assert answer.stop_reason is StopReason.ERROR
    assert "tick tock" in answer.text, "what has come stays"
    assert long.failure is not None
    assert "127.0.0.1" in long.failure.sentence
    # The others go on, and the next chat is told in the same way.
    person.ask_all(QUESTION)
    person.until(person.answered)
    person.rest()
    here, *there = (person.turns[-1].answers[pane.key] for pane in person.panes)
    assert here.text == "April has 30 days."
    assert [each.stop_reason for each in there] == [StopReason.ERROR] * 2


def test_a_chat_with_a_server_is_kept_and_opens_where_that_is_gone(
    theme: Theme, tmp_path: Path, person: Person, server: Server, demo_model: Path
) -> None:
    person.ask_all(QUESTION)
    person.until(person.answered)
    person.rest()
    chat, asked = person.session.chat.id, person.panes[1].candidate
    text = person.session.export_chat(chat, "json")
    person.close()
    server.kill()
    again = Person(theme, Paths.below(tmp_path / "home"), size=(1280, 800))
    again.session.open_chat(chat)
    assert again.panes[1].candidate == asked
    answer = again.turns[-1].answers[again.panes[1].key]
    assert answer.text == "April has 30 days."
    assert answer.figures is not None
    assert answer.figures.served is not None
    again.close()
    assert server.url not in text
    assert demo_model.stem in text
