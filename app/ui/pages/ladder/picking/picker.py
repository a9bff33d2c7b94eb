"""Sets a ladder up: which versions, which of them is the reference, on what they are measured."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QFrame,
    QLineEdit,
    QWidget,
)

from app.core.candidates.candidate import MAX_CANDIDATES, candidate_of
from app.core.verdict import Limits
from app.lab.ladder.pickable import (
    can_be_ladder,
    in_shrink_order,
    letters_of,
    opened_files,
    reference_among,
)
from app.lab.works.ladders.run import LadderOrder
from app.library.model_files import whole_sets
from app.ui.kit.icons import icon
from app.ui.kit.theme import GRID
from app.ui.kit.widgets import label, push_button
from app.ui.kit.widgets.layouts import Gap, in_column, in_row, split
from app.ui.pages.ladder.picking.chosen_list import ChosenList
from app.ui.pages.ladder.picking.measure_form import MeasureForm
from app.ui.picking.pick_model import PickModel
from app.ui.picking.pick_tree import PickTree

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from PySide6.QtGui import QKeyEvent

    from app.core.candidates.candidate import Candidate
    from app.lab.ladder.pickable import PickFile
    from app.lab.quality.texts import TextChoice


class Picker(QWidget):
    """Main thread.

    Signals:
        measure_wanted: A ladder (:class:`LadderOrder`) is to be measured; and its letters, by key.
        closed: The person changed their mind.

    Args:
        choose_models: Asks for model files.
        choose_file: Asks for another file: a title, and which ones.
        parent: Its owner.
    """

    measure_wanted = Signal(object, object)
    closed = Signal()

    def __init__(
        self,
        choose_models: Callable[[], Sequence[Path]],
        choose_file: Callable[[str, str], Path | None],
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._choose_models = choose_models
        self._opened: list[Candidate] = []
        self._known: list[PickFile] = []
        self._reference: Candidate | None = None
        self.model = PickModel(self)
        self.tree = PickTree(self.model)
        self.search = QLineEdit()
        self.search.setPlaceholderText(self.tr("Filter"))
        self.search.setAccessibleName(self.tr("Filter the models"))
        self.search.setClearButtonEnabled(True)
        self.search.addAction(icon("search"), QLineEdit.ActionPosition.LeadingPosition)
        self.search.textChanged.connect(self.tree.filter_by)
        self.open_button = push_button(self.tr("Open files …"), icon_name="folder", run=self._open)
        self.chosen = ChosenList()
        self.form = MeasureForm(choose_file)
        self.advice = label("", "small-dim", wrap=True)
        self.measure_button = push_button(self.tr("Measure"), "primary", icon_name="play")
        self.cancel_button = push_button(self.tr("Close"), run=self.closed)
        self._lay_out()
        self.model.checked_changed.connect(self._follow)
        self.chosen.reference_chosen.connect(self._set_reference)
        self.chosen.remove_wanted.connect(self._remove)
        self.measure_button.clicked.connect(self._measure)
        self._follow()

    def set_files(self, files: Sequence[PickFile]) -> None:
        """Offer these, and those that the person opened here."""
        self._known = list(files)
        known = {file.candidate for file in files}
        opened = opened_files([each for each in self._opened if each not in known])
        self.model.set_files([*self._known, *opened])
        self._follow()

    def set_texts(self, choices: Sequence[TextChoice]) -> None:
        """Offer these texts."""
        self.form.set_texts(choices)

    def choose(self, candidates: Sequence[Candidate], reference: Candidate | None = None) -> None:
        """Check these and no others; the least shrunken is the reference if none is given."""
        known = {*self._opened, *(file.candidate for file in self.model.files)}
        self._opened += [each for each in candidates if each not in known]
        self._reference = None
        self.set_files(self._known)
        self.model.set_checked(candidates)
        self._reference = reference
        self._follow()

    @property
    def reference(self) -> Candidate | None:
        """The candidate that the others are measured against."""
        return self.chosen.reference

    def _lay_out(self) -> None:
        top = in_row((self.search, 1), self.open_button)
        left = QWidget()
        in_column(label(self.tr("Versions to measure"), "strong"), top, (self.tree, 1), on=left)
        side = QFrame()
        side.setProperty("role", "surface")
        side.setMinimumWidth(GRID * 36)
        side.setMaximumWidth(GRID * 52)
        in_column(
            label(self.tr("This ladder"), "strong"),
            self.chosen,
            Gap(GRID),
            self.form,
            1,
            self.advice,
            in_row(self.cancel_button, 1, self.measure_button),
            on=side,
            margins=GRID * 2,
        )
        self.splitter = split(left, side, grows=0, sizes=(GRID * 86, GRID * 45))
        in_column(self.splitter, on=self, margins=GRID)

    def _files(self) -> list[PickFile]:
        return in_shrink_order(self.model.checked)

    def _follow(self) -> None:
        files = self._files()
        if self._reference not in [file.candidate for file in files]:
            self._reference = None
        self.chosen.set_files(files, letters_of(files), reference_among(files, self._reference))
        enough = can_be_ladder(files)
        self.measure_button.setEnabled(enough and not self.form.missing)
        if len(files) > MAX_CANDIDATES:
            text = self.tr("At most {n} versions stand in one ladder.").format(n=MAX_CANDIDATES)
        elif not enough:
            text = self.tr("Check at least two versions; the others are held against one of them.")
        else:
            text = self.tr(
                "Everything is measured one after another. It can be paused, and what is measured"
                " is kept."
            )
        self.advice.setText(text)

    def _set_reference(self, candidate: Candidate) -> None:
        self._reference = candidate
        self._follow()

    def _remove(self, candidate: Candidate) -> None:
        checked = [file.candidate for file in self.model.checked]
        self.model.set_checked([each for each in checked if each != candidate])

    def _open(self) -> None:
        paths = whole_sets(Path(path) for path in self._choose_models())
        if paths:
            opened = [candidate_of(path) for path in paths]
            known = {file.candidate for file in self.model.files}
            self._opened += [each for each in opened if each not in known]
            checked = [file.candidate for file in self.model.checked]
            self.set_files(self._known)
            able = [file.candidate for file in self.model.files if not file.why_not]
            wanted = dict.fromkeys([*checked, *opened])
            self.model.set_checked([each for each in wanted if each in able])

    def _measure(self) -> None:
        files, reference = self._files(), self.chosen.reference
        if reference is None:
            return
        self.measure_wanted.emit(
            LadderOrder(
                reference,
                tuple(file.candidate for file in files),
                Limits(),
                self.form.profile,
                text=self.form.text_path,
                items=self.form.items,
                source=self.form.text,
                quality_mode=self.form.mode,
            ),
            letters_of(files),
        )

    # Qt's own names from here on.

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.closed.emit()
        else:
            super().keyPressEvent(event)
