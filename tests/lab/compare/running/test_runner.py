"""Who loads, who answers and in which order, over real engines.

Tests app.lab.compare.running.loader, app.lab.compare.running.hearing and
app.lab.compare.running.schedule.
"""

from __future__ import annotations

import math
import os
import signal
import time
from typing import TYPE_CHECKING

import pytest

from app.core.candidates.candidate import Candidate, ServerModel, candidate_of
from app.core.candidates.settings import CompareMode, SamplingSettings
from app.core.chats.chat import StopReason
from app.core.chats.pictures import Picture
from app.core.errors import PersonError
from app.lab.compare.answers import TELL_SECONDS
from app.lab.compare.panes import EngineWait, PaneState
from app.lab.compare.running import loader
from tests.helpers import gguf_files as files
from tests.helpers.pictures import coloured_png
from tests.helpers.replay.forms import MODEL, llama_server
from tests.helpers.replay.server import Replay
from tests.helpers.scripted_engine import ScriptedEngines
from tests.helpers.vision_files import write_projector
from tests.lab.conftest import PATIENCE_SECONDS, PLENTY_BYTES, Bench

if TYPE_CHECKING:
    from pathlib import Path

    from app.store.chats import ChatStore

S = PaneState
WAY = [S.ASLEEP, S.WAITING, S.LOADING, S.READY, S.READING, S.GENERATING, S.READY]


def test_every_pane_answers_one_after_another(bench: Bench, models: dict[str, Path]) -> None:
    first, second = bench.open([models["blue"], models["green"]])
    turn = bench.session.ask("Why?")
    bench.rest()
    assert turn.answers[first].text == "The sky is blue."
    assert turn.answers[second].text == "The sky is green!"
    assert turn.answers[first].stop_reason is StopReason.END
    states = bench.listener.states
    assert states[first] == WAY
    assert states[second] == states[first]
    figures = turn.answers[first].figures
    assert figures is not None
    assert not figures.shared
    assert figures.generated_tokens == 5


def test_an_answer_that_is_there_at_once_goes_through_every_state(
    tmp_path: Path, store: ChatStore, models: dict[str, Path]
) -> None:
    """Its first piece and its end are taken together, as from any engine when this PC is busy."""
    bench = Bench(tmp_path, store, ScriptedEngines())
    (key,) = bench.open([models["blue"]])
    bench.session.ask("Why?")
    bench.rest()
    assert bench.listener.states[key] == WAY
    assert bench.session.close()


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


def test_a_long_text_is_told_as_work_and_can_be_stopped(
    bench: Bench, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Reading it cannot be broken off, and takes as long as this PC lets it.
    monkeypatch.setattr(loader, "STOP_SECONDS", PATIENCE_SECONDS)
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
    assert turn.answers[key].stop_reason is StopReason.STOPPED, "it is not waited for"
    assert pane.state is S.STOPPING
    bench.until(lambda: pane.state is S.READY)
    assert (pane.pid, pane.tokenizing_characters) == (pid, 0)


def test_what_is_asked_behind_a_stopped_picture_waits_for_the_engine(
    bench: Bench, tmp_path: Path
) -> None:
    model = files.write_tiny_llama(tmp_path / "m.gguf", context_length=2048)
    write_projector(tmp_path / "mmproj.gguf", 256, d_model=512, n_layers=4, side=336)
    picture = Picture("red", 64, 64)
    (tmp_path / picture.file_name).write_bytes(coloured_png(64, 64, (255, 0, 0)))
    bench.session = bench.session_of(lambda _: str(tmp_path / picture.file_name))
    (key,) = bench.open([model])
    pane = bench.session.pane(key)
    bench.session.set_sampling(SamplingSettings(max_tokens=2))
    shown = bench.session.ask("What is it?", pictures=[picture])
    bench.until(lambda: pane.state is S.READING)

    bench.session.stop(key)

    assert shown.answers[key].stop_reason is StopReason.STOPPED
    assert not bench.session.busy
    after = bench.session.ask("And now?")
    assert pane.state is S.WAITING
    bench.rest()
    assert after.answers[key].stop_reason is StopReason.LENGTH


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
    with pytest.raises(PersonError, match=r"together need about [\d.]+ [kM]B, and [\d.]+ [kM]B"):
        bench.session.ask("Why?")
    assert not bench.session.chat.turns
    bench.session.set_mode(CompareMode.RACE)
    bench.session.ask("Why?", keys[:1])
    bench.rest()
    failure = bench.session.pane(keys[0]).failure
    assert failure is not None
    assert "It needs about" in failure.sentence
    assert "tokens per second" not in failure.sentence
    pane = bench.session.pane(keys[0])
    pane.disk_tokens_per_second = 0.42
    bench.session.ask("Why?", keys[:1])
    bench.rest()
    assert pane.failure is not None
    assert "reads from disk, at about 0.42 tokens per second" in pane.failure.sentence
    bench.session.load(keys[0])  # the person may insist
    bench.until(lambda: bench.session.pane(keys[0]).state is S.READY)
    bench.memory_bytes = PLENTY_BYTES


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


@pytest.mark.parametrize("mode", list(CompareMode))
def test_models_of_servers_do_not_wait_for_an_engine_of_this_pc(
    bench: Bench, models: dict[str, Path], mode: CompareMode
) -> None:
    runner, session = bench.runner, bench.session
    assert runner is not None
    runner.wait_for_engine(EngineWait(share=0.5))
    with Replay(llama_server()) as server:
        served = Candidate(ServerModel(url=server.url, model=MODEL))
        session.start_with([candidate_of(models["blue"]), served])
        here, there = session.panes
        session.set_mode(mode)
        turn = session.ask("Lists?")
        bench.until(lambda: there.state is S.READY and turn.answers[there.key].ended)
        assert turn.answers[there.key].text == "Lists are fine."
        assert there.engine_wait is None
        assert here.state is S.WAITING
        session.stop(here.key)
        session.load(there.key)
        runner.wait_for_engine(None)
        assert there.state is S.READY, "its engine has nothing to do with that of this PC"
        session.regenerate(turn, [here.key])
        bench.rest()
        assert turn.answers[here.key].text == "The sky is blue."


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
