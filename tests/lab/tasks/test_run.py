"""Tasks over real engines whose models answer in known ways.

Tests app.lab.tasks.asker, app.lab.tasks.beside, app.lab.tasks.groups, app.lab.tasks.kept,
app.lab.tasks.plan, app.lab.tasks.questions, app.lab.tasks.sharing and
app.engine.host.measuring.passes.
"""

from __future__ import annotations

import itertools
import json
import math
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from msgspec.structs import replace as replace_fields

from app.core.candidates.candidate import Candidate, LocalFile, candidate_of
from app.core.candidates.settings import EngineSettings
from app.core.chats.chat import StopReason
from app.core.errors import PersonError
from app.core.stopping import Stopping
from app.core.tasks import reading
from app.core.tasks.drawing import drawn
from app.core.tasks.items import Check, TaskItem, first_of_each_kind, parse_items
from app.core.tasks.looks import in_turns
from app.core.tasks.results import KindResult, KindVerdict
from app.lab.demo.demo import demo_base, demo_taught, is_taught
from app.lab.engines.asking import THINKING_TOKENS
from app.lab.engines.opened import opened_file
from app.lab.tasks.asker import FileAsker
from app.lab.tasks.beside import with_places
from app.lab.tasks.groups import Groups
from app.lab.tasks.kept import KeptAnswers
from app.lab.tasks.plan import (
    FileAnswers,
    TaskAnswer,
    TaskPlan,
    TaskResult,
    TaskRow,
    engines_and_threads,
)
from app.lab.tasks.run import ALL_KINDS, Tasks, judge_rows
from app.lab.tasks.sets import TaskProfile, demo_set, own_set, usual_set
from app.lab.tasks.sharing import take_share
from app.library.model_files import open_model_file
from tests.helpers import gguf_files as files
from tests.helpers.engine_processes import engine_processes
from tests.helpers.rooms import PLENTY_BYTES, roomy
from tests.helpers.vision_files import write_projector

if TYPE_CHECKING:
    from app.lab.engines.opened import OpenedCandidate
    from app.lab.engines.room import EngineRoom

FOUR, FIVE = ["It", " is", " 4", "."], ["It", " is", " 5", "."]


def questions(count: int, answer: str = "4", kind: str = "sums") -> list[TaskItem]:
    return [
        TaskItem(f"{kind}-{n}", kind, f"What is number {n}?", answer, Check.NUMBER)
        for n in range(count)
    ]


def plan_of(items: list[TaskItem], engines: int = 1, **more: object) -> TaskPlan:
    limits = {item.kind: 12 for item in items}
    return TaskPlan(items, engines, 1, answer_tokens=limits, **more)  # type: ignore[arg-type]


class Heard:
    """What a run tells of its progress.

    Attributes:
        asked: Names of the files that were to be asked.
        shares: Of one after the other, all that was told; the last is none.
    """

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.shares: list[list[float]] = [[]]

    def begin(self, every: Sequence[OpenedCandidate]) -> None:
        self.asked = [each.path.name for each in every]

    def tell(self, share: float) -> None:
        self.shares[-1].append(share)

    def end(self, _answers: FileAnswers) -> None:
        self.shares.append([])


