"""What a person wants beside the ticked versions: a size, and what goes for all of them."""

from __future__ import annotations

from dataclasses import replace
from enum import Enum, auto
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QCheckBox, QWidget

from app.core.candidates.settings import DEFAULT_CONTEXT_TOKENS, KvType
from app.core.shrink.inside.savings import left_share
from app.core.shrink.recipe import MatrixUse, MemoryTarget, Recipe
from app.core.shrink.sparsity import TWO_OF_FOUR
from app.ui.kit.plain import add_choice, set_tip
from app.ui.kit.theme import GRID
from app.ui.kit.widgets import ChoiceBox, FlowLayout, NumberField, in_lines, label
from app.ui.kit.widgets.layouts import in_column, in_row
from app.ui.kit.words.format import byte_size, context_length, number
from app.ui.settings.adapters_editor import AdaptersEditor, adapter_name

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from app.core.models.model_file import ModelFile
    from app.ui.pages.shrink.making.layers import LayersWish


_ADAPTERS_PX = GRID * 60
_MOST_GB, _MOST_PERCENT, _MOST_NARROW = 10_000, 95, 90
_GB, _TENTH_GB = 1_000_000_000, 100_000_000
_USUAL_BITS = 4.5
_CONTEXTS = (2048, 4096, 8192, 16_384, 32_768, 65_536, 131_072)
_KV_TYPES = (KvType.F16, KvType.Q8_0, KvType.Q4_0)


class Unit(Enum):
    """What a wished size is a size of."""

    FILE = auto()
    MEMORY = auto()
    BITS = auto()


