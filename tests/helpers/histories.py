"""Stores with a history: chats, ladders, speeds, batches, votes as the program keeps them."""

from __future__ import annotations

import itertools
import random
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from app.core.batch.prompts import BatchPrompt
from app.core.candidates.candidate import Candidate, candidate_of
from app.core.candidates.notation import with_settings
from app.core.candidates.settings import COMPARE_GREEDY
from app.core.chats.chat import Answer, Chat, StopReason, Turn
from app.core.chats.panes import ChatPane
from app.core.votes.choices import Choice
from app.core.votes.pairs import Role, VoteAnswer, VotedCandidate, VotedFile, VotePair, VoteSettings
from app.lab.batch.kept import BatchKeeper, kept_batch
from app.lab.batch.run import BatchAnswer, BatchPlan, BatchResult
from app.lab.ladder.kept import NAME, plan_of
from app.lab.ladder.plan import rows_of
from app.lab.speed.bench import BenchPlan, BenchResult, BenchRow
from app.lab.speed.kept import bench_json
from app.monitor.energy import Counted, Energy
from app.store.chats import ChatStore
from app.store.history.measured import MeasuredStore
from app.store.ladders import LadderStore, StoredLadder, StoredStep
from app.store.votes import VoteStore

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable, Iterator, Sequence

LADDER = Path(__file__).parents[1] / "lab" / "reports" / "golden" / "demo.ladder.json"
SKY = candidate_of("/models/sky-Q4_K_M.gguf")
SMALL_CACHE = with_settings(SKY, "kv=q8_0")
_SECOND = 1_000_000_000
_WORDS = (
    "sky blue light water memory token model answer question kitchen river number letter house",
    "garden winter Größe schön für Straße naïve 猫 東京 говорит مرحبا the of and to in that is",
)


class Clock:
    """Goes on by a second whenever somebody looks."""

    def __init__(self, now_ns: int = 1_700_000_000 * _SECOND) -> None:
        self.now_ns = now_ns

    def __call__(self) -> int:
        self.now_ns += _SECOND
        return self.now_ns


def add_chat(
    connection: sqlite3.Connection,
    clock: Callable[[], int],
    title: str,
    *talk: tuple[str, str],
    candidate: Candidate = SKY,
) -> int:
    """A chat with one candidate: what was asked and answered."""
    turns = [
        Turn(0, prompt, {"a": Answer(text, stop_reason=StopReason.END)}) for prompt, text in talk
    ]
    chat = Chat(0, title, panes=[ChatPane("a", "A", candidate)], reference_key="a", turns=turns)
    return ChatStore(connection, clock).create(chat).id


def add_ladder(
    connection: sqlite3.Connection,
    clock: Callable[[], int],
    name: str = "",
    *changes: tuple[str, str],
) -> int:
    """The demo model's levels, as they were measured once, with some texts replaced by others."""
    text = LADDER.read_text("utf-8")
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    kept = msgspec.json.decode(text, type=StoredLadder)
    store = LadderStore(connection, clock)
    number = store.begin(f"{kept.key} {clock()}", kept.plan).id
    for step, result in kept.steps.items():
        store.save_step(number, step, result)
    if name:
        store.save_step(number, NAME, StoredStep(name, 0))
    store.finish(number)
    return number


def add_bench(
    connection: sqlite3.Connection,
    clock: Callable[[], int],
    *speeds: float,
    candidate: Candidate = SKY,
    threads: int = 4,
    joules: float | None = None,
) -> int:
    """Speeds of one candidate: those of the generation test, and ten times that of the prompts."""
    plan = BenchPlan(512, 128, 0, len(speeds), threads)
    rows = [
        BenchRow(candidate, "Q4_K_M", test.name, threads, 0, [each * times for each in speeds])
        for test, times in zip(plan.tests, (10.0, 1.0), strict=True)
    ]
    for row in rows:
        row.calm_samples = list(row.samples)
        if joules is not None:
            row.use(Energy(joules, (Counted.PACKAGE,)), 1)
    result = BenchResult("llama.cpp 1", rows, interleaved=False, drift=[])
    return MeasuredStore(connection, clock).add_bench(bench_json(plan, result))


def add_batch(
    connection: sqlite3.Connection,
    clock: Callable[[], int],
    name: str,
    *talk: tuple[str, str],
    candidate: Candidate = SKY,
) -> int:
    """Prompts with the answers of one candidate."""
    prompts = [BatchPrompt(prompt) for prompt, _ in talk]
    plan = BatchPlan(prompts, "", COMPARE_GREEDY, 4)
    kept = kept_batch([candidate], plan, name)
    keeper = BatchKeeper(MeasuredStore(connection, clock), kept, print)
    answers = [BatchAnswer(text, generated_tokens=5, stop_reason="end") for _, text in talk]
    keeper.finish(BatchResult([candidate], {candidate: answers}, "llama.cpp 1"))
    assert keeper.number is not None
    return keeper.number


_numbers = itertools.count()


def ladder_candidates() -> list[Candidate]:
    """What the ladder is of, the reference first."""
    kept = plan_of(msgspec.json.decode(LADDER.read_bytes(), type=StoredLadder))
    assert kept is not None
    return [kept.plan.candidate(key) for key in rows_of(kept.plan)]


def add_vote(
    connection: sqlite3.Connection,
    clock: Callable[[], int],
    prompt: str,
    *answers: str,
    both: Sequence[Candidate] = (SKY, SMALL_CACHE),
) -> int:
    """A vote for the first of two answers."""
    store = VoteStore(connection, clock)
    one, other = (
        VotedCandidate(each, VotedFile(each.place, "Q4_K_M", 1, 1, ("ab",))) for each in both
    )
    number = next(_numbers)
    pair = VotePair(prompt, one, other, VoteSettings(), 1, number, candidate_left=True)
    (added,) = store.add([pair])
    for role, text in zip(Role, answers, strict=True):
        store.save_answer(added.id, role, VoteAnswer(text), "llama.cpp 1")
    return store.cast(added.id, Choice.LEFT).id


def fill(connection: sqlite3.Connection, clock: Callable[[], int], entries: int) -> None:
    """A long history: most of it chats, with a ladder, a bench, a batch and votes now and then."""
    dice = random.Random(1)
    known = " ".join(_WORDS).split()
    models = [candidate_of(f"/models/model-{n}-Q4_K_M.gguf") for n in range(40)]

    def text(words: int) -> str:
        return " ".join(dice.choices(known, k=words))

    connection.execute("PRAGMA synchronous = OFF")
    for kind in _kinds(entries, dice):
        match kind:
            case "chat":
                talk = [(text(12), text(120)) for _ in range(dice.randrange(1, 4))]
                add_chat(connection, clock, text(5), *talk, candidate=dice.choice(models))
            case "bench":
                speed = dice.uniform(5, 50)
                add_bench(connection, clock, speed, speed + 1, candidate=dice.choice(models))
            case "batch":
                add_batch(connection, clock, "prompts.txt", *((text(8), text(60)) for _ in "abc"))
            case "vote":
                add_vote(connection, clock, text(10), text(60), text(60))
            case _:
                add_ladder(connection, clock, text(3))


def _kinds(entries: int, dice: random.Random) -> Iterator[str]:
    kinds = ("chat", "bench", "batch", "vote", "ladder")
    return iter(dice.choices(kinds, (70, 10, 5, 13, 2), k=entries))
