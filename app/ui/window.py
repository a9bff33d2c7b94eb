"""The window over a session: what belongs together while the program runs."""

from __future__ import annotations

import gc
import logging
from enum import Enum, auto
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING, TypeVar

import msgspec
from PySide6.QtCore import QCoreApplication, QObject, QTimer

from app.bootstrap import build_session, demo_maker
from app.core.errors import PersonError
from app.core.settings import PRESETS
from app.lab.demo import FIRST_PANES, DemoFiles, DemoMaker
from app.monitor.sampler import Monitor
from app.ui.about import AboutPage
from app.ui.compare.file_dialogs import FileDialogs
from app.ui.compare.page import ComparePage
from app.ui.compare.session_adapter import SessionSignals
from app.ui.jobs import Jobs
from app.ui.main_window import MainWindow
from app.ui.markdown import warm_up
from app.ui.pages import Page, PageHelp
from app.ui.plots.kinds import Metric
from app.ui.preferences import PreferencesPage
from app.ui.widgets.banner import Severity

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from app.bootstrap import House
    from app.core.model_file import ModelFile
    from app.engine.client import ClientEvent
    from app.monitor.samples import Sample
    from app.ui.models_wiring import ModelsPart
    from app.ui.plots.live import LivePlots
    from app.ui.theme import Theme

log = logging.getLogger(__name__)

T = TypeVar("T")

PUMP_MS = 33
_COLLECT_MS = 1000
_COLLECTIONS_TO_FULL = 30


class Stage(Enum):
    """How far the window has come; each leads only to the next."""

    BUILT = auto()
    COMPLETE = auto()
    CLOSING = auto()
    CLOSED = auto()


