"""What a person wants beside the ticked versions: a size, and what goes for all of them."""

from __future__ import annotations

from enum import Enum, auto
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QCheckBox, QWidget

from app.core.shrink.recipe import MatrixUse, Recipe
from app.ui.kit.plain import add_choice, set_tip
from app.ui.kit.theme import GRID
from app.ui.kit.widgets import ChoiceBox, FlowLayout, NumberField, label
from app.ui.kit.widgets.layouts import in_column, in_row
from app.ui.kit.words.format import byte_size, number
from app.ui.settings.adapters_editor import AdaptersEditor, adapter_name

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path


_GB = 1_000_000_000
_ADAPTERS_PX = GRID * 60
_MOST_GB, _MOST_LAYERS, _MOST_PERCENT = 10_000, 500, 95


class Unit(Enum):
    """What a wished size is a size of."""

    FILE = auto()
    MEMORY = auto()
    BITS = auto()


class SizeWish(QWidget):
    """One file of a given size: the program chooses the number formats.

    Signals:
        changed: Another wish.
    """

    changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.box = QCheckBox(self.tr("One file of a given size: at most"))
        self.amount = NumberField(self.tr("Size"), 0.001, _MOST_GB, decimals=3, step=0.1)
        self.unit = ChoiceBox()
        self.unit.setAccessibleName(self.tr("What the size is of"))
        for text, unit in (
            (self.tr("GB on the disk"), Unit.FILE),
            (self.tr("GB of memory"), Unit.MEMORY),
            (self.tr("bits a weight"), Unit.BITS),
        ):
            add_choice(self.unit, text, unit)
        sign = self.fontMetrics().averageCharWidth()
        self.amount.setFixedWidth(sign * 10)
        set_tip(
            self,
            self.tr(
                "Each part of the model gets the number format with which least is lost within the"
                " size. It is measured first which parts matter."
            ),
        )
        flow = FlowLayout(self)
        for each in (self.box, self.amount, self.unit):
            flow.addWidget(each)
        self.box.toggled.connect(self._on_changed)
        self.amount.value_changed.connect(lambda _value: self.box.setChecked(True))
        self.amount.value_changed.connect(self._on_changed)
        self.unit.activated.connect(self._on_changed)

    def suggest(self, file_bytes: int) -> None:
        """Say a size to begin with, where nobody wished for one."""
        if not self.box.isChecked() and self.unit.currentData() is Unit.FILE:
            self.amount.set_value(max(0.001, file_bytes / _GB))

    def wish(self, beside_bytes: int) -> tuple[str, Recipe, int] | None:
        """What is wished: its title, its recipe without what goes for all, and about its bytes.

        Args:
            beside_bytes: What an engine needs beside the file.
        """
        amount = self.amount.value
        if not self.box.isChecked() or amount is None:
            return None
        match self.unit.currentData():
            case Unit.BITS:
                bits = number(amount, 0 if amount == round(amount) else 2)
                return self.tr("{n} bits").format(n=bits), Recipe(target_bits=float(amount)), 0
            case Unit.MEMORY:
                size = max(1, round(amount * _GB) - beside_bytes)
            case _:
                size = round(amount * _GB)
        return str(byte_size(size)), Recipe(target_bytes=size), size

    def _on_changed(self) -> None:
        self.changed.emit()


