"""What of the history is looked for: words, kind, model, time, folder."""

from __future__ import annotations

import time
from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from app.core.history.entry import EntryKind, Wanted
from app.ui.kit.plain import add_choice
from app.ui.kit.theme import GRID
from app.ui.kit.timers import later
from app.ui.kit.widgets.choice_box import ChoiceBox
from app.ui.kit.widgets.flow import FlowLayout
from app.ui.kit.widgets.layouts import in_column
from app.ui.kit.widgets.search_field import search_field
from app.ui.pages.history.words import kind_words

ASK_MS = 120
"""Words are looked for when nobody has typed for so long."""
_MOST_MODELS = 100
_DAY_NS = 86_400 * 10**9
_LEAST_CHARACTERS = 10


class HistoryFilters(QWidget):
    """Says which entries are wanted.

    Signals:
        changed: Others than before: :attr:`wanted` says which.
    """

    changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        words = self.tr("Search prompts, answers, questions, names")
        self.search = search_field(words)
        self._timer = later(self, ASK_MS, self.changed.emit)
        self.search.textChanged.connect(lambda _text: self._timer.start())
        self.kinds = self._box(self.tr("Kind"))
        add_choice(self.kinds, self.tr("Everything"), None)
        for kind in EntryKind:
            add_choice(self.kinds, kind_words(kind), kind)
        self.times = self._box(self.tr("Time"))
        for text, days in (
            (self.tr("Any time"), None),
            (self.tr("Last 24 hours"), 1),
            (self.tr("Last 7 days"), 7),
            (self.tr("Last 30 days"), 30),
            (self.tr("Last 365 days"), 365),
        ):
            add_choice(self.times, text, days)
        self.models = self._box(self.tr("Model"))
        self.folders = self._box(self.tr("Folder"))
        self.set_choices((), ())
        row = QWidget()
        flow = FlowLayout(row, spacing_px=GRID)
        for box in (self.kinds, self.models, self.times, self.folders):
            flow.addWidget(box)
            box.currentIndexChanged.connect(lambda _at: self.changed.emit())
        in_column(self.search, row, on=self)

    @property
    def wanted(self) -> Wanted:
        """Which entries."""
        kind: EntryKind | None = self.kinds.currentData()
        days: int | None = self.times.currentData()
        pinned = self.folders.currentData() is True
        return Wanted(
            words=self.search.text().strip(),
            kinds=() if kind is None else (EntryKind(kind),),
            model=self.models.currentData() or "",
            since_ns=None if days is None else time.time_ns() - days * _DAY_NS,
            folder="" if pinned else self.folders.currentData() or "",
            pinned=pinned,
        )

    @property
    def is_set(self) -> bool:
        """Whether anything is left out."""
        boxes = (self.kinds, self.models, self.times, self.folders)
        return bool(self.search.text().strip()) or any(box.currentIndex() > 0 for box in boxes)

    def clear(self) -> None:
        """Look for everything."""
        for box in (self.kinds, self.models, self.times, self.folders):
            box.setCurrentIndex(0)
        self.search.clear()

    def set_choices(self, models: Sequence[str], folders: Sequence[str]) -> None:
        """What there is to choose from; what is chosen stays, or all is shown where it is gone."""
        self._fill(self.models, self.tr("All models"), models[:_MOST_MODELS])
        self._fill(self.folders, self.tr("All folders"), folders, pinned=self.tr("Pinned"))

    def _fill(self, box: ChoiceBox, every: str, names: Sequence[str], *, pinned: str = "") -> None:
        chosen = box.currentData()
        box.blockSignals(True)
        box.clear()
        add_choice(box, every, "")
        if pinned:
            add_choice(box, pinned, True)
        for name in names:
            add_choice(box, name, name)
        at = box.findData(chosen) if chosen is not None else 0
        box.setCurrentIndex(max(0, at))
        box.blockSignals(False)
        if at < 0:
            self.changed.emit()

    @staticmethod
    def _box(name: str) -> ChoiceBox:
        box = ChoiceBox(name, least_characters=_LEAST_CHARACTERS)
        box.setSizeAdjustPolicy(ChoiceBox.SizeAdjustPolicy.AdjustToContents)
        box.setMaximumWidth(GRID * 28)
        return box
