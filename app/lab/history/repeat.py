"""Entries once more, as they were asked and measured before."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import closing
from dataclasses import dataclass
from typing import TYPE_CHECKING

from msgspec.structs import replace

from app.core.errors import PersonError
from app.core.history.entry import Entry, EntryKind
from app.core.memory.estimate import lasting_budget_bytes
from app.core.verdict import default_limits
from app.core.words.sentence import say, worded
from app.lab.batch.kept import BatchKeeper, batch_of
from app.lab.batch.run import BatchResult, run_batch
from app.lab.engines.calls import interruptible
from app.lab.engines.room import EngineRoom
from app.lab.history.facts import called
from app.lab.history.keeping import keep_chat
from app.lab.ladder.kept import plan_of
from app.lab.speed.bench import Bench
from app.lab.speed.kept import bench_json, bench_of
from app.lab.works.ladders.rerun import order_of_plan
from app.lab.works.ladders.run import LadderRun
from app.library.model_files import open_model_file
from app.monitor.machine import total_memory_bytes
from app.store.chats import ChatStore
from app.store.database import open_beside
from app.store.history.measured import MeasuredStore
from app.store.ladders import LadderStore
from app.store.tolerant import NotReadable

if TYPE_CHECKING:
    import sqlite3

    from app.core.candidates.candidate import Candidate
    from app.lab.compare.session import Session
    from app.lab.ladder.progress import LadderProgress
    from app.store.paths import Paths

Progress = Callable[[int, int, str], None]
"""How much is done, of how much, and what it is done with; may raise to end it."""
_WAIT_SECONDS = 0.1


@dataclass(frozen=True, slots=True)
class Repeated:
    """What was taken once more.

    Attributes:
        number: Of its own kind.
        failed: What went wrong of it, and why not all of it is kept, a sentence each.
    """

    number: int
    failed: tuple[str, ...] = ()


def repeat_entry(
    paths: Paths, entry: Entry, check: Callable[[], None], on_progress: Progress
) -> Repeated:
    """Take speeds or a batch once more, and keep them; waits for engines.

    Args:
        paths: This program's folders.
        entry: Of one of these kinds.
        check: Asked now and then while an engine is waited for; raises to end it.
        on_progress: Told after each piece.

    Raises:
        PersonError: It is gone, or cannot be kept.
    """
    with closing(open_beside(paths.database)) as connection, interruptible(check):
        store = MeasuredStore(connection)
        repeat = _bench if entry.kind is EntryKind.BENCH else _batch
        try:
            return repeat(paths, store, entry.number, on_progress)
        except (KeyError, NotReadable) as error:
            raise PersonError(say("lab.not_readable_entry"), repr(error)) from error


def _bench(paths: Paths, store: MeasuredStore, number: int, on_progress: Progress) -> Repeated:
    kept = bench_of(store.bench(number).result)
    result = Bench(kept.plan, EngineRoom.of_this_pc(paths), on_progress).run(kept.candidates)
    failed = _failures((row.candidate, row.error) for row in result.rows)
    return Repeated(store.add_bench(bench_json(kept.plan, result)), failed)


def _batch(paths: Paths, store: MeasuredStore, number: int, on_progress: Progress) -> Repeated:
    kept, _, _ = batch_of(store.batch(number))
    result = BatchResult(kept.candidates)
    unkept: list[str] = []
    keeper = BatchKeeper(store, kept, unkept.append)
    total = len(kept.prompts) * len(kept.candidates)

    def note(done: int, candidate: Candidate) -> None:
        keeper.follow(result)
        on_progress(done, total, candidate.name)

    room = EngineRoom.of_this_pc(paths)
    run_batch(kept.candidates, kept.plan, room, open_model_file, result, note)
    keeper.finish(result)
    if keeper.number is None:
        raise PersonError(say("lab.repetition_not_kept"))
    failed = _failures((each, one.error) for each, every in result.answers.items() for one in every)
    return Repeated(keeper.number, (*unkept, *failed))


def ask_again(
    connection: sqlite3.Connection,
    number: int,
    session: Session,
    asked: ChatStore,
    on_progress: Progress,
) -> Repeated:
    """Ask everything that was asked in a chat once more, and keep it; waits for engines.

    Args:
        connection: To the store.
        number: Of the chat.
        session: A fresh one.
        asked: What the session writes, which goes with the program.
        on_progress: Told now and then.

    Raises:
        PersonError: It is gone, or cannot be asked or kept.
    """
    before = asked.create(replace(ChatStore(connection).load(number), id=0))
    for key in session.repeat_chat(before.id):
        session.catch_up(key)
    chat = session.chat
    session.pump()
    while session.busy:
        session.wait(_WAIT_SECONDS)
        session.pump()
        done = [each.stop_reason for turn in chat.turns for each in turn.answers.values()]
        total = len(chat.turns) * len(chat.panes)
        on_progress(len(done) - done.count(None), total, chat.title)
    kept = keep_chat(connection, asked.load(chat.id))
    if kept is None:
        raise PersonError(say("lab.not_readable_entry"), f"chat {number}")
    panes = {pane.key: pane.candidate for pane in chat.panes}
    failed = _failures(
        (panes[key], each.error) for turn in chat.turns for key, each in turn.answers.items()
    )
    return Repeated(kept, failed)


def measure_again(
    paths: Paths,
    number: int,
    store: LadderStore,
    on_progress: Callable[[LadderProgress], None],
    tell: Callable[[str], object],
) -> Repeated:
    """Measure a ladder once more, of files that are here; one that was broken off goes on.

    Args:
        paths: This program's folders.
        number: Of the ladder.
        store: Keeps its steps.
        on_progress: Told before and after each step.
        tell: Told what servers will be asked, a sentence each.

    Raises:
        PersonError: It is gone, cannot be measured any more, or cannot be kept.
    """
    try:
        kept = plan_of(store.load(number))
    except KeyError:
        kept = None
    if kept is None:
        raise PersonError(say("lab.not_readable_entry"), f"ladder {number}")
    limits = default_limits(lasting_budget_bytes(total_memory_bytes()))
    # A night's files come from the Hub, which is asked where the person says so, and nowhere else.
    run = LadderRun(order_of_plan(replace(kept.plan, night=None), limits), paths)
    for sentence in run.costs():
        tell(sentence)
    begun = run.begin(store)
    if begun is None:
        raise PersonError(say("lab.repetition_not_kept"))
    result = run.run(store, on_progress)
    return Repeated(begun.id, _failures((row.candidate, row.error) for row in result.rows.values()))


def _failures(found: Iterable[tuple[Candidate, str | None]]) -> tuple[str, ...]:
    """Each of them once, with its candidate's name."""
    failed = ((called(candidate), error) for candidate, error in found if error)
    said = (worded("lab.in_file", path=name, reason=error) for name, error in failed)
    return tuple(dict.fromkeys(said))
