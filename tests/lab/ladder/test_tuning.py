"""Which settings are tried of a model: what its header, this PC's memory and its models allow.

Tests app.lab.ladder.steps and app.lab.ladder.kept, too: what of it is measured more often.
"""

from __future__ import annotations

import contextlib
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from app.core.candidates.candidate import Candidate, ServerModel, candidate_of
from app.core.candidates.notation import with_settings, words_of
from app.core.errors import PersonError
from app.core.models.family import LibraryModel, ModelSource
from app.core.statistics.describe import mean
from app.lab.engines.room import EngineRoom
from app.lab.ladder.kept import plan_of, restored
from app.lab.ladder.measure import Ladder
from app.lab.ladder.plan import LadderPlan
from app.lab.ladder.steps import Tools
from app.lab.ladder.tuning import tuning_of
from app.lab.predict.fit import Fitter
from app.lab.quality.kept_references import KeptReferences
from app.library.model_files import open_model_file
from app.monitor.machine import physical_core_count
from app.store.database import open_database
from app.store.ladders import LadderStore
from app.store.small.speeds import SpeedStore
from tests.helpers.deep_models import write_deep
from tests.helpers.gguf_files import Shape, write_scripted_model
from tests.helpers.moe_files import write_demo_mixture
from tests.helpers.rooms import roomy

if TYPE_CHECKING:
    from collections.abc import Sequence

    from app.core.ladder.row import Row
    from app.lab.ladder.progress import LadderProgress

CORES = physical_core_count()
PLENTY = 64_000_000_000


def settings(base: Candidate, tmp_path: Path, free: int = PLENTY, **more: object) -> list[str]:
    """What is tried beside the model as it is, without its file."""
    room = EngineRoom(tmp_path, lambda: free)
    tuning = tuning_of(base, room, threads=(CORES, CORES + 2), **more)  # type: ignore[arg-type]
    assert tuning.candidates[0] == tuning.base == base
    return [words_of(each).rpartition("#")[2] for each in tuning.candidates[1:]]


def found(path: Path) -> LibraryModel:
    model = open_model_file(path)
    return LibraryModel(
        path, (path,), path.stem, ModelSource.OWN_FOLDER, model.file_bytes, 0, model
    )


def test_one_change_a_row(demo_model: Path, tmp_path: Path) -> None:
    threads = f"threads={CORES + 2}"
    assert settings(candidate_of(demo_model), tmp_path) == [
        threads, "flash=off", "kv=q8_0", "kv=q4_0",
    ]  # fmt: skip


def test_what_is_set_stays(demo_model: Path, tmp_path: Path) -> None:
    base = with_settings(candidate_of(demo_model), f"ctx=256,threads={CORES + 2},kv=q8_0")
    assert settings(base, tmp_path) == [
        f"ctx=256,kv=q8_0,threads={CORES}",
        f"ctx=1024,kv=q8_0,threads={CORES + 2}",
    ]


def test_contexts_and_the_model_itself_must_have_room(demo_model: Path, tmp_path: Path) -> None:
    base = with_settings(candidate_of(demo_model), "ctx=256")
    assert "ctx=1024" in settings(base, tmp_path)
    room = EngineRoom(tmp_path, lambda: 0)
    with pytest.raises(PersonError, match=r"It needs .* with this context"):
        tuning_of(base, room, threads=(CORES,))


def test_heads_that_no_smaller_cache_can_hold(tmp_path: Path) -> None:
    odd = write_scripted_model(tmp_path / "odd.gguf", ["a"], shape=Shape(n_heads=16))
    assert not any("kv=" in each for each in settings(candidate_of(odd), tmp_path))


def test_a_mixture_is_tried_with_fewer_experts(demo_model: Path, tmp_path: Path) -> None:
    mixture = write_demo_mixture(demo_model, tmp_path / "mixture.gguf")
    used = open_model_file(mixture).expert_used_count
    assert f"experts={int(used * 0.75)}" in settings(candidate_of(mixture), tmp_path)


def test_a_draft_only_where_one_of_its_vocabulary_is_here(demo_model: Path, tmp_path: Path) -> None:
    deep = write_deep(tmp_path / "deep.gguf", demo_model, 60)
    models = [found(deep), found(demo_model)]
    assert settings(candidate_of(deep), tmp_path, models=models)[-1] == f"draft={demo_model}"
    alone = tuning_of(candidate_of(deep), EngineRoom(tmp_path, lambda: PLENTY), models[:1])
    assert [str(each) for each in alone.left_out] == [
        "No draft is tried: no far smaller model with the same vocabulary is on this PC."
    ]


def test_only_what_is_too_close_to_call_goes_on(
    demo_model: Path, tmp_path: Path, little_is_read: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One row that is said to be, whatever this PC makes of it, in turns with the reference."""
    base = candidate_of(demo_model)
    close, told_apart = (with_settings(base, each) for each in ("ubatch=64", "threads=3"))
    asked: list[tuple[set[str], str, int]] = []

    def undecided(rows: Sequence[Row], first: Row, looks: int) -> frozenset[str]:
        assert all(len(row.speed) == 4 for row in rows)
        asked.append(({row.key for row in rows}, first.key, looks))
        return frozenset({close.key()} if len(asked) == 1 else ())

    monkeypatch.setattr("app.lab.ladder.measure.undecided", undecided)
    monkeypatch.setattr("app.lab.ladder.steps.others_use_beside_family", lambda: None)
    plan = LadderPlan(
        "", (), 1, context_tokens=512, prompt_tokens=32, generated_tokens=8, depths_tokens=(0, 64),
        repetitions=2, deep_repetitions=2, further_rounds=(1, 4),
    ).of(base, [base, close, told_apart])  # fmt: skip
    speeds = SpeedStore(tmp_path / "speeds.sqlite3", "this one")
    room = roomy(tmp_path / "state")
    references = KeptReferences(tmp_path / "references")
    tools = Tools(room, references, lambda: Fitter(room, speeds, 1, 0.1), speeds, open_model_file)
    with contextlib.closing(open_database(tmp_path / "store.sqlite3")) as connection:
        store, told = LadderStore(connection), list["LadderProgress"]()
        result = Ladder(plan, tools, store, told.append).run()
        stored = store.load(store.list_ladders()[0].id)
    assert asked == [(set(plan.keys), base.key(), 3)] * 2
    for candidate, rounds in ((base, 3), (close, 3), (told_apart, 2)):
        row = result.rows[candidate.key()]
        assert row.error is None
        assert [len(one.samples) for one in row.speed] == [rounds] * 4
        assert all(one.in_turns for one in row.speed)
        assert [one.mean for one in row.speed] == [mean(one.samples) for one in row.speed]
    assert told[-1].fraction == 1
    kept = plan_of(stored)
    assert kept is not None
    assert restored(stored, kept).rows == result.rows


def test_a_servers_model_is_set_there(tmp_path: Path) -> None:
    there = Candidate(ServerModel("cellar", "http://big:9931/v1", "moon"))
    with pytest.raises(PersonError, match="runs on cellar"):
        tuning_of(there, EngineRoom(tmp_path, lambda: PLENTY))
