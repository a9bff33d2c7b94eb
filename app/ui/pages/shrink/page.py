"""The Shrink page: tabs about smaller versions, and the orders that come from them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QStackedWidget, QTabBar, QWidget

from app.core.errors import PersonError
from app.core.shrink.recipe import MatrixUse, Recipe
from app.lab.shrink.full_versions import is_full
from app.lab.works.making.orders import order_for, order_to_convert
from app.lab.works.work import WorkState
from app.ui.kit.icons import icon
from app.ui.kit.theme import GRID
from app.ui.kit.widgets import EmptyState
from app.ui.kit.widgets.layouts import in_column, in_row, scrolled
from app.ui.kit.words.sentences import sentence
from app.ui.pages.shrink.conversion import Conversion, ConversionBackends
from app.ui.pages.shrink.inside.tab import InsideTab, Raise
from app.ui.pages.shrink.making.tab import MakingTab
from app.ui.pages.shrink.matrix.effect import Together
from app.ui.pages.shrink.matrix.tab import MatrixTab
from app.ui.pages.shrink.ways.tab import WaysBackends, WaysTab

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from app.core.models.family import LibraryModel
    from app.core.models.levels import Level
    from app.core.shrink.written import Written
    from app.lab.convert.originals import Original
    from app.lab.works.making.work import Make, MakeOrder
    from app.ui.pages.shrink.inside.tab import Inspect
    from app.ui.pages.shrink.making.backends import MakingBackends
    from app.ui.pages.shrink.matrix.tab import MatrixBackends


@dataclass(frozen=True, slots=True)
class ShrinkBackends:
    """What the page stands on.

    Attributes:
        making: What the tab that makes versions stands on: queue, jobs and dialogs of the page.
        read_recipe: Reads a recipe; raises PersonError.
        conversion: What converting original weights stands on.
        inspect: Called in a job: counts what is in a file, and tells shares of the way.
        matrices: What the tab of importance matrices stands on.
        ways: What stands behind comparing the ways.
    """

    making: MakingBackends
    read_recipe: Callable[[Path], Written]
    conversion: ConversionBackends
    inspect: Inspect
    matrices: MatrixBackends
    ways: WaysBackends


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
        self._jobs, self._files = backends.making.jobs, backends.making.files
        self._makes = backends.making.makes
        self.inside = InsideTab(
            self._jobs,
            backends.inspect,
            lambda name: self._files.target(self.tr("Save the table"), name),
        )
        self.matrix = MatrixTab(backends.matrices, self._jobs, self._files)
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
        self.making = MakingTab(
            backends.making,
            lambda: self.matrix.texts.words,
            (self.open_action, self.recipe_action, self.conversion.action),
        )
        self._lay_out()
        self._wire()

    def show_models(self, models: Sequence[LibraryModel]) -> None:
        """Other models are on this PC than before."""
        self.inside.show_models(models)
        self.ways.show_models(models)
        self.making.show_models(models)
        self._stack.setCurrentIndex(1 if self.making.path is not None else 0)

    def choose(self, path: Path) -> None:
        """Make smaller versions of this model."""
        self.making.choose(path)
        self.ways.choose(path)
        self._stack.setCurrentIndex(1)

    def show_works(self, works: Sequence[Make]) -> None:
        """Show what has become of the versions."""
        self.making.works.show_works(works)
        self.ways.show_works()
        for candidates in self._together.take_ready():
            self.measure_wanted.emit(candidates)

    def stop(self) -> None:
        """Look at nothing more; the window closes."""
        self.making.stop()
        self.inside.stop()
        self.ways.stop()

    def _lay_out(self) -> None:
        self.tabs = QTabBar()
        self.tabs.setAccessibleName(self.tr("Shrink"))
        self.tabs.setDrawBase(False)
        self.tabs.setExpanding(False)
        self.tabs.addTab(self.tr("Make versions"))
        self.tabs.addTab(self.tr("Look inside"))
        self.tabs.addTab(self.tr("Importance"))
        self.tabs.addTab(self.tr("Compare ways"))
        pages = QStackedWidget()
        ways = scrolled(self.ways)
        for each in (scrolled(self.making), self.inside, self.matrix, ways):
            pages.addWidget(each)
        self.tabs.currentChanged.connect(pages.setCurrentIndex)
        self.tabs.currentChanged.connect(
            lambda _place: self.ways.open() if pages.currentWidget() is ways else None
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
        self.making.chosen.connect(self.choose)
        self.making.model_shown.connect(self.matrix.show_model)
        self.making.previewed.connect(
            lambda rows: self.matrix.show_levels(row.level for row in rows)
        )
        self.making.order_wanted.connect(self._order_chosen)
        self.making.said.connect(self.said)
        self.making.works.chat_wanted.connect(self.chat_wanted)
        self.making.works.measure_wanted.connect(self.measure_wanted)
        self.conversion.said.connect(self.said)
        self.conversion.wanted.connect(self._convert)
        self.inside.raise_wanted.connect(self._make_raised)
        self.ways.said.connect(self.said)
        self.ways.ladder_wanted.connect(self.ladder_wanted)
        self.ways.go_on_wanted.connect(self.go_on_wanted)
        self.ways.chat_wanted.connect(self.chat_wanted)
        self.ways.ordered.connect(lambda: self.making.works.show_works(self._makes.all))
        self.matrix.said.connect(self.said)
        self.matrix.changed.connect(self.making.refresh)
        self.matrix.use_wanted.connect(self._use_matrix)
        self.matrix.effect_wanted.connect(self._show_effect)

    def _ask_source(self) -> None:
        chosen = self._files.models()
        if chosen:
            self.choose(chosen[0])

    def _convert(self, original: Original) -> None:
        folder = self.making.folder_of(original.folder)
        self._add(order_to_convert(original, folder, self._taken))
        self._stack.setCurrentIndex(1)

    def _ask_recipe(self) -> None:
        chosen = self._files.one(self.tr("A recipe"), self.tr("Recipes (*.recipe.json *.json)"))
        source = self.making.path
        if chosen is None or source is None:
            return
        try:
            recipe = self._backends.read_recipe(chosen)
        except PersonError as error:
            self.said.emit(sentence(error))
            return
        title = recipe.level or chosen.name.partition(".")[0]
        self._order(source, self.making.folder, title, recipe.recipe())

    def _use_matrix(self, path: Path, name: str) -> None:
        self.making.use_matrix(path, name)
        self.tabs.setCurrentIndex(0)

    def _show_effect(self, level: Level) -> None:
        """Make a level twice, and measure what the matrix changes."""
        source, model = self.making.path, self.making.model
        if source is None or model is None:
            return
        again = not is_full(model)
        uses = self.making.complete(Recipe(level), requantizes=again)
        if uses.matrix in (MatrixUse.AUTO, MatrixUse.NONE):
            uses = replace(uses, matrix=MatrixUse.OWN, matrix_texts=self.matrix.texts.words)
        pair = [
            (self.tr("{level} with matrix"), uses),
            (self.tr("{level} without"), replace(uses, matrix=MatrixUse.NONE, matrix_texts=())),
        ]
        folder = self.making.folder
        works = [
            self._order(source, folder, title.format(level=level.name), recipe)
            for title, recipe in pair
        ]
        both = [work for work in works if work is not None]
        if len(both) == len(pair):
            self._together.wait_for(both)
        self.tabs.setCurrentIndex(0)

    def _make_raised(self, wanted: Raise) -> None:
        folder = self.making.folder_of(wanted.source)
        self._order(wanted.source, folder, wanted.title, wanted.recipe, wanted.file_bytes)
        self.tabs.setCurrentIndex(0)

    def _order_chosen(self, title: str, recipe: Recipe, size: int) -> None:
        if self.making.path is not None:
            self._order(self.making.path, self.making.folder, title, recipe, size)

    def _order(
        self, source: Path, folder: Path, title: str, recipe: Recipe, size: int = 0
    ) -> Make | None:
        return self._add(order_for(source, folder, title, recipe, size, self._taken))

    @property
    def _taken(self) -> set[str]:
        """What other orders write."""
        makes = self._makes
        return {work.order.target for work in makes.all if work.state is not WorkState.DONE}

    def _add(self, order: MakeOrder) -> Make | None:
        makes, work = self._makes, None
        try:
            work = makes.add(order)
        except PersonError as error:
            self.said.emit(sentence(error))
        self.making.works.show_works(makes.all)
        return work
