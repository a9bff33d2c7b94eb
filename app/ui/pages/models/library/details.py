"""What the header of the chosen model file says."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import (
    QGridLayout,
    QScrollArea,
    QWidget,
)

from app.core.models.bases import bases_of, is_adapter, why_unfit
from app.lab.shrink.recipes import made_of
from app.ui.kit.plain import set_spoken
from app.ui.kit.theme import GRID
from app.ui.kit.widgets import ElidedLabel, IconButton, label
from app.ui.kit.widgets.layouts import empty, in_column, in_row, scroll_down
from app.ui.kit.words.format import (
    bits_per_weight,
    byte_size,
    context_length,
    count,
    parameters,
)
from app.ui.kit.words.sentences import told
from app.ui.kit.words.text import translate
from app.ui.pages.models.words import source_words

if TYPE_CHECKING:
    from app.core.models.family import Family, LibraryModel
    from app.core.models.model_file import ModelFile
    from app.core.words.sentence import Sentence
    from app.ui.pages.models.library.experts import ExpertsCard

LEAST_WIDTH_PX = GRID * 34


class LibraryDetails(QScrollArea):
    """A list of facts; texts of the file stay text.

    Args:
        below: What stands below them; hears of each model.
    """

    def __init__(self, below: ExpertsCard | None = None, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._below = below
        self.setAccessibleName(self.tr("Facts of the model file"))
        scroll_down(self)
        self._holder = QWidget()
        self._holder.setProperty("role", "plain")
        self._column = in_column(on=self._holder, margins=(GRID, 0, GRID, GRID))
        self._title = ElidedLabel("", least_characters=12)
        font = self._title.font()
        font.setBold(True)
        self._title.setFont(font)
        self._broken = label("", "failed", wrap=True)
        self._facts = QWidget()
        self._grid = QGridLayout(self._facts)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(GRID * 2)
        self._grid.setVerticalSpacing(GRID // 2)
        self._grid.setColumnStretch(1, 1)
        for each in (self._title, self._broken, self._facts):
            self._column.addWidget(each)
        if below is not None:
            self._column.addWidget(below)
        self._column.addStretch(1)
        self.setWidget(self._holder)
        self.viewport().setAutoFillBackground(False)
        self._holder.setAutoFillBackground(False)
        self._shown: tuple[LibraryModel, list[Family], Sentence | None] | None = None

    def show_model(self, model: LibraryModel, families: Sequence[Family] = ()) -> None:
        """Show its facts; of an adapter, which of these families it fits."""
        bases = bases_of(model, families) if is_adapter(model) else []
        why = why_unfit(model, families) if is_adapter(model) and not bases else None
        if (model, bases, why) == self._shown:
            return
        self._shown = (model, bases, why)
        if self._below is not None:
            self._below.show_model(model)
        self._title.set_text(model.name, str(model.path))
        self._broken.setText(told(model.broken) if model.broken else "")
        self._broken.setVisible(bool(model.broken))
        empty(self._grid)
        facts = self.facts(model) + _made_words(model.path, families)
        if is_adapter(model):
            facts.append((self.tr("Fits"), self._fits_words(bases, why)))
        for row, (name, value) in enumerate(facts):
            self._grid.addWidget(label(name, "dim"), row, 0, Qt.AlignmentFlag.AlignTop)
            text = label(value, wrap=True, selectable=True)
            set_spoken(text, f"{name}: {value}")
            self._grid.addWidget(text, row, 1)
        self._add_path(model.path, len(facts))

    def _eyes(self, model: LibraryModel) -> str:
        eyes = model.projector
        return self.tr("with {file}").format(file=eyes.name) if eyes is not None else ""

    def _fits_words(self, bases: list[Family], why: Sentence | None) -> str:
        """Which models an adapter fits."""
        if not bases:
            return told(why) if why else self.tr("no model on this PC")
        return ", ".join(family.name for family in bases)

    def _add_path(self, path: Path, below: int) -> None:
        """Shortened in one line: the button has it whole."""
        shown = ElidedLabel("", least_characters=10)
        shown.set_text(_shown_path(path), str(path))
        copy = IconButton("copy", self.tr("Copy the path"), size_px=14)
        copy.clicked.connect(lambda: QGuiApplication.clipboard().setText(str(path)))
        line = QWidget()
        in_row((shown, 1), copy, on=line, spacing=GRID // 2)
        self._grid.addWidget(label(self.tr("Path"), "dim"), below, 0)
        self._grid.addWidget(line, below, 1)

    def facts(self, model: LibraryModel) -> list[tuple[str, str]]:
        """Names and values; what is not known is left out."""
        listed: list[tuple[str, str | None]] = [
            (self.tr("From"), source_words(model)),
            (self.tr("Repository"), model.repository),
            (self.tr("File"), str(byte_size(model.file_bytes))),
        ]
        if len(model.files) > 1:
            listed.append((self.tr("Files"), count(len(model.files))))
        if model.is_older:
            listed.append((self.tr("Revision"), self.tr("an older one; a newer is there too")))
        facts = model.model
        if facts is not None:
            active = facts.active_parameters
            has_experts = active < facts.parameters
            matrix = self.tr("yes") if facts.has_importance_matrix else self.tr("no")
            template = self.tr("yes") if facts.chat_template else self.tr("none in the file")
            if not model.is_language_model:
                template = ""
                listed.append((self.tr("What it is"), told(model.why_not) if model.why_not else ""))
            if is_adapter(model):
                listed[-1] = (
                    self.tr("What it is"),
                    self.tr("an adapter, which changes what a model does"),
                )
                listed += [
                    (self.tr("Made for"), facts.base_model),
                    (self.tr("Architecture"), facts.architecture),
                    (self.tr("Tensors changed"), count(len(facts.shapes))),
                    (self.tr("Parameters"), str(parameters(facts.parameters))),
                    (self.tr("Licence"), facts.licence),
                ]
                return [(name, _short(value)) for name, value in listed if value]
            listed += [
                (self.tr("Name"), facts.name),
                (self.tr("Architecture"), facts.architecture),
                (self.tr("Version"), facts.level_name),
                (self.tr("Bits a weight"), bits_per_weight(facts.bits_per_weight).value),
                (self.tr("Parameters"), str(parameters(facts.parameters))),
                (self.tr("Active per token"), str(parameters(active)) if has_experts else None),
                (self.tr("Experts"), _experts(facts) if has_experts else None),
                (self.tr("Context"), context_length(facts.context_length)),
                (self.tr("Layers"), count(facts.block_count)),
                (self.tr("Vocabulary"), count(facts.vocabulary_size)),
                (self.tr("Sees pictures"), self._eyes(model)),
                (self.tr("Chat template"), template),
                (self.tr("Importance matrix"), matrix),
                (self.tr("Left out"), facts.pruned),
                (self.tr("Adapters merged"), facts.merged),
                (self.tr("Licence"), facts.licence),
                (self.tr("Base model"), facts.base_model),
                (self.tr("Quantized by"), facts.quantized_by),
            ]
        return [(name, _short(value)) for name, value in listed if value]


def _made_words(path: Path, families: Sequence[Family]) -> list[tuple[str, str]]:
    """How a version that was made here was made, and of what."""
    found = made_of(path, (each for family in families for each in family.models))
    if found is None:
        return []
    recipe, source = found
    said = [recipe.level or translate("LibraryDetails", "the same number formats")]
    if recipe.rules:
        words = translate("LibraryDetails", "{n} tensors in formats of their own")
        said.append(words.format(n=count(len(recipe.rules))))
    if recipe.drop_layers:
        layers = recipe.drop_layers
        number = layers if isinstance(layers, int) else len(layers)
        words = translate("LibraryDetails", "without {n} layers")
        said.append(words.format(n=count(number)))
    if recipe.sparsity is not None:
        said.append(translate("LibraryDetails", "with weights set to zero"))
    where = _shown_path(source) if source else translate("LibraryDetails", "not found any more")
    return [
        (translate("LibraryDetails", "Made here"), ", ".join(said)),
        (translate("LibraryDetails", "Of"), f"{_short(recipe.source)} ({where})"),
    ]


def _experts(facts: ModelFile) -> str:
    """How many of a layer's work on a token."""
    words = translate("LibraryDetails", "{used} of {all} a token")
    return words.format(used=count(facts.expert_used_count), all=count(facts.expert_count))


def _shown_path(path: Path) -> str:
    """The path; where the person's home has a short name, with that."""
    home = Path.home()
    if sys.platform != "win32" and path.is_relative_to(home):
        return f"~/{path.relative_to(home).as_posix()}"
    return str(path)


def _short(text: str) -> str:
    """Texts of a file may be of any length."""
    one_line = " ".join(text.split())
    return one_line if len(one_line) <= 400 else f"{one_line[:400]}…"
