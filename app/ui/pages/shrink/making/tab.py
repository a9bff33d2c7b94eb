"""The tab where versions are chosen and ordered."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QCheckBox, QWidget

from app.core.candidates.adapters import MOST_ADAPTERS, Adapter
from app.core.candidates.candidate import Candidate, LocalFile
from app.core.errors import PersonError
from app.core.memory.estimate import lasting_budget_bytes
from app.core.shrink.recipe import Recipe
from app.core.words.sentence import say
from app.lab.engines.adapters import check_adapters
from app.lab.shrink.full_versions import is_full
from app.monitor.machine import total_memory_bytes
from app.ui.kit.plain import set_tip
from app.ui.kit.theme import GRID
from app.ui.kit.widgets import ElidedLabel, FullHeight, in_lines, label, push_button
from app.ui.kit.widgets.labels import set_role
from app.ui.kit.widgets.layouts import in_column, in_row, split
from app.ui.kit.words.format import about, byte_size
from app.ui.kit.words.sentences import sentence, told
from app.ui.pages.shrink.making.layers import LayersWish
from app.ui.pages.shrink.making.learning import LearningWish
from app.ui.pages.shrink.making.source import SourceChoice
from app.ui.pages.shrink.making.versions import VersionsModel
from app.ui.pages.shrink.making.versions_view import VersionsView
from app.ui.pages.shrink.making.wishes import CommonWishes, SizeWish
from app.ui.pages.shrink.making.works import WorksPanel

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from PySide6.QtGui import QAction

    from app.core.models.family import LibraryModel
    from app.core.models.model_file import ModelFile
    from app.lab.works.making.preview import Preview
    from app.ui.kit.jobs import Job
    from app.ui.pages.shrink.making.backends import MakingBackends


class MakingTab(QWidget):
    """Main thread.

    Signals:
        chosen: Another model (path) is to be shrunk.
        model_shown: It was read (its header), or could not be (None).
        previewed: Versions as they would be (previews) are known.
        order_wanted: A version is to be made: title, recipe, about its bytes.
        said: A sentence for the status line.

    Args:
        backends: What it stands on.
        texts: The chosen texts that an importance matrix is made of; none for the bundled one.
        actions: Of the page, for its buttons: another file, by a recipe, from original weights.
        parent: Its owner.
    """

    chosen = Signal(object)
    model_shown = Signal(object)
    previewed = Signal(object)
    order_wanted = Signal(str, object, object)
    said = Signal(str)

    def __init__(
        self,
        backends: MakingBackends,
        texts: Callable[[], tuple[str, ...]],
        actions: tuple[QAction, QAction, QAction],
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._backends = backends
        self._texts = texts
        self._job: Job[object] | None = None
        self._pace_job: Job[float] | None = None
        self.model: ModelFile | None = None
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
        self._lay_out(*actions)
        self._wire()
        self.refresh()

    def show_models(self, models: Sequence[LibraryModel]) -> None:
        """Other models are on this PC than before."""
        self.source.show_models(models)
        if self.model is None and self.path is not None:
            self.chosen.emit(self.path)

    def choose(self, path: Path) -> None:
        """Make smaller versions of this model."""
        self.source.choose(path)
        self._backends.jobs.run(
            lambda _context: self._backends.open_model(path),
            done=lambda model: self._show_source(path, model),
            failed=lambda error: self._refuse(path, error),
        )

    def make(self) -> None:
        """Order what is ticked and wished."""
        if self.path is None:
            return
        for version, recipe, size in self._wanted():
            words = self.tr("{version}, learned again") if recipe.healing else "{version}"
            title = words.format(version=version)
            self.order_wanted.emit(title, recipe, size)
        self.versions.clear_checked()
        self.size_wish.box.setChecked(False)

    def stop(self) -> None:
        """Look at nothing more; the window closes."""
        for job in (self._job, self._pace_job):
            if job is not None:
                job.cancel()
        self.common.layers.stop()

    @property
    def path(self) -> Path | None:
        """The model that is shrunk."""
        return self.source.path

    @property
    def folder(self) -> Path:
        """Where versions go."""
        return self.folder_of(self.path) if self.path is not None else self._folder or Path()

    def folder_of(self, source: Path) -> Path:
        """Where versions of a model go: where the person said, or where they go by themselves."""
        return self._folder or self._backends.folder_for(source)

    def complete(self, recipe: Recipe, *, requantizes: bool) -> Recipe:
        """A recipe with what goes for all versions."""
        whole = self.common.complete(recipe, requantizes=requantizes)
        whole = replace(whole, healing=self.learning.healing)
        if not self.common.makes_matrix:
            return whole
        return replace(whole, matrix_texts=self._texts())

    def use_matrix(self, path: Path, name: str) -> None:
        """Take a kept importance matrix for what is made."""
        self.common.use_matrix(path, name)
        self.more.show()
        self.refresh()

    # --- parts ----------------------------------------------------------------------------

    def _lay_out(self, another: QAction, recipe: QAction, conversion: QAction) -> None:
        file_button = push_button(self.tr("Another file …"), icon_name="folder")
        file_button.clicked.connect(another.trigger)
        recipe_button = push_button(self.tr("By a recipe …"), icon_name="file")
        recipe_button.clicked.connect(recipe.trigger)
        set_tip(
            recipe_button,
            self.tr("Makes a version again as another one was made; its recipe lies beside it"),
        )
        convert_button = push_button(conversion.text(), "link")
        convert_button.clicked.connect(conversion.trigger)
        set_tip(
            convert_button,
            self.tr(
                "Makes a model file (GGUF) of the safetensors files that models are published as."
            ),
        )
        title = label(self.tr("Make smaller versions of"), "strong")
        others = QWidget()
        in_row(file_button, recipe_button, on=others)
        head = in_lines(title, self.source, others, grows=self.source)
        gap = QWidget()
        below = in_lines(self.more_button, gap, self.all_box, convert_button, grows=gap)
        place = in_row((self.where, 1), self.folder_button, spacing=GRID // 2)
        end = in_row((self.facts, 1), self.make_button)
        upper = FullHeight()
        in_column(
            head,
            self.note,
            (self.view, 1),
            self.size_wish,
            below,
            self.more,
            place,
            end,
            on=upper,
            spacing=GRID,
        )
        self.splitter = split(upper, self.works, grows=0, sizes=(480, 240), vertical=True)
        in_column((self.splitter, 1), on=self, margins=(GRID * 2, GRID, GRID * 2, GRID))

    def _wire(self) -> None:
        self.source.chosen.connect(self.chosen)
        self.versions.checked_changed.connect(self.refresh)
        self.size_wish.changed.connect(self.refresh)
        self.common.changed.connect(self.refresh)
        self.learning.changed.connect(self.refresh)
        self.learning.pace_wanted.connect(self._time_learning)
        self.common.adapters.file_wanted.connect(self._ask_adapter)
        self.all_box.toggled.connect(self.view.show_all)

    # --- what is shown --------------------------------------------------------------------

    def _show_source(self, path: Path, model: ModelFile) -> None:
        if path != self.path:
            return  # another one was chosen meanwhile
        self.model = model
        self._folder = None
        self.common.offer_adapters(self._backends.adapters_for(model))
        self.versions.clear()
        self.model_shown.emit(model)
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
        self.refresh()

    def _show_previews(self, rows: Sequence[Preview]) -> None:
        self.versions.show_rows(rows)
        self.previewed.emit(rows)
        usual = next((row for row in rows if row.level.name == "Q4_K_M"), None)
        if usual is not None:
            self.size_wish.suggest(usual.file_bytes)

    def _refuse(self, path: Path, error: PersonError) -> None:
        if path == self.path:
            self.model = None
            self.versions.clear()
            self.model_shown.emit(None)
            self.common.show_model(None, is_original=False)
            self.note.setText(sentence(error))
            self.refresh()

    def _wanted(self) -> list[tuple[str, Recipe, int]]:
        """Title, recipe and about the bytes of all that is ticked or wished."""
        if self.model is None:
            return []
        again = not is_full(self.model)
        found = [
            (row.level.name, Recipe(row.level), row.file_bytes) for row in self.versions.checked
        ]
        wish = self.size_wish.wish(self._beside_bytes())
        if wish is not None:
            found.append(wish)
        learns = self.learning.healing is not None and not again
        if not found and (self.common.make_another(quantized=again) or learns):
            found.append((self.model.level_name, Recipe(), self.model.file_bytes))
        share = self.common.left_share
        words = self.tr("{version}, pruned") if self.common.leaves_out else "{version}"
        return [
            (
                words.format(version=title),
                self.complete(recipe, requantizes=again),
                size if recipe.target_bytes else round(size * share),
            )
            for title, recipe, size in found
        ]

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

    def refresh(self) -> None:
        """Say again what would be made, as something of it has changed."""
        self.learning.follow(self.model, leaves_out=self.common.leaves_out)
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
        chosen = self.common.makes_matrix and self._texts()
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
        self.refresh()

    # --- what is asked for ----------------------------------------------------------------

    def _ask_matrix(self) -> Path | None:
        return self._backends.files.one(
            self.tr("An importance matrix"), self.tr("Importance matrices (*.gguf *.dat *.imatrix)")
        )

    def _ask_adapter(self) -> None:
        """Take an adapter from a file; what does not fit is told, and changes nothing."""
        source, editor = self.path, self.common.adapters
        chosen = self._backends.files.models(self.tr("Open an adapter"))
        if source is None or not chosen:
            return
        wanted = (*editor.adapters, *(Adapter(str(path)) for path in chosen))[:MOST_ADAPTERS]

        def take(_checked: object) -> None:
            if source == self.path:
                editor.set_adapters(wanted)
                self.refresh()

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
            self.refresh()
