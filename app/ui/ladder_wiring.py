"""Builds the Ladder page over its queue, keeps it going, and takes it down."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from app.core.memory import memory_budget_bytes
from app.core.verdict import Limits, default_limits
from app.lab.demo import DEMO_LEVELS
from app.lab.ladder_service import LadderService
from app.lab.ladder_worker import LadderWorkers
from app.lab.texts import text_choices
from app.library.model_files import open_model_file
from app.monitor.machine import available_memory_bytes
from app.store.settings import KeptLimits
from app.ui.ladder.file_dialogs import LadderDialogs
from app.ui.ladder.page import LadderPage
from app.ui.ladder.picking import demo_files, library_files, pane_files, without_twins
from app.ui.ladder.ports import LadderBackends
from app.ui.ladder.votes.backend import VotesBackend
from app.ui.ladder.votes.panel import VotesPanel

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from app.bootstrap import House
    from app.core.statistics.anytime import WinRate
    from app.lab.demo import DemoFiles
    from app.lab.session import Session
    from app.ui.compare.file_dialogs import FileDialogs
    from app.ui.jobs import Jobs
    from app.ui.kept_settings import KeptSettings
    from app.ui.ladder.pick_model import PickFile
    from app.ui.ladder.plots.panel import LadderPlots
    from app.ui.ladder.votes.port import VotesPort
    from app.ui.library_feed import LibraryFeed


class LadderPart:
    """The Ladder page and what stands behind it. Main thread only.

    Attributes:
        page: For the window.
        service: The queue of ladders.
    """

    def __init__(
        self,
        house: House,
        jobs: Jobs,
        session: Session,
        library: LibraryFeed,
        demo: DemoFiles | None,
        kept: KeptSettings,
        dialogs: FileDialogs,
    ) -> None:
        """Build it; nothing is measured and nothing is read before :meth:`begin`."""
        paths = house.paths
        self._session = session
        self._library = library
        self._demo = demo
        self._kept = kept
        self._demo_there = False
        self._usual = default_limits(memory_budget_bytes(available_memory_bytes()))
        workers = LadderWorkers(paths, open_model_file)
        self._votes = VotesBackend(house.connection, paths.state, jobs)
        self.service = LadderService(workers)
        self.page = LadderPage(
            LadderBackends(
                self.service,
                workers,
                LadderDialogs(dialogs),
                self._pickable,
                self._demo_paths,
                lambda: text_choices(paths.database),
                self._usual,
                self._rates,
            ),
            jobs,
        )
        self._votes.setParent(self.page)
        now = kept.now
        self.page.restore(
            columns=now.ladder_columns,
            limits=self._kept_limits(),
            list_visible=now.ladder_list_visible,
            sizes=now.splitter_sizes.get("ladder.columns", ()),
        )
        self.page.columns_changed.connect(lambda keys: kept.change(ladder_columns=keys))
        self.page.limits_changed.connect(self._keep_limits)
        self.page.list_shown.connect(lambda shown: kept.change(ladder_list_visible=shown))

    def add_votes(self) -> None:
        """Add the panel of blind votes: a step of its own, so that the window can go on between."""
        self.page.set_votes(VotesPanel(cast("VotesPort", self._votes)))

    def begin(self, plots: LadderPlots) -> None:
        """Take the plots, and show ladders of earlier times."""
        self.page.set_plots(plots)
        self.page.begin()

    def pump(self, *, busy: bool) -> None:
        """Let measuring go on; some 20 times a second.

        Args:
            busy: Whether candidates answer: measuring would disturb their times, and the other
                way round.
        """
        self.service.hold(busy or self._votes.running)
        self.service.pump()
        if not self._demo_there and self._demo_paths():
            self._demo_there = True
            self.page.note_pickable()

    def note_library(self) -> None:
        """Other models are on this PC now."""
        self.page.note_pickable()

    def pick_from_compare(self) -> None:
        """Set a ladder up with what stands side by side in Compare."""
        files = pane_files(self._session.panes)
        self.page.pick([file.path for file in files])

    def close(self) -> bool:
        """End what is measured; whether it has ended."""
        return self.service.close()

    def _pickable(self) -> list[PickFile]:
        return without_twins(
            [
                *pane_files(self._session.panes),
                *demo_files(self._demo),
                *library_files(self._library.models),
            ]
        )

    def _demo_paths(self) -> list[Path]:
        if self._demo is None or self._demo.missing():
            return []
        return [self._demo.path(level) for level in DEMO_LEVELS]

    def _rates(self, reference: str, files: Sequence[str]) -> Mapping[str, WinRate]:
        return self._votes.rates(reference, [file for file in files if file != reference])

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
