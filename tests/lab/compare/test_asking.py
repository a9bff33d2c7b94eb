"""Turns, answers anew and earlier ones, over real engines and a real store."""

from __future__ import annotations

import os
import signal
from typing import TYPE_CHECKING

import pytest

from app.core.candidates.settings import SamplingSettings
from app.core.chats.chat import Role, StopReason
from app.core.chats.pictures import Picture
from app.core.errors import PersonError
from tests.helpers.gguf_files import write_tiny_llama
from tests.helpers.pictures import coloured_png
from tests.helpers.vision_files import TOKENS, write_projector

if TYPE_CHECKING:
    from pathlib import Path

    from app.store.chats import ChatStore
    from tests.lab.conftest import Bench


def test_stop_all_ends_those_that_wait_too(bench: Bench, models: dict[str, Path]) -> None:
    keys = bench.open([models["endless"], models["blue"], models["green"]])
    bench.session.set_sampling(SamplingSettings(max_tokens=100_000))
    turn = bench.session.ask("Why?")
    bench.until(lambda: bool(turn.answers[keys[0]].text))
    bench.session.stop()
    bench.rest()
    assert {turn.answers[key].stop_reason for key in keys} == {StopReason.STOPPED}
    assert not turn.answers[keys[1]].text


def test_one_pane_is_asked_alone(bench: Bench, models: dict[str, Path]) -> None:
    first, second = bench.open([models["blue"], models["green"]])
    turn = bench.session.ask("Only you", [second])
    bench.rest()
    assert list(turn.answers) == [second]
    both = bench.session.ask("Both")
    chat = bench.session.chat
    assert [m.content for m in chat.messages_for(first, upto=both)] == ["Both"]
    told = chat.messages_for(second, upto=both)
    assert [m.content for m in told] == ["Only you", "The sky is green!", "Both"]
    assert [m.role for m in told] == [Role.USER, Role.ASSISTANT, Role.USER]
    bench.rest()


def test_pictures_are_seen_with_what_lies_beside_and_others_say_that_they_cannot(
    bench: Bench, models: dict[str, Path], tmp_path: Path
) -> None:
    folder = tmp_path / "seeing"
    folder.mkdir()
    model = write_tiny_llama(folder / "m.gguf")
    projector = write_projector(folder / "mmproj-F16.gguf", 256)
    picture = Picture("red", 60, 40)
    file = tmp_path / picture.file_name
    file.write_bytes(coloured_png(60, 40, (255, 0, 0)))
    bench.session = bench.session_of(lambda _: str(file))
    sees, blind = bench.open([model, models["blue"]])
    bench.session.set_sampling(SamplingSettings(max_tokens=8))
    pane = bench.session.pane(sees)
    assert pane.sees
    assert pane.candidate.projector is None
    bench.session.ask("Only words")
    bench.rest()
    assert pane.candidate.projector is None

    turn = bench.session.ask("What is it?", pictures=[picture])
    bench.rest()

    assert pane.candidate.projector == str(projector)
    assert turn.answers[sees].error is None
    figures = turn.answers[sees].figures
    assert figures is not None
    assert figures.prompt_tokens > TOKENS["mlp"]
    assert "cannot see" in (turn.answers[blind].error or "")
    bench.session.count_picture(sees, picture)
    bench.until(lambda: pane.picture_tokens == {(60, 40): TOKENS["mlp"]})
    later = bench.session.ask("And now?")
    bench.rest()
    assert later.answers[blind].text == "The sky is blue."
    assert later.answers[sees].error is None


def test_a_file_without_a_template_goes_on_with_the_text_as_it_stands(
    bench: Bench, models: dict[str, Path]
) -> None:
    (key,) = bench.open([models["mute"]])
    pane = bench.session.pane(key)
    assert pane.lacks_template
    turn = bench.session.ask("Why?")
    bench.rest()
    assert turn.answers[key].text == "The sky is blue."
    plain = pane.digest
    bench.session.update_candidate(pane.setup.running(template_id="chatml"))
    turn = bench.session.ask("Why?")
    bench.rest()
    assert turn.answers[key].text == "The sky is blue."
    assert not pane.lacks_template
    assert pane.digest != plain
    assert "--chat-template-file" in bench.session.use_elsewhere(key).command


def test_editing_goes_on_from_there(
    bench: Bench, models: dict[str, Path], store: ChatStore
) -> None:
    (key,) = bench.open([models["blue"]])
    first = bench.session.ask("One")
    bench.rest()
    bench.session.ask("Two")
    bench.rest()
    bench.session.edit(first, "Uno")
    bench.rest()
    assert [turn.prompt for turn in bench.session.chat.turns] == ["Uno"]
    stored = store.load(bench.session.chat.id)
    assert [turn.prompt for turn in stored.turns] == ["Uno"]
    assert stored.turns[0].answers[key].text == "The sky is blue."


