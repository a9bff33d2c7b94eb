"""Batches whose prompts are answered several at once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.core.batch.prompts import BatchPrompt
from app.core.candidates.candidate import candidate_of
from app.core.candidates.settings import SamplingSettings
from app.engine.protocol.measuring import PassesMeasured
from app.lab.batch.run import BatchPlan, BatchResult, run_batch
from app.lab.beside.places import KeptPasses
from app.lab.engines.opened import opened
from app.lab.tasks.prompts import demo_prompts
from app.library.model_files import open_model_file
from tests.helpers.gguf_files import write_first_message_crash_model
from tests.helpers.rooms import roomy

if TYPE_CHECKING:
    from pathlib import Path

    from app.core.candidates.candidate import Candidate


def asked(folder: Path, plan: BatchPlan, kept: KeptPasses | None, *files: Path) -> BatchResult:
    candidates = list(map(candidate_of, files))
    result = BatchResult(candidates)
    told: list[int] = []

    def note(done: int, candidate: Candidate) -> None:
        told.append(done)
        assert sum(map(len, result.answers.values())) == done
        assert len(result.answers[candidate]) <= len(plan.prompts)

    run_batch(candidates, plan, roomy(folder, 1 << 40), open_model_file, result, note, kept)
    assert told == sorted(told)
    return result


def test_several_at_once_stand_in_their_order(demo_model: Path, tmp_path: Path) -> None:
    crashing = write_first_message_crash_model(tmp_path / "crashing.gguf")
    texts = [*demo_prompts().prompts[:9], "boats " * 3000]
    prompts = [BatchPrompt(text) for text in texts]
    plan = BatchPlan(prompts, "", SamplingSettings(max_tokens=24), 1)
    kept = KeptPasses(tmp_path)
    for file in (demo_model, crashing):
        ready = opened(candidate_of(file), open_model_file)
        kept.keep(ready, 1, PassesMeasured(1, 10, {4: 20}))
    result = asked(tmp_path, plan, kept, demo_model, crashing)
    many, crashed = result.answers.values()
    (alone,) = asked(tmp_path, plan, None, demo_model).answers.values()
    assert [one.at_once for one in many] == [4] * 9 + [1]
    assert {one.at_once for one in alone} == {1}
    assert sum(one.text == other.text for one, other in zip(many, alone, strict=True)) >= 9
    assert many[9].error
    # Whatever ends its engine, each prompt has its answer or the reason why not.
    assert len(crashed) == len(prompts)
    assert all(one.error for one in crashed)
