"""The versions of a ladder that is being set up: letter, name, which one is the reference."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from app.lab.ladder.pickable import short_name
from app.ui.kit.icons import Tone
from app.ui.kit.theme import GRID
from app.ui.kit.widgets import ElidedLabel, IconButton, StatusDot, label
from app.ui.kit.widgets.layouts import empty, in_column, in_row
from app.ui.picking.pick_model import with_settings

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from app.core.candidates.candidate import Candidate
    from app.lab.ladder.pickable import PickFile


class ChosenList(QWidget):
    """A few lines.

    Signals:
        reference_chosen: Another candidate is to be the reference.
        remove_wanted: A candidate is not to be measured.
    """

    reference_chosen = Signal(object)
    remove_wanted = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.reference: Candidate | None = None
        self._shown: object = None
        self._column = in_column(on=self, spacing=GRID // 2)

    def set_files(
        self, files: Sequence[PickFile], letters: Mapping[str, str], reference: Candidate | None
    ) -> None:
        """Show these, from the least to the most shrunken."""
        self.reference = reference
        wanted = (tuple(files), tuple(letters.items()), reference)
        if wanted == self._shown:
            return
        self._shown = wanted
        empty(self._column)
        for file in files:
            self._column.addWidget(self._line(file, letters[file.candidate.key()], files))
        if not files:
            self._column.addWidget(label(self.tr("Nothing is checked yet."), "dim"))

    def _line(self, file: PickFile, letter: str, files: Sequence[PickFile]) -> QWidget:
        line = QWidget(self)
        is_reference = file.candidate == self.reference
        name = with_settings(file, short_name(file, files))
        star = IconButton(
            "star-filled" if is_reference else "star",
            self.tr("{name} is the reference").format(name=name)
            if is_reference
            else self.tr("Make {name} the reference").format(name=name),
            tone=Tone.ACCENT if is_reference else Tone.DIM,
            size_px=16,
        )
        star.clicked.connect(lambda: self.reference_chosen.emit(file.candidate))
        remove = IconButton(
            "close", self.tr("Leave {name} out").format(name=name), tone=Tone.DIM, size_px=14
        )
        remove.clicked.connect(lambda: self.remove_wanted.emit(file.candidate))
        words = ElidedLabel(name)
        words.set_text(name, str(file.path))
        row = in_row(StatusDot(letter), (words, 1), on=line)
        if is_reference:
            row.addWidget(label(self.tr("reference"), "small-dim"))
        row.addWidget(star)
        row.addWidget(remove)
        return line