class CommonWishes(QWidget):
    """What goes for all versions: the importance matrix, what is left out, what is added.

    Signals:
        changed: Another wish.

    Args:
        ask_matrix: Asks for an importance matrix's file.
    """

    changed = Signal()

    def __init__(
        self, ask_matrix: Callable[[], Path | None], parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._ask_matrix = ask_matrix
        self._file = ""
        self.matrix = ChoiceBox(least_characters=16)
        self.matrix.setAccessibleName(self.tr("Importance matrix"))
        for text, use in (
            (self.tr("made where it helps"), MatrixUse.AUTO.value),
            (self.tr("always made"), MatrixUse.OWN.value),
            (self.tr("none"), MatrixUse.NONE.value),
            (self.tr("a file …"), None),
        ):
            add_choice(self.matrix, text, use)
        sign = self.fontMetrics().averageCharWidth()
        self.layers = NumberField(
            self.tr("Layers to leave out"), 0, _MOST_LAYERS, blank=self.tr("none")
        )
        self.zeros = NumberField(
            self.tr("Weights set to zero, per cent"), 1, _MOST_PERCENT, blank=self.tr("none")
        )
        for field in (self.layers, self.zeros):
            field.setFixedWidth(sign * 9)
            field.value_changed.connect(lambda _value: self.changed.emit())
        rows = (
            (
                self.tr("Importance matrix"),
                self.matrix,
                self.tr("Says which weights matter most, so that these are kept well."),
            ),
            (
                self.tr("Leave out layers"),
                self.layers,
                self.tr(
                    "So many of those that change least of what passes through them. The file gets"
                    " really smaller and faster, and loses much."
                ),
            ),
            (
                self.tr("Set weights to zero, %"),
                self.zeros,
                self.tr(
                    "The smallest of them. In the number formats of today that saves neither bytes"
                    " nor time, but loses: to see for yourself."
                ),
            ),
        )
        parts: list[QWidget] = []
        for name, control, tip in rows:
            part = QWidget()
            in_row(label(name, "dim"), control, on=part, spacing=GRID // 2)
            set_tip(part, tip)
            parts.append(part)
        holder = QWidget()
        flow = FlowLayout(holder)
        for part in parts:
            flow.addWidget(part)
        self.adapters = AdaptersEditor(for_good=True)
        self.adapters.setMaximumWidth(_ADAPTERS_PX)
        self.adapters.changed.connect(lambda _adapters: self.changed.emit())
        in_column(holder, in_row((self.adapters, 1), 1), on=self)
        self.matrix.activated.connect(self._on_matrix)

    @property
    def text(self) -> str:
        """What is wished, where that is not the usual; for the fold's title."""
        said: list[str] = []
        if self.matrix.currentIndex() > 0:
            said.append(
                self.tr("importance matrix {which}").format(which=self.matrix.currentText())
            )
        if self.layers.value:
            said.append(self.tr("without {n} layers").format(n=self.layers.value))
        if self.zeros.value:
            said.append(self.tr("{n} % zeros").format(n=self.zeros.value))
        if self.adapters.adapters:
            names = " + ".join(map(adapter_name, self.adapters.adapters))
            said.append(self.tr("with {adapters}").format(adapters=names))
        return ", ".join(said)

    @property
    def change_weights(self) -> bool:
        """Whether they make another file even where all number formats stay."""
        return bool(self.layers.value or self.zeros.value or self.adapters.adapters)

    def offer_adapters(self, fitting: Sequence[Path]) -> None:
        """Of another model these adapters fit; others are wished no more."""
        self.adapters.set_choices(fitting)
        own = set(map(str, fitting))
        self.adapters.set_adapters(
            tuple(each for each in self.adapters.adapters if each.path in own)
        )

    @property
    def makes_matrix(self) -> bool:
        """Whether one is made where it is wanted, not taken from a file."""
        return self.matrix.currentData() in (MatrixUse.AUTO.value, MatrixUse.OWN.value)

    def use_matrix(self, path: Path, name: str) -> None:
        """Take this importance matrix for all versions."""
        self._file = str(path)
        place = self.matrix.findData(None)
        self.matrix.setItemText(place, self.tr("the one of {name}").format(name=name))
        self.matrix.setCurrentIndex(place)
        self.changed.emit()

    def complete(self, wished: Recipe, *, requantizes: bool) -> Recipe:
        """The recipe of a ticked version or a wished size, with what goes for all."""
        use = self.matrix.currentData()
        return Recipe(
            level=wished.level,
            target_bytes=wished.target_bytes,
            target_bits=wished.target_bits,
            matrix=self._file if use is None else MatrixUse(use),
            drop_layers=int(self.layers.value or 0) or (),
            sparsity=self.zeros.value / 100 if self.zeros.value else None,
            requantizes=requantizes,
            merge=self.adapters.adapters,
        )

    def _on_matrix(self, place: int) -> None:
        if self.matrix.itemData(place) is None:
            chosen = self._ask_matrix()
            if chosen is None:
                self.matrix.setCurrentIndex(0)
            else:
                self._file = str(chosen)
                self.matrix.setItemText(place, self.tr("the file {name}").format(name=chosen.name))
        self.changed.emit()
