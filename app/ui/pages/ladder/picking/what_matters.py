"""What matters to the person: kinds of tasks to tick, or questions of their own."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QCheckBox, QWidget

from app.core.tasks.items import name_of_kind
from app.lab.tasks.sets import BUNDLED
from app.ui.kit.theme import GRID
from app.ui.kit.widgets import FlowLayout, label
from app.ui.kit.widgets.buttons import set_words
from app.ui.kit.widgets.layouts import in_column
from app.ui.kit.words.sentences import told


class WhatMatters(QWidget):
    """The questions that are asked.

    Args:
        choose_file: Asks for a file: a title, and which ones.

    Attributes:
        demo: All files are the demo model's, which has questions of its own.

    Signals:
        changed: Another choice.
    """

    changed = Signal()

    def __init__(self, choose_file: Callable[[str, str], Path | None]) -> None:
        super().__init__()
        self.setAccessibleName(self.tr("What matters to me"))
        self._choose_file = choose_file
        self._file: Path | None = None
        self.demo = False
        self.boxes = {kind: QCheckBox() for kind in BUNDLED}
        self.own_box = QCheckBox()
        self.explained = label("", "small-dim", wrap=True)
        row = QWidget()
        flow = FlowLayout(row, spacing_px=GRID * 2)
        for kind, box in self.boxes.items():
            set_words(box, told(name_of_kind(kind)))
            box.setChecked(True)
            box.clicked.connect(lambda _on: self._follow())
            flow.addWidget(box)
        set_words(self.own_box, self.tr("only questions of my own …"))
        self.own_box.clicked.connect(self._on_own)
        flow.addWidget(self.own_box)
        in_column(row, self.explained, on=self, spacing=GRID // 2)
        self._follow()

    @property
    def kinds(self) -> tuple[str, ...]:
        """The bundled kinds that are asked; empty for all."""
        chosen = tuple(kind for kind, box in self.boxes.items() if box.isChecked())
        every = self.demo or self.items is not None or len(chosen) == len(self.boxes)
        return () if every else chosen

    @property
    def items(self) -> Path | None:
        """One's own questions."""
        return self._file if self.own_box.isChecked() else None

    @property
    def missing(self) -> bool:
        """Whether nothing would be asked."""
        chosen = any(box.isChecked() for box in self.boxes.values())
        return not (self.demo or self.items is not None or chosen)

    def set_demo(self, demo: bool) -> None:
        """All files are the demo model's, or not any more."""
        self.demo = demo
        self._follow()

    def _on_own(self, on: bool) -> None:
        if on:
            title = self.tr("A file of questions")
            self._file = self._choose_file(title, self.tr("JSON lines (*.jsonl)")) or self._file
            self.own_box.setChecked(self._file is not None)
        self._follow()

    def _follow(self) -> None:
        for box in self.boxes.values():
            box.setEnabled(not self.demo and self.items is None)
        if self.items is not None:
            words = self.items.name
        elif self.demo:
            words = self.tr("The demo model is asked what it can: it has questions of its own.")
        elif self.missing:
            words = self.tr("Tick one kind of questions at least.")
        else:
            words = self.tr("Every answer is checked. Ticking less is quicker, and proves less.")
        self.explained.setText(words)
        self.changed.emit()
