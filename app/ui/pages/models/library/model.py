"""What is on this PC as a Qt tree: families, and below each its model files."""

from __future__ import annotations

from enum import IntEnum
from typing import TYPE_CHECKING

from PySide6.QtCore import QAbstractItemModel, QModelIndex, QObject, QPersistentModelIndex, Qt

from app.core.models.family import Family, LibraryModel, ModelSource
from app.ui.kit.plain import plain_data
from app.ui.kit.words.format import MISSING, byte_size, count, parameters
from app.ui.kit.words.format import bits_per_weight as bits_words
from app.ui.kit.words.sentences import told
from app.ui.pages.models.words import kind_word, or_missing, source_words

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

Index = QModelIndex | QPersistentModelIndex
_NOWHERE = QModelIndex()
_FAMILY = 0
"""The internal id of a family's row; a file's row has the number of its family, from 1 on."""


class LibraryColumn(IntEnum):
    """The columns from left to right."""

    NAME = 0
    LEVEL = 1
    BITS = 2
    SIZE = 3
    PARAMETERS = 4
    CONTEXT = 5
    SOURCE = 6


class LibraryRole(IntEnum):
    """Data beside what is shown."""

    MODEL = Qt.ItemDataRole.UserRole + 1
    FAMILY = Qt.ItemDataRole.UserRole + 2
    WORDS = Qt.ItemDataRole.UserRole + 3


class _Node:
    """A family with a number that stays, so that indexes of its files stay right."""

    __slots__ = ("family", "models", "number")

    def __init__(self, family: Family, number: int) -> None:
        self.family = family
        self.number = number
        self.models: list[LibraryModel] = list(family.models)


