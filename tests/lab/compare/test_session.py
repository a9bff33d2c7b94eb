"""Sessions over real engines and a real store."""

from __future__ import annotations

import json
import math
import os
import signal
import time
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
import pytest

from app.core.candidates.settings import CompareMode, EngineSettings, SamplingSettings
from app.core.chats.chat import Role, StopReason
from app.core.errors import PersonError
from app.lab.compare.panes import EngineWait, PaneState
from app.lab.compare.runner import TELL_SECONDS
from tests.helpers import gguf_files as files
from tests.lab.conftest import PLENTY_BYTES, Bench

if TYPE_CHECKING:
    from app.store.chats import ChatStore

S = PaneState


def test_every_pane_answers_one_after_another(bench: Bench, models: dict[str, Path]) -> None:
    first, second = bench.open([models["blue"], models["green"]])
    turn = bench.session.ask("Why?")
    bench.rest()
    assert turn.answers[first].text == "The sky is blue."
    assert turn.answers[second].text == "The sky is green!"
    assert turn.answers[first].stop_reason is StopReason.END
    states = bench.listener.states
    way = [S.ASLEEP, S.WAITING, S.LOADING, S.READY, S.READING, S.GENERATING, S.READY]
    assert states[first] == way
    assert states[second] == states[first]
    figures = turn.answers[first].figures
    assert figures is not None
    assert not figures.shared
    assert figures.generated_tokens == 5


def test_the_second_waits_while_the_first_is_at_work(bench: Bench, models: dict[str, Path]) -> None:
    first, second = bench.open([models["endless"], models["blue"]])
    bench.session.set_sampling(SamplingSettings(max_tokens=100_000))
    turn = bench.session.ask("Why?")
    bench.until(lambda: bool(turn.answers[first].text))
    assert bench.session.pane(second).state is S.WAITING
    assert not turn.answers[second].text
    bench.session.stop(first)
    bench.rest()
    assert turn.answers[first].stop_reason is StopReason.STOPPED
    assert turn.answers[second].text == "The sky is blue."


def test_together_all_generate_at_once(bench: Bench, models: dict[str, Path]) -> None:
    keys = bench.open([models["endless"], models["endless"]])
    bench.session.set_mode(CompareMode.TOGETHER)
    bench.session.set_sampling(SamplingSettings(max_tokens=100_000))
    turn = bench.session.ask("Why?")
    bench.until(lambda: all(turn.answers[key].text for key in keys))
    assert [bench.session.pane(key).state for key in keys] == [S.GENERATING, S.GENERATING]
    bench.session.stop()
    bench.rest()
    for key in keys:
        figures = turn.answers[key].figures
        assert figures is not None
        assert figures.shared


def test_stop_all_ends_those_that_wait_too(bench: Bench, models: dict[str, Path]) -> None:
    keys = bench.open([models["endless"], models["blue"], models["green"]])
    bench.session.set_sampling(SamplingSettings(max_tokens=100_000))
    turn = bench.session.ask("Why?")
    bench.until(lambda: bool(turn.answers[keys[0]].text))
    bench.session.stop()
    bench.rest()
    assert {turn.answers[key].stop_reason for key in keys} == {StopReason.STOPPED}
    assert not turn.answers[keys[1]].text


def test_nothing_is_added_to_an_answer_after_stop(bench: Bench, models: dict[str, Path]) -> None:
    (key,) = bench.open([models["endless"]])
    bench.session.set_sampling(SamplingSettings(max_tokens=100_000))
    turn = bench.session.ask("Why?")
    bench.until(lambda: bool(turn.answers[key].text))
    bench.session.stop()
    text = turn.answers[key].text
    bench.rest()
    assert turn.answers[key].text == text
    figures = turn.answers[key].figures
    assert figures is not None
    assert figures.generated_tokens >= len(text.split())


def test_growing_text_is_told_seldom_and_its_speed_to_the_end(
    bench: Bench, models: dict[str, Path]
) -> None:
    bench.open([models["endless"]])
    bench.session.set_sampling(SamplingSettings(max_tokens=4_000))
    began = time.monotonic()
    bench.session.ask("Why?")
    bench.rest()
    most = (time.monotonic() - began) / TELL_SECONDS + 2
    *speeds, last = bench.listener.speeds
    assert math.isnan(last)
    assert speeds
    assert all(speed > 0 for speed in speeds)
    assert len(speeds) <= most
    assert bench.listener.told.count("answer") <= most


def test_a_quick_answer_has_a_speed_too(bench: Bench, models: dict[str, Path]) -> None:
    bench.open([models["blue"]])
    for _ in range(3):
        bench.session.ask("Why?")
        bench.rest()
        assert any(speed > 0 for speed in bench.listener.speeds)
        assert math.isnan(bench.listener.speeds[-1])
        bench.listener.speeds.clear()


