"""Candidates that come, go, move and get other settings, over real engines."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from msgspec.structs import replace

from app.core.candidates.adapters import Adapter
from app.core.candidates.candidate import Candidate, LocalFile, candidate_of
from app.core.candidates.drafts import Draft
from app.core.candidates.notation import with_settings
from app.core.candidates.settings import EngineSettings, SamplingSettings
from app.core.chats.chat import StopReason
from app.core.errors import PersonError
from app.lab.compare.panes import PaneState
from tests.helpers import gguf_files as files
from tests.helpers.adapters import write_adapter

if TYPE_CHECKING:
    from pathlib import Path

    from tests.lab.conftest import Bench

S = PaneState


def test_a_file_that_cannot_be_read_says_so_before_it_is_asked(
    bench: Bench, models: dict[str, Path], tmp_path: Path
) -> None:
    broken, absent = bench.open([models["broken"], tmp_path / "absent.gguf"])
    for key, words in ((broken, "truncated"), (absent, "not there")):
        pane = bench.session.pane(key)
        assert pane.state is S.FAILED
        assert pane.failure is not None
        assert words in pane.failure.sentence


def test_panes_move_with_their_letters(bench: Bench, models: dict[str, Path]) -> None:
    keys = bench.open([models["blue"], models["green"], models["thinks"]])
    bench.session.move_candidate(keys[2], 0)
    assert [pane.letter for pane in bench.session.panes] == ["C", "A", "B"]
    bench.session.remove_candidate(keys[0])
    added = bench.session.add_candidate(candidate_of(models["blue"]))
    assert added.letter == "A"
    assert bench.session.chat.reference_key == keys[2]


def test_a_pane_that_was_closed_comes_back_with_its_answers(
    bench: Bench, models: dict[str, Path]
) -> None:
    first, second, third = bench.open([models["blue"], models["green"], models["thinks"]])
    bench.session.set_reference(second)
    bench.session.ask("Why?")
    bench.rest()
    undo = bench.session.remove_candidate(second)
    added = bench.session.add_candidate(candidate_of(models["blue"]))
    assert added.letter == "B"
    undo()
    undo()
    assert [pane.key for pane in bench.session.panes] == [first, second, third, added.key]
    assert [pane.letter for pane in bench.session.panes] == ["A", "D", "C", "B"]
    assert bench.session.chat.reference_key == second
    (turn,) = bench.session.chat.turns_of(second)
    assert turn.answers[second].text
    bench.session.ask("Sure?")
    bench.rest()
    assert bench.session.chat.turns[-1].answers[second].stop_reason is StopReason.END
    undo = bench.session.remove_candidate(first)
    bench.session.new_chat()
    undo()
    assert first not in [pane.key for pane in bench.session.panes]


def test_a_later_shard_takes_its_set(bench: Bench, tmp_path: Path) -> None:
    shards = files.write_sharded_llama(tmp_path)
    (key,) = bench.open([shards[1]])
    assert bench.session.pane(key).candidate.place == str(shards[0])
    bench.session.set_sampling(SamplingSettings(max_tokens=2))
    turn = bench.session.ask("Why?")
    bench.rest()
    assert turn.answers[key].error is None
    assert turn.answers[key].stop_reason in (StopReason.LENGTH, StopReason.END)


def test_a_seventh_pane_is_refused(bench: Bench, models: dict[str, Path]) -> None:
    bench.open([models["blue"]] * 6)
    with pytest.raises(PersonError, match="Six panes"):
        bench.session.add_candidate(candidate_of(models["blue"]))


def test_other_engine_settings_mean_a_reload(bench: Bench, models: dict[str, Path]) -> None:
    (key,) = bench.open([models["endless"]])
    bench.session.set_sampling(SamplingSettings(max_tokens=3))
    bench.session.ask("One")
    bench.rest()
    pane = bench.session.pane(key)
    assert pane.loaded is not None
    assert pane.loaded.context_tokens == 4096
    settings = EngineSettings(context_tokens=1024)
    bench.session.update_candidate(pane.setup.running(engine=settings))
    assert pane.state is S.ASLEEP
    bench.session.ask("Two")
    bench.rest()
    assert pane.loaded is not None
    assert pane.loaded.context_tokens == 1024


def test_a_candidate_is_opened_with_its_settings(bench: Bench, models: dict[str, Path]) -> None:
    small = EngineSettings(context_tokens=256)
    wanted = Candidate(LocalFile(str(models["blue"])), small, "chatml")
    added = bench.session.add_candidate(wanted)
    assert added.candidate == wanted
    bench.session.load(added.key)
    bench.rest()
    pane = bench.session.pane(added.key)
    assert pane.loaded is not None
    assert pane.loaded.context_tokens == 256


def test_a_file_with_nothing_set_is_loaded_as_it_was_tuned(
    bench: Bench, models: dict[str, Path]
) -> None:
    plain = candidate_of(models["blue"])
    tuned = with_settings(plain, "threads=3,kv=q8_0,draft=ngram")
    bench.session.load_by(EngineSettings(context_tokens=512))
    bench.session.load_as_tuned([tuned])
    assert bench.session.add_candidate(plain).candidate == with_settings(tuned, "ctx=512")
    other = bench.session.add_candidate(candidate_of(models["green"]))
    assert other.candidate.engine == EngineSettings(context_tokens=512)
    own = with_settings(plain, "ctx=1024")
    assert bench.session.add_candidate(own).candidate == own


def test_another_strength_takes_no_reload_and_what_does_not_fit_can_be_taken_away(
    bench: Bench, demo_model: Path, tmp_path: Path
) -> None:
    fits = Adapter(str(write_adapter(tmp_path / "fits.gguf", demo_model, scale=6.0)))
    other = Adapter(str(write_adapter(tmp_path / "o.gguf", demo_model, architecture="qwen2")))
    (key,) = bench.open([demo_model])
    pane = bench.session.pane(key)
    bench.session.set_sampling(SamplingSettings(max_tokens=24))

    def said(*adapters: Adapter) -> str:
        bench.session.update_candidate(pane.setup.running(adapters=adapters))
        turn = bench.session.ask("What is 47 + 38?")
        bench.rest()
        return turn.answers[key].text

    with_it = said(fits)
    assert "7 + 8 = 15" not in with_it
    pid, loads = pane.pid, bench.listener.states[key].count(S.LOADING)
    assert "7 + 8 = 15" in said(replace(fits, strength=0.0))
    assert (pane.pid, bench.listener.states[key].count(S.LOADING)) == (pid, loads)

    bench.session.update_candidate(pane.setup.running(adapters=(other,)))
    assert pane.state is S.FAILED
    assert pane.failure is not None
    assert "made for models of the kind qwen2" in pane.failure.sentence
    bench.session.update_candidate(pane.setup.running(adapters=()))
    assert (pane.state, pane.failure) == (S.ASLEEP, None)


def test_parts_that_cannot_be_used_fail_their_pane_alone(
    bench: Bench, models: dict[str, Path], demo_model: Path, tmp_path: Path
) -> None:
    damaged = write_adapter(tmp_path / "nan.gguf", demo_model)
    raw = damaged.read_bytes()
    damaged.write_bytes(raw[:-4] + np.float32(np.nan).tobytes())
    vast = write_adapter(tmp_path / "vast.gguf", demo_model, scale=1e30)
    plain = candidate_of(demo_model)
    bad = {
        replace(plain, adapters=(Adapter(str(damaged)),)): "values that are no numbers",
        replace(plain, adapters=(Adapter(str(vast)),)): "make them weaker",
        replace(plain, engine=EngineSettings(experts=3)): "is no mixture",
        replace(plain, engine=EngineSettings(devices=("Vulkan9",))): "There is no device “Vulkan9”",
        replace(plain, draft=Draft(str(models["blue"]))): "cannot draft for",
    }
    bench.session.start_with([*bad, candidate_of(models["green"])])
    bench.session.set_sampling(SamplingSettings(max_tokens=4))
    *failing, good = bench.session.panes
    turn = bench.session.ask("Why?")
    bench.rest()
    assert turn.answers[good.key].text
    for pane, said in zip(failing, bad.values(), strict=True):
        assert pane.failure is not None, said
        assert said in pane.failure.sentence