class LibraryTreeModel(QAbstractItemModel):
    """Takes over a new grouping row by row: selection and what is folded stay."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._nodes: list[_Node] = []
        self._by_number: dict[int, _Node] = {}
        self._last_number = 0

    def set_families(self, families: Sequence[Family]) -> None:
        """Show these families, in this order."""
        wanted = {family.key for family in families}
        for row in range(len(self._nodes) - 1, -1, -1):
            if self._nodes[row].family.key not in wanted:
                self.beginRemoveRows(QModelIndex(), row, row)
                del self._by_number[self._nodes.pop(row).number]
                self.endRemoveRows()
        for row, family in enumerate(families):
            self._place(row, family)

    def index_of(self, path: Path) -> QModelIndex:
        """The row of a model file; invalid if it is not there."""
        for family_row, node in enumerate(self._nodes):
            for row, model in enumerate(node.models):
                if model.path == path:
                    return self.index(row, 0, self.index(family_row, 0))
        return QModelIndex()

    def _place(self, row: int, family: Family) -> None:
        there = next(
            (at for at in range(row, len(self._nodes)) if self._nodes[at].family.key == family.key),
            -1,
        )
        if there < 0:
            self._last_number += 1
            node = _Node(family, self._last_number)
            self.beginInsertRows(QModelIndex(), row, row)
            self._nodes.insert(row, node)
            self._by_number[node.number] = node
            self.endInsertRows()
            return
        if there != row:
            self.beginMoveRows(QModelIndex(), there, there, QModelIndex(), row)
            self._nodes.insert(row, self._nodes.pop(there))
            self.endMoveRows()
        node = self._nodes[row]
        if node.family != family:
            node.family = family
            self._place_models(row, node)
            last = len(LibraryColumn) - 1
            self.dataChanged.emit(self.index(row, 0), self.index(row, last))

    def _place_models(self, family_row: int, node: _Node) -> None:
        parent = self.index(family_row, 0)
        wanted = {model.path for model in node.family.models}
        for row in range(len(node.models) - 1, -1, -1):
            if node.models[row].path not in wanted:
                self.beginRemoveRows(parent, row, row)
                del node.models[row]
                self.endRemoveRows()
        for row, model in enumerate(node.family.models):
            there = next(
                (at for at in range(row, len(node.models)) if node.models[at].path == model.path),
                -1,
            )
            if there < 0:
                self.beginInsertRows(parent, row, row)
                node.models.insert(row, model)
                self.endInsertRows()
                continue
            if there != row:
                self.beginMoveRows(parent, there, there, parent, row)
                node.models.insert(row, node.models.pop(there))
                self.endMoveRows()
            if node.models[row] != model:
                node.models[row] = model
                last = self.index(row, len(LibraryColumn) - 1, parent)
                self.dataChanged.emit(self.index(row, 0, parent), last)

    # Qt's own names from here on.

    def index(self, row: int, column: int, parent: Index = _NOWHERE) -> QModelIndex:
        if not self.hasIndex(row, column, parent):
            return QModelIndex()
        if not parent.isValid():
            return self.createIndex(row, column, _FAMILY)
        return self.createIndex(row, column, self._nodes[parent.row()].number)

    def parent(self, index: Index = _NOWHERE) -> QModelIndex:  # type: ignore[override]
        if not index.isValid() or index.internalId() == _FAMILY:
            return QModelIndex()
        node = self._by_number.get(index.internalId())
        if node is None:
            return QModelIndex()
        return self.createIndex(self._nodes.index(node), 0, _FAMILY)

    def rowCount(self, parent: Index = _NOWHERE) -> int:
        if not parent.isValid():
            return len(self._nodes)
        if parent.internalId() != _FAMILY or parent.column() != 0:
            return 0
        return len(self._nodes[parent.row()].models)

    def columnCount(self, parent: Index = _NOWHERE) -> int:
        return len(LibraryColumn)

    @plain_data()
    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> object:
        if orientation is not Qt.Orientation.Horizontal or not 0 <= section < len(LibraryColumn):
            return None
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _alignment(section)
        if role != Qt.ItemDataRole.DisplayRole:
            return None
        return (
            self.tr("Model"),
            self.tr("Version"),
            self.tr("Bits"),
            self.tr("Size"),
            self.tr("Parameters"),
            self.tr("Context"),
            self.tr("From"),
        )[section]

    @plain_data()
    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if not index.isValid():
            return None
        if index.internalId() == _FAMILY:
            return self._family_data(self._nodes[index.row()].family, index.column(), role)
        node = self._by_number.get(index.internalId())
        if node is None or index.row() >= len(node.models):
            return None
        return self._model_data(node.models[index.row()], index.column(), role)

    def _family_data(self, family: Family, column: int, role: int) -> object:
        match role:
            case Qt.ItemDataRole.DisplayRole if column == LibraryColumn.NAME:
                return family.name
            case Qt.ItemDataRole.DisplayRole if column == LibraryColumn.SIZE:
                return str(byte_size(sum(model.file_bytes for model in family.models)))
            case Qt.ItemDataRole.TextAlignmentRole:
                return _alignment(column)
            case Qt.ItemDataRole.ToolTipRole:
                return "\n".join(part for part in (family.name, family.architecture) if part)
            case LibraryRole.FAMILY:
                return family
            case LibraryRole.WORDS:
                return " ".join([family.name, *(_words(model) for model in family.models)])
            case _:
                return None

    def _model_data(self, model: LibraryModel, column: int, role: int) -> object:
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return self._text(model, column)
            case Qt.ItemDataRole.ToolTipRole:
                return "\n".join(
                    [str(model.path), *([told(why)] if (why := model.why_not) else [])]
                )
            case Qt.ItemDataRole.TextAlignmentRole:
                return _alignment(column)
            case LibraryRole.MODEL:
                return model
            case LibraryRole.WORDS:
                return _words(model)
            case _:
                return None

    def _text(self, model: LibraryModel, column: int) -> str:
        facts = model.model
        match column:
            case LibraryColumn.NAME:
                return _name(model)
            case LibraryColumn.SIZE:
                return str(byte_size(model.file_bytes))
            case LibraryColumn.SOURCE:
                return source_words(model)
            case LibraryColumn.LEVEL:
                return self.tr("broken") if model.broken else or_missing(model.label)
            case _ if facts is None:
                return MISSING
            case LibraryColumn.BITS:
                return bits_words(facts.bits_per_weight).value
            case LibraryColumn.PARAMETERS:
                return str(parameters(facts.parameters))
            case _:
                return count(facts.context_length)


def _name(model: LibraryModel) -> str:
    """Its name, with why it is broken, unless that names it by itself, or what else it is."""
    why = told(model.broken)
    if model.model is not None and not model.is_language_model:
        why = kind_word(model.model.kind)
    facts = model.broken.facts.values() if model.broken else ()
    is_named = model.path.name in facts and model.path.stem == model.name
    return why if is_named else " – ".join(part for part in (model.name, why) if part)


def _words(model: LibraryModel) -> str:
    own = model.source if model.source is not ModelSource.OWN_FOLDER else ""
    kind = kind_word(model.model.kind) if model.model and not model.is_language_model else ""
    parts = (model.name, *model.aliases, model.label, model.repository or "", own, kind)
    return " ".join(parts)


def _alignment(column: int) -> Qt.AlignmentFlag:
    if column in (LibraryColumn.NAME, LibraryColumn.LEVEL, LibraryColumn.SOURCE):
        return Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
    return Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
