from __future__ import annotations

import msgspec
import pytest
from msgspec.structs import replace

from app.core.candidates.candidate import Candidate, LocalFile, candidate_of
from app.core.candidates.settings import EngineSettings, KvType
from app.lab.ladder.plan import LadderPlan, StepKind, rows_of, steps_of

F16, Q4 = candidate_of("/m/a.gguf"), candidate_of("/m/b.gguf")
Q4_KV = Candidate(Q4.source, EngineSettings(kv_type=KvType.Q8_0))
PLAN = LadderPlan("/m/a.gguf", (), 4, text_name="t", depths_tokens=(0, 64))


def test_a_ladder_of_plain_files_has_the_key_that_it_always_had() -> None:
    """Else one that an earlier version has begun would not go on."""
    plan = PLAN.of(F16, [F16, Q4])

    known = "410f0acbbd65f30db81bc49d6042fa9d664859967f26013d3b9898e3df862e65"
    assert plan.key([], b"x") == known
    assert PLAN.of(F16, [F16, Q4_KV]).key([], b"x") != known


def test_a_plan_of_an_earlier_version_reads_as_candidates_with_nothing_set() -> None:
    old = b'{"reference": "/m/a.gguf", "candidates": ["/m/b.gguf", "/m/a.gguf"], "threads": 2}'
    plan = msgspec.json.decode(old, type=LadderPlan)

    assert [plan.candidate(key) for key in rows_of(plan)] == [Q4, F16]


def test_one_file_stands_in_two_rows_where_its_settings_differ() -> None:
    plan = PLAN.of(F16, [F16, Q4, Q4_KV, Q4])
    again = msgspec.json.decode(msgspec.json.encode(plan), type=LadderPlan)

    assert again == plan
    assert [again.candidate(key) for key in rows_of(again)] == [F16, Q4, Q4_KV]
    steps = steps_of(plan, dict.fromkeys(plan.keys), in_turns=False)
    memory = [step.name for step in steps if step.kind is StepKind.MEMORY]
    assert memory == [f"memory {key}" for key in (F16.key(), Q4.key(), Q4_KV.key())]
    assert len(set(memory)) == 3


def test_further_rounds_are_steps_of_what_is_measured_in_turns() -> None:
    """A look decides for both depths at once: what is slower in one may be faster in the other."""
    plan = replace(PLAN, deep_repetitions=5, further_rounds=(5, 10)).of(Q4, [Q4, Q4_KV])
    contexts: dict[str, int | None] = dict.fromkeys(plan.keys, 2048)
    speeds = [
        step for step in steps_of(plan, contexts, in_turns=True) if step.kind is StepKind.SPEED
    ]
    assert [(step.more, plan.speeds_in(step)) for step in speeds] == [
        (0, {0: 5}), (0, {64: 5}), (1, {0: 5, 64: 5}), (2, {0: 10, 64: 10}),
    ]  # fmt: skip
    assert len({step.name for step in speeds}) == 4
    alone = steps_of(plan, contexts, in_turns=False)
    assert not any(step.more for step in alone)
    plain = PLAN.of(Q4, [Q4, Q4_KV])
    assert not any(step.more for step in steps_of(plain, contexts, in_turns=True))


@pytest.mark.parametrize("path", ["/m/a#1.gguf", "C:\\m\\a.gguf"])
def test_any_path_is_found_again_by_its_key(path: str) -> None:
    candidate = Candidate(LocalFile(path), EngineSettings(threads=3))
    plan = PLAN.of(candidate, [candidate])

    assert plan.candidate(plan.reference) == candidate


def test_kinds_of_questions_make_another_ladder_and_all_kinds_the_one_of_before() -> None:
    some = replace(PLAN, kinds=("code",))
    keys = {plan.key([], b"x") for plan in (PLAN, some, replace(PLAN, thinking=True))}
    assert len(keys) == 3
    assert msgspec.json.decode(msgspec.json.encode(some), type=LadderPlan) == some
