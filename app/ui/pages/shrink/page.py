"""The Shrink page: choose a model, tick versions, make them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QCheckBox, QStackedWidget, QTabBar, QWidget

from app.core.candidates.adapters import MOST_ADAPTERS, Adapter
from app.core.candidates.candidate import Candidate, LocalFile
from app.core.errors import PersonError
from app.core.memory.estimate import lasting_budget_bytes
from app.core.shrink.recipe import MatrixUse, Recipe
from app.core.words.sentence import say
from app.lab.engines.adapters import check_adapters
from app.lab.shrink.full_versions import is_full
from app.lab.works.making.orders import order_for, order_to_convert
from app.lab.works.work import WorkState
from app.monitor.machine import total_memory_bytes
from app.ui.kit.icons import icon
from app.ui.kit.plain import set_tip
from app.ui.kit.theme import GRID
from app.ui.kit.widgets import ElidedLabel, EmptyState, label, push_button
from app.ui.kit.widgets.labels import set_role
from app.ui.kit.widgets.layouts import in_column, in_row, split
from app.ui.kit.words.format import about, byte_size
from app.ui.kit.words.sentences import sentence, told
from app.ui.pages.shrink.conversion import Conversion, ConversionBackends
from app.ui.pages.shrink.inside.tab import InsideTab, Raise
from app.ui.pages.shrink.layers import LayersWish
from app.ui.pages.shrink.learning import LearningWish
from app.ui.pages.shrink.matrix.effect import Together
from app.ui.pages.shrink.matrix.tab import MatrixTab
from app.ui.pages.shrink.source import SourceChoice
from app.ui.pages.shrink.versions import VersionsModel
from app.ui.pages.shrink.versions_view import VersionsView
from app.ui.pages.shrink.ways.tab import WaysBackends, WaysTab
from app.ui.pages.shrink.wishes import CommonWishes, SizeWish
from app.ui.pages.shrink.works import WorksPanel

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from app.core.models.family import LibraryModel
    from app.core.models.levels import Level
    from app.core.models.model_file import ModelFile
    from app.core.shrink.written import Written
    from app.lab.convert.originals import Original
    from app.lab.works.making.makes import Makes
    from app.lab.works.making.preview import Preview
    from app.lab.works.making.work import Make, MakeOrder
    from app.ui.kit.file_dialogs import FileDialogs
    from app.ui.kit.jobs import Job, JobContext, Jobs
    from app.ui.pages.shrink.inside.tab import Inspect
    from app.ui.pages.shrink.matrix.tab import MatrixBackends


@dataclass(frozen=True, slots=True)
class ShrinkBackends:
    """What the page stands on.

    Attributes:
        makes: The queue.
        jobs: The door to background work.
        files: Asks for files.
        preview: Called in a job: reports tuples of :class:`Preview`.
        folder_for: Where versions of a model go by themselves.
        free_bytes: What a folder's disk has left.
        memory_bytes: What models may take of this PC's memory now.
        read_recipe: Reads a recipe; raises PersonError.
        open_model: Reads a model's header; raises PersonError.
        adapters_for: The adapters of this PC that fit a model.
        conversion: What converting original weights stands on.
        inspect: Called in a job: counts what is in a file, and tells shares of the way.
        ways: What stands behind comparing the ways.
        source_of: Where the model that a version was made of is now.
        learning_pace: Called in a job: times for seconds how fast models learn here.
        matrices: What the tab of importance matrices stands on.
        influences: Called in a job: how much each layer changes what passes through it.
        known_influences: The same where it was measured before, else None; called in a job.
    """

    makes: Makes
    jobs: Jobs
    files: FileDialogs
    preview: Callable[[Path, JobContext], object]
    folder_for: Callable[[Path], Path]
    free_bytes: Callable[[Path], int | None]
    memory_bytes: Callable[[], int]
    read_recipe: Callable[[Path], Written]
    open_model: Callable[[Path], ModelFile]
    adapters_for: Callable[[ModelFile], Sequence[Path]]
    conversion: ConversionBackends
    learning_pace: Callable[[JobContext], float]
    inspect: Inspect
    matrices: MatrixBackends
    ways: WaysBackends
    source_of: Callable[[Make], Path]
    influences: Callable[[Path, JobContext], Sequence[float]]
    known_influences: Callable[[Path], Sequence[float] | None]


class ShrinkPage(QWidget):
    """Main thread. Its actions are its commands.

    Signals:
        said: A sentence for the status line.
        chat_wanted: A version (candidate) is to be opened in Compare.
        measure_wanted: Candidates are to be measured.
        ladder_wanted: A ladder of the store is to be shown: its number.
        go_on_wanted: It is to be measured on.
        browse_wanted: The person looks for a model on the Hub.

    Args:
        backends: What it stands on.
        parent: Its owner.
    """

    said = Signal(str)
    chat_wanted = Signal(object)
    measure_wanted = Signal(list)
    ladder_wanted = Signal(int)
    go_on_wanted = Signal(int)
    browse_wanted = Signal()

    def __init__(self, backends: ShrinkBackends, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._backends = backends
        self._job: Job[object] | None = None
        self._pace_job: Job[float] | None = None
        self._model: ModelFile | None = None
        self._folder: Path | None = None
        self.source = SourceChoice()
        self.note = label("", "dim", wrap=True)
        self.versions = VersionsModel(lasting_budget_bytes(total_memory_bytes()))
        self.view = VersionsView(self.versions)
        self.all_box = QCheckBox(self.tr("Show all versions"))
        self.size_wish = SizeWish(backends.memory_bytes)
        self.more_button = push_button("", "link", run=self._toggle_more)
        layers = LayersWish(backends.jobs, backends.influences, backends.known_influences)
        self.common = CommonWishes(self._ask_matrix, layers)
        self.learning = LearningWish()
        self.more = QWidget()
        in_column(self.common, self.learning, on=self.more, spacing=GRID)
        self.more.hide()
        self.where = ElidedLabel("", dim=True, least_characters=16)
        self.folder_button = push_button(self.tr("Change"), "link", run=self._ask_folder)
        self.facts = label("", "dim", wrap=True)
        self.make_button = push_button("", "primary", icon_name="shrink", run=self.make)
        self.works = WorksPanel(backends.makes, backends.source_of)
        self.inside = InsideTab(
            backends.jobs,
            backends.inspect,
            lambda name: backends.files.target(self.tr("Save the table"), name),
        )
        self.matrix = MatrixTab(backends.matrices, backends.jobs, backends.files)
        self.ways = WaysTab(backends.ways)
        self._together = Together()
        self.find_action = QAction(icon("search"), self.tr("Find a model on the Hub"), self)
        self.find_action.triggered.connect(self.browse_wanted)
        self.open_action = QAction(icon("folder"), self.tr("Shrink a model file …"), self)
        self.open_action.triggered.connect(self._ask_source)
        self.conversion = Conversion(backends.conversion, self)
        self.recipe_action = QAction(icon("file"), self.tr("Make by a recipe …"), self)
        self.recipe_action.triggered.connect(self._ask_recipe)
        self.addActions([self.open_action, self.recipe_action, self.conversion.action])
        self._lay_out()
        self._wire()
        self._refresh()

    def show_models(self, models: Sequence[LibraryModel]) -> None:
        """Other models are on this PC than before."""
        self.source.show_models(models)
        self.inside.show_models(models)
        self.ways.show_models(models)
        if self._model is None and self.source.path is not None:
            self.choose(self.source.path)
        self._stack.setCurrentIndex(1 if self.source.path is not None else 0)

    def choose(self, path: Path) -> None:
        """Make smaller versions of this model."""
        self.source.choose(path)
        self.ways.choose(path)
        self._stack.setCurrentIndex(1)
        self._backends.jobs.run(
            lambda _context: self._backends.open_model(path),
            done=lambda model: self._show_source(path, model),
            failed=lambda error: self._refuse(path, error),
        )

    def make(self) -> None:
        """Order what is ticked and wished."""
        source = self.source.path
        orders = self._wanted()
        if source is None or not orders:
            return
        for version, recipe, size in orders:
            words = self.tr("{version}, learned again") if recipe.healing else "{version}"
            title = words.format(version=version)
            self._order(source, self.folder, title, recipe, size)
        self.versions.clear_checked()
        self.size_wish.box.setChecked(False)

    def show_works(self, works: Sequence[Make]) -> None:
        """Show what has become of the versions."""
        self.works.show_works(works)
        self.ways.show_works()
        for candidates in self._together.take_ready():
            self.measure_wanted.emit(candidates)

    def stop(self) -> None:
        """Look at nothing more; the window closes."""
        for job in (self._job, self._pace_job):
            if job is not None:
                job.cancel()
        self.inside.stop()
        self.ways.stop()
        self.common.layers.stop()

    @property
    def folder(self) -> Path:
        """Where versions go."""
        source = self.source.path
        if self._folder is not None:
            return self._folder
        return self._backends.folder_for(source) if source is not None else Path()

    # --- parts ----------------------------------------------------------------------------

    def _lay_out(self) -> None:
        file_button = push_button(self.tr("Another file …"), icon_name="folder")
        file_button.clicked.connect(self.open_action.trigger)
        recipe_button = push_button(self.tr("By a recipe …"), icon_name="file")
        recipe_button.clicked.connect(self.recipe_action.trigger)
        set_tip(
            recipe_button,
            self.tr("Makes a version again as another one was made; its recipe lies beside it"),
        )
        convert_button = push_button(self.conversion.action.text(), "link")
        convert_button.clicked.connect(self.conversion.action.trigger)
        set_tip(
            convert_button,
            self.tr(
                "Makes a model file (GGUF) of the safetensors files that models are published as."
            ),
        )
        title = label(self.tr("Make smaller versions of"), "strong")
        head = in_row(title, (self.source, 1), file_button, recipe_button)
        below = in_row((self.size_wish, 1), self.all_box)
        place = in_row((self.where, 1), self.folder_button, spacing=GRID // 2)
        end = in_row((self.facts, 1), self.make_button)
        upper = QWidget()
        in_column(
            head,
            self.note,
            (self.view, 1),
            below,
            in_row(self.more_button, 1, convert_button),
            self.more,
            place,
            end,
            on=upper,
            spacing=GRID,
        )
        self.splitter = split(upper, self.works, grows=0, sizes=(480, 240), vertical=True)
        making = QWidget()
        in_column((self.splitter, 1), on=making, margins=(GRID * 2, GRID, GRID * 2, GRID))
        self.tabs = QTabBar()
        self.tabs.setAccessibleName(self.tr("Shrink"))
        self.tabs.setDrawBase(False)
        self.tabs.setExpanding(False)
        self.tabs.addTab(self.tr("Make versions"))
        self.tabs.addTab(self.tr("Look inside"))
        self.tabs.addTab(self.tr("Importance matrix"))
        self.tabs.addTab(self.tr("Compare the ways"))
        pages = QStackedWidget()
        pages.addWidget(making)
        pages.addWidget(self.inside)
        pages.addWidget(self.matrix)
        pages.addWidget(self.ways)
        self.tabs.currentChanged.connect(pages.setCurrentIndex)
        self.tabs.currentChanged.connect(
            lambda _place: self.ways.open() if pages.currentWidget() is self.ways else None
        )
        whole = QWidget()
        bar = in_row(self.tabs, 1, margins=(GRID * 2, GRID // 2, GRID * 2, 0))
        in_column(bar, (pages, 1), on=whole, spacing=0)
        empty = EmptyState(
            "shrink",
            self.tr("No model to shrink yet"),
            self.tr("Get the original of a model first: its F16 or BF16 file."),
            (self.find_action, self.open_action, self.conversion.action),
        )
        self._stack = QStackedWidget()
        self._stack.addWidget(empty)
        self._stack.addWidget(whole)
        in_column(self.conversion.question, (self._stack, 1), on=self, spacing=0)

    def _wire(self) -> None:
        self.source.chosen.connect(self.choose)
        self.versions.checked_changed.connect(self._refresh)
        self.size_wish.changed.connect(self._refresh)
        self.common.changed.connect(self._refresh)
        self.learning.changed.connect(self._refresh)
        self.learning.pace_wanted.connect(self._time_learning)
        self.common.adapters.file_wanted.connect(self._ask_adapter)
        self.conversion.said.connect(self.said)
        self.conversion.wanted.connect(self._convert)
        self.all_box.toggled.connect(self.view.show_all)
        self.works.chat_wanted.connect(self.chat_wanted)
        self.works.measure_wanted.connect(self.measure_wanted)
        self.inside.raise_wanted.connect(self._make_raised)
        self.ways.said.connect(self.said)
        self.ways.ladder_wanted.connect(self.ladder_wanted)
        self.ways.go_on_wanted.connect(self.go_on_wanted)
        self.ways.chat_wanted.connect(self.chat_wanted)
        self.ways.ordered.connect(lambda: self.works.show_works(self._backends.makes.all))
        self.matrix.said.connect(self.said)
        self.matrix.changed.connect(self._refresh)
        self.matrix.use_wanted.connect(self._use_matrix)
        self.matrix.effect_wanted.connect(self._show_effect)

    # --- what is shown --------------------------------------------------------------------

    def _show_source(self, path: Path, model: ModelFile) -> None:
        if path != self.source.path:
            return  # another one was chosen meanwhile
        self._model = model
        self._folder = None
        self.common.offer_adapters(self._backends.adapters_for(model))
        self.versions.clear()
        self.matrix.show_model(model)
        self.common.show_model(model, is_original=is_full(model))
        if not is_full(model):
            said = say("shrink.second_loss", name=path.name, level_name=model.level_name)
            self.note.setText(told(said))
        else:
            self.note.setText("")
        if self._job is not None:
            self._job.cancel()
        self._job = self._backends.jobs.run(
            lambda context: self._backends.preview(path, context),
            progress=self._show_previews,
            failed=lambda error: self._refuse(path, error),
        )
        self._refresh()

    def _show_previews(self, rows: Sequence[Preview]) -> None:
        self.versions.show_rows(rows)
        self.matrix.show_levels(row.level for row in rows)
        usual = next((row for row in rows if row.level.name == "Q4_K_M"), None)
        if usual is not None:
            self.size_wish.suggest(usual.file_bytes)

    def _refuse(self, path: Path, error: PersonError) -> None:
        if path == self.source.path:
            self._model = None
            self.versions.clear()
            self.matrix.show_model(None)
            self.common.show_model(None, is_original=False)
            self.note.setText(sentence(error))
            self._refresh()

    def _wanted(self) -> list[tuple[str, Recipe, int]]:
        """Title, recipe and about the bytes of all that is ticked or wished."""
        if self._model is None:
            return []
        again = not is_full(self._model)
        found = [
            (row.level.name, Recipe(row.level), row.file_bytes) for row in self.versions.checked
        ]
        wish = self.size_wish.wish(self._beside_bytes())
        if wish is not None:
            found.append(wish)
        learns = self.learning.healing is not None and not again
        if not found and (self.common.make_another(quantized=again) or learns):
            found.append((self._model.level_name, Recipe(), self._model.file_bytes))
        share = self.common.left_share
        words = self.tr("{version}, pruned") if self.common.leaves_out else "{version}"
        return [
            (
                words.format(version=title),
                self._complete(recipe, requantizes=again),
                size if recipe.target_bytes else round(size * share),
            )
            for title, recipe, size in found
        ]

    def _complete(self, recipe: Recipe, *, requantizes: bool) -> Recipe:
        whole = self.common.complete(recipe, requantizes=requantizes)
        whole = replace(whole, healing=self.learning.healing)
        if not self.common.makes_matrix:
            return whole
        return replace(whole, matrix_texts=self.matrix.texts.words)

    def _time_learning(self) -> None:
        self._pace_job = self._backends.jobs.run(
            self._backends.learning_pace,
            done=self.learning.show_pace,
            failed=lambda error: self.said.emit(sentence(error)),
        )

    def _beside_bytes(self) -> int:
        """What an engine needs beside the file: the same for all versions."""
        rows = self.versions.rows
        return rows[0].needed_bytes - rows[0].file_bytes if rows else 0

    def _refresh(self) -> None:
        self.learning.follow(self._model, leaves_out=self.common.leaves_out)
        wanted = self._wanted()
        self.note.setVisible(bool(self.note.text()))
        words = self.tr("Make {n} versions") if len(wanted) > 1 else self.tr("Make it")
        self.make_button.setText(words.format(n=len(wanted)))
        self.make_button.setEnabled(bool(wanted))
        needed = sum(size for *_, size in wanted)
        seconds = sum(row.seconds for row in self.versions.checked)
        seconds += self.learning.seconds * len(wanted)
        free = self._backends.free_bytes(self.folder)
        said: list[str] = []
        if wanted and needed:
            said.append(self.tr("{size} on the disk").format(size=byte_size(needed)))
        if seconds and wanted:
            said.append(self.tr("about {time}").format(time=about(max(1.0, seconds))))
        lacks = free is not None and needed > free
        if free is not None and (said or lacks):
            words = self.tr("{size} are free") if not lacks else self.tr("only {size} are free")
            said.append(words.format(size=byte_size(free)))
        if not wanted:
            said = [self.tr("Tick the versions that you want.")]
        self.facts.setText(", ".join(said))
        set_role(self.facts, "failed" if lacks else "dim")
        self.where.set_text(self.tr("Into {folder}").format(folder=self.folder))
        chosen = self.common.makes_matrix and self.matrix.texts.words
        own = self.tr("importance matrix of chosen texts") if chosen else ""
        learns = self.tr("learning again") if self.learning.healing is not None else ""
        extra = ", ".join(filter(None, (self.common.text, learns, own)))
        open_ = not self.more.isHidden()
        self.more_button.setText(
            self.tr("Less")
            if open_
            else self.tr("More: {wishes}").format(wishes=extra)
            if extra
            else self.tr("More")
        )

    def _toggle_more(self) -> None:
        self.more.setVisible(self.more.isHidden())
        self._refresh()

    # --- what is asked for ----------------------------------------------------------------

    def _ask_source(self) -> None:
        chosen = self._backends.files.models()
        if chosen:
            self.choose(chosen[0])

    def _convert(self, original: Original) -> None:
        folder = self._folder or self._backends.folder_for(original.folder)
        self._add(order_to_convert(original, folder, self._taken))
        self._stack.setCurrentIndex(1)

    def _ask_matrix(self) -> Path | None:
        return self._backends.files.one(
            self.tr("An importance matrix"), self.tr("Importance matrices (*.gguf *.dat *.imatrix)")
        )

    def _ask_adapter(self) -> None:
        """Take an adapter from a file; what does not fit is told, and changes nothing."""
        source, editor = self.source.path, self.common.adapters
        chosen = self._backends.files.models(self.tr("Open an adapter"))
        if source is None or not chosen:
            return
        wanted = (*editor.adapters, *(Adapter(str(path)) for path in chosen))[:MOST_ADAPTERS]

        def take(_checked: object) -> None:
            if source == self.source.path:
                editor.set_adapters(wanted)
                self._refresh()

        candidate = Candidate(LocalFile(str(source)), adapters=wanted)
        self._backends.jobs.run(
            lambda _context: check_adapters(candidate),
            done=take,
            failed=lambda error: self.said.emit(sentence(error)),
        )

    def _ask_folder(self) -> None:
        chosen = self._backends.files.folder(self.tr("Where the versions go"), self.folder)
        if chosen is not None:
            self._folder = chosen
            self._refresh()

    def _ask_recipe(self) -> None:
        chosen = self._backends.files.one(
            self.tr("A recipe"), self.tr("Recipes (*.recipe.json *.json)")
        )
        source = self.source.path
        if chosen is None or source is None:
            return
        try:
            recipe = self._backends.read_recipe(chosen)
        except PersonError as error:
            self.said.emit(sentence(error))
            return
        title = recipe.level or chosen.name.partition(".")[0]
        self._order(source, self.folder, title, recipe.recipe())

    def _use_matrix(self, path: Path, name: str) -> None:
        self.common.use_matrix(path, name)
        self.more.show()
        self._refresh()
        self.tabs.setCurrentIndex(0)

    def _show_effect(self, level: Level) -> None:
        """Make a level twice, and measure what the matrix changes."""
        source, model = self.source.path, self._model
        if source is None or model is None:
            return
        again = not is_full(model)
        uses = self._complete(Recipe(level), requantizes=again)
        if uses.matrix in (MatrixUse.AUTO, MatrixUse.NONE):
            uses = replace(uses, matrix=MatrixUse.OWN, matrix_texts=self.matrix.texts.words)
        pair = [
            (self.tr("{level} with matrix"), uses),
            (self.tr("{level} without"), replace(uses, matrix=MatrixUse.NONE, matrix_texts=())),
        ]
        folder = self.folder
        works = [
            self._order(source, folder, title.format(level=level.name), recipe)
            for title, recipe in pair
        ]
        both = [work for work in works if work is not None]
        if len(both) == len(pair):
            self._together.wait_for(both)
        self.tabs.setCurrentIndex(0)

    def _make_raised(self, wanted: Raise) -> None:
        folder = self._folder or self._backends.folder_for(wanted.source)
        self._order(wanted.source, folder, wanted.title, wanted.recipe, wanted.file_bytes)
        self.tabs.setCurrentIndex(0)

    def _order(
        self, source: Path, folder: Path, title: str, recipe: Recipe, size: int = 0
    ) -> Make | None:
        return self._add(order_for(source, folder, title, recipe, size, self._taken))

    @property
    def _taken(self) -> set[str]:
        """What other orders write."""
        makes = self._backends.makes
        return {work.order.target for work in makes.all if work.state is not WorkState.DONE}

    def _add(self, order: MakeOrder) -> Make | None:
        makes, work = self._backends.makes, None
        try:
            work = makes.add(order)
        except PersonError as error:
            self.said.emit(sentence(error))
        self.works.show_works(makes.all)
        return work