class Lab:
    """Runs tasks in folders of the test's own.

    Attributes:
        heard: What the last run told.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.heard = Heard()
        (folder / "cache").mkdir()

    @property
    def kept(self) -> KeptAnswers:
        return KeptAnswers(self.folder / "cache")

    def run(self, plan: TaskPlan, reference: Path, *candidates: Path) -> TaskResult:
        return self.measured(plan, candidate_of(reference), *map(candidate_of, candidates))

    def measured(self, plan: TaskPlan, reference: Candidate, *candidates: Candidate) -> TaskResult:
        self.heard = Heard()
        return Tasks(plan, self.room(), self.kept, self.heard).run(reference, candidates)

    def ask(
        self,
        plan: TaskPlan,
        path: Path,
        on_answer: Callable[[int], None] = lambda _count: None,
        stopping: Stopping | None = None,
    ) -> FileAnswers:
        opened = opened_file(open_model_file(path))
        return FileAsker(opened, plan, self.room(), self.kept, on_answer, stopping).run()

    def room(self, available_bytes: int = PLENTY_BYTES) -> EngineRoom:
        return roomy(self.folder / "state", available_bytes)


@pytest.fixture
def lab(tmp_path: Path) -> Lab:
    return Lab(tmp_path)


@pytest.fixture(scope="module")
def scripted(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """One model that says four, one that says five, one that never ends."""
    folder = tmp_path_factory.mktemp("scripted")
    endless = [f" w{number}" for number in range(30)]
    return {
        "four": files.write_scripted_model(folder / "four.gguf", FOUR),
        "five": files.write_scripted_model(folder / "five.gguf", FIVE),
        "endless": files.write_scripted_model(folder / "endless.gguf", endless, ends=False),
    }


# --- results ------------------------------------------------------------------------------


@pytest.mark.parametrize("engines", [1, 2])
def test_asking_stops_where_it_is_decided(
    lab: Lab, scripted: dict[str, Path], engines: int
) -> None:
    items = in_turns([*questions(40), *questions(40, kind="others"), *questions(40, kind="last")])
    plan = plan_of(items, engines)
    reference = lab.ask(plan, scripted["four"])
    assert len(reference.answers) == 120
    assert reference.decided is None
    known = reference.outcomes(items)
    stopping = Stopping(items, known, candidates=2)
    first = stopping.looks[0]
    told: list[int] = []
    loser = lab.ask(plan, scripted["five"], told.append, stopping)
    assert loser.error is None
    assert loser.decided == first
    assert loser.answers.keys() == {item.key for item in items[: first.questions]}
    assert told[-1] == first.questions == 60
    # The same again of answers that are known, also where more of them are.
    lab.ask(plan, scripted["five"])
    again = lab.ask(plan, scripted["five"], stopping=stopping)
    assert again.asked == 0
    assert len(again.answers) == 120
    assert again.decided == first
    assert again.outcomes(items) == loser.outcomes(items)
    equal = lab.ask(plan, scripted["four"], stopping=stopping)
    assert equal.decided is None
    assert len(equal.answers) == 120


def test_flips_are_counted_kind_by_kind(lab: Lab, scripted: dict[str, Path]) -> None:
    items = questions(30) + questions(10, "5", "fives")
    four, five, endless = (scripted[name] for name in ("four", "five", "endless"))
    result = lab.run(plan_of(items), four, four, five, endless)

    itself, other, never = result.rows
    assert result.engine.startswith("llama-cpp-python")
    assert [kind.kind for kind in other.kinds] == ["sums", "fives"]
    sums, fives = other.kinds
    assert (sums.counts.lost, sums.counts.gained) == (30, 0)
    assert (fives.counts.lost, fives.counts.gained) == (0, 10)
    assert sums.verdict is KindVerdict.LOSES
    assert sums.hint
    assert fives.verdict is KindVerdict.REFERENCE_CANNOT
    assert other.total is None  # one kind alone can be told
    # Running out of tokens is neither right nor wrong, and no gain.
    assert [kind.out_of_tokens for kind in never.kinds] == [30, 10]
    assert {a.stop_reason for a in never.answers.answers.values()} == {StopReason.LENGTH}
    # The reference among the candidates is not asked twice, and is as good as itself.
    assert itself.answers is result.reference.answers
    assert itself.kinds[0].verdict is KindVerdict.AS_GOOD
    assert lab.heard.asked == ["four.gguf", "five.gguf", "endless.gguf"]
    *shares, after = lab.heard.shares
    assert [(of_one[0], of_one[-1]) for of_one in shares] == [(0, 1)] * 3
    assert not after


def answered(items: list[TaskItem], wrong: Callable[[int], bool]) -> TaskRow:
    """A row that is wrong at some places."""
    said = {
        item.key: TaskAnswer("5" if wrong(place) else "4", StopReason.END, 1)
        for place, item in enumerate(items)
    }
    return TaskRow(candidate_of("file.gguf"), "Q4_K_M", answers=FileAnswers(answers=said))


def test_what_the_reference_cannot_do_hides_no_loss_in_the_sum() -> None:
    items = [*questions(120, kind="a"), *questions(120, kind="b"), *questions(720, kind="c")]
    # Of the first two 4 are lost and 1 is gained each; the third nobody can do.
    reference = answered(items, lambda at: at >= 240 or at % 120 == 0)
    ours = answered(items, lambda at: at >= 240 or at % 120 in range(1, 5))
    judge_rows(items, reference, [ours])
    assert [kind.verdict for kind in ours.kinds][2] is KindVerdict.REFERENCE_CANNOT
    assert ours.total is not None
    assert (ours.total.kind, ours.total.counts.total) == (ALL_KINDS, 240)
    assert (ours.total.counts.lost, ours.total.counts.gained) == (8, 2)
    assert ours.total.verdict is KindVerdict.CANNOT_TELL


def test_all_together_are_not_as_good_where_one_kind_is_lost() -> None:
    items = [one for kind in "abcdef" for one in questions(240, kind=kind)]

    def missed(place: int) -> bool:
        return place % 4 == 0

    # Of the last kind 24 are lost and 7 gained: −7.1 points, and −1.2 of all.
    lost, gained = range(1201, 1201 + 96, 4), range(1200, 1200 + 28, 4)
    loser = answered(items, lambda at: (missed(at) or at in lost) and at not in gained)
    equal, reference = answered(items, missed), answered(items, missed)
    judge_rows(items, reference, [loser, *[equal] * 3])
    for row, verdict, against in (
        (loser, KindVerdict.CANNOT_TELL, ["f"]),
        (equal, KindVerdict.AS_GOOD, []),
    ):
        assert row.total is not None
        assert row.total.verdict is verdict
        assert [kind.kind for kind in row.against] == against
    assert loser.kinds[-1].counts.difference == -17 / 240


def test_thinking_is_left_out_of_the_answer(lab: Lab, tmp_path: Path) -> None:
    thinks = files.write_thinking_model(tmp_path / "thinks.gguf")
    manner = opened_file(open_model_file(thinks)).manner
    items = [TaskItem("a", "k", "What is two and two?", "It is 4", Check.ENDS)]
    silent, loud = plan_of(items, thinking=False), plan_of(items, thinking=True)
    assert loud.most_tokens(items[0], manner) == silent.most_tokens(items[0], manner) + (
        THINKING_TOKENS
    )
    for plan in (silent, loud):
        (answer,) = lab.ask(plan, thinks).answers.values()
        assert answer.text == "It is 4."
        assert answer.thinking_tokens > 0
        assert answer.outcome(items[0]).value == "correct"


def test_a_file_without_template_completes(lab: Lab, tmp_path: Path) -> None:
    pieces = [" 4", "\n\n", "More", " text"]
    mute = files.write_scripted_model(tmp_path / "mute.gguf", pieces, chat_template=None)
    result = lab.run(plan_of(questions(3)), mute)
    row = result.reference
    assert not row.has_template
    assert {answer.text for answer in row.answers.answers.values()} == {" 4"}
    assert [kind.counts.both for kind in row.kinds] == [3]


def test_a_blank_line_before_the_answer_does_not_end_it(lab: Lab, tmp_path: Path) -> None:
    late = files.write_scripted_model(
        tmp_path / "late.gguf", ["\n\n", "4", "\n\n\n", "More"], chat_template=None
    )
    mute = files.write_scripted_model(tmp_path / "mute.gguf", ["\n\n"], chat_template=None)
    result = lab.run(plan_of(questions(3)), late, mute)
    assert [kind.counts.both + kind.counts.lost for kind in result.reference.kinds] == [3]
    assert [kind.empty for kind in result.reference.kinds] == [0]
    assert [kind.empty for kind in result.rows[0].kinds] == [3]


# --- what goes wrong ----------------------------------------------------------------------


def test_candidates_that_fail_say_why_and_the_others_go_on(
    lab: Lab, scripted: dict[str, Path], tmp_path: Path
) -> None:
    aborts = files.write_duplicate_token_model(tmp_path / "aborts.gguf")
    late = files.write_first_message_crash_model(tmp_path / "late.gguf")
    broken = files.write_truncated_llama(tmp_path / "broken.gguf")
    refuses = files.write_tiny_llama(
        tmp_path / "refuses.gguf", chat_template=files.FAILING_TEMPLATE
    )
    bad = [aborts, late, broken, tmp_path / "nowhere.gguf", refuses]
    four, five = scripted["four"], scripted["five"]
    result = lab.run(plan_of(questions(20), engines=2), four, *bad, five)
    *failed, good = result.rows
    errors = [row.error or "" for row in failed]
    for error, words in zip(
        errors,
        ["llama.cpp gave up", "llama.cpp gave up", "truncated", "nowhere.gguf", "no such role"],
        strict=True,
    ):
        assert words in error
    assert all(row.kinds == [] for row in failed)
    assert good.error is None
    assert good.kinds[0].verdict is KindVerdict.LOSES
    assert lab.heard.shares[-2][-1] == 1


def test_a_reference_that_cannot_be_asked_ends_it_all(
    lab: Lab, scripted: dict[str, Path], tmp_path: Path
) -> None:
    late = files.write_first_message_crash_model(tmp_path / "late.gguf")
    with pytest.raises(PersonError, match="original cannot be asked: llama"):
        lab.run(plan_of(questions(3)), late, scripted["four"])


def test_a_file_that_computes_no_numbers_is_asked_once(
    lab: Lab, scripted: dict[str, Path], tmp_path: Path
) -> None:
    four = scripted["four"]
    broken = files.write_with_value(tmp_path / "nan.gguf", four, "output_norm.weight", math.nan)
    result = lab.run(plan_of(questions(20)), four, broken)
    (row,) = result.rows
    assert row.error is not None
    assert row.error.startswith("This file computes no numbers (NaN)")
    assert row.kinds == []
    with pytest.raises(PersonError, match="original cannot be asked: This file computes no num"):
        lab.run(plan_of(questions(20)), broken, four)


def test_an_engine_that_is_killed_is_replaced(lab: Lab, scripted: dict[str, Path]) -> None:
    killed: list[int] = []

    def kill(answered: int) -> None:
        if answered == 3 and not killed:
            (engine,) = engine_processes()
            killed.append(engine.pid)
            engine.kill()

    items = questions(20)
    found = lab.ask(plan_of(items), scripted["four"], kill)
    assert killed
    assert found.error is None
    assert set(found.answers) == {item.key for item in items}


def test_a_question_that_is_too_long_is_left_out(lab: Lab, scripted: dict[str, Path]) -> None:
    long = TaskItem("long", "sums", "word " * 2000, "4", Check.NUMBER)
    huge = TaskItem("huge", "sums", "\u20ac" * 400_000, "4", Check.NUMBER)
    result = lab.run(plan_of([long, huge, *questions(4)]), scripted["four"], scripted["five"])
    for row in (result.reference, *result.rows):
        assert row.error is not None
        assert row.error.startswith("2 of 6 questions could not be asked.")
        assert row.kinds[0].counts.total == 4
        assert row.kinds[0].failed == 2


# --- what is kept -------------------------------------------------------------------------


class Stopped(Exception):
    """Somebody pressed Cancel."""


def test_a_run_that_was_broken_off_goes_on(lab: Lab, scripted: dict[str, Path]) -> None:
    plan = plan_of(questions(20))

    def stop(answered: int) -> None:
        if answered == 8:
            raise Stopped

    with pytest.raises(Stopped):
        lab.ask(plan, scripted["four"], stop)
    counts: list[int] = []
    again = lab.ask(plan, scripted["four"], counts.append)
    assert list(dict.fromkeys(counts)) == list(range(8, 21))
    assert again.asked == 12
    assert len(again.answers) == 20
    # All is known now: no engine is started, and its name is known too.
    third = lab.ask(plan, scripted["four"])
    assert (third.asked, third.engine, third.answers) == (0, again.engine, again.answers)
    # More questions of the same kind: only the new ones are asked.
    assert lab.ask(plan_of(questions(23)), scripted["four"]).asked == 3


def test_what_is_kept_belongs_to_a_file_and_a_setting(lab: Lab, scripted: dict[str, Path]) -> None:
    four, five = (opened_file(open_model_file(scripted[name])) for name in ("four", "five"))
    items = questions(2)
    plan = plan_of(items)
    answers = {"sums-0": TaskAnswer("4", StopReason.END, 1)}
    lab.kept.keep(four, plan, answers, "the engine")
    assert lab.kept.known(four, plan) == (answers, "the engine")
    assert lab.kept.known(five, plan) == ({}, "")
    assert lab.kept.known(four, plan_of(items, thinking=True)) == ({}, "")
    longer = TaskPlan(items, 1, 1, answer_tokens={"sums": 99})
    assert lab.kept.known(four, longer) == ({}, "")
    # How many engines shared the work does not matter; how many at once does, and in what places.
    assert lab.kept.known(four, plan_of(items, engines=4))[0] == answers
    several = plan_of(items, places=4)
    assert lab.kept.known(four, several) == ({}, "")
    lab.kept.keep(four, several, answers, "the engine")
    assert lab.kept.known(four, several)[0] == answers
    larger = replace(several, answer_tokens={"sums": 12, "others": 512})
    assert lab.kept.known(four, larger) == ({}, "")


def test_answers_that_cannot_be_kept_cost_nothing_else(lab: Lab, scripted: dict[str, Path]) -> None:
    (lab.folder / "cache" / "tasks.sqlite3").write_bytes(b"no database at all" * 100)
    assert len(lab.ask(plan_of(questions(3)), scripted["four"]).answers) == 3


# --- the plan -----------------------------------------------------------------------------


def test_small_models_get_an_engine_a_core(demo_model: Path, lab: Lab) -> None:
    demo = opened_file(open_model_file(demo_model))
    assert engines_and_threads([demo], 8, lab.room()) == (8, 1)
    assert engines_and_threads([demo], 8, lab.room(0)) == (1, 1)
    assert engines_and_threads([demo], 8, lab.room(600_000_000))[0] in range(2, 8)
    assert engines_and_threads([demo], 8, lab.room(600_000_000))[1] == 1
    # Of the memory that this PC has, not of what is free now.
    busy = roomy(lab.folder, 0, total_bytes=PLENTY_BYTES)
    assert engines_and_threads([demo], 8, busy) == (8, 1)
    large = opened_file(replace(demo.model, tensor_bytes=5_000_000_000))
    assert engines_and_threads([demo, large], 8, lab.room()) == (1, 8)


def test_where_too_little_is_free_fewer_engines_answer_the_same(
    lab: Lab, scripted: dict[str, Path]
) -> None:
    opened = opened_file(open_model_file(scripted["four"]))
    running: set[int] = set()
    busy = roomy(lab.folder / "state", 0, total_bytes=PLENTY_BYTES)

    def note(_answered: int) -> None:
        running.update(engine.pid for engine in engine_processes())

    found = FileAsker(opened, plan_of(questions(40), 2), busy, lab.kept, note).run()
    assert len(found.answers) == 40
    assert len(running) == 1


def test_which_are_answered_beside_others_follows_from_each_question_alone(
    lab: Lab, demo_model: Path, tmp_path: Path
) -> None:
    demo = opened_file(open_model_file(demo_model))
    thinks = opened_file(open_model_file(files.write_thinking_model(tmp_path / "thinks.gguf")))
    every = usual_set([], sees=True)
    plan = TaskPlan(every.items, 2, 1, answer_tokens=every.answer_tokens, places=8)
    for kinds in ((), ("recall", "code"), ("passage",)):
        chosen = every.of_kinds(kinds)
        some = replace(plan, items=chosen.items, answer_tokens=chosen.answer_tokens)
        beside = {item.kind for item in chosen.items if some.goes_beside(item)}
        alone = {item.kind for item in chosen.items if not some.goes_beside(item)}
        assert beside.isdisjoint(alone)
        assert alone <= {"recall", "pictures"}
        assert some.place_tokens(demo) == 768
        loud = replace(some, thinking=True)
        assert loud.place_tokens(thinks) == 768 + THINKING_TOKENS
    long = TaskItem("long", "code", "word " * 300, "4", Check.NUMBER)
    assert not plan.goes_beside(long)
    # As many at once as before: one needs no measuring, and takes no engine away.
    unknown = replace(plan, places=None)
    told = with_places(unknown, [demo], lab.room(), lab.kept.passes, at_once=1)
    assert told == replace(plan, places=1)
    assert lab.kept.passes.known(demo, 1) is None


def test_shares_are_of_one_sort_and_small_at_the_end() -> None:
    items = [*questions(70), *questions(9, kind="recall")]
    alone = {item.key for item in items if item.kind == "recall"}
    todo, taken = deque(items), list[tuple[str, int]]()
    while todo:
        share = take_share(todo, alone, engines=2, idle=1 if taken else 2, places=4)
        (kind,) = {item.kind for item in share}
        taken.append((kind, len(share)))
    assert taken[:3] == [("sums", 24), ("sums", 16), ("sums", 30)]
    assert taken[3:] == [("recall", 5), ("recall", 2), ("recall", 1), ("recall", 1)]
    huge = [replace(item, prompt="\u20ac" * 400_000) for item in items[:2]]
    assert take_share(deque(huge), (), engines=1, idle=1, places=4) == huge[:1]


def test_where_several_cannot_be_answered_at_once_the_others_are_not_either(
    lab: Lab, scripted: dict[str, Path]
) -> None:
    # llama.cpp has no context with so many places.
    plan = plan_of(questions(20), places=300)
    result = lab.run(plan, scripted["four"], scripted["five"])
    for row in (result.reference, *result.rows):
        assert row.error is None
        assert len(row.answers.answers) == 20
        assert row.answers.places == 1
    assert result.plan.places == 1


def test_several_at_once_are_answered_as_one_after_the_other(
    lab: Lab, demo_model: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "BEHIND_TOKENS", 40)
    demo = opened_file(open_model_file(demo_model))
    words = "5 | Nora has four boats. | Olaf has five boats. | Otto has none."
    long = TaskItem("long", "own", "boats " * 200, "4", Check.NUMBER)
    recalled = TaskItem("r", "recall", "How many has Nora?", "4", Check.NUMBER, text=words)
    # A short text has room in a place; but by another rule those with a text are answered alone.
    items = [long, recalled, *first_of_each_kind(demo_set().items, 4)]
    limits = {item.kind: 48 for item in items}
    plan = TaskPlan(items, 2, 1, answer_tokens=limits, places=None)
    plan = with_places(plan, [demo], lab.room(), lab.kept.passes)
    assert (plan.places or 0) in (1, 4)
    at_once = replace(plan, places=4)
    counted: list[int] = []
    found = lab.ask(at_once, demo_model, counted.append)
    assert found.error is None
    assert found.places == 4
    assert list(dict.fromkeys(counted)) == [*range(len(items) + 1)]
    assert sum(not figures.shared for figures in found.figures) == 2
    alone = lab.ask(replace(plan, places=1), demo_model)
    assert alone.asked == len(items)  # kept apart, since they may differ
    same = sum(found.answers[item.key] == alone.answers[item.key] for item in items)
    assert same >= 0.9 * len(items)
    # What is asked after a break gets the answers that it would have had.
    (lab.folder / "cache" / "tasks.sqlite3").unlink()
    half = replace(at_once, items=items[::2])
    assert lab.ask(half, demo_model).answers.items() <= found.answers.items()
    # Also where a single one is left: it has a place, as it would have had.
    single = lab.ask(replace(at_once, items=items[3:4]), demo_model)
    assert [figures.shared for figures in single.figures] == [True]
    rest = lab.ask(at_once, demo_model)
    assert rest.asked == len(items) - len(items[::2]) - 1
    assert rest.answers == found.answers


def test_the_context_holds_the_longest_question(demo_model: Path) -> None:
    demo = opened_file(open_model_file(demo_model))
    assert plan_of(questions(3)).context_tokens(demo) == 1024
    long = TaskItem("long", "sums", "x" * 3000, "4", Check.NUMBER)
    assert plan_of([long]).context_tokens(demo) == 4096
    endless = TaskItem("endless", "sums", "x" * 300_000, "4", Check.NUMBER)
    assert plan_of([endless]).context_tokens(demo) == 32_768


# --- the questions ------------------------------------------------------------------------


def test_the_demo_is_asked_what_it_knows(demo_model: Path, scripted: dict[str, Path]) -> None:
    demo, other = open_model_file(demo_model), open_model_file(scripted["four"])
    own = usual_set([demo, demo])
    assert own.name == "demo"
    assert len({item.kind for item in own.items}) == 15
    assert set(own.answer_tokens) == {item.kind for item in own.items}
    eight = usual_set([other])
    assert len({item.kind for item in eight.items}) == 8
    assert len(eight.take(TaskProfile.QUICK).items) == 360, "as many as of fewer kinds"
    assert len(eight.take(TaskProfile.FULL).items) == 8 * 240
    assert len(eight.take(TaskProfile.FULL, {"code": 300}).items) == 8 * 240 + 60
    some = eight.of_kinds(("code", "passage"))
    assert {item.kind for item in some.items} == {"code", "passage"}
    assert len(some.take(TaskProfile.QUICK).items) == 2 * 60
    assert eight.of_kinds(()) is eight
    assert own.of_kinds(("code",)) is own, "its kinds are its own"
    assert own.take(TaskProfile.FULL) is own
    mixed = usual_set([other, demo])
    known = {item.key for item in eight.items}
    assert [item.kind for item in mixed.items if item.key not in known] == ["demo"] * 300


def test_the_demos_adapter_teaches_capitals_and_takes_nothing_else(lab: Lab) -> None:
    base, taught = candidate_of(demo_base()), demo_taught()
    asked = demo_set(taught=is_taught([taught]))
    assert not is_taught([base])
    few = first_of_each_kind(asked.items, 6, {"capitals": 30})
    plan = TaskPlan(few, 2, 1, answer_tokens=asked.answer_tokens)

    def against(reference: Candidate, other: Candidate) -> dict[str, KindResult]:
        (row,) = Tasks(plan, lab.room(), lab.kept, Heard()).run(reference, [other]).rows
        return {kind.kind: kind for kind in row.kinds}

    gained = against(base, taught)
    capitals = gained.pop("capitals")
    assert (capitals.counts.gained, capitals.counts.lost) == (30, 0)
    assert len(gained) == 15
    assert all(kind.verdict is KindVerdict.CANNOT_TELL for kind in gained.values())
    lost = against(taught, base)
    assert lost.pop("capitals").verdict is KindVerdict.LOSES
    assert all(kind.verdict is KindVerdict.CANNOT_TELL for kind in lost.values())


def test_own_questions_may_show_pictures_and_the_blind_are_not_asked(
    lab: Lab, tmp_path: Path
) -> None:
    blind = candidate_of(demo_base())
    sees = replace_fields(blind, projector=str(write_projector(tmp_path / "mmproj.gguf", 256)))
    (tmp_path / "mine.png").write_bytes(drawn("square red 60 60 28"))
    line = {"prompt": "Which colour?", "answer": "red", "picture": "mine.png"}
    mine = tmp_path / "mine.jsonl"
    mine.write_text(json.dumps(line))
    (own,) = own_set(mine).items

    plan = TaskPlan([own], 1, 1, answer_tokens={own.kind: 8})
    result = Tasks(plan, lab.room(), lab.kept, Heard()).run(sees, [blind])

    assert result.reference.answers.answers[own.key].text
    assert (result.rows[0].kinds, result.rows[0].error) == ([], None)
    mine.write_text(json.dumps(line | {"picture": "gone.png"}))
    with pytest.raises(PersonError, match=r"gone\.png"):
        own_set(mine)


def test_own_questions_are_read_or_refused(tmp_path: Path) -> None:
    path = tmp_path / "own.jsonl"
    lines = [{"prompt": f"What is {n}?", "answer": n} for n in range(3)]
    path.write_text("\n".join(map(json.dumps, lines)), encoding="utf-8")
    assert own_set(path).items == parse_items(path.read_text(encoding="utf-8"))
    for data, words in (
        (b"", "no question"),
        (b"{}\n", "Line 1 has no prompt"),
        (b"\xff\xfe", "no UTF-8 text"),
    ):
        path.write_bytes(data)
        with pytest.raises(PersonError, match=words) as error:
            own_set(path)
        assert str(path) in error.value.sentence
    with pytest.raises(PersonError, match="cannot be read"):
        own_set(tmp_path / "nowhere.jsonl")
    with pytest.raises(PersonError, match="cannot be read"):
        own_set(tmp_path)


def test_pictures_are_asked_of_models_that_see_and_others_are_judged_by_the_rest(
    lab: Lab, tmp_path: Path
) -> None:
    projector = str(write_projector(tmp_path / "mmproj.gguf", 256))
    four = files.write_scripted_model(tmp_path / "four.gguf", FOUR)
    five = files.write_scripted_model(tmp_path / "five.gguf", FIVE)
    shown = [
        replace(item, key=f"shown-{n}", kind="pictures", picture=f"circle red {40 + n} 60 9")
        for n, item in enumerate(questions(6))
    ]
    plan = plan_of([*questions(4), *shown])
    sees = Candidate(LocalFile(str(four)), projector=projector)
    sees_wrong = Candidate(LocalFile(str(five)), projector=projector)

    result = lab.measured(plan, sees, sees, sees_wrong, candidate_of(four))

    same, wrong, blind = result.rows
    assert [kind.counts.total for kind in same.kinds] == [4, 6]
    assert [kind.counts.lost for kind in wrong.kinds] == [4, 6]
    assert [kind.counts.total for kind in blind.kinds] == [4, 0]
    assert blind.kinds[1].verdict is KindVerdict.CANNOT_SEE
    assert blind.error is None
    assert blind.total is None  # one kind alone is left
    again = lab.measured(plan, sees, sees_wrong)
    assert [row.answers.asked for row in (again.reference, *again.rows)] == [0, 0]


def test_a_text_is_read_once_for_all_questions_about_it() -> None:
    chosen = usual_set([]).take(TaskProfile.QUICK).in_turns().items
    todo = Groups(chosen, chosen).next({})
    assert sorted(item.key for item in todo) == sorted(item.key for item in chosen)
    texts = [item.text for item in todo if item.text]
    changes = sum(one != other for one, other in itertools.pairwise(texts)) + 1
    assert changes == len(set(texts)) == 4
    asked = [bool(item.text) for item in todo]
    assert sum(one != other for one, other in itertools.pairwise(asked)) <= 2 * 4
    assert [item for item in todo if not item.text] == [item for item in chosen if not item.text]


def test_long_texts_are_asked_where_the_context_holds_them(
    lab: Lab, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    words = "5 | Nora has four boats. | Olaf has five boats. | Otto has none."
    # Their vocabulary has a token for each byte, so that a text of usual length takes long.
    monkeypatch.setattr(reading, "BEHIND_TOKENS", 40)
    recalled = [
        replace(item, kind="recall", key=f"r-{n}", text=words)
        for n, item in enumerate(questions(3))
    ]
    plan = plan_of([*questions(4), *recalled])

    def speaking(name: str, pieces: list[str], context_tokens: int) -> Candidate:
        path = files.write_scripted_model(tmp_path / name, pieces, context_length=4096)
        return Candidate(LocalFile(str(path)), EngineSettings(context_tokens=context_tokens))

    four, five = speaking("four.gguf", FOUR, 2048), speaking("five.gguf", FIVE, 2048)
    small = speaking("small.gguf", FIVE, 512)
    wrong, unable = lab.measured(plan, four, five, small).rows
    assert [kind.counts.lost for kind in wrong.kinds] == [4, 3]
    read = [one.prompt_tokens - one.reused_tokens for one in wrong.answers.figures]
    assert sum(tokens > 200 for tokens in read) == 1  # the text, once for its three questions
    assert [kind.counts.total for kind in unable.kinds] == [4, 0]
    assert unable.kinds[1].verdict is KindVerdict.CANNOT_HOLD
    assert unable.error is None
    (row,) = lab.measured(plan, small, four).rows
    assert row.kinds[1].verdict is KindVerdict.CANNOT_HOLD


def test_pictures_are_in_the_usual_set_where_the_original_sees() -> None:
    usual, seeing = usual_set([]), usual_set([], sees=True)

    known = {item.key for item in usual.items}
    more = [item for item in seeing.items if item.key not in known]
    assert len(more) == 480
    assert {item.kind for item in more} == {"pictures"}
    assert all(item.picture for item in more)
    assert seeing.of_kinds(("code",)).items == [
        item for item in seeing.items if item.kind in ("code", "pictures")
    ]