class Window(QObject):
    """Main window, session, plots, monitor and timers. Main thread only.

    Attributes:
        main: The main window.
        session: What the Compare page shows.
        page: The Compare page.
        plots: The live plots, once the window is complete.
        models: The Models page with its backends, once the window is complete.
    """

    def __init__(self, theme: Theme, house: House) -> None:
        super().__init__()
        self._house = house
        self._settings, self._repaired = house.settings_file.load()
        self._demo = _demo_files(house)
        self.stage = Stage.BUILT
        self.main = MainWindow(theme)
        self.main.restore(self._settings)
        self.jobs = Jobs(self)
        self.jobs.failed.connect(self.main.say)
        self.session, self._runner = build_session(
            house.paths, house.chats, self._read_in_background, self._demo
        )
        self.signals = SessionSignals(self)
        self.session.listener = self.signals.listener
        self._files = FileDialogs(lambda: self.main)
        self._files.last_folder = self._settings.last_folder
        self.page = ComparePage(
            self.session, self.signals, is_demo=self._is_demo, files=self._files
        )
        self.preferences = PreferencesPage(theme, preset=self._settings.preset)
        self.preferences.set_folders(self._folders())
        self.session.default_sampling = PRESETS[self._settings.preset]
        self.about = AboutPage()
        self._add_pages()
        self._wire()
        self.plots: LivePlots | None = None
        self.models: ModelsPart | None = None
        self._maker: DemoMaker | None = None
        self._maker_events: SimpleQueue[ClientEvent] = SimpleQueue()
        self._samples: SimpleQueue[Sample] = SimpleQueue()
        self._monitor = Monitor(self._samples.put)
        self._watched: dict[str, int] = {}
        self._pump_timer = self._timer(PUMP_MS, self._pump)
        self._collections = 0
        self._collect_timer = self._timer(_COLLECT_MS, self._collect)

    # --- beginning ------------------------------------------------------------------------

    def open(self, files: Sequence[Path]) -> None:
        """Open these files in a new chat; with none, the last chat, or the demo model."""
        # Garbage is collected by a timer on this thread: a collection that happens to run in a
        # reader thread could destroy Qt objects there.
        gc.disable()
        if files:
            self._try(lambda: self.session.start_with(files[:6]))
        elif not self._open_last_chat():
            first = [self._demo.path(level) for level in FIRST_PANES] if self._demo else []
            self._try(lambda: self.session.start_with(first))
        self._pump_timer.start()
        self._collect_timer.start()

    def complete(self) -> None:
        """What need not be there at the first paint: plots, monitor, demo levels."""
        if self.stage is not Stage.BUILT:
            return
        self.stage = Stage.COMPLETE
        # pyqtgraph and numpy take a quarter of a second to load.
        from app.ui.plots.live import LivePlots

        self.plots = LivePlots()
        for place, name in enumerate(self._settings.plots[:2]):
            if any(name == metric.value and not metric.needs_gpu for metric in Metric):
                self.plots.set_metric(place, Metric(name))
        self.page.set_plots(self.plots)
        self.page.restore_layout(
            self._settings.splitter_sizes,
            chat_list_visible=self._settings.chat_list_visible,
            plots_visible=self._settings.plots_visible,
        )
        self._monitor.start()
        self._add_models()
        if self._demo is not None and self._demo.missing():
            self._maker = demo_maker(
                self._demo,
                self.session,
                lambda _key, event: self._maker_events.put(event),
                self._house.paths,
            )
        if remarks := [*self._house.remarks, *self._repaired]:
            self.main.show_notice(Severity.WARNING, " ".join(remarks))
        # The first answer would pay for the fonts.
        QTimer.singleShot(0, warm_up)
        gc.collect()
        gc.freeze()

    def _open_last_chat(self) -> bool:
        chat_id = self._settings.last_chat_id
        if chat_id is None:
            return False
        try:
            self.session.open_chat(chat_id)
        except PersonError as error:
            log.info("last chat not opened: %s", error.detail or error.sentence)
            return False
        return True

    def _add_models(self) -> None:
        from app.ui.models_wiring import ModelsPart

        self.models = models = ModelsPart(self._house, self.jobs, self._keep_own_folders)
        models.page.restore_layout(self._settings.splitter_sizes)
        models.page.said.connect(self.main.say)
        models.page.compare_wanted.connect(self._compare)
        self.main.add_page(models.as_page())
        models.begin()

    # --- ending ---------------------------------------------------------------------------

    def quit(self) -> None:
        """Begin to close: the window goes, then everything behind it."""
        if self.stage in (Stage.CLOSING, Stage.CLOSED):
            return
        self.stage = Stage.CLOSING
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
        self._collect_timer.stop()
        self._monitor.stop()
        if self._maker is not None:
            self._maker.close()
        if not self.session.close():
            log.error("an engine did not end")
        if self.models is not None:
            self.models.stop()
        self.jobs.shutdown()
        if self.models is not None:
            self.models.close()
        gc.enable()

    def _finish(self) -> None:
        self.take_down()
        self.main.close_for_good()
        QCoreApplication.quit()

    def _remember(self) -> None:
        chat = self.session.chat
        layout = self.page.layout_state() if self.plots is not None else {}
        if self.models is not None:
            layout |= self.models.page.layout_state()
        self._settings = msgspec.structs.replace(
            self.main.remember(self._settings),
            last_chat_id=chat.id or None,
            splitter_sizes=layout or self._settings.splitter_sizes,
            chat_list_visible=self.page.chat_list_visible,
            plots_visible=self.page.plots_visible,
            plots=self._plot_names(),
            last_folder=self._files.last_folder,
            first_start_done=True,
        )
        self._save_settings()

    def _plot_names(self) -> list[str]:
        if self.plots is None:
            return self._settings.plots
        return [chart.shows.value for chart in self.plots.charts]

    def _save_settings(self) -> None:
        try:
            self._house.settings_file.save(self._settings)
        except PersonError as error:
            log.warning("settings not saved: %s", error.detail)
            self.main.say(error.sentence)

    # --- wiring ---------------------------------------------------------------------------

    def _add_pages(self) -> None:
        self.main.add_page(
            Page(
                id="compare",
                title=self.tr("Compare"),
                icon_name="compare",
                widget=self.page,
                help=_compare_help(),
            )
        )
        self.main.add_page(
            Page(
                id="settings",
                title=self.tr("Settings"),
                icon_name="settings",
                widget=self.preferences,
            ),
            bottom=True,
        )
        self.main.add_page(
            Page(id="about", title=self.tr("About"), icon_name="info", widget=self.about),
            bottom=True,
        )

    def _wire(self) -> None:
        self.main.close_requested.connect(self.quit)
        self.main.files_dropped.connect(self._on_files_dropped)
        self.preferences.preset_changed.connect(self._on_preset)
        self.page.said.connect(self.main.say)
        self.page.link_activated.connect(self.main.ask_to_open)
        self.signals.pane_changed.connect(self._watch_engine)
        self.signals.panes_changed.connect(self._unwatch_closed)
        self.signals.chats_changed.connect(self._note_chat)

    def _timer(self, interval_ms: int, slot: Callable[[], None]) -> QTimer:
        timer = QTimer(self)
        timer.setInterval(interval_ms)
        timer.timeout.connect(slot)
        return timer

    def _on_files_dropped(self, paths: list[Path]) -> None:
        self.main.show_page("compare")
        self.page.open_files(paths)

    def _compare(self, paths: list[Path]) -> None:
        """Open a new chat with these files."""
        self.main.show_page("compare")
        self._try(lambda: self.session.start_with(paths))

    def _keep_own_folders(self, folders: Sequence[Path]) -> None:
        self._settings = msgspec.structs.replace(
            self._settings, library_folders=[str(folder) for folder in folders]
        )
        self._save_settings()

    def _on_preset(self, name: str) -> None:
        self._settings = msgspec.structs.replace(self._settings, preset=name)
        self.session.default_sampling = PRESETS[name]
        self._save_settings()

    def _folders(self) -> dict[str, str]:
        paths = self._house.paths
        return {
            self.tr("Chats"): str(paths.database),
            self.tr("Settings"): str(paths.settings),
            self.tr("Log"): str(paths.log),
            self.tr("Demo levels, made again when missing"): str(paths.demo),
        }

    def _note_chat(self) -> None:
        """Remember at once which chat is open: the program may be killed."""
        chat_id = self.session.chat.id or None
        if chat_id is not None and chat_id != self._settings.last_chat_id:
            self._settings = msgspec.structs.replace(self._settings, last_chat_id=chat_id)
            self._save_settings()

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
        self.session.pump()
        if self.models is not None:
            self.models.pump(busy=self.session.busy)
        if self._maker is not None:
            for event in _drained(self._maker_events):
                self._maker.take(event)
        if self.plots is not None:
            for sample in _drained(self._samples):
                self.plots.add_sample(sample.time_ns, sample)
                for key, engine in sample.engines.items():
                    if self.session.chat.candidate(key) is not None:
                        pane = self.session.pane(key)
                        pane.note_memory(engine.private_bytes, engine.mapped_bytes)

    def _watch_engine(self, key: str) -> None:
        if self.session.chat.candidate(key) is None:
            return
        pid = self.session.pane(key).pid
        if pid == self._watched.get(key):
            return
        if pid is None:
            self._monitor.unwatch(key)
            self._watched.pop(key, None)
        else:
            self._monitor.watch(key, pid)
            self._watched[key] = pid
            hello = self._runner.engine
            if hello is not None:
                self.about.set_devices([f"{d.name}: {d.description}" for d in hello.devices])

    def _unwatch_closed(self) -> None:
        for key in [k for k in self._watched if self.session.chat.candidate(k) is None]:
            self._monitor.unwatch(key)
            del self._watched[key]

    def _collect(self) -> None:
        self._collections += 1
        if self._collections % _COLLECTIONS_TO_FULL == 0 and not self.session.busy:
            gc.collect()
        else:
            gc.collect(1)


def _drained(events: SimpleQueue[T]) -> list[T]:
    taken: list[T] = []
    while True:
        try:
            taken.append(events.get_nowait())
        except Empty:
            return taken


def _demo_files(house: House) -> DemoFiles | None:
    try:
        return DemoFiles.below(house.paths.demo)
    except PersonError as error:
        house.remarks.append(error.sentence)
        return None


def _compare_help() -> PageHelp:
    def tr(text: str) -> str:
        return QCoreApplication.translate("Window", text)

    return PageHelp(
        paragraphs=(
            tr(
                "Ask the same of several versions of a model and read their answers side by side. "
                "Each version has a letter and a colour, the same everywhere."
            ),
            tr(
                "Race lets them answer one after another, each alone on the machine, so that the "
                "times can be compared. Together lets all answer at once: livelier, but they "
                "share the processor, and the times say so."
            ),
            tr(
                "One version is the reference, marked with a star. Where another answer leaves "
                "the reference's, the first difference is marked."
            ),
            tr(
                "Memory is shown in two parts: private is what an engine must have, mapped is the "
                "file's weights, which the system may drop and engines of one file share."
            ),
        ),
    )