def test_stop_while_a_model_loads(bench: Bench, models: dict[str, Path]) -> None:
    (key,) = bench.open([models["blue"]])
    turn = bench.session.ask("Why?")
    assert bench.session.pane(key).state is S.LOADING
    bench.session.stop(key)
    bench.rest()
    assert turn.answers[key].stop_reason is StopReason.STOPPED
    bench.session.retry(key)
    bench.rest()
    assert turn.answers[key].text == "The sky is blue."


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


def test_a_pane_that_crashes_says_so_and_the_others_go_on(
    bench: Bench, models: dict[str, Path]
) -> None:
    keys = bench.open([models["aborts"], models["aborts late"], models["blue"]])
    turn = bench.session.ask("Why?")
    bench.rest()
    for key in keys[:2]:
        pane = bench.session.pane(key)
        assert pane.state is S.FAILED
        assert pane.failure is not None
        assert "llama.cpp gave up" in pane.failure.sentence
        assert pane.failure.advice
        assert turn.answers[key].stop_reason is StopReason.ERROR
        assert bench.session.log_text(key)
    assert turn.answers[keys[2]].text == "The sky is blue."


def test_an_engine_that_is_killed_can_be_reloaded(bench: Bench, models: dict[str, Path]) -> None:
    first, second = bench.open([models["endless"], models["blue"]])
    bench.session.set_sampling(SamplingSettings(max_tokens=100_000))
    turn = bench.session.ask("Why?")
    bench.until(lambda: bool(turn.answers[first].text))
    pid = bench.session.pane(first).pid
    assert pid is not None
    os.kill(pid, signal.SIGKILL)
    bench.rest()
    pane = bench.session.pane(first)
    assert pane.failure is not None
    assert "memory ran out" in pane.failure.sentence
    assert turn.answers[first].text  # what had come stands
    assert turn.answers[second].text == "The sky is blue."
    bench.session.reload(first)
    bench.until(lambda: pane.state is S.READY)


def test_a_file_that_cannot_be_read_says_so_before_it_is_asked(
    bench: Bench, models: dict[str, Path], tmp_path: Path
) -> None:
    broken, absent = bench.open([models["broken"], tmp_path / "absent.gguf"])
    for key, words in ((broken, "truncated"), (absent, "not there")):
        pane = bench.session.pane(key)
        assert pane.state is S.FAILED
        assert pane.failure is not None
        assert words in pane.failure.sentence


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
    bench.session.update_candidate(msgspec.structs.replace(pane.candidate, template_id="chatml"))
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
    bench: Bench, models: dict[str, Path], store: ChatStore
) -> None:
    (key,) = bench.open([models["blue"]])
    session = bench.session
    turn = session.ask("Why?")
    bench.rest()
    good = turn.answers[key]

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
    old_pid = session.pane(key).pid
    session.regenerate(turn, [key])
    bench.until(lambda: session.pane(key).pid not in (None, old_pid))
    pid = session.pane(key).pid
    assert pid is not None
    os.kill(pid, signal.SIGKILL)
    bench.rest()
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


def test_a_busy_pane_refuses_and_nothing_changes(bench: Bench, models: dict[str, Path]) -> None:
    bench.open([models["endless"]])
    bench.session.set_sampling(SamplingSettings(max_tokens=100_000))
    bench.session.ask("Why?")
    for refused in (
        lambda: bench.session.ask("Again?"),
        bench.session.new_chat,
        lambda: bench.session.delete_chat(bench.session.chat.id),
    ):
        with pytest.raises(PersonError):
            refused()
    assert len(bench.session.chat.turns) == 1
    bench.session.stop()
    bench.rest()


def test_a_full_context_offers_to_drop_the_oldest_turns(
    bench: Bench, models: dict[str, Path]
) -> None:
    (key,) = bench.open([models["short"]])
    bench.session.set_sampling(SamplingSettings(max_tokens=40))
    pane = bench.session.pane(key)
    for number in range(8):
        turn = bench.session.ask(f"Question number {number}")
        bench.rest()
        if pane.failure is not None:
            break
    assert pane.failure is not None
    assert pane.failure.can_drop_turns
    assert turn.answers[key].stop_reason in (StopReason.CONTEXT, StopReason.ERROR)
    bench.session.drop_oldest_turns(key)
    bench.rest()
    assert turn.answers[key].stop_reason is StopReason.LENGTH
    assert pane.failure is None


def test_a_prompt_alone_too_long_cannot_be_helped_by_dropping(
    bench: Bench, models: dict[str, Path]
) -> None:
    (key,) = bench.open([models["short"]])
    turn = bench.session.ask("x" * 2000)
    bench.rest()
    assert "tokens too long" in (turn.answers[key].error or "")
    failure = bench.session.pane(key).failure
    assert failure is not None
    assert not failure.can_drop_turns
    with pytest.raises(PersonError, match="too long for this context"):
        bench.session.drop_oldest_turns(key)


