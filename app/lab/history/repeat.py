"""Speeds and batches once more, as they were taken before."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from typing import TYPE_CHECKING

from app.core.errors import PersonError
from app.core.history.entry import Entry, EntryKind
from app.core.words.sentence import say
from app.lab.batch.kept import BatchKeeper, batch_of
from app.lab.batch.run import BatchResult, run_batch
from app.lab.engines.calls import interruptible
from app.lab.engines.room import EngineRoom
from app.lab.speed.bench import Bench
from app.lab.speed.kept import bench_json, bench_of
from app.library.model_files import open_model_file
from app.store.database import open_beside
from app.store.history.measured import MeasuredStore
from app.store.tolerant import NotReadable

if TYPE_CHECKING:
    from app.core.candidates.candidate import Candidate
    from app.store.paths import Paths

Progress = Callable[[int, int, str], None]
"""How much is done, of how much, and what it is done with; may raise to end it."""


def repeat_entry(
    paths: Paths, entry: Entry, check: Callable[[], None], on_progress: Progress
) -> None:
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
        try:
            if entry.kind is EntryKind.BENCH:
                _bench(paths, store, entry.number, on_progress)
            else:
                _batch(paths, store, entry.number, on_progress)
        except (KeyError, NotReadable) as error:
            raise PersonError(say("lab.not_readable_entry"), repr(error)) from error


def _bench(paths: Paths, store: MeasuredStore, number: int, on_progress: Progress) -> None:
    kept = bench_of(store.bench(number).result)
    bench = Bench(kept.plan, EngineRoom.of_this_pc(paths), on_progress)
    store.add_bench(bench_json(kept.plan, bench.run(kept.candidates)))


def _batch(paths: Paths, store: MeasuredStore, number: int, on_progress: Progress) -> None:
    kept, _, _ = batch_of(store.batch(number))
    result = BatchResult(kept.candidates)
    keeper = BatchKeeper(store, kept, lambda _said: None)
    total = len(kept.prompts) * len(kept.candidates)

    def note(done: int, candidate: Candidate) -> None:
        keeper.follow(result)
        on_progress(done, total, candidate.name)

    room = EngineRoom.of_this_pc(paths)
    run_batch(kept.candidates, kept.plan, room, open_model_file, result, note)
    keeper.finish(result)
