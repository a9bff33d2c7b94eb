"""The window over a session: what belongs together while the program runs."""

from __future__ import annotations

import logging
from enum import Enum, auto
from pathlib import Path
from queue import SimpleQueue
from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication, QObject, QTimer, Signal

from app.bootstrap import build_session, demo_maker
from app.core.candidates.candidate import MAX_CANDIDATES
from app.core.candidates.settings import PRESETS
from app.core.errors import PersonError
from app.core.hub.opening import Opening
from app.engine.variants import left_out
from app.lab.compare.doubts import EngineDoubts
from app.lab.compare.panes import EngineWait
from app.lab.demo.demo import FIRST_PANES, DemoFiles, DemoMaker
from app.lab.models.moves import Moves
from app.library.model_files import whole_sets
from app.ui.answers.markdown import warm_up
from app.ui.kit.file_dialogs import FileDialogs
from app.ui.kit.garbage import GarbageTimer
from app.ui.kit.jobs import Jobs
from app.ui.kit.queues import drained
from app.ui.kit.widgets.banner import Severity
from app.ui.pages.compare.last_chat import LastChat
from app.ui.pages.compare.page import ComparePage
from app.ui.pages.compare.session_adapter import SessionSignals
from app.ui.pages.ladder.help import LadderDoor
from app.ui.plots.kinds import Metric
from app.ui.settings.engine_facts import EngineFacts
from app.ui.settings.kept_settings import KeptSettings
from app.ui.settings.preferences import PreferencesPage
from app.ui.shell.about import AboutPage
from app.ui.shell.engine.build import EngineBuild
from app.ui.shell.engine.check_notice import tell_conclusion
from app.ui.shell.engine.checkup import Conclusion, EngineCheckup
from app.ui.shell.engine.strip import EngineStrip
from app.ui.shell.engine.watch import EngineWatch
from app.ui.shell.main_window import MainWindow
from app.ui.shell.reception import Reception
from app.ui.window_pages import about_page, compare_page, kept_folders, settings_page

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from app.bootstrap import House
    from app.core.hub.links import Link
    from app.core.models.model_file import ModelFile
    from app.engine.api import EngineEvent
    from app.ui.kit.theme import Theme
    from app.ui.pages.ladder.part import LadderPart
    from app.ui.pages.models.part import ModelsPart
    from app.ui.plots.live import LivePlots

log = logging.getLogger(__name__)

PUMP_MS = 50


class Stage(Enum):
    """How far the window has come; each leads only to the next."""

    BUILT = auto()
    COMPLETE = auto()
    CLOSING = auto()
    CLOSED = auto()


