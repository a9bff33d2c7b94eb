"""Chooses with which projector a model sees, or that it sees nothing."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal

from app.core.models.model_names import model_stem
from app.ui.kit.plain import add_choice
from app.ui.settings.settings_rows import QuietComboBox, choose

if TYPE_CHECKING:
    from app.core.models.family import LibraryModel

_FILE = ""


class ProjectorBox(QuietComboBox):
    """Projectors of this PC that fit, the one that is used, none, or a file.

    Signals:
        chosen: The person chose one (its path), or none (None).
        file_wanted: The person has one in a file.
    """

    chosen = Signal(object)
    file_wanted = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._choices: Sequence[LibraryModel] = ()
        self._used: str | None = None
        self._has_beside = False
        self.activated.connect(self._on_activated)
        self._fill()

    def set_choices(self, choices: Sequence[LibraryModel], *, has_beside: bool = False) -> None:
        """Offer these; ``has_beside`` where one lies beside the file, to be used when needed."""
        self._choices, self._has_beside = choices, has_beside
        self._fill()

    def set_used(self, path: str | None) -> None:
        """Show which one is used, without telling anybody."""
        self._used = path
        self._fill()

    def _fill(self) -> None:
        blocked = self.blockSignals(True)
        self.clear()
        add_choice(self, self.tr("auto") if self._has_beside else self.tr("nothing"), None)
        paths = dict.fromkeys(str(each.path) for each in self._choices)
        for path in [*paths, *([self._used] if self._used and self._used not in paths else [])]:
            add_choice(self, model_stem(Path(path).name), path, tool_tip=path)
        add_choice(self, self.tr("a file …"), _FILE)
        self.blockSignals(blocked)
        choose(self, self._used)

    def _on_activated(self) -> None:
        path = self.currentData()
        if path == _FILE:
            choose(self, self._used)
            self.file_wanted.emit()
        else:
            self._used = path
            self.chosen.emit(path)