def test_a_long_text_is_told_as_work_and_can_be_stopped(bench: Bench, tmp_path: Path) -> None:
    path = files.write_tiny_llama(
        tmp_path / "m.gguf", metadata={"tokenizer.ggml.pre": "deepseek-llm"}
    )
    (key,) = bench.open([path])
    pane = bench.session.pane(key)
    turn = bench.session.ask("a" * 500_000)
    bench.until(lambda: pane.tokenizing_characters > 500_000)
    assert pane.state is S.READING
    pid = pane.pid
    bench.session.stop(key)
    bench.rest()
    assert turn.answers[key].stop_reason is StopReason.STOPPED
    assert (pane.state, pane.pid, pane.tokenizing_characters) == (S.READY, pid, 0)


def test_little_memory_puts_the_least_used_pane_to_sleep(
    bench: Bench, models: dict[str, Path]
) -> None:
    keys = bench.open([models["blue"], models["green"]])
    estimates = [bench.session.pane(key).estimated_bytes or 0 for key in keys]
    bench.memory_bytes = max(estimates) + 1_000_000
    turn = bench.session.ask("Why?")
    bench.rest()
    assert bench.session.pane(keys[0]).state is S.ASLEEP
    assert turn.answers[keys[0]].text == "The sky is blue."
    assert turn.answers[keys[1]].text == "The sky is green!"


def test_what_does_not_fit_is_refused_with_figures(bench: Bench, models: dict[str, Path]) -> None:
    keys = bench.open([models["blue"], models["green"]])
    bench.memory_bytes = 1_000_000
    bench.session.set_mode(CompareMode.TOGETHER)
    with pytest.raises(PersonError, match=r"together need about 0\.\d GB, and 0\.0 GB"):
        bench.session.ask("Why?")
    assert not bench.session.chat.turns
    bench.session.set_mode(CompareMode.RACE)
    bench.session.ask("Why?", keys[:1])
    bench.rest()
    failure = bench.session.pane(keys[0]).failure
    assert failure is not None
    assert "It needs about" in failure.sentence
    bench.session.load(keys[0])  # the person may insist
    bench.until(lambda: bench.session.pane(keys[0]).state is S.READY)
    bench.memory_bytes = PLENTY_BYTES


def test_the_first_difference_is_found(bench: Bench, models: dict[str, Path]) -> None:
    first, second, third = bench.open([models["blue"], models["green"], models["blue"]])
    turn = bench.session.ask("Why?")
    bench.rest()
    assert bench.session.first_difference(turn, first) is None
    assert bench.session.first_difference(turn, second) == len("The sky is ")
    assert bench.session.first_difference(turn, third) is None
    bench.session.set_reference(second)
    assert bench.session.first_difference(turn, first) == len("The sky is ")


def test_thinking_stays_out_of_later_turns(bench: Bench, models: dict[str, Path]) -> None:
    (key,) = bench.open([models["thinks"]])
    turn = bench.session.ask("2 + 2?")
    bench.rest()
    assert turn.answers[key].thinking.strip() == "Two and two is four."
    later = bench.session.ask("Sure?")
    told = bench.session.chat.messages_for(key, upto=later)
    assert [message.content for message in told] == ["2 + 2?", "It is 4.", "Sure?"]
    bench.rest()


def test_chats_come_back(bench: Bench, models: dict[str, Path], store: ChatStore) -> None:
    first, second = bench.open([models["blue"], models["green"]])
    bench.session.set_system_prompt("Be brief.")
    bench.session.ask("Why is the sky blue?")
    bench.rest()
    chat_id = bench.session.chat.id
    bench.session.new_chat()
    assert not bench.session.chat.turns
    assert bench.session.chat.system_prompt == "Be brief."
    bench.session.remove_candidate(second)
    bench.session.open_chat(chat_id)
    assert [pane.key for pane in bench.session.panes] == [first, second]
    assert bench.session.chat.turns[0].answers[second].text == "The sky is green!"
    assert [summary.title for summary in bench.session.list_chats()] == ["Why is the sky blue?"]
    assert store.load(chat_id).reference_key == first


def test_an_empty_chat_leaves_no_trace(bench: Bench, models: dict[str, Path]) -> None:
    bench.open([models["blue"]])
    bench.session.ask("One")
    bench.rest()
    chat_id = bench.session.chat.id
    bench.session.new_chat()
    bench.session.new_chat()
    bench.session.open_chat(chat_id)
    assert [summary.id for summary in bench.session.list_chats()] == [chat_id]


