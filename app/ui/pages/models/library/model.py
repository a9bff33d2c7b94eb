"""What is on this PC as a Qt tree: families, and below each its model files."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import IntEnum
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QAbstractItemModel, QModelIndex, QObject, QPersistentModelIndex, Qt

from app.ui.kit.plain import plain_data
from app.ui.kit.words.format import byte_size
from app.ui.pages.models.library.columns import (
    LibraryColumn,
    alignment,
    cell_text,
    search_words,
    tip,
    titles,
)

if TYPE_CHECKING:
    from app.core.models.family import Family, LibraryModel
    from app.lab.predict.local_fits import LocalFit

Index = QModelIndex | QPersistentModelIndex
_NOWHERE = QModelIndex()
_FAMILY = 0
"""The internal id of a family's row; a file's row has the number of its family, from 1 on."""


class LibraryRole(IntEnum):
    """Data beside what is shown."""

    MODEL = Qt.ItemDataRole.UserRole + 1
    FAMILY = Qt.ItemDataRole.UserRole + 2
    WORDS = Qt.ItemDataRole.UserRole + 3
    VERDICT = Qt.ItemDataRole.UserRole + 4


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
        self._fits: Mapping[Path, LocalFit] = {}

    def set_fits(self, fits: Mapping[Path, LocalFit]) -> None:
        """What the models need is known, or has changed."""
        if fits == self._fits:
            return
        self._fits = fits
        for row, node in enumerate(self._nodes):
            parent = self.index(row, 0)
            first = self.index(0, LibraryColumn.MEMORY, parent)
            last = self.index(len(node.models) - 1, LibraryColumn.VERDICT, parent)
            self.dataChanged.emit(first, last)

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
            return alignment(section)
        if role != Qt.ItemDataRole.DisplayRole:
            return None
        return titles()[section]

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
                return alignment(column)
            case Qt.ItemDataRole.ToolTipRole:
                return "\n".join(part for part in (family.name, family.architecture) if part)
            case LibraryRole.FAMILY:
                return family
            case LibraryRole.WORDS:
                return " ".join([family.name, *(search_words(model) for model in family.models)])
            case _:
                return None

    def _model_data(self, model: LibraryModel, column: int, role: int) -> object:
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return cell_text(model, self._fits.get(model.path), column)
            case Qt.ItemDataRole.ToolTipRole:
                return tip(model, self._fits.get(model.path))
            case Qt.ItemDataRole.TextAlignmentRole:
                return alignment(column)
            case LibraryRole.MODEL:
                return model
            case LibraryRole.WORDS:
                return search_words(model)
            case LibraryRole.VERDICT if column == LibraryColumn.VERDICT:
                fit = self._fits.get(model.path)
                return None if fit is None else fit.judgement.verdict
            case _:
                return None
