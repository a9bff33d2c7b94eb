"""The window over a session: what belongs together while the program runs."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from enum import Enum, auto
from pathlib import Path
from queue import SimpleQueue
from typing import TYPE_CHECKING, TypeVar

from PySide6.QtCore import QCoreApplication, QObject, QTimer, Signal

from app.bootstrap import House, build_session, demo_maker
from app.core.errors import PersonError
from app.core.hub.opening import Opening
from app.lab.demo.demo import DemoFiles, DemoMaker
from app.lab.models.kept_templates import KeptTemplates
from app.lab.models.moves import Moves
from app.lab.pictures.shelf import PictureShelf
from app.ui.answers.markdown import warm_up
from app.ui.kit.file_dialogs import FileDialogs
from app.ui.kit.garbage import GarbageTimer
from app.ui.kit.jobs import Jobs
from app.ui.kit.one_at_a_time import one_at_a_time
from app.ui.kit.queues import drained
from app.ui.kit.timers import every
from app.ui.kit.widgets.banner import Severity
from app.ui.kit.words.sentences import told
from app.ui.pages.about.part import AboutPart
from app.ui.pages.compare.part import ComparePart
from app.ui.pages.history.part import HistoryPart
from app.ui.pages.ladder.part import LadderPart
from app.ui.pages.models.part import ModelsPart
from app.ui.pages.scale.part import ScalePart
from app.ui.pages.settings.part import SettingsPart
from app.ui.pages.shrink.part import ShrinkPart
from app.ui.pictures.door import PictureDoor
from app.ui.settings.kept_settings import KeptSettings
from app.ui.shell.engine.care import EngineCare
from app.ui.shell.found_things import FoundThings
from app.ui.shell.ground import Ground
from app.ui.shell.main_window import MainWindow
from app.ui.shell.reception import Reception

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

    from app.engine.api import EngineEvent
    from app.ui.kit.pages import Part
    from app.ui.kit.theme import Theme

log = logging.getLogger(__name__)
_Read = TypeVar("_Read")

PUMP_MS, REST_MS, UNSEEN_MS = 50, 250, 1000
"""What may have come is taken so often while answers come, while nobody waits for any, and while
nobody sees the window either."""

PARTS: tuple[Callable[[Ground], Part], ...] = (
    ComparePart,
    ModelsPart,
    LadderPart,
    ShrinkPart,
    ScalePart,
    HistoryPart,
    SettingsPart,
    AboutPart,
)
"""The pages in the order of the rail; the first is shown at the start."""


class Stage(Enum):
    """How far the window has come; each leads only to the next."""

    BUILT = auto()
    COMPLETE = auto()
    CLOSING = auto()
    CLOSED = auto()


class Window(QObject):
    """Main window, session, parts and timers. Main thread only.

    Signals:
        closing: The window begins to close.

    Attributes:
        main: The main window.
        reception: Does what other starts and links ask for.
        session: The open chat with its panes and their engines.
        engine: Whether there is an engine, and what it is.
        requests: What the parts ask of each other.
        parts: The pages with what stands behind them, in the order of the rail.
    """

    closing = Signal()

    def __init__(self, theme: Theme, house: House) -> None:
        super().__init__()
        self._house = house
        self._kept = kept = KeptSettings(house.settings_file)
        self._demo = _demo_files(house)
        self.stage = Stage.BUILT
        theme.set_text_percent(kept.now.text_percent)
        self.main = MainWindow(theme)
        self.main.restore(kept.now)
        self._theme = theme
        theme.dress(self.main.seen_parts)
        kept.say = self.main.say
        self.jobs = Jobs(self)
        self.jobs.failed.connect(self.main.say)
        self.session, runner = build_session(
            house.paths,
            house.chats,
            self._read_in_background,
            self._demo,
            moves=Moves(kept.now.moved_folders, lambda moved: kept.change(moved_folders=moved)),
            database=house.paths.database,
            kept_templates=KeptTemplates(
                kept.now.chat_templates, lambda chosen: kept.change(chat_templates=chosen)
            ),
        )
        self.engine = EngineCare(self.main, house.paths, self.jobs, runner)
        self._files = FileDialogs(self._page)
        self._files.last_folder = kept.now.last_folder
        ground = Ground(
            house=house,
            theme=theme,
            main=self.main,
            kept=kept,
            jobs=self.jobs,
            files=self._files,
            pictures=PictureDoor(
                self.jobs, PictureShelf(house.paths.pictures), self._files, self.main
            ),
            session=self.session,
            demo=self._demo,
            engine=self.engine,
        )
        self.requests = requests = ground.requests
        self.session.moves.learned = requests.moved.tell
        self.parts = tuple(make(ground) for make in PARTS)
        for part in self.parts:
            self.main.add_page(part.page)
        self.main.sources.append(FoundThings(ground).actions)
        self.reception = Reception(
            self.main,
            open_files=requests.compare.tell,
            open_link=requests.follow.tell,
            is_busy=lambda: self.session.busy,
        )
        self._garbage = GarbageTimer(lambda: self.session.busy, self)
        self._maker: DemoMaker | None = None
        self._maker_events: SimpleQueue[EngineEvent] = SimpleQueue()
        self._pump_timer = every(self, PUMP_MS, self._pump)
        requests.hurry.add(lambda: self._set_pace(PUMP_MS))
        self.engine.ready.connect(self._make_demo)
        self.main.close_requested.connect(self.quit)
        self.main.files_dropped.connect(requests.add.tell)
        self.main.serve_wanted.connect(lambda candidate: requests.serve.tell([candidate]))
        self.main.tune_wanted.connect(requests.tune.tell)
        self.main.link_dropped.connect(
            lambda link: self.reception.follow(Opening(links=(str(link),)))
        )

    # --- beginning ------------------------------------------------------------------------

    def open(self, files: Sequence[Path]) -> None:
        """Open these files in a new chat; with none, the last chat, or the demo model."""
        self._garbage.take_over()
        self.requests.start.tell(files)
        self._pump_timer.start()
        self._garbage.start()

    def complete(self) -> None:
        """What need not be there at the first paint: plots, monitor, engine, demo levels."""
        if self.stage is not Stage.BUILT:
            return
        self.stage = Stage.COMPLETE
        for part in self.parts:
            part.begin()
        self.reception.begin()
        self.engine.build.begin()
        self._make_demo()
        if remarks := [*self._house.remarks, *self._kept.repaired]:
            self.main.show_notice(Severity.WARNING, " ".join(map(told, remarks)))
        # The first answer would pay for the fonts.
        QTimer.singleShot(0, warm_up)
        self._garbage.freeze()

    def _make_demo(self) -> None:
        """Make the demo levels that are missing, once there is an engine."""
        if self._demo is None or self._maker is not None or not self._demo.missing():
            return
        if self.engine.is_there:
            self._maker = demo_maker(
                self._demo,
                self.session,
                lambda _key, event: self._maker_events.put(event),
                self._house.paths,
            )

    # --- ending ---------------------------------------------------------------------------

    def quit(self) -> None:
        """Begin to close: the window goes, then everything behind it."""
        if self.stage in (Stage.CLOSING, Stage.CLOSED):
            return
        self.stage = Stage.CLOSING
        self.closing.emit()
        self._remember()
        self.main.hide()
        QTimer.singleShot(0, self._finish)

    def take_down(self) -> None:
        """Store text and end engines and threads; does nothing the second time.

        Called once more after the event loop: that also ends without :meth:`quit`, when the
        display is gone.
        """
        if self.stage is Stage.CLOSED:
            return
        if self.stage is not Stage.CLOSING:
            self._remember()
        self.stage = Stage.CLOSED
        self._theme.dress(None)
        self._pump_timer.stop()
        self._garbage.stop()
        self.engine.build.close()
        if self._maker is not None:
            self._maker.close()
        if not self._house.works.close():
            log.error("a work did not end")
        for part in self.parts:
            if not part.stop():
                log.error("%s: something did not end", part.page.id)
        self.jobs.shutdown()
        for part in self.parts:
            part.close()
        one_at_a_time().drop()
        self._garbage.hand_back()

    def _finish(self) -> None:
        self.take_down()
        self.main.close_for_good()
        QCoreApplication.quit()

    def _remember(self) -> None:
        settings = self.main.remember(self._kept.now)
        for part in self.parts:
            settings = part.remember(settings)
        self._kept.now = settings
        self._kept.change(last_folder=self._files.last_folder, first_start_done=True)

    def _page(self) -> QWidget:
        page = self.main.current_page
        return self.main if page is None else page.widget

    def _read_in_background(
        self,
        work: Callable[[], _Read],
        *,
        done: Callable[[_Read], None],
        failed: Callable[[PersonError], None],
    ) -> object:
        return self.jobs.run(lambda _context: work(), done=done, failed=failed)

    @property
    def _makes_demo(self) -> bool:
        return self._maker is not None and self._maker.busy

    # --- the clockwork --------------------------------------------------------------------

    def _pump(self) -> None:
        self.engine.build.pump()
        self._house.works.pump()
        self.reception.pump()
        waits = not self.engine.is_there
        at_work = [part for part in self.parts if part.busy]
        for part in self.parts:
            part.pump(busy=waits or any(other is not part for other in at_work))
        busy = waits or bool(at_work)
        if self._maker is not None:
            for event in drained(self._maker_events):
                self._maker.take(event)
            busy = busy or self._makes_demo
        if self.stage is Stage.COMPLETE:
            self.engine.checkup.pump(busy=busy)
        hurries = waits or self.session.busy or self._makes_demo
        rest_ms = UNSEEN_MS if self.main.isMinimized() else REST_MS
        self._set_pace(PUMP_MS if hurries else rest_ms)

    def _set_pace(self, interval_ms: int) -> None:
        if self._pump_timer.interval() != interval_ms:  # else it would begin to wait anew
            self._pump_timer.setInterval(interval_ms)


def _demo_files(house: House) -> DemoFiles | None:
    try:
        return DemoFiles.below(house.paths.demo)
    except PersonError as error:
        house.remarks.append(error.sentence)
        return None
