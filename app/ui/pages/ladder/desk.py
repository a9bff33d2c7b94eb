"""Builds the Ladder page over its queue, keeps it going, and takes it down."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from app.base.files import free_bytes
from app.core.candidates.candidate import Candidate, candidate_of
from app.core.errors import PersonError
from app.core.history.entry import EntryKind
from app.core.memory.estimate import lasting_budget_bytes
from app.core.verdict import Limits, default_limits
from app.hub.settings import hub_cache_folder
from app.lab.beside.places import KeptPasses
from app.lab.demo.demo import DEMO_LEVELS, demo_base, demo_taught
from app.lab.engines.room import EngineRoom
from app.lab.ladder.pickable import pickable
from app.lab.ladder.tuning import tuning_of
from app.lab.quality.texts import TextChoice, text_choices
from app.lab.servers.book import ServerBook
from app.lab.works.ladders.entry import AT_WORK, QUEUED
from app.lab.works.ladders.service import LadderService
from app.lab.works.ladders.worker import LadderWorkers
from app.lab.works.nights.planner import NightPlanner
from app.library.model_files import open_model_file
from app.monitor.machine import physical_core_count, total_memory_bytes
from app.store.history.marks import EntryMarks
from app.store.settings import KeptLimits
from app.ui.kit.words.text import translate
from app.ui.pages.ladder.board import LadderBoard
from app.ui.pages.ladder.page import LadderPage
from app.ui.pages.ladder.picking.picker import Picker
from app.ui.pages.ladder.vote_again import VoteAgain
from app.ui.pages.ladder.votes.backend import VotesBackend
from app.ui.pages.ladder.votes.panel import VotesPanel

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

    from app.core.listing import ListedFile
    from app.core.models.family import LibraryModel
    from app.core.servers.server import Server
    from app.hub.repositories import Repository
    from app.lab.ladder.picked import PickFile
    from app.lab.ladder.tuning import Tuning
    from app.lab.works.ladders.entry import LadderEntry
    from app.lab.works.ladders.run import LadderOrder
    from app.lab.works.ladders.worker import StoredRow
    from app.ui.shell.ground import Ground


class LadderDesk:
    """The Ladder page and what stands behind it. Main thread only.

    Attributes:
        page: For the window, once it is built.
        service: The list of ladders, and its way into the queue.
        workers: Read from the store; their methods are called on job threads.
        files: Asks for files.
        usual_limits: What suits this PC.
        gone_on: Told which ladders go on by themselves that an earlier run of the program left,
            and which do not any more.
    """

    def __init__(self, ground: Ground, models: Callable[[], Sequence[LibraryModel]]) -> None:
        """Prepare; :meth:`build` makes the page, :meth:`begin` brings it to life.

        Args:
            ground: What it is built on.
            models: What is on this PC, as far as it is known.
        """
        self._paths = paths = ground.house.paths
        self._jobs = jobs = ground.jobs
        self.files = ground.files
        self._session = ground.session
        self._models = models
        self._demo = ground.demo
        self._kept = ground.kept
        self._demo_there = False
        self.gone_on: Callable[[list[LadderEntry], list[LadderEntry]], object] = (
            lambda _gone_on, _left: None
        )
        self.usual_limits = default_limits(lasting_budget_bytes(total_memory_bytes()))
        self.workers = LadderWorkers(paths, open_model_file)
        room = EngineRoom.of_this_pc(paths)
        self._votes = VotesBackend(
            ground.house.connection,
            room,
            jobs,
            ground.pictures,
            KeptPasses(paths.cache, paths.state),
        )
        self.service = LadderService(ground.house.works, self.workers)
        self._marks = EntryMarks(ground.house.connection)
        self.page: LadderPage
        self._again: VoteAgain

    def build(self) -> Iterator[None]:
        """Make the page a piece at a time, so that the window has its turn in between."""
        from app.ui.plots.ladder.panel import LadderPlots

        board = LadderBoard(self.usual_limits)
        yield
        picker = Picker(
            self.files.models,
            self.files.other,
            threads=physical_core_count(),
            is_demo=self._is_demo,
            memory_bytes=lasting_budget_bytes(total_memory_bytes()),
        )
        yield
        self.page = LadderPage(board, picker, self, self._kept, self._jobs)
        self._again = VoteAgain(self.page)
        yield
        self._votes.setParent(self.page)
        votes = VotesPanel(self._votes)
        votes.form.prompts.setPlainText(self._kept.now.vote_draft)
        yield
        self.page.set_votes(votes)
        yield
        board.set_plots(LadderPlots())

    def begin(self) -> None:
        """Show ladders of earlier times, and go on with what was under way."""
        self._when_listed(self._go_on)
        self.page.setting_up.look_for_texts()

    def stop(self) -> None:
        """Nothing ends here: what is measured ends with the works."""

    def with_stored(self, number: int, then: Callable[[LadderEntry], object]) -> None:
        """Do something with a ladder of the store, which another page may have set up there.

        Args:
            number: Of the store; nothing is done where there is none.
            then: Is given it.
        """

        def find() -> None:
            for entry in self.service.all:
                if entry.number == number:
                    then(entry)
                    return

        self._when_listed(find)

    def vote_again(self, candidate: Candidate, reference: Candidate) -> None:
        """Let two be voted on that were voted on before."""
        self._when_listed(lambda: self._again.vote(candidate, reference, self.service.all))

    def _when_listed(self, then: Callable[[], object]) -> None:
        """Do something once all ladders of the store are in the list."""

        def take(stored: list[StoredRow]) -> None:
            self.service.take_stored(stored)
            then()

        self._jobs.run(lambda _context: self.workers.stored(), done=take)

    def look_again(self) -> None:
        """Ladders or votes were deleted elsewhere, or came back."""

        def take(stored: list[StoredRow]) -> None:
            there = {row.number for row in stored}
            for entry in list(self.service.all):
                if entry.number is not None and entry.number not in there:
                    self.service.forget(entry)
            self.service.take_stored(stored)

        self._jobs.run(lambda _context: self.workers.stored(), done=take)
        self._votes.changed.emit()

    def ask_night(
        self,
        over: QWidget,
        repository: Repository,
        files: Sequence[ListedFile],
        begin: Callable[[LadderOrder], object],
    ) -> None:
        """Ask what a night may do.

        Args:
            over: The page over which it is asked; the theme reaches what is in it.
            repository: Whose files they are.
            files: Those that the person ticked.
            begin: Told what is to be measured, if the person agrees.
        """
        from app.ui.pages.ladder.nights.dialog import NightDialog

        planner = NightPlanner(self._paths, self.workers)

        def ask(free: int | None) -> None:
            dialog = NightDialog(over, self._jobs, planner.plan)
            dialog.begun.connect(begin)
            dialog.finished.connect(dialog.deleteLater)
            own = (file for file in self.pickable() if file.candidate.local and not file.why_not)
            here = [file for file in own if file.candidate.projector is None]
            dialog.ask(repository, files, free, here)

        self._jobs.run(lambda _context: free_bytes(hub_cache_folder()), done=ask)

    def delete(self, entry: LadderEntry) -> Callable[[], LadderEntry | None]:
        """Delete a ladder; its votes stay.

        Returns:
            What brings it back and returns it, or None once it is gone for good.

        Raises:
            PersonError: It is under way, or the store cannot be written.
        """
        if entry.state in AT_WORK | QUEUED:
            words = translate("LadderDoor", "A measurement is under way: stop it first.")
            raise PersonError(words)
        number, marks = entry.number, self._marks
        found = None if number is None else marks.id_of(EntryKind.LADDER, number)
        ids = [] if found is None else [found]
        marks.delete(ids)
        self.service.forget(entry)

        def bring_back() -> LadderEntry | None:
            marks.restore(ids)
            is_there = number is None or bool(marks.of(ids))
            return self.service.take_back(entry) if is_there else None

        return bring_back

    def forget_all(self) -> None:
        """The store has no measurements and no votes any more."""
        for entry in list(self.service.all):
            self.service.forget(entry)
        self._votes.changed.emit()

    def pump(self, *, busy: bool) -> None:
        """Let measuring go on, or wait; called often.

        Args:
            busy: Whether candidates answer: measuring would disturb their times, and the other
                way round.
        """
        self.service.hold(busy or self._votes.running)
        if not self._demo_there and self.demo():
            self._demo_there = True
            self.page.note_pickable()

    def _go_on(self) -> None:
        """Go on with what was measured when the program ended."""
        gone_on, left = self.service.go_on_with_left()
        if gone_on or left:
            self.page.show_ladder((gone_on or left)[0])
            self.gone_on(gone_on, left)

    def pickable(self) -> list[PickFile]:
        """What can be measured, as it is known now."""
        session = self._session
        servers: list[Server] = []
        with suppress(PersonError):  # the Models page says why their list cannot be read
            servers = ServerBook.of_this_pc(self._paths).all()
        known, models = session.templates.known, self._models()
        return pickable(session.panes, self._demo, models, known, with_eyes=True, servers=servers)

    def tuning(self, candidate: Candidate) -> Tuning:
        """Which settings of a model are worth trying here; job thread.

        Raises:
            PersonError: It cannot be read, or does not fit.
        """
        return tuning_of(candidate, EngineRoom.of_this_pc(self._paths), self._models())

    def keep_tuned(self, candidate: Candidate) -> Callable[[], None]:
        """Load a model so from now on, wherever nothing else is set; returns what takes it back."""
        before = self._kept.now.tuned
        others = tuple(each for each in before if each.source != candidate.source)
        self._take_tuned(others if candidate.is_plain else (*others, candidate))
        return lambda: self._take_tuned(before)

    def _take_tuned(self, tuned: tuple[Candidate, ...]) -> None:
        self._kept.change(tuned=tuned)
        self._session.load_as_tuned(tuned)

    def _is_demo(self, path: Path) -> bool:
        return self._demo is not None and path in map(self._demo.path, DEMO_LEVELS)

    def texts(self) -> list[TextChoice]:
        """What there is to measure on; job thread."""
        return text_choices(self._paths.database)

    def demo(self) -> list[Path]:
        """The demo model's levels, the reference first; empty while some are being made."""
        if self._demo is None or self._demo.missing():
            return []
        return [self._demo.path(level) for level in DEMO_LEVELS]

    def taught(self) -> list[Candidate]:
        """The demo model with its adapter, and without it."""
        return [demo_taught(), candidate_of(demo_base())]

    def kept_limits(self) -> Limits:
        """The person's own where there are any; an earlier day's memory is not today's."""
        kept = self._kept.now.ladder_limits
        if kept is None:
            return self.usual_limits
        return Limits(kept.memory_bytes, kept.least_tokens_per_second, kept.tolerance)

    def keep_limits(self, limits: Limits) -> None:
        """Remember the person's own."""
        own = self._kept.now.ladder_limits
        values = (limits.memory_bytes, limits.least_tokens_per_second, limits.tolerance)
        new = None if limits == self.usual_limits else KeptLimits(*values)
        if new != own:
            self._kept.change(ladder_limits=new)