class SizeWish(QWidget):
    """One file of a given size: the program chooses the number formats.

    Signals:
        changed: Another wish.

    Args:
        free_bytes: What models may take of this PC's memory now.
    """

    changed = Signal()

    def __init__(self, free_bytes: Callable[[], int], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._free_bytes = free_bytes
        self._usual_bytes = 0
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
        self.context = ChoiceBox()
        self.context.setAccessibleName(self.tr("With a context of"))
        for tokens in _CONTEXTS:
            words = self.tr("{n} context").format(n=context_length(tokens))
            add_choice(self.context, words, tokens)
        self.context.setCurrentIndex(_CONTEXTS.index(DEFAULT_CONTEXT_TOKENS))
        self.kv_type = ChoiceBox()
        self.kv_type.setAccessibleName(self.tr("Number format of the KV cache"))
        for kind in _KV_TYPES:
            words = self.tr("KV cache {type}").format(type=kind.upper())
            add_choice(self.kv_type, words, kind)
        self.tries = QCheckBox(self.tr("measure several mixtures, keep the best"))
        set_tip(
            self.tries,
            self.tr(
                "Makes a few mixtures of number formats, one after another, and measures which of"
                " them loses least. Takes a few times as long."
            ),
        )
        self.tries.setChecked(True)
        self.tries.toggled.connect(self._on_changed)
        self.running = QWidget()
        in_row(self.context, self.kv_type, on=self.running, spacing=GRID // 2)
        self.running.hide()
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
        for each in (self.box, self.amount, self.unit, self.running, self.tries):
            flow.addWidget(each)
        self.box.toggled.connect(self._on_changed)
        self.amount.value_changed.connect(lambda _value: self.box.setChecked(True))
        self.amount.value_changed.connect(self._on_changed)
        self.unit.activated.connect(self._on_unit)
        for choice in (self.context, self.kv_type):
            choice.activated.connect(self._on_changed)

    def suggest(self, file_bytes: int) -> None:
        """Say a size to begin with, where nobody wished for one."""
        self._usual_bytes = file_bytes
        if not self.box.isChecked():
            self._suggest()

    def wish(self, beside_bytes: int) -> tuple[str, Recipe, int] | None:
        """What is wished: its title, its recipe without what goes for all, and about its bytes.

        Args:
            beside_bytes: What an engine needs beside the file.
        """
        amount = self.amount.value
        if not self.box.isChecked() or amount is None:
            return None
        wish = Recipe(is_quick=not self.tries.isChecked())
        match self.unit.currentData():
            case Unit.BITS:
                bits = number(amount, 0 if amount == round(amount) else 2)
                words = self.tr("{n} bits").format(n=bits)
                return words, replace(wish, target_bits=float(amount)), 0
            case Unit.MEMORY:
                wanted = round(amount * _GB)
                target = MemoryTarget(
                    wanted, self.context.currentData(), KvType(self.kv_type.currentData())
                )
                words = self.tr("{size} of memory").format(size=byte_size(wanted))
                size = max(1, wanted - beside_bytes)
                return words, replace(wish, target_memory=target), size
            case _:
                size = round(amount * _GB)
        return str(byte_size(size)), replace(wish, target_bytes=size), size

    def _suggest(self) -> None:
        match self.unit.currentData():
            case Unit.FILE if self._usual_bytes:
                self.amount.set_value(max(0.001, self._usual_bytes / _GB))
            case Unit.MEMORY:
                self.amount.set_value(max(0.1, self._free_bytes() // _TENTH_GB / 10))
            case Unit.BITS:
                self.amount.set_value(_USUAL_BITS)
            case _:
                pass

    def _on_unit(self) -> None:
        self.running.setVisible(self.unit.currentData() is Unit.MEMORY)
        self._suggest()
        self.changed.emit()

    def _on_changed(self) -> None:
        self.changed.emit()


class CommonWishes(QWidget):
    """What goes for all versions: the importance matrix, what is left out, what is added.

    Signals:
        changed: Another wish.

    Args:
        ask_matrix: Asks for an importance matrix's file.
        layers: Asks for layers.
    """

    changed = Signal()

    def __init__(
        self,
        ask_matrix: Callable[[], Path | None],
        layers: LayersWish,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._ask_matrix = ask_matrix
        self._model: ModelFile | None = None
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
        self.layers = layers
        self.narrow = NumberField(
            self.tr("Narrower feed-forward, per cent"), 1, _MOST_NARROW, blank=self.tr("none")
        )
        self.experts = NumberField(self.tr("Experts to leave out"), 1, 1, blank=self.tr("none"))
        self.zeros = NumberField(
            self.tr("Weights set to zero, per cent"), 1, _MOST_PERCENT, blank=self.tr("none")
        )
        self.pattern = QCheckBox(self.tr("two of every four"))
        for field in (self.narrow, self.experts, self.zeros):
            field.setFixedWidth(sign * 9)
            field.value_changed.connect(lambda _value: self._on_changed())
        rows = (
            (
                self.tr("Importance matrix"),
                self.matrix,
                self.tr("Says which weights matter most, so that these are kept well."),
            ),
            (
                self.tr("Narrow the feed-forward, %"),
                self.narrow,
                self.tr(
                    "Leaves out those channels inside each layer that add least. The file gets"
                    " really smaller and faster. Best a width that 256 divides: all number formats"
                    " fit then, and one near the wish is taken."
                ),
            ),
            (
                self.tr("Leave out experts"),
                self.experts,
                self.tr(
                    "So many of each layer, those that work least on a text. The file gets really"
                    " smaller, and hardly faster: as many as before work on a word."
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
        self._parts: dict[QWidget, QWidget] = {}
        for name, control, tip in rows:
            part = self._parts[control] = QWidget()
            beside = [self.pattern] if control is self.zeros else []
            in_row(label(name, "dim"), control, *beside, on=part, spacing=GRID // 2)
            set_tip(part, tip)
        self.adapters = AdaptersEditor(for_good=True)
        self.adapters.setMaximumWidth(_ADAPTERS_PX)
        self.adapters.changed.connect(lambda _adapters: self._on_changed())
        parts = (in_lines(*self._parts.values()), layers, in_row((self.adapters, 1), 1))
        in_column(*parts, on=self, spacing=GRID // 2)
        layers.changed.connect(self._on_changed)
        self.pattern.toggled.connect(lambda _on: self._on_changed())
        self.show_model(None, is_original=False)
        self.matrix.activated.connect(self._on_matrix)

    @property
    def text(self) -> str:
        """What is wished, where that is not the usual; for the fold's title."""
        said: list[str] = []
        if self.matrix.currentIndex() > 0:
            said.append(
                self.tr("importance matrix {which}").format(which=self.matrix.currentText())
            )
        if self.layers.field.value:
            said.append(self.tr("without {n} layers").format(n=self.layers.field.value))
        if self.narrow.value:
            said.append(self.tr("{n} % narrower").format(n=self.narrow.value))
        if self.experts.value:
            said.append(self.tr("without {n} experts").format(n=self.experts.value))
        if self.pattern.isChecked():
            said.append(self.tr("two of every four zero"))
        elif self.zeros.value:
            said.append(self.tr("{n} % zeros").format(n=self.zeros.value))
        if self.adapters.adapters:
            names = " + ".join(map(adapter_name, self.adapters.adapters))
            said.append(self.tr("with {adapters}").format(adapters=names))
        return ", ".join(said)

    @property
    def leaves_out(self) -> bool:
        """Whether a version is to lack something."""
        return self.complete(Recipe(), requantizes=False).leaves_out

    @property
    def left_share(self) -> float:
        """About how much of the model stays; zeros take as much room as anything else."""
        if self._model is None:
            return 1.0
        layers, width = int(self.layers.field.value or 0), self._width
        return left_share(self._model, layers, width, int(self.experts.value or 0))

    def show_model(self, model: ModelFile | None, *, is_original: bool) -> None:
        """Offer what can be left out of a model.

        Args:
            model: None for none.
            is_original: Its weights are not quantized, so that single ones can go.
        """
        self._model = model
        self.layers.show_model(model.path if model else None, model.block_count if model else 0)
        experts = model.expert_count if model is not None else 0
        self.experts.set_most(max(1, experts - 1))
        for field in (self.narrow, self.experts, self.zeros):
            field.set_value(None)
        self.pattern.setChecked(False)
        self._parts[self.experts].setVisible(experts > 1)
        self._parts[self.narrow].setVisible(is_original and not experts)
        self._parts[self.zeros].setVisible(is_original)
        self._on_changed()

    @property
    def _width(self) -> float | None:
        return self.narrow.value / 100 if self.narrow.value else None

    def make_another(self, *, quantized: bool) -> bool:
        """Whether they make another file even where all number formats stay.

        Args:
            quantized: The source is, so that what adapters add to it would have to be, again.
        """
        adapters = bool(self.adapters.adapters)
        return not (quantized and adapters) and (adapters or self.leaves_out)

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
        return replace(
            wished,
            matrix=self._file if use is None else MatrixUse(use),
            drop_layers=self.layers.drop_layers,
            width=self._width,
            experts=int(self.experts.value or 0),
            sparsity=self._sparsity,
            requantizes=requantizes,
            merge=self.adapters.adapters,
        )

    @property
    def _sparsity(self) -> float | str | None:
        if self.pattern.isChecked():
            return TWO_OF_FOUR
        return self.zeros.value / 100 if self.zeros.value else None

    def _on_changed(self) -> None:
        self.zeros.setEnabled(not self.pattern.isChecked())
        self.changed.emit()

    def _on_matrix(self, place: int) -> None:
        if self.matrix.itemData(place) is None:
            chosen = self._ask_matrix()
            if chosen is None:
                self.matrix.setCurrentIndex(0)
            else:
                self._file = str(chosen)
                self.matrix.setItemText(place, self.tr("the file {name}").format(name=chosen.name))
        self.changed.emit()
