"""The threads behind the window's ladders: one prepares, one measures, one looks into the store.

Each opens a connection to the store of its own: what a measurement keeps must be on the disk
before it goes on, and the window must not wait for disks.
"""

from __future__ import annotations

import contextlib
import logging
import threading
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from app.base.gate import Gate, Stopped
from app.core.errors import PersonError
from app.core.verdict import Limits
from app.core.words.sentence import say
from app.lab.ladder.kept import ABOUT, About, about_of, plan_of, restored
from app.lab.ladder.plan import rows_of
from app.lab.verdict.pairs import pair_rates
from app.lab.works.ladders.entry import letters_for
from app.lab.works.ladders.rerun import order_of_plan
from app.lab.works.ladders.run import LadderOrder, LadderRun
from app.store.database import open_beside
from app.store.ladders import LadderStore, StoredStep

if TYPE_CHECKING:
    from collections.abc import Callable, Generator

    from app.core.models.model_file import ModelFile
    from app.core.statistics.anytime import WinRate
    from app.lab.ladder.plan import LadderPlan
    from app.lab.ladder.progress import LadderProgress
    from app.lab.ladder.rows import LadderResult
    from app.store.paths import Paths

log = logging.getLogger(__name__)

_CHANGED = (
    "Its files, its text, its questions or this PC's engine have changed since, so it cannot go "
    "on. What was measured is kept; measure once more for the rest."
)
_UNEXPECTED = "Something unexpected went wrong; the log has the details."


@dataclass(frozen=True, slots=True)
class Prepared:
    """A ladder is ready to be measured.

    Attributes:
        number: Of the store; None where it cannot be kept, and ``remark`` says why.
        result: What an earlier time has left.
    """

    run: LadderRun
    about: About
    letters: dict[str, str]
    number: int | None
    result: LadderResult | None
    remark: str = ""


@dataclass(frozen=True, slots=True)
class Refused:
    """A ladder cannot be prepared, or not go on; the sentence says why."""

    sentence: str


@dataclass(frozen=True, slots=True)
class Measured:
    """A step is done; what is known now."""

    result: LadderResult


@dataclass(frozen=True, slots=True)
class Ended:
    """A measurement has ended.

    Attributes:
        stopped: The person ended it.
        sentence: Why it failed; empty where it did not.
    """

    stopped: bool = False
    sentence: str = ""


WorkerEvent = Prepared | Refused | Measured | Ended


@dataclass(frozen=True, slots=True)
class StoredRow:
    """A ladder of the store: which, what it measures, when it began and ended."""

    number: int
    plan: LadderPlan
    created_ns: int
    finished_ns: int | None