def test_panes_move_with_their_letters(bench: Bench, models: dict[str, Path]) -> None:
    keys = bench.open([models["blue"], models["green"], models["thinks"]])
    bench.session.move_candidate(keys[2], 0)
    assert [pane.candidate.letter for pane in bench.session.panes] == ["C", "A", "B"]
    bench.session.remove_candidate(keys[0])
    added = bench.session.add_candidate(models["blue"])
    assert added.letter == "A"
    assert bench.session.chat.reference_key == keys[2]


def test_a_later_shard_takes_its_set(bench: Bench, tmp_path: Path) -> None:
    shards = files.write_sharded_llama(tmp_path)
    (key,) = bench.open([shards[1]])
    assert bench.session.pane(key).candidate.path == str(shards[0])
    bench.session.set_sampling(SamplingSettings(max_tokens=2))
    turn = bench.session.ask("Why?")
    bench.rest()
    assert turn.answers[key].error is None
    assert turn.answers[key].stop_reason in (StopReason.LENGTH, StopReason.END)


def test_a_seventh_pane_is_refused(bench: Bench, models: dict[str, Path]) -> None:
    bench.open([models["blue"]] * 6)
    with pytest.raises(PersonError, match="Six panes"):
        bench.session.add_candidate(models["blue"])


def test_other_engine_settings_mean_a_reload(bench: Bench, models: dict[str, Path]) -> None:
    (key,) = bench.open([models["endless"]])
    bench.session.set_sampling(SamplingSettings(max_tokens=3))
    bench.session.ask("One")
    bench.rest()
    pane = bench.session.pane(key)
    assert pane.loaded is not None
    assert pane.loaded.context_tokens == 4096
    settings = EngineSettings(context_tokens=1024)
    bench.session.update_candidate(msgspec.structs.replace(pane.candidate, engine=settings))
    assert pane.state is S.ASLEEP
    bench.session.ask("Two")
    bench.rest()
    assert pane.loaded is not None
    assert pane.loaded.context_tokens == 1024


def test_a_chat_is_exported(bench: Bench, models: dict[str, Path]) -> None:
    bench.open([models["blue"]])
    bench.session.ask("Why?")
    bench.rest()
    chat_id = bench.session.chat.id
    assert "The sky is blue." in bench.session.export_chat(chat_id, "markdown")
    document = json.loads(bench.session.export_chat(chat_id, "json"))
    assert "The sky is blue." in json.dumps(document)


def test_text_is_stored_while_it_comes(
    bench: Bench, models: dict[str, Path], store: ChatStore
) -> None:
    (key,) = bench.open([models["endless"]])
    bench.session.set_sampling(SamplingSettings(max_tokens=100_000))
    bench.session.ask("Why?")
    bench.until(lambda: bool(store.load(bench.session.chat.id).turns[0].answers[key].text))
    assert store.load(bench.session.chat.id).turns[0].answers[key].stop_reason is None
    bench.session.stop()
    bench.rest()
    answer = bench.session.chat.turns[0].answers[key]
    assert store.load(bench.session.chat.id).turns[0].answers[key].text == answer.text


# --- while the engine itself is built -------------------------------------------------------


def test_panes_wait_for_an_engine_that_is_being_built(
    bench: Bench, models: dict[str, Path]
) -> None:
    runner = bench.runner
    assert runner is not None
    runner.wait_for_engine(EngineWait())
    first, second = bench.open([models["blue"], models["green"]])
    assert bench.session.pane(first).engine_wait == EngineWait()
    with pytest.raises(PersonError, match="not compiled yet"):
        bench.session.load(first)
    turn = bench.session.ask("Why?")
    runner.wait_for_engine(EngineWait(share=0.5, seconds_left=60.0))
    bench.session.pump()
    assert [bench.session.pane(key).state for key in (first, second)] == [S.WAITING, S.WAITING]
    assert bench.session.pane(second).engine_wait == EngineWait(0.5, 60.0)
    assert not runner.pool.used_bytes
    bench.session.stop(second)
    assert turn.answers[second].stop_reason is StopReason.STOPPED

    runner.wait_for_engine(None)
    bench.rest()
    assert turn.answers[first].text == "The sky is blue."
    assert bench.session.pane(first).engine_wait is None


def test_a_new_engine_takes_the_place_of_the_one_before(
    bench: Bench, models: dict[str, Path]
) -> None:
    first, second = bench.open([models["blue"], models["aborts"]])
    bench.session.ask("Why?")
    bench.rest()
    assert bench.session.pane(first).state is S.READY
    assert bench.session.pane(second).state is S.FAILED
    runner = bench.runner
    assert runner is not None
    runner.wait_for_engine(EngineWait())
    runner.wait_for_engine(None)
    for key in (first, second):
        assert bench.session.pane(key).state is S.ASLEEP
        assert bench.session.pane(key).failure is None
    turn = bench.session.ask("Why?", [first])
    bench.rest()
    assert turn.answers[first].text == "The sky is blue."
