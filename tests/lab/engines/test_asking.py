"""In which manner candidates are asked."""

from __future__ import annotations

from dataclasses import replace
from hashlib import sha256
from typing import TYPE_CHECKING

import msgspec
import pytest

from app.core.candidates.settings import SamplingSettings
from app.core.chats.chat import Message, Role
from app.core.chats.templates import template_by_id
from app.core.errors import PersonError
from app.engine.protocol.answering import AnswerMany, Finished, ManyAnswered, Rendered
from app.lab.engines.asking import THINKING_TOKENS, manner_of
from app.lab.engines.opened import opened_file
from app.lab.engines.shelf import EngineShelf
from app.library.model_files import open_model_file
from tests.helpers import gguf_files as files
from tests.helpers.rooms import roomy

if TYPE_CHECKING:
    from pathlib import Path

    from app.engine.api import EngineEvent

SAMPLING = SamplingSettings(max_tokens=8)


def test_the_files_own_template_is_left_to_the_file() -> None:
    asked = manner_of(None, "{{ messages }}").question(3, "Why?", SAMPLING)
    assert (asked.id, asked.template, asked.stop_strings, asked.clear) == (3, None, [], True)
    assert asked.messages == [Message(Role.USER, "Why?")]


def test_a_chosen_template_takes_its_place_with_its_marks() -> None:
    chosen = template_by_id("chatml")
    asked = manner_of("chatml", "{{ messages }}").generate(
        1, [Message(Role.USER, "Why?")], SAMPLING, stop_strings=["enough"], shared=True
    )
    assert asked.template == chosen.jinja
    assert asked.stop_strings == [*chosen.stop_strings, "enough"]
    assert (asked.clear, asked.shared) == (False, True)


@pytest.mark.parametrize(("template_id", "own"), [(None, None), ("plain", "{{ messages }}")])
def test_without_a_template_a_question_shows_where_its_answer_belongs(
    template_id: str | None, own: str | None
) -> None:
    manner = manner_of(template_id, own)
    assert manner.is_plain
    asked = manner.question(1, "Why?", SAMPLING)
    assert asked.messages == [Message(Role.USER, "Why?\n\nAnswer:")]
    assert asked.stop_strings == ["\n\n", "\nQuestion:"]
    # A chat goes on as it is.
    assert manner.generate(1, [Message(Role.USER, "Why?")], SAMPLING).stop_strings == []


def test_thinking_has_room_beside_the_answer(tmp_path: Path) -> None:
    own = open_model_file(files.write_thinking_model(tmp_path / "thinks.gguf")).chat_template
    manner = manner_of(None, own)
    assert (manner.thinking_tokens(True), manner.thinking_tokens(False)) == (THINKING_TOKENS, 0)
    # What was chosen instead knows of no thinking.
    assert manner_of("chatml", own).thinking_tokens(True) == 0


def test_an_unknown_template_is_said() -> None:
    with pytest.raises(PersonError, match="no chat template"):
        manner_of("unheard of", None)


def test_questions_are_asked_on_the_same_day_always(demo_model: Path, tmp_path: Path) -> None:
    opened = opened_file(open_model_file(demo_model))
    template = "{{ strftime_now('%d %b %Y') }}: {{ messages[0].content }}"
    manner = replace(opened.manner, chosen=template)
    wanted = sha256(b"01 Jan 2026: Why?").hexdigest()
    digests: list[str] = []

    def note(event: EngineEvent) -> None:
        if isinstance(event, Rendered):
            digests.append(event.digest)

    with EngineShelf("t", roomy(tmp_path), 1, 256) as shelf:
        engine = shelf.take(opened)
        alone = manner.question(engine.next_id(), "Why?", SAMPLING)
        engine.call(alone, Finished, note)
        beside = [
            msgspec.structs.replace(alone, id=engine.next_id(), template=None) for _ in range(2)
        ]
        many = AnswerMany(engine.next_id(), beside, 2, 64, template)
        engine.call(many, ManyAnswered, note)
    assert digests == [wanted] * 3
