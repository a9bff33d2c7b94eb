"""The Compare page with its chats, its plots, and the watch over its engines."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec.structs import replace

from app.core.candidates.candidate import MAX_CANDIDATES, Candidate, candidate_of
from app.core.errors import PersonError
from app.core.history.entry import EntryKind, Wanted
from app.lab.demo.demo import FIRST_PANES
from app.lab.pictures.shelf import PictureShelf
from app.library.model_files import whole_sets
from app.store.database import open_beside
from app.store.pictures import shown_pictures
from app.ui.kit.pages import Page, PageHelp, Part
from app.ui.kit.widgets.banner import Severity
from app.ui.kit.words.sentences import sentence
from app.ui.kit.words.text import translate
from app.ui.pages.compare.candidates.adding import Adding
from app.ui.pages.compare.candidates.files import CandidateFiles
from app.ui.pages.compare.last_chat import LastChat
from app.ui.pages.compare.page import ComparePage
from app.ui.pages.compare.session_adapter import SessionSignals
from app.ui.plots.kinds import Metric
from app.ui.shell.engine.watch import EngineWatch

if TYPE_CHECKING:
    from app.core.models.family import LibraryModel
    from app.store.settings import Settings
    from app.ui.kit.jobs import JobContext
    from app.ui.pages.compare.batch.desk import BatchDesk
    from app.ui.plots.live import LivePlots
    from app.ui.shell.ground import Ground

# The settings are one file: a longer prompt is kept to here.
_MOST_DRAFT_CHARACTERS = 100_000


class ComparePart(Part):
    """Main thread only.

    Attributes:
        view: The page.
        signals: What the session says.
        plots: The live plots, once the window was painted.
    """

    def __init__(self, ground: Ground) -> None:
        self._ground = ground
        self._session = session = ground.session
        self.signals = SessionSignals(ground.main)
        session.listener = self.signals.listener
        self.view = ComparePage(
            session,
            self.signals,
            is_demo=self._is_demo,
            files=ground.files,
            pictures=ground.pictures,
        )
        self.page = Page(
            id="compare",
            title=translate("Window", "Compare"),
            icon_name="compare",
            widget=self.view,
            help=compare_help(),
        )
        panes = self.view.panes
        self._last_chat = LastChat(session, ground.kept, lambda: panes.at_rest, ground.main)
        panes.is_plain = self._last_chat.is_plain
        self.view.settings.set_engine_facts(ground.engine.facts)
        self._adding = adding = Adding(ground, self.view.controller)
        side, run = self.view.settings, self.view.controller
        self._files = CandidateFiles(ground, side, run, lambda: adding.models)
        self._watch = EngineWatch(session)
        self.plots: LivePlots | None = None
        self._batch: BatchDesk | None = None
        self._wire()

    def _wire(self) -> None:
        ground, requests = self._ground, self._ground.requests
        requests.start.add(self._start)
        requests.compare.add(self._compare)
        requests.try_out.add(self._try_out)
        requests.add.add(self._add)
        requests.models.add(self._note_models)
        requests.show.add(self._show)
        requests.open_chat.add(self._open_chat)
        requests.open_batch.add(self._open_batch)
        requests.repeat_chat.add(self._repeat_chat)
        requests.find.add(self._find)
        requests.enter_sends.add(self.view.prompt.set_enter_sends)
        self.view.prompt.set_enter_sends(ground.kept.now.enter_sends)
        self.view.add_wanted.connect(lambda: self._adding.ask(self.view))
        self.view.repair_wanted.connect(ground.engine.repair)
        self.view.measure_wanted.connect(
            lambda: requests.measure.tell([pane.candidate for pane in self._session.panes])
        )
        self.view.many_wanted.connect(self._ask_many)
        self.view.browse_wanted.connect(requests.browse.tell)
        self.view.search_wanted.connect(requests.find_on_hub.tell)
        self.view.chats.words_wanted.connect(self._find_words)
        for begins in (self.signals.panes_changed, self.signals.turns_changed):
            begins.connect(requests.hurry.tell)
        self.signals.pane_changed.connect(self._watch_engine)
        self.signals.panes_changed.connect(self._watch.forget_closed)
        self.signals.chats_changed.connect(self._note_chat)
        self.signals.chats_changed.connect(requests.chats_changed.tell)

    # --- for the window -------------------------------------------------------------------

    def begin(self) -> None:
        # pyqtgraph and numpy take a quarter of a second to load.
        from app.ui.plots.live import LivePlots

        now = self._ground.kept.now
        self.plots = LivePlots()
        for place, name in enumerate(now.plots[:2]):
            if any(name == metric.value and not metric.needs_gpu for metric in Metric):
                self.plots.set_metric(place, Metric(name))
        self.view.set_plots(self.plots)
        self.view.restore_layout(
            now.splitter_sizes,
            chat_list_visible=now.chat_list_visible,
            plots_visible=now.plots_visible,
        )
        self.view.figures.show_details(now.figures_open)
        self._watch.start()
        self._sweep()

    def _sweep(self) -> None:
        """Forget pictures that were picked long ago and never sent."""
        paths, draft = self._ground.house.paths, self._ground.kept.now.draft_pictures
        kept = {picture.digest for picture in draft}

        def work() -> None:
            with closing(open_beside(paths.database)) as connection:
                PictureShelf(paths.pictures).sweep(shown_pictures(connection) | kept)

        if paths.pictures.is_dir():
            self._ground.jobs.run(lambda _context: work())

    @property
    def busy(self) -> bool:
        return self._session.busy or (self._batch is not None and self._batch.runs)

    def pump(self, *, busy: bool) -> None:
        self._session.pump()
        if self.plots is not None:
            self._watch.pump(self.plots)

    def remember(self, settings: Settings) -> Settings:
        self._last_chat.done()
        settings = replace(
            settings,
            chat_being_opened=None,
            last_chat_id=self._session.chat.id or None,
            draft=self.view.prompt.field.whole_text()[:_MOST_DRAFT_CHARACTERS],
            draft_pictures=tuple(self.view.prompt.field.pictures()),
            chat_list_visible=self.view.chat_list_visible,
            plots_visible=self.view.plots_visible,
            figures_open=self.view.figures.details,
        )
        if self.plots is None:
            return settings
        return replace(
            settings,
            splitter_sizes=settings.splitter_sizes | self.view.layout_state(),
            plots=[chart.shows.value for chart in self.plots.charts],
        )

    def stop(self) -> bool:
        if self._batch is not None:
            self._batch.close()
        self._watch.stop()
        return self._session.close()

    # --- what is asked of it --------------------------------------------------------------

    def _start(self, files: Sequence[Path]) -> None:
        demo = self._ground.demo
        if files:
            self._begin_chat(map(candidate_of, whole_sets(files)[:MAX_CANDIDATES]))
        elif not self._last_chat.open():
            first = [demo.path(level) for level in FIRST_PANES] if demo else []
            self._begin_chat(map(candidate_of, first))
        if draft := self._ground.kept.now.draft:
            self.view.prompt.set_text(draft)
        if (strip := self.view.prompt.field.strip) is not None:
            strip.set_pictures(self._ground.kept.now.draft_pictures)
        if all(self._is_demo(pane.candidate) for pane in self._session.panes):
            self._session.chats.nothing_chosen()
        if self._last_chat.remark:
            self._ground.house.remarks.append(self._last_chat.remark)

    def _compare(self, files: Sequence[Path]) -> None:
        self._try_out([candidate_of(file) for file in files])

    def _try_out(self, candidates: Sequence[Candidate]) -> None:
        self._come_up()
        self._begin_chat(candidates)

    def _add(self, files: Sequence[Path]) -> None:
        self._come_up()
        self.view.open_files(files)

    def _ask_many(self) -> None:
        self._batches().open()

    def _open_batch(self, number: int) -> None:
        self._come_up()
        self._batches().show_kept(number)

    def _batches(self) -> BatchDesk:
        # Its window is no part of a start.
        from app.ui.pages.compare.batch.desk import BatchDesk

        ground = self._ground
        if self._batch is None:
            self._batch = batch = BatchDesk(
                self.view,
                ground.jobs,
                ground.files,
                ground.house.paths,
                lambda: self._session.chat,
                self.view.whom,
            )
            self.signals.panes_changed.connect(batch.follow)
        return self._batch

    def _note_models(self, models: Sequence[LibraryModel]) -> None:
        self._adding.note_models(models)
        self._session.know_projectors(
            {str(each.path): str(each.projector or "") for each in models if each.model}
        )

    def _show(self, candidate: Candidate) -> None:
        self._come_up()
        self.view.show_candidate(candidate.moved(self._session.moves.place_of))

    def _open_chat(self, number: int) -> None:
        self._come_up()
        self.view.controller.open_chat(number)

    def _repeat_chat(self, number: int) -> None:
        self._come_up()
        self.view.controller.repeat_chat(number)

    def _find(self, file: Path) -> None:
        now = self._ground.files.moved_model(file)
        if now is not None:
            self._session.moves.learn(file, now)
            self._session.follow_moves()

    def _come_up(self) -> None:
        self._ground.main.show_page(self.page.id)

    # --- inside ---------------------------------------------------------------------------

    def _find_words(self, words: str) -> None:
        from app.lab.history.book import HistoryBook

        book, chats = HistoryBook(self._ground.house.paths), self.view.chats

        def work(_context: JobContext) -> set[int]:
            book.read()
            found = book.find(Wanted(words=words, kinds=(EntryKind.CHAT,)))
            return {entry.number for entry in found.entries}

        self._ground.jobs.run(work, done=lambda found: chats.set_saying(words, found))

    def _note_chat(self) -> None:
        """Remember at once which chat is open: the program may be killed."""
        chat_id, kept = self._session.chat.id or None, self._ground.kept
        if chat_id is not None and chat_id != kept.now.last_chat_id:
            kept.change(last_chat_id=chat_id)

    def _watch_engine(self, key: str) -> None:
        if self._watch.follow(key):
            self._ground.engine.note_started()

    def _is_demo(self, candidate: Candidate) -> bool:
        demo = self._ground.demo
        return demo is not None and candidate.local in [*map(demo.path, FIRST_PANES)]

    def _begin_chat(self, candidates: Iterable[Candidate]) -> None:
        try:
            self._session.start_with(list(candidates))
        except PersonError as error:
            self._ground.main.show_notice(Severity.WARNING, sentence(error))


def compare_help() -> PageHelp:
    """The page's help."""
    return PageHelp(
        paragraphs=(
            translate(
                "Window",
                "Ask the same of several versions of a model and read their answers side by side. "
                "Each version has a letter and a colour, the same everywhere.",
            ),
            translate(
                "Window",
                "One after another lets each answer alone on the PC, so that the times can be "
                "compared. All at once is livelier, but they share the processor, and the times "
                "say so.",
            ),
            translate(
                "Window",
                "The others are compared with the original. An answer that is the same word for "
                "word is one line, which opens; where another leaves the original’s, the first "
                "difference is marked.",
            ),
            translate(
                "Window",
                "Ctrl and a number asks one of them alone, and once more all again.",
            ),
            translate(
                "Window",
                "“Ask many prompts …”, in the menu beside Send, asks all prompts of a file, each "
                "in a clean context, and puts the answers beside each other.",
            ),
            translate(
                "Window",
                "Models that see are shown pictures: paste them, drop them, or press the button "
                "beside Send. What they take of the context is told before they are sent.",
            ),
            translate(
                "Window",
                "Memory is shown in two parts: private is what an engine must have, mapped is the "
                "file's weights, which the system may drop and engines of one file share.",
            ),
            translate(
                "Window",
                "Which of them to run is measured on the next page: its button stands at the "
                "right, above the answers.",
            ),
        ),
    )
