"""Of which model smaller versions are made: the originals on this PC first."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal

from app.lab.shrink.full_versions import is_full
from app.lab.shrink.sources import NEARLY_FULL
from app.ui.kit.plain import add_choice
from app.ui.kit.widgets import ChoiceBox
from app.ui.kit.words.format import byte_size

if TYPE_CHECKING:
    from collections.abc import Sequence

    from app.core.models.family import LibraryModel
    from app.core.models.model_file import ModelFile


class SourceChoice(ChoiceBox):
    """A box of models.

    Signals:
        chosen: The person took another one: its path.

    Args:
        any_level: Offer shrunken models, too.
        blank: What taking none is called; empty where one has to be taken.
    """

    chosen = Signal(object)

    def __init__(self, *, any_level: bool = False, blank: str = "") -> None:
        super().__init__(least_characters=18)
        self._any_level, self._blank = any_level, blank
        self.setAccessibleName(self.tr("The model that versions are made of"))
        self._others: list[Path] = []
        self._models: Sequence[LibraryModel] = ()
        self.activated.connect(lambda _place: self.chosen.emit(self.path))

    @property
    def path(self) -> Path | None:
        """The chosen one; None where there is none."""
        kept = self.currentData()
        return Path(kept) if kept else None

    def show_models(self, models: Sequence[LibraryModel]) -> None:
        """Offer these; what was chosen stays so."""
        self._models = models
        self._fill(self.path)

    def choose(self, path: Path | None) -> None:
        """Choose a model, be it in the list or not; None for the first in the list."""
        if path and self.findData(str(path)) < 0 and path not in self._others:
            self._others.append(path)
        self._fill(path)

    def _fill(self, chosen: Path | None) -> None:
        self.clear()
        if self._blank:
            add_choice(self, self._blank, "")
        most = 2 if self._any_level else 1
        for one in sorted(self._models, key=_order):
            if one.model is not None and one.is_language_model and _rank(one.model) <= most:
                size = byte_size(one.file_bytes)
                self._add(f"{one.name} · {one.label} · {size}", one.path)
        # A file that was opened, or that the library does not have at this moment.
        for path in [*self._others, *([chosen] if chosen is not None else ())]:
            if self.findData(str(path)) < 0:
                self._add(path.name, path)
        place = 0 if chosen is None else self.findData(str(chosen))
        self.setCurrentIndex(place if self.count() else -1)

    def _add(self, text: str, path: Path) -> None:
        add_choice(self, text, str(path), tool_tip=str(path))


def _rank(model: ModelFile) -> int:
    if is_full(model):
        return 0
    return 1 if model.level_name in NEARLY_FULL else 2


def _order(one: LibraryModel) -> tuple[int, str]:
    return (_rank(one.model) if one.model is not None else 3, one.name.lower())