def test_only_the_last_answer_is_written_anew(bench: Bench, models: dict[str, Path]) -> None:
    (key,) = bench.open([models["blue"]])
    first = bench.session.ask("One")
    bench.rest()
    second = bench.session.ask("Two")
    bench.rest()
    with pytest.raises(PersonError, match="last answer"):
        bench.session.regenerate(first, [key])
    before = second.answers[key]
    bench.session.regenerate(second, [key])
    bench.rest()
    assert second.answers[key] is not before
    assert second.answers[key].text == before.text


def test_a_good_answer_stays_until_the_new_one_is_there(
    bench: Bench, models: dict[str, Path], store: ChatStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    (key,) = bench.open([models["blue"]])
    session = bench.session
    turn = session.ask("Why?")
    bench.rest()
    good = turn.answers[key]
    killed: list[int] = []

    def kill_at_once(changed: str) -> None:
        """When it is heard of first: a quick answer would be there a moment later."""
        pid = session.pane(changed).pid
        if pid is not None and not killed:
            killed.append(pid)
            os.kill(pid, signal.SIGKILL)

    def kept() -> tuple[str, int]:
        stored = store.load(session.chat.id).turns[0]
        return stored.answers[key].text, len(stored.earlier.get(key, []))

    session.regenerate(turn, [key])
    assert kept() == (good.text, 0)
    session.stop()
    bench.rest()
    assert turn.answers[key] is good
    assert kept() == (good.text, 0)

    session.unload(key)
    with monkeypatch.context() as listening:
        listening.setattr(bench.listener, "pane_changed", kill_at_once)
        session.regenerate(turn, [key])
        bench.rest()
    assert killed
    assert session.pane(key).failure is not None
    assert turn.answers[key] is good
    assert kept() == (good.text, 0)

    session.regenerate(turn, [key])
    bench.rest()
    assert turn.answers[key] is not good
    assert kept() == (good.text, 1)
    session.show_earlier_answer(turn, key)
    assert turn.answers[key] is good
    assert kept() == (good.text, 1)


def test_what_an_edit_put_away_comes_back(
    bench: Bench, models: dict[str, Path], store: ChatStore
) -> None:
    (key,) = bench.open([models["blue"]])
    session = bench.session
    for prompt in ("One?", "Two?", "Three?"):
        session.ask(prompt)
        bench.rest()
    before = list(session.chat.turns)
    session.edit(before[1], "Another?")
    bench.rest()
    assert [turn.prompt for turn in session.chat.turns] == ["One?", "Another?"]
    edited = session.chat.turns[1]
    assert edited.versions == 1
    session.show_earlier_turn(edited)
    assert [turn.prompt for turn in session.chat.turns] == ["One?", "Two?", "Three?"]
    assert session.chat.turns[0] is before[0]
    assert session.chat.turns[2].answers[key].text == before[2].answers[key].text
    session.show_earlier_turn(session.chat.turns[1])
    assert [turn.prompt for turn in session.chat.turns] == ["One?", "Another?"]
    assert [turn.prompt for turn in store.load(session.chat.id).turns] == ["One?", "Another?"]


def test_the_first_difference_is_found(bench: Bench, models: dict[str, Path]) -> None:
    first, second, third = bench.open([models["blue"], models["green"], models["blue"]])
    turn = bench.session.ask("Why?")
    bench.rest()
    assert bench.session.first_difference(turn, first) is None
    assert bench.session.first_difference(turn, second) == len("The sky is ")
    assert bench.session.first_difference(turn, third) is None
    bench.session.set_reference(second)
    assert bench.session.first_difference(turn, first) == len("The sky is ")


def test_an_answer_that_was_cut_off_does_not_differ_where_it_was_cut(
    bench: Bench, models: dict[str, Path]
) -> None:
    first, second = bench.open([models["blue"], models["green"]])
    turn = bench.session.ask("Why?")
    bench.rest()
    whole, cut = turn.answers[first], turn.answers[second]
    for reason in (StopReason.STOPPED, StopReason.LENGTH, StopReason.CONTEXT):
        cut.stop_reason = reason
        for said in ("", whole.text[:5], whole.text):
            cut.text = said
            assert bench.session.first_difference(turn, second) is None
        cut.text = "No"
        assert bench.session.first_difference(turn, second) == 0
    cut.text, cut.stop_reason = whole.text[:5], StopReason.END
    assert bench.session.first_difference(turn, second) is not None


def test_thinking_stays_out_of_later_turns(bench: Bench, models: dict[str, Path]) -> None:
    (key,) = bench.open([models["thinks"]])
    turn = bench.session.ask("2 + 2?")
    bench.rest()
    assert turn.answers[key].thinking.strip() == "Two and two is four."
    later = bench.session.ask("Sure?")
    told = bench.session.chat.messages_for(key, upto=later)
    assert [message.content for message in told] == ["2 + 2?", "It is 4.", "Sure?"]
    bench.rest()
