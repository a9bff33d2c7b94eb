"""Builds the Ladder page over its queue, keeps it going, and takes it down."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from app.core.candidates.candidate import candidate_of
from app.core.memory.estimate import lasting_budget_bytes
from app.core.verdict import Limits, default_limits
from app.lab.demo.demo import DEMO_LEVELS, demo_base, demo_taught
from app.lab.engines.room import EngineRoom
from app.lab.ladder.pickable import PickFile, pickable
from app.lab.quality.texts import text_choices
from app.lab.works.ladders.service import LadderService
from app.lab.works.ladders.worker import LadderWorkers
from app.library.model_files import open_model_file
from app.monitor.machine import physical_core_count, total_memory_bytes
from app.store.settings import KeptLimits
from app.ui.pages.ladder.board import LadderBoard
from app.ui.pages.ladder.file_dialogs import LadderDialogs
from app.ui.pages.ladder.page import LadderPage
from app.ui.pages.ladder.picking.picker import Picker
from app.ui.pages.ladder.ports import LadderBackends
from app.ui.pages.ladder.votes.backend import VotesBackend
from app.ui.pages.ladder.votes.panel import VotesPanel

if TYPE_CHECKING:
    from app.core.models.family import LibraryModel
    from app.lab.works.ladders.entry import LadderEntry
    from app.ui.shell.ground import Ground


class LadderDesk:
    """The Ladder page and what stands behind it. Main thread only.

    Attributes:
        page: For the window, once it is built.
        service: The list of ladders.
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
        self._files = LadderDialogs(ground.files)
        self._session = ground.session
        self._models = models
        self._demo = ground.demo
        self._kept = ground.kept
        self._demo_there = False
        self.gone_on: Callable[[list[LadderEntry], list[LadderEntry]], object] = (
            lambda _gone_on, _left: None
        )
        self._usual = default_limits(lasting_budget_bytes(total_memory_bytes()))
        self._workers = LadderWorkers(paths, open_model_file)
        room = EngineRoom.of_this_pc(paths)
        self._votes = VotesBackend(ground.house.connection, room, jobs, ground.pictures)
        self.service = LadderService(ground.house.works, self._workers)
        self.page: LadderPage

    def build(self) -> Iterator[None]:
        """Make the page a piece at a time, so that the window has its turn in between."""
        from app.ui.pages.ladder.plots.panel import LadderPlots

        board = LadderBoard(self._usual)
        yield
        picker = Picker(
            self._files.models,
            self._files.other,
            threads=physical_core_count(),
            is_demo=self._is_demo,
            memory_bytes=lasting_budget_bytes(total_memory_bytes()),
        )
        yield
        self.page = LadderPage(board, picker, self._backends(), self._jobs)
        self._restore()
        yield
        self._votes.setParent(self.page)
        votes = VotesPanel(self._votes)
        votes.form.prompts.setPlainText(self._kept.now.vote_draft)
        yield
        self.page.set_votes(votes)
        yield
        self.page.set_plots(LadderPlots())

    def _backends(self) -> LadderBackends:
        return LadderBackends(
            self.service,
            self._workers,
            self._files,
            self._pickable,
            self._demo_paths,
            lambda: (demo_taught(), candidate_of(demo_base())),
            lambda: text_choices(self._paths.database),
            self._usual,
        )

    def _restore(self) -> None:
        """Show what the person chose, and remember what is chosen from now on."""
        kept, now = self._kept, self._kept.now
        self.page.restore(
            columns=now.ladder_columns,
            details=now.ladder_details,
            limits=self._kept_limits(),
            list_visible=now.ladder_list_visible,
            sizes=now.splitter_sizes.get("ladder.columns", ()),
        )
        self.page.columns_changed.connect(lambda keys: kept.change(ladder_columns=keys))
        self.page.limits_changed.connect(self._keep_limits)
        self.page.list_shown.connect(lambda shown: kept.change(ladder_list_visible=shown))
        self.page.details_shown.connect(lambda shown: kept.change(ladder_details=shown))

    def begin(self) -> None:
        """Show ladders of earlier times, and go on with what was under way."""
        self.page.begin(self._go_on)

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
        if not self._demo_there and self._demo_paths():
            self._demo_there = True
            self.page.note_pickable()

    def _go_on(self) -> None:
        """Go on with what was measured when the program ended."""
        gone_on, left = self.service.go_on_with_left()
        if gone_on or left:
            self.page.show_ladder((gone_on or left)[0])
            self.gone_on(gone_on, left)

    def _pickable(self) -> list[PickFile]:
        session = self._session
        return pickable(session.panes, self._demo, self._models(), session.templates.known)

    def _is_demo(self, path: Path) -> bool:
        return self._demo is not None and path in map(self._demo.path, DEMO_LEVELS)

    def _demo_paths(self) -> list[Path]:
        if self._demo is None or self._demo.missing():
            return []
        return [self._demo.path(level) for level in DEMO_LEVELS]

    def _kept_limits(self) -> Limits:
        """The person's own where there are any; an earlier day's memory is not today's."""
        kept = self._kept.now.ladder_limits
        if kept is None:
            return self._usual
        return Limits(kept.memory_bytes, kept.least_tokens_per_second, kept.tolerance)

    def _keep_limits(self, limits: Limits) -> None:
        own = self._kept.now.ladder_limits
        values = (limits.memory_bytes, limits.least_tokens_per_second, limits.tolerance)
        new = None if limits == self._usual else KeptLimits(*values)
        if new != own:
            self._kept.change(ladder_limits=new)
