"""Settings of one file beside each other: what each brings, and which are best together.

Tests app.core.ladder.tried and app.core.ladder.tuned_words, too.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import msgspec
import pytest

from app.core.candidates.candidate import candidate_of
from app.core.candidates.drafts import Drafted
from app.core.candidates.notation import with_settings, words_of
from app.core.ladder.answer import Said
from app.core.ladder.columns.column import cell_of
from app.core.ladder.columns.listed import COLUMNS
from app.core.ladder.results import SpeedFigures
from app.core.ladder.tried import Loss
from app.core.ladder.value import Note, Value
from app.lab.ladder.rows import LadderResult
from app.lab.reports.document import ladder_document
from app.lab.verdict.view import names_of
from tests.lab import ladder_cases as cases

if TYPE_CHECKING:
    from app.core.ladder.tuned import Tuned
    from app.lab.verdict.view import LadderView

FILE = "/m/sky-Q4_K_M.gguf"
JITTER = (1.0, 1.01, 0.99, 1.005, 0.995)
BUSY: dict[str, Any] = {"others_cores": 2.5}


def speeds(times: float, **more: Any) -> tuple[SpeedFigures, ...]:
    """Tests that are so many times as fast as usual, in rounds that swing by a tenth."""

    def test(name: str, mean: float) -> SpeedFigures:
        rounds = (1.0, 0.9, 1.1, 1.0, 0.95)
        each = tuple(
            mean * times * round_ * jitter
            for round_, jitter in zip(rounds, JITTER if times != 1 else (1.0,) * 5, strict=True)
        )
        return SpeedFigures(name, 0, 8, each, sum(each) / 5, 0.01, in_turns=True, **more)

    return test("pp512", 512.0), test("tg128", 128.0)


def view(*rows: tuple[str, dict[str, Any]]) -> LadderView:
    """A ladder of a file and the same with settings."""
    usual = cases.row(FILE, "Q4_K_M", 4.5, kld=1e-7, wrong=0)
    usual = replace(usual, speed=speeds(1))
    candidates = [with_settings(candidate_of(FILE), settings) for settings, _ in rows]
    made = [usual]
    for candidate, (_, fields) in zip(candidates, rows, strict=True):
        made.append(replace(usual, candidate=candidate, **{"speed": speeds(1.001), **fields}))
    plan = replace_plan(usual.candidate, candidates)
    return cases.view(LadderResult(plan, {row.key: row for row in made}, taken=cases.TAKEN))


def replace_plan(reference: Any, candidates: list[Any]) -> Any:
    return cases.result().plan.of(reference, [reference, *candidates])


def tuned(*rows: tuple[str, dict[str, Any]]) -> Tuned:
    found = view(*rows).tuned
    assert found is not None
    return found


def needing(share: float) -> Any:
    memory = cases.row(FILE, "Q4_K_M", 4.5, kld=0.1, wrong=0).memory
    assert memory is not None
    assert memory.needed_bytes is not None
    return msgspec.structs.replace(memory, needed_bytes=int(memory.needed_bytes * share))


SMALLER = {"memory": needing(0.8), "quality": cases.quality(0.001, 0.99)}


def test_faster_threads_and_a_smaller_cache_are_taken_each_with_its_reason() -> None:
    found = tuned(
        ("threads=2", {"speed": speeds(1.12)}),
        ("threads=8", {"speed": speeds(0.9)}),
        ("kv=q8_0", SMALLER),
    )
    assert words_of(found.best) == f"{FILE}#kv=q8_0,threads=2"
    assert found.measured is None
    assert found.headline == "Best here: KV q8_0, 2 threads"
    assert found.sentence == (
        "2 threads: 12 ± 2 % faster than 4. KV q8_0: saves 99.0 MB at 4,096 tokens of context, "
        "loses nothing that 480 questions show, as fast (−1.3 to +1.5 %). Each was measured by "
        "itself, not all together."
    )
    assert [one.is_taken for one in found.tried] == [True, False, True]
    assert [one.loss for one in found.tried] == [Loss.SAME, Loss.SAME, Loss.NONE]
    assert found.tried[1].sentence.startswith("8 threads: 10 ± ")
    assert "slower than 4" in found.tried[1].sentence


def test_what_was_measured_together_is_the_row_to_run() -> None:
    seen = view(
        ("threads=2", {"speed": speeds(1.12)}),
        ("kv=q8_0", SMALLER),
        ("threads=2,kv=q8_0", {**SMALLER, "speed": speeds(1.12)}),
    )
    assert seen.tuned is not None
    assert seen.tuned.measured == seen.rows[3].key == seen.answer.run == seen.recommendation.file
    assert seen.tuned.sentence == (
        "KV q8_0, 2 threads: 12 ± 2 % faster than Q4_K_M, saves 99.0 MB at 4,096 tokens of "
        "context, loses nothing that 480 questions show. This was measured all at once."
    )
    assert [one.is_taken for one in seen.tuned.tried] == [False, False, True]
    assert seen.recommendation.remarks[0] == "2 threads: 12 ± 2 % faster than 4."
    assert (seen.answer.kind, seen.answer.headline) == (Said.RUN, "Best here: KV q8_0, 2 threads")


@pytest.mark.parametrize(
    ("faster", "less"),
    [("threads=2", {"speed": speeds(0.9)}), ("flash=on", {"tasks": cases.tasks(80)})],
)
def test_what_is_worse_together_is_not_taken_together(faster: str, less: dict[str, Any]) -> None:
    found = tuned(
        ("kv=q8_0", SMALLER),
        (faster, {"speed": speeds(1.12), "quality": SMALLER["quality"]}),
        (f"{faster},kv=q8_0", {**SMALLER, "speed": speeds(1.12), **less}),
    )
    assert words_of(found.best) == f"{FILE}#{faster}"
    assert found.measured == found.tried[1].key
    assert [one.is_taken for one in found.tried] == [False, True, False]
    assert "so this one is taken alone." in found.sentence


def test_a_row_that_has_more_decides_where_none_has_just_the_best() -> None:
    """As where the third of three was certain when it was alone, and is not any more."""
    every = ("threads=2,kv=q8_0,flash=off", {**SMALLER, "speed": speeds(1.2)})
    more = ("threads=2,kv=q8_0,ctx=8192", {**SMALLER, "speed": speeds(1.2)})
    alone = (
        ("kv=q8_0", SMALLER),
        ("threads=2", {"speed": speeds(1.12)}),
        ("flash=off", {"quality": SMALLER["quality"]}),
    )
    found = tuned(*alone, more, every)
    assert found.measured == found.tried[-1].key
    assert found.best == found.tried[-1].candidate
    assert tuned(*alone, more).measured is None


def test_where_no_difference_is_found_it_says_how_large_one_may_be() -> None:
    rough = [1.0, 1.2, 0.85, 1.1, 0.9]
    tests = speeds(1)
    rounds = [one.samples for one in tests]
    swinging = tuple(
        msgspec.structs.replace(one, samples=tuple(a * b for a, b in zip(each, rough, strict=True)))
        for one, each in zip(tests, rounds, strict=True)
    )
    found = tuned(("threads=2", {"speed": swinging}), ("threads=8", {"speed": speeds(0.8)}))
    assert found.is_base
    assert found.headline == "Nothing better found"
    turn = found.tried[0].turn
    assert turn is not None
    most = round(100 * max(turn.high - 1, 1 - turn.low))
    assert found.sentence == (
        "Nothing that was tried is faster than Q4_K_M for certain, or spares memory and loses "
        f"nothing. Where no difference in speed was found, one of more than {most} % is ruled out."
    )
    assert "no difference in speed was found (−" in found.tried[0].sentence

    sure = tuned(("threads=2", {}), ("threads=8", {"speed": speeds(0.8)}))
    assert sure.headline == "Best here as it is"
    none = tuned(("threads=8", {"speed": speeds(0.8)}))
    assert "ruled out" not in none.sentence


def test_a_cache_that_loses_or_is_slower_is_not_taken() -> None:
    found = tuned(
        ("kv=q4_0", {**SMALLER, "tasks": cases.tasks(80)}),
        ("kv=q8_0", {**SMALLER, "speed": speeds(0.8)}),
    )
    assert found.is_base
    assert found.headline == "Best here as it is"
    assert found.tried[0].loss is Loss.LOSES
    assert found.tried[0].sentence.startswith(
        "KV q4_0: saves 99.0 MB at 4,096 tokens of context, loses, "
    )


def test_a_busy_pc_tells_no_speed() -> None:
    seen = view(("threads=2", {"speed": speeds(1.5, **BUSY)}))
    assert seen.tuned is not None
    assert seen.tuned.tried[0].turn is None
    assert seen.tuned.headline == "Cannot tell: the PC was busy"
    assert (seen.answer.kind, seen.answer.speed_unsure) == (Said.CANNOT_TELL, True)


def test_a_context_has_its_price_and_is_never_chosen() -> None:
    found = tuned(("ctx=32768", {"memory": needing(2.0)}))
    assert found.is_base
    assert found.tried[0].sentence == (
        "32,768 tokens of context: needs 495 MB more memory than with 4,096 tokens, loses nothing "
        "that 480 questions show."
    )


@pytest.mark.parametrize(("gain", "taken"), [(1.3, True), (1.0, False)])
def test_a_draft_is_taken_where_all_answers_come_faster(gain: float, taken: bool) -> None:
    drafted = Drafted(90, 50, 1.6, gain, 1.4)
    found = tuned(("draft=ngram", {"speed": speeds(2, drafted=drafted)}))
    assert found.tried[0].is_taken is taken
    assert found.tried[0].turn is None
    assert "answers come 1.40 times as fast" in found.tried[0].sentence


def test_other_ladders_have_no_settings_to_tell_of() -> None:
    assert cases.view().tuned is None
    assert ladder_document(cases.view())["settings"] is None
    assert tuned(("threads=2", {"speed": (), "memory": None})).is_known is False


def test_what_says_the_same_shares_the_figures_and_says_so() -> None:
    seen = view(("threads=2", {}))
    row = seen.rows[1]
    assert row.judgement is not None
    assert row.judgement.is_same
    cells = {column.key: cell_of(column, row) for column in COLUMNS}
    right = cells["accuracy"]
    assert isinstance(right, Value)
    assert (right.note, right.counts) == (Note.SAME, (480, 480))
    assert "it answers as Q4_K_M does" in row.sentence
    assert not any("threads differ" in remark for remark in seen.remarks)


def test_documents_name_the_best_settings_as_they_are_typed() -> None:
    said = ladder_document(view(("threads=2", {"speed": speeds(1.12)})))["settings"]
    assert said["best"] == f"{FILE}#threads=2"
    assert said["measured_together"] is True
    (one,) = said["tried"]
    assert one["settings"] == ["threads"]
    assert one["times_as_fast_low"] > 1
    assert one["loss"] == "same by construction"


def test_rows_are_called_by_what_they_have_set_otherwise() -> None:
    base, other = (
        with_settings(candidate_of(FILE), settings) for settings in ("ctx=8192", "ctx=8192,kv=q8_0")
    )
    usual = cases.row(FILE, "Q4_K_M", 4.5, kld=0.1, wrong=0)

    def names(*candidates: Any) -> list[str]:
        rows = {each.key(): replace(usual, candidate=each) for each in candidates}
        plan = replace_plan(candidates[0], list(candidates[1:]))
        return list(names_of(LadderResult(plan, rows)).values())

    assert names(base, other) == ["Q4_K_M", "KV q8_0"]
    assert names(other, base) == [
        "Q4_K_M, 8,192 tokens of context, KV q8_0",
        "Q4_K_M, 8,192 tokens of context",
    ]
