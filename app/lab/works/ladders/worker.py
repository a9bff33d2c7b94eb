"""What is done of the window's ladders in threads: to prepare, to measure, to look into the store.

Each opens a connection to the store of its own: what a measurement keeps must be on the disk
before it goes on, and the window must not wait for disks.
"""

from __future__ import annotations

import contextlib
import logging
from collections import Counter
from collections.abc import Callable, Generator
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from app.core.errors import PersonError
from app.core.verdict import Limits
from app.core.words.sentence import say
from app.lab.ladder.kept import ABOUT, NAME, About, about_of, plan_of, restored
from app.lab.ladder.pace import Pace, pace_of
from app.lab.ladder.plan import LadderPlan, rows_of
from app.lab.ladder.visits import NightNotKept
from app.lab.servers.book import ServerBook
from app.lab.tasks.sets import demo_set, usual_set
from app.lab.votes.rates import stored_rates
from app.lab.works.ladders.entry import letters_for
from app.lab.works.ladders.rerun import order_of_plan
from app.lab.works.ladders.run import LadderOrder, LadderRun
from app.lab.works.ladders.work import Ready
from app.store.database import open_beside
from app.store.ladders import LadderStore, StoredLadder, StoredStep

if TYPE_CHECKING:
    from app.base.gate import Gate
    from app.core.candidates.candidate import Candidate
    from app.core.models.model_file import ModelFile
    from app.core.servers.server import Server
    from app.core.statistics.anytime import WinRate
    from app.core.words.sentence import English
    from app.lab.ladder.progress import LadderProgress
    from app.lab.ladder.rows import LadderResult
    from app.store.paths import Paths

log = logging.getLogger(__name__)

# Of so many ladders it is looked how long they took.
_LATEST = 8


class _Changed(PersonError):
    """What was begun is not what would go on."""

    def __init__(self) -> None:
        super().__init__(say("lab.ladder_changed_since"))


@dataclass(frozen=True, slots=True)
class StoredRow:
    """A ladder of the store: which, what it measures, when it began and ended, its own name."""

    number: int
    plan: LadderPlan
    created_ns: int
    finished_ns: int | None
    name: str = ""


class LadderWorkers:
    """Any thread; each call waits for a disk or an engine.

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

    def prepare(self, order: LadderOrder, letters: dict[str, str], number: int | None) -> Ready:
        """Read what is to be measured and keep it; waits for the disk.

        Args:
            order: What is wanted.
            letters: Given to files already.
            number: Of the store, of a ladder that is to go on.

        Raises:
            PersonError: It cannot be measured, or not go on; a night also where it cannot be kept.
        """
        run = self._open_run(order, self._paths, self._open_model)
        about = About(
            list(run.items),
            len(run.text),
            sha256(run.text).hexdigest() if run.text else None,
            letters_for(rows_of(run.plan), letters),
        )
        try:
            begun, about = self._begun(run, about, number, extends=order.further is not None)
        except (_Changed, NightNotKept):
            raise
        except PersonError as error:
            if run.plan.night is not None:
                raise NightNotKept(error) from error
            return Ready(run, about, about.letters, None, None, error.sentence)
        if begun is None:
            return Ready(run, about, about.letters, None, None)
        plan = plan_of(begun)
        given = letters_for(rows_of(run.plan), about.letters)
        result = restored(begun, plan) if plan is not None else None
        return Ready(run, about, given, begun.id, result)

    def costs(self, order: LadderOrder) -> list[English]:
        """What an order will use of servers, a sentence each; nothing is sent.

        Raises:
            PersonError: It cannot be measured.
        """
        return self._open_run(order, self._paths, self._open_model).costs()

    def measure(
        self,
        run: LadderRun,
        gate: Gate,
        on_progress: Callable[[LadderProgress], None],
        on_result: Callable[[LadderResult], None],
        *,
        keep: bool,
    ) -> LadderResult:
        """Measure; ``on_result`` is told after each step, as the work's thread that this is.

        Raises:
            PersonError: The reference cannot be read.
            Stopped: The person ended it.
        """

        def tell(result: LadderResult) -> None:
            on_result(result.copied())

        with contextlib.ExitStack() as stack:
            store = stack.enter_context(self._store()) if keep else None
            pace = self.pace()
            usual = pace.times if pace.is_measured else None
            return run.run(store, on_progress, tell, gate, usual).copied()

    def stored(self) -> list[StoredRow]:
        """All stored ladders that can be read; waits for the disk."""
        with self._store() as store:
            rows, names = store.list_ladders(), store.of_steps(NAME)
        return [
            StoredRow(row.id, kept.plan, row.created_ns, row.finished_ns, names.get(row.id, ""))
            for row in rows
            if (kept := plan_of(row)) is not None
        ]

    def pace(self) -> Pace:
        """How long measuring takes here, by the latest ladders; waits for the disk.

        Raises:
            PersonError: The store or the bundled questions cannot be read.
        """
        with self._store() as store:
            ladders = [store.load(row.id) for row in store.list_ladders()[:_LATEST]]
        kinds = Counter(item.kind for item in usual_set([]).items)
        demo = demo_set().items
        return pace_of(ladders, kinds, len(demo), len({item.kind for item in demo}))

    def votes(self, result: LadderResult) -> dict[tuple[str, str], WinRate]:
        """Blind votes between each two of a ladder's rows; waits for the disk."""
        return stored_rates(self._paths.database, result)

    def kept_server(self, candidate: Candidate) -> Server | None:
        """What is kept of a candidate's server; nothing is asked."""
        return ServerBook.of_this_pc(self._paths).about(candidate)

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

    def rename(self, number: int, name: str) -> None:
        """Keep what the person calls a stored ladder; waits for the disk.

        Raises:
            PersonError: It cannot be stored.
        """
        with self._store() as store:
            store.save_step(number, NAME, StoredStep(name, 0))

    def _begun(
        self, run: LadderRun, about: About, number: int | None, *, extends: bool
    ) -> tuple[StoredLadder | None, About]:
        """The ladder as the store keeps it, with what is known about it there."""
        with self._store() as store:
            if number is not None and extends:
                run.extend(store, number)
            begun = run.begin(store)
            if begun is None:
                return None, about
            if number is not None and begun.id != number:
                if not begun.steps:
                    store.delete(begun.id)
                raise _Changed
            kept = about_of(begun)
            if kept is None or extends:
                text = msgspec.json.encode(about).decode()
                store.save_step(begun.id, ABOUT, StoredStep(text, 0))
                return store.load(begun.id), about
            return begun, kept

    @contextlib.contextmanager
    def _store(self) -> Generator[LadderStore]:
        connection = open_beside(self._paths.database)
        try:
            yield LadderStore(connection)
        finally:
            connection.close()