class LadderWorkers:
    """Starts the threads; whoever starts one hears of it through a sink, in that thread.

    Args:
        paths: This program's folders.
        open_model: Reads the header of a model file.
        open_run: Sets a ladder up.
    """

    def __init__(
        self,
        paths: Paths,
        open_model: Callable[[Path], ModelFile],
        open_run: Callable[[LadderOrder, Paths, Callable[[Path], ModelFile]], LadderRun] = (
            LadderRun
        ),
    ) -> None:
        self._paths = paths
        self._open_model = open_model
        self._open_run = open_run
        self._threads: list[threading.Thread] = []

    def prepare(
        self,
        order: LadderOrder,
        letters: dict[str, str],
        number: int | None,
        sink: Callable[[WorkerEvent], None],
    ) -> None:
        """Read what is to be measured and keep it.

        Args:
            order: What is wanted.
            letters: Given to files already.
            number: Of the store, of a ladder that is to go on.
            sink: Told :class:`Prepared` or :class:`Refused`.
        """
        self._start("prepare", lambda: self._prepare(order, letters, number), sink)

    def measure(
        self,
        run: LadderRun,
        gate: Gate,
        on_progress: Callable[[LadderProgress], None],
        sink: Callable[[WorkerEvent], None],
        *,
        keep: bool,
    ) -> None:
        """Measure; ``sink`` is told :class:`Measured` after each step, and :class:`Ended`."""

        def work() -> Ended:
            def tell(result: LadderResult) -> None:
                sink(Measured(result.copied()))

            with contextlib.ExitStack() as stack:
                store = stack.enter_context(self._store()) if keep else None
                result = run.run(store, on_progress, tell, gate)
            tell(result)  # with what is known at the end only
            return Ended()

        self._start("ladder", work, sink)

    def stored(self) -> list[StoredRow]:
        """All stored ladders that can be read; waits for the disk."""
        with self._store() as store:
            rows = store.list_ladders()
        return [
            StoredRow(row.id, kept.plan, row.created_ns, row.finished_ns)
            for row in rows
            if (kept := plan_of(row)) is not None
        ]

    def pair_votes(self, result: LadderResult) -> dict[tuple[str, str], WinRate]:
        """Blind votes between two of a ladder's candidates; waits for the disk."""
        return pair_rates(self._paths.database, result)

    def load(self, number: int) -> tuple[LadderResult, About]:
        """A stored ladder; waits for the disk.

        Raises:
            PersonError: It is gone or cannot be read.
        """
        with self._store() as store:
            try:
                found = store.load(number)
            except KeyError:
                raise PersonError(say("lab.ladder_not_store_any_more")) from None
        kept = plan_of(found)
        if kept is None:
            raise PersonError(say("lab.ladder_cannot_read_another_version"))
        result = restored(found, kept)
        return result, about_of(found) or self._about_again(kept.plan, result)

    def _about_again(self, plan: LadderPlan, result: LadderResult) -> About:
        """The questions of a ladder that kept none, as far as they can be had again."""
        asked = {key for row in result.rows.values() if row.tasks for key in row.tasks.outcomes}
        try:
            run = self._open_run(order_of_plan(plan, Limits()), self._paths, self._open_model)
        except PersonError as error:
            log.info("questions not found again: %s", error.sentence)
            return About([])
        return About([item for item in run.items if item.key in asked], len(run.text))

    def delete(self, number: int) -> None:
        """Forget a stored ladder; waits for the disk."""
        with self._store() as store:
            store.delete(number)

    def join(self, seconds: float) -> bool:
        """Wait for the threads to end; whether all have."""
        for thread in self._threads:
            thread.join(seconds)
        self._threads = [thread for thread in self._threads if thread.is_alive()]
        return not self._threads

    # --- in the threads -----------------------------------------------------------------------

    def _start(
        self,
        name: str,
        work: Callable[[], WorkerEvent],
        sink: Callable[[WorkerEvent], None],
    ) -> None:
        def guarded() -> None:
            try:
                event = work()
            except Stopped:
                event = Ended(stopped=True)
            except PersonError as error:
                log.warning("%s: %s %s", name, error.sentence, error.detail)
                event = (
                    Refused(error.sentence) if name == "prepare" else Ended(False, error.sentence)
                )
            except Exception:
                log.exception("%s failed unexpectedly", name)
                event = Refused(_UNEXPECTED) if name == "prepare" else Ended(False, _UNEXPECTED)
            sink(event)

        self._threads = [thread for thread in self._threads if thread.is_alive()]
        thread = threading.Thread(target=guarded, name=name, daemon=True)
        self._threads.append(thread)
        thread.start()

    def _prepare(
        self, order: LadderOrder, letters: dict[str, str], number: int | None
    ) -> Prepared | Refused:
        run = self._open_run(order, self._paths, self._open_model)
        about = About(
            list(run.items),
            len(run.text),
            sha256(run.text).hexdigest() if run.text else None,
            letters_for(rows_of(run.plan), letters),
        )
        try:
            with self._store() as store:
                begun = run.begin(store)
                if begun is None:
                    return Prepared(run, about, about.letters, None, None)
                if number is not None and begun.id != number:
                    if not begun.steps:
                        store.delete(begun.id)
                    return Refused(_CHANGED)
                kept = about_of(begun)
                if kept is None:
                    text = msgspec.json.encode(about).decode()
                    store.save_step(begun.id, ABOUT, StoredStep(text, 0))
                    begun = store.load(begun.id)
                else:
                    about = kept
        except PersonError as error:
            return Prepared(run, about, about.letters, None, None, error.sentence)
        plan = plan_of(begun)
        given = letters_for(rows_of(run.plan), about.letters)
        result = restored(begun, plan) if plan is not None else None
        return Prepared(run, about, given, begun.id, result)

    @contextlib.contextmanager
    def _store(self) -> Generator[LadderStore]:
        connection = open_beside(self._paths.database)
        try:
            yield LadderStore(connection)
        finally:
            connection.close()