class Window(QObject):
    """Main window, session, plots, monitor and timers. Main thread only.

    Signals:
        closing: The window begins to close.

    Attributes:
        main: The main window.
        reception: Does what other starts and links ask for.
        engine_build: Whether engines can be started; builds them where they are missing.
        engines: What engines say of themselves.
        checkup: What the engine's check of itself found.
        session: What the Compare page shows.
        page: The Compare page.
        plots: The live plots, once the window is complete.
        models: The Models page with its backends, once the window is complete.
    """

    closing = Signal()

    def __init__(self, theme: Theme, house: House) -> None:
        super().__init__()
        self._house = house
        self._kept = KeptSettings(house.settings_file)
        self._demo = _demo_files(house)
        self.stage = Stage.BUILT
        self.main = MainWindow(theme)
        self.main.restore(self._kept.now)
        self._kept.say = self.main.say
        self.jobs = Jobs(self)
        self.jobs.failed.connect(self.main.say)
        self.session, self._runner = build_session(
            house.paths,
            house.chats,
            self._read_in_background,
            self._demo,
            moves=Moves(
                self._kept.now.moved_folders, lambda moved: self._kept.change(moved_folders=moved)
            ),
        )
        self.signals = SessionSignals(self)
        self.session.listener = self.signals.listener
        self._files = FileDialogs(lambda: self.main)
        self._files.last_folder = self._kept.now.last_folder
        self.page = ComparePage(
            self.session, self.signals, is_demo=self._is_demo, files=self._files
        )
        panes = self.page.panes
        self._last_chat = LastChat(self.session, self._kept, lambda: panes.at_rest, self)
        panes.is_plain = self._last_chat.is_plain
        self.preferences = PreferencesPage(theme, preset=self._kept.now.preset)
        self.preferences.set_folders(kept_folders(house.paths))
        self.session.chats.default_sampling = PRESETS[self._kept.now.preset]
        self.session.moves.learned = self._follow_move
        self.engine_build = EngineBuild(self)
        self._engine_wait: EngineWait | None = None
        self.engines = EngineFacts(house.paths.state, self.jobs, self)
        self._runner.doubt = doubts = EngineDoubts()
        self.checkup = EngineCheckup(house.paths, self.jobs, self.engine_build, doubts, self)
        self.about = AboutPage(self.engines, self.checkup)
        self.page.settings.set_engine_facts(self.engines)
        self.main.add_strip(EngineStrip(self.engine_build, self.main))
        self.main.add_page(compare_page(self.page))
        self.main.add_page(settings_page(self.preferences), bottom=True)
        self.main.add_page(about_page(self.about), bottom=True)
        self.reception = Reception(
            self.main,
            open_files=self._compare,
            open_link=self._open_link,
            is_busy=lambda: self.session.busy,
        )
        self._watch = EngineWatch(self.session)
        self._garbage = GarbageTimer(lambda: self.session.busy, self)
        self._wire()
        self.plots: LivePlots | None = None
        self.models: ModelsPart | None = None
        self._ladder = LadderDoor(self.jobs, self._make_ladder, self)
        self._maker: DemoMaker | None = None
        self._maker_events: SimpleQueue[EngineEvent] = SimpleQueue()
        self._pump_timer = QTimer(self)
        self._pump_timer.setInterval(PUMP_MS)
        self._pump_timer.timeout.connect(self._pump)

    # --- beginning ------------------------------------------------------------------------

    def open(self, files: Sequence[Path]) -> None:
        """Open these files in a new chat; with none, the last chat, or the demo model."""
        self._garbage.take_over()
        if files:
            self._try(lambda: self.session.start_with(whole_sets(files)[:MAX_CANDIDATES]))
        elif not self._last_chat.open():
            first = [self._demo.path(level) for level in FIRST_PANES] if self._demo else []
            self._try(lambda: self.session.start_with(first))
        self._pump_timer.start()
        self._garbage.start()

    def complete(self) -> None:
        """What need not be there at the first paint: plots, monitor, engine, demo levels."""
        if self.stage is not Stage.BUILT:
            return
        self.stage = Stage.COMPLETE
        # pyqtgraph and numpy take a quarter of a second to load.
        from app.ui.plots.live import LivePlots

        self.plots = LivePlots()
        for place, name in enumerate(self._kept.now.plots[:2]):
            if any(name == metric.value and not metric.needs_gpu for metric in Metric):
                self.plots.set_metric(place, Metric(name))
        self.page.set_plots(self.plots)
        self.page.restore_layout(
            self._kept.now.splitter_sizes,
            chat_list_visible=self._kept.now.chat_list_visible,
            plots_visible=self._kept.now.plots_visible,
        )
        self._watch.start()
        self._add_models()
        self._add_ladder()
        self.reception.begin()
        self.engine_build.begin()
        self._make_demo()
        if remarks := list(filter(None, self._remarks())):
            self.main.show_notice(Severity.WARNING, " ".join(remarks))
        # The first answer would pay for the fonts.
        QTimer.singleShot(0, warm_up)
        self._garbage.freeze()

    def _make_demo(self) -> None:
        """Make the demo levels that are missing, once there is an engine."""
        if self._demo is None or self._maker is not None or not self._demo.missing():
            return
        if self.engine_build.wait is None:
            self._maker = demo_maker(
                self._demo,
                self.session,
                lambda _key, event: self._maker_events.put(event),
                self._house.paths,
            )

    def _remarks(self) -> list[str]:
        return [*self._house.remarks, *self._kept.repaired, self._last_chat.remark]

    def _add_models(self) -> None:
        from app.ui.pages.models.part import ModelsPart

        self.models = models = ModelsPart(
            self._house,
            self.jobs,
            self._keep_own_folders,
            lambda file: self._kept.change(certificate_file=file),
            lambda: self.session.busy,
        )
        models.page.restore_layout(self._kept.now.splitter_sizes)
        models.page.said.connect(self.main.say)
        models.page.compare_wanted.connect(self._compare)
        models.page.folder_moved.connect(self._on_folder_moved)
        self.main.add_page(models.as_page())
        models.begin()

    @property
    def ladder(self) -> LadderPart | None:
        """The Ladder page with its queue, once it was wanted."""
        return self._ladder.part

    def _add_ladder(self) -> None:
        self._ladder.said.connect(self.main.say)
        self._ladder.built.connect(self._wire_ladder)
        self.page.measure_wanted.connect(self._measure)
        self.main.add_page(self._ladder.as_page())
        if self._kept.now.ladders_under_way:
            self._ladder.open()

    def _make_ladder(self) -> LadderPart:
        from app.ui.pages.ladder.part import LadderPart

        assert self.models is not None
        library = self.models.library
        return LadderPart(
            self._house, self.jobs, self.session, library, self._demo, self._kept, self._files
        )

    def _wire_ladder(self, ladder: LadderPart) -> None:
        from app.ui.pages.ladder.gone_on import tell_gone_on

        assert self.models is not None
        library = self.models.library
        heard = library.on_changed

        def on_library() -> None:
            heard()
            ladder.note_library()

        library.on_changed = on_library
        ladder.page.said.connect(self.main.say)
        ladder.page.link_activated.connect(self.main.ask_to_open)
        ladder.page.pane_wanted.connect(self._show_pane)
        ladder.page.find_wanted.connect(self._find_model)
        ladder.page.follow_moves(self.session.moves.place_of)
        ladder.gone_on = lambda gone_on, left: tell_gone_on(
            self.main, ladder.service, gone_on, left
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
        self._pump_timer.stop()
        self._garbage.stop()
        self._watch.stop()
        self.engine_build.close()
        if self._maker is not None:
            self._maker.close()
        if not self.session.close():
            log.error("an engine did not end")
        if not self._ladder.close():
            log.error("a ladder did not end")
        if self.models is not None:
            self.models.stop()
        self.jobs.shutdown()
        if self.models is not None:
            self.models.close()
        self._garbage.hand_back()

    def _finish(self) -> None:
        self.take_down()
        self.main.close_for_good()
        QCoreApplication.quit()

    def _remember(self) -> None:
        chat = self.session.chat
        layout = self.page.layout_state() if self.plots is not None else {}
        if self.models is not None:
            layout |= self.models.page.layout_state()
        if self.ladder is not None:
            layout |= self.ladder.page.layout_state()
        elif layout:
            layout = self._kept.now.splitter_sizes | layout
        self._last_chat.done()
        self._kept.now = self.main.remember(self._kept.now)
        self._kept.change(
            last_chat_id=chat.id or None,
            splitter_sizes=layout or self._kept.now.splitter_sizes,
            chat_list_visible=self.page.chat_list_visible,
            plots_visible=self.page.plots_visible,
            plots=self._plot_names(),
            last_folder=self._files.last_folder,
            first_start_done=True,
        )

    def _plot_names(self) -> list[str]:
        if self.plots is None:
            return self._kept.now.plots
        return [chart.shows.value for chart in self.plots.charts]

    # --- wiring ---------------------------------------------------------------------------

    def _wire(self) -> None:
        self.main.close_requested.connect(self.quit)
        self.engine_build.changed.connect(self._follow_engine_build)
        self.engine_build.ready.connect(self._on_engine_ready)
        self._follow_engine_build()
        self.checkup.concluded.connect(self._on_engine_failed)
        self.page.repair_wanted.connect(self._repair_engine)
        self.main.files_dropped.connect(self._on_files_dropped)
        self.main.link_dropped.connect(
            lambda link: self.reception.follow(Opening(links=(str(link),)))
        )
        self.preferences.preset_changed.connect(self._on_preset)
        self.page.said.connect(self.main.say)
        self.page.link_activated.connect(self.main.ask_to_open)
        self.signals.pane_changed.connect(self._watch_engine)
        self.signals.panes_changed.connect(self._watch.forget_closed)
        self.signals.chats_changed.connect(self._note_chat)

    def _follow_engine_build(self) -> None:
        if self.engine_build.wait != self._engine_wait:
            self._engine_wait = self.engine_build.wait
            self._runner.wait_for_engine(self._engine_wait)

    def _on_engine_ready(self) -> None:
        self.engines.ask_again()
        self._make_demo()
        self.main.say(self.tr("The engine is there."))

    def _repair_engine(self) -> None:
        hello = self._runner.engine or self.engines.hello
        if hello is not None:
            self.checkup.repair(hello)

    def _on_engine_failed(self, conclusion: Conclusion) -> None:
        if conclusion.has_moved:
            # The panes leave the engines that they have.
            self._runner.wait_for_engine(EngineWait())
            self._runner.wait_for_engine(self._engine_wait)
            self.engines.ask_again()
        tell_conclusion(self.main, conclusion, left_out(self._house.paths.state))

    def _on_files_dropped(self, paths: list[Path]) -> None:
        self.main.show_page("compare")
        self.page.open_files(paths)

    def _compare(self, paths: list[Path]) -> None:
        """Open a new chat with these files."""
        self.main.show_page("compare")
        self._try(lambda: self.session.start_with(paths))

    def _open_link(self, link: Link) -> None:
        assert self.models is not None  # links wait for that
        self.main.show_page("models")
        self.models.page.open_link(link)

    def _measure(self) -> None:
        """Set a ladder up with the panes of Compare."""
        self.main.show_page("ladder")
        self._ladder.when_there(lambda ladder: ladder.pick_from_compare())

    def _show_pane(self, path: Path) -> None:
        """Show a file's pane; open one where there is none."""
        self.main.show_page("compare")
        self.page.show_file(self.session.moves.place_of(path))

    def _follow_move(self) -> None:
        """Look for models where the person's own folders are now."""
        kept = [Path(folder) for folder in self._kept.now.library_folders]
        now = [self.session.moves.place_of(folder) for folder in kept]
        if self._ladder.part is not None:
            self._ladder.part.page.follow_moves(self.session.moves.place_of)
        if now == kept:
            return
        if self.models is None:
            self._keep_own_folders(now)
        else:
            self.models.library.set_own_folders(now)

    def _find_model(self, path: Path) -> None:
        """Ask where a file of a ladder is now."""
        now = self._files.moved_model(path)
        if now is not None:
            self.session.moves.learn(path, now)
            self.session.follow_moves()

    def _on_folder_moved(self, old: Path, new: Path) -> None:
        """A folder of the person's own is somewhere else: panes follow."""
        self.session.moves.learn(old / "model", new / "model")
        self.session.follow_moves()

    def _keep_own_folders(self, folders: Sequence[Path]) -> None:
        self._kept.change(library_folders=[str(folder) for folder in folders])

    def _on_preset(self, name: str) -> None:
        self.session.chats.default_sampling = PRESETS[name]
        self._kept.change(preset=name)

    def _note_chat(self) -> None:
        """Remember at once which chat is open: the program may be killed."""
        chat_id = self.session.chat.id or None
        if chat_id is not None and chat_id != self._kept.now.last_chat_id:
            self._kept.change(last_chat_id=chat_id)

    def _read_in_background(
        self,
        work: Callable[[], ModelFile],
        *,
        done: Callable[[ModelFile], None],
        failed: Callable[[PersonError], None],
    ) -> object:
        return self.jobs.run(lambda _context: work(), done=done, failed=failed)

    def _is_demo(self, path: Path) -> bool:
        demo = self._demo
        return demo is not None and path in map(demo.path, FIRST_PANES)

    def _try(self, do: Callable[[], object]) -> None:
        try:
            do()
        except PersonError as error:
            self.main.show_notice(Severity.WARNING, error.sentence)

    # --- the clockwork --------------------------------------------------------------------

    def _pump(self) -> None:
        self.engine_build.pump()
        self.session.pump()
        self.reception.pump()
        busy = self.session.busy or self.engine_build.wait is not None
        if self.ladder is not None:
            self.ladder.pump(busy=busy)
            busy = busy or self.ladder.service.measuring
        if self.models is not None:
            self.models.pump(busy=busy)
        if self._maker is not None:
            for event in drained(self._maker_events):
                self._maker.take(event)
            busy = busy or self._maker.busy
        if self.plots is not None:
            self._watch.pump(self.plots)
            self.checkup.pump(busy=busy)

    def _watch_engine(self, key: str) -> None:
        hello = self._runner.engine
        if self._watch.follow(key) and hello is not None:
            self.engines.note(hello)


def _demo_files(house: House) -> DemoFiles | None:
    try:
        return DemoFiles.below(house.paths.demo)
    except PersonError as error:
        house.remarks.append(error.sentence)
        return None
