"""The tab of importance matrices: what they are made of, which are kept, and what one changes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QScrollArea, QWidget

from app.core.models.levels import level_by_name
from app.ui.kit.plain import add_choice, set_tip
from app.ui.kit.theme import GRID
from app.ui.kit.widgets import ChoiceBox, label, push_button
from app.ui.kit.widgets.layouts import Gap, in_column, in_row, scroll_down
from app.ui.kit.words.sentences import sentence
from app.ui.pages.shrink.matrix.kept_rows import KeptRows, texts_of
from app.ui.pages.shrink.matrix.texts import TextsChoice

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

    from app.core.errors import PersonError
    from app.core.models.levels import Level
    from app.core.models.model_file import ModelFile
    from app.lab.shrink.matrices.kept import KeptMatrices, KeptMatrix
    from app.lab.shrink.matrices.texts import OwnChats
    from app.ui.kit.file_dialogs import FileDialogs
    from app.ui.kit.jobs import Jobs

_USUAL = "Q3_K_M"


@dataclass(frozen=True, slots=True)
class MatrixBackends:
    """What the tab stands on.

    Attributes:
        kept: Those of this PC.
        chats: Called in a job: how much was chatted here.
        export: Called in a job: writes a copy; raises PersonError.
    """

    kept: KeptMatrices
    chats: Callable[[], OwnChats]
    export: Callable[[KeptMatrix, Path], None]


class MatrixTab(QWidget):
    """Main thread.

    Signals:
        said: A sentence for the status line.
        changed: What matrices are made of is another.
        use_wanted: The path of a matrix, and what it is called.
        effect_wanted: A level is to be made with a matrix and without, and both measured.
    """

    said = Signal(str)
    changed = Signal()
    use_wanted = Signal(object, str)
    effect_wanted = Signal(object)

    def __init__(
        self,
        backends: MatrixBackends,
        jobs: Jobs,
        files: FileDialogs,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._backends, self._jobs, self._files = backends, jobs, files
        self._model: ModelFile | None = None
        self.texts = TextsChoice(files)
        self._wanted_level = _USUAL
        self.level = ChoiceBox(least_characters=10)
        self.level.setAccessibleName(self.tr("The version that is made twice"))
        self.effect_button = push_button(
            self.tr("Make it with and without, and measure"),
            icon_name="ladder",
            run=lambda: self.effect_wanted.emit(level_by_name(self.level.currentData())),
        )
        self.kept_title = label(self.tr("Kept on this PC"), "strong", wrap=True)
        self.import_button = push_button(self.tr("Import …"), icon_name="file", run=self._import)
        set_tip(
            self.import_button,
            self.tr("One that llama-imatrix or somebody else made of this very model"),
        )
        self.rows = KeptRows()
        self._lay_out()
        self.level.activated.connect(self._want_level)
        self.texts.changed.connect(self.changed)
        self.texts.refused.connect(self.said)
        self.rows.use_wanted.connect(self._use)
        self.rows.export_wanted.connect(self._export)
        self.rows.remove_wanted.connect(self._remove)
        self.show_levels(())

    def show_model(self, model: ModelFile | None) -> None:
        """Show what is kept for another model, or look again."""
        self._model = model
        self.import_button.setEnabled(model is not None)
        if model is None:
            self.rows.show_matrices(())
            return
        title = self.tr("Kept for {name}").format(name=model.path.name)
        self.kept_title.setText(title)
        kept = self._backends.kept

        def show(found: list[KeptMatrix]) -> None:
            if self._model is model:
                self.rows.show_matrices(found, model.path.name)

        self._jobs.run(lambda _context: kept.of(model), done=show)
        chats = self._backends.chats
        self._jobs.run(lambda _context: chats(), done=self.texts.show_chats, failed=self._tell)

    def show_levels(self, levels: Iterable[Level]) -> None:
        """Offer those that can be made without one."""
        self.level.clear()
        for each in levels:
            if not (each.is_full or each.needs_importance_matrix or each.nominal_bits > 6):
                add_choice(self.level, each.name, each.name)
        self.level.setCurrentIndex(max(0, self.level.findData(self._wanted_level)))
        self.effect_button.setEnabled(self.level.count() > 0)

    def _lay_out(self) -> None:
        about = self.tr(
            "An importance matrix says which weights of a model matter most: it is made once while"
            " the model reads a text, and kept. Below 4 bits a weight it makes a version clearly"
            " better; some versions cannot be made without."
        )
        changes = self.tr(
            "Makes the same version twice from the original, then leads to where both are measured"
            " beside it: the difference between the two is what the matrix does."
        )
        inner = QWidget()
        inner.setProperty("role", "plain")
        in_column(
            label(about, "dim", wrap=True),
            Gap(GRID),
            label(self.tr("Made of"), "strong"),
            self.texts,
            Gap(GRID),
            label(self.tr("What it changes"), "strong"),
            label(changes, "dim", wrap=True),
            in_row(self.level, self.effect_button, 1),
            Gap(GRID),
            in_row((self.kept_title, 1), self.import_button),
            self.rows,
            1,
            on=inner,
            margins=(GRID * 2, GRID, GRID * 2, GRID),
        )
        area = QScrollArea()
        scroll_down(area)
        area.setWidget(inner)
        in_column(area, on=self)

    def _want_level(self) -> None:
        self._wanted_level = self.level.currentData()

    # --- what is asked for ----------------------------------------------------------------

    def _use(self, kept: KeptMatrix) -> None:
        self.use_wanted.emit(kept.path, texts_of(kept))

    def _import(self) -> None:
        model, kept = self._model, self._backends.kept
        chosen = self._files.one(
            self.tr("An importance matrix"), self.tr("Importance matrices (*.gguf *.dat *.imatrix)")
        )
        if model is None or chosen is None:
            return
        self._jobs.run(
            lambda _context: kept.take(chosen, model),
            done=lambda _kept: self.look_again(self.tr("It is kept, and can be used.")),
            failed=self._tell,
        )

    def _export(self, kept: KeptMatrix) -> None:
        stem = self._model.path.stem if self._model is not None else "model"
        target = self._files.target(self.tr("Export the importance matrix"), f"{stem}.imatrix.gguf")
        if target is None:
            return
        export = self._backends.export
        said = self.tr("Written: {name}").format(name=target.name)
        self._jobs.run(
            lambda _context: export(kept, target),
            done=lambda _none: self.said.emit(said),
            failed=self._tell,
        )

    def _remove(self, kept: KeptMatrix) -> None:
        remove = self._backends.kept.remove
        self._jobs.run(
            lambda _context: remove(kept),
            done=lambda _none: self.look_again(self.tr("It is deleted.")),
            failed=self._tell,
        )

    def look_again(self, said: str = "") -> None:
        """Something may be kept or gone."""
        if said:
            self.said.emit(said)
        self.show_model(self._model)

    def _tell(self, error: PersonError) -> None:
        self.said.emit(sentence(error))
