"""What a person wants to be learned again, where something is left out: whether, and how much."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QCheckBox, QWidget

from app.core.shrink.healing import Healing, healing_bytes, healing_seconds
from app.lab.shrink.healing import why_not
from app.ui.kit.plain import add_choice, set_tip
from app.ui.kit.theme import GRID
from app.ui.kit.widgets import ChoiceBox, in_lines, label
from app.ui.kit.widgets.layouts import in_column
from app.ui.kit.words.format import about, byte_size, number
from app.ui.kit.words.sentences import told

if TYPE_CHECKING:
    from app.core.models.model_file import ModelFile

# A pass over the bundled text of the demo model takes about sixty.
_AMOUNTS = (64, 128, 512, 2048)
_USUAL = 1


class LearningWish(QWidget):
    """Versions that something is left out of learn again from their original.

    Signals:
        changed: Another wish.
        pace_wanted: It is to be shown how long learning takes here; :meth:`show_pace` answers.
    """

    changed = Signal()
    pace_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._model: ModelFile | None = None
        self._pace = 0.0
        self._asked = False
        self.box = QCheckBox(self.tr("Let it learn again from its original (experimental)"))
        self.amount = ChoiceBox(least_characters=34)
        self.amount.setAccessibleName(self.tr("From how much text it learns"))
        for windows in _AMOUNTS:
            add_choice(self.amount, "", windows)
        self.amount.setCurrentIndex(_USUAL)
        self.note = label("", "dim", wrap=True)
        set_tip(
            self,
            self.tr(
                "What is left of the model reads a text, and comes nearer to what its original"
                " would say at each word. That brings back a part of what was lost."
            ),
        )
        in_column(in_lines(self.box, self.amount), self.note, on=self, spacing=GRID // 2)
        self.box.toggled.connect(self._on_changed)
        self.amount.activated.connect(self._on_changed)
        self.follow(None, leaves_out=False)

    @property
    def healing(self) -> Healing | None:
        """What is wished; None for nothing."""
        if not (self.box.isEnabled() and self.box.isChecked()):
            return None
        return Healing(windows=self.amount.currentData())

    @property
    def seconds(self) -> float:
        """About how long that takes for a version; 0 where it is not known, or not wished."""
        if self.healing is None or self._model is None or not self._pace:
            return 0.0
        return healing_seconds(self._model, self.healing, self._pace)

    def follow(self, model: ModelFile | None, *, leaves_out: bool) -> None:
        """Offer what can be wished for versions of a model.

        Args:
            model: None for none.
            leaves_out: They lack something.
        """
        self._model = model
        lacks = leaves_out or bool(model and model.pruned)
        why = why_not(model, self._pace or None) if model is not None else None
        self.box.setEnabled(lacks and why is None)
        self.amount.setEnabled(self.box.isEnabled() and self.box.isChecked())
        if model is None or not lacks:
            said = self.tr("Where something is left out or set to zero, the rest can learn again.")
        elif why is not None:
            said = told(why)
        elif not self._pace:
            said = self.tr("How long that takes here is being found out …")
        else:
            said = self.tr("It takes {memory} of memory beside the original.").format(
                memory=byte_size(healing_bytes(model))
            )
        self.note.setText(said)
        self._show_amounts()
        if model is not None and lacks and not self._pace and not self._asked:
            self._asked = True
            self.pace_wanted.emit()

    def show_pace(self, pace: float) -> None:
        """So many operations a second does this PC while learning; 0 where that is not known."""
        self._pace = pace
        self.changed.emit()

    def _show_amounts(self) -> None:
        for place, windows in enumerate(_AMOUNTS):
            words = self.tr("{n} windows of text").format(n=number(windows))
            if self._model is not None and self._pace and self.box.isEnabled():
                seconds = healing_seconds(self._model, Healing(windows), self._pace)
                words = self.tr("{amount}, about {time}").format(
                    amount=words, time=about(max(1.0, seconds))
                )
            self.amount.setItemText(place, words)

    def _on_changed(self) -> None:
        self.changed.emit()
