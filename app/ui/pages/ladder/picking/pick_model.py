"""The model files that a ladder can be made of, as a Qt table with a box to check in each row."""

from __future__ import annotations

from enum import IntEnum
from typing import TYPE_CHECKING

from PySide6.QtCore import (
    QAbstractTableModel,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    Qt,
    Signal,
)

from app.core.candidates.notation import told_settings
from app.lab.ladder.pickable import PickFile
from app.ui.kit.plain import plain_data
from app.ui.kit.words.format import MISSING, byte_size, number
from app.ui.kit.words.sentences import told

if TYPE_CHECKING:
    from collections.abc import Sequence

    from app.core.candidates.candidate import Candidate

Index = QModelIndex | QPersistentModelIndex
_NOWHERE = QModelIndex()


class PickColumn(IntEnum):
    """From left to right."""

    NAME = 0
    LEVEL = 1
    BITS = 2
    SIZE = 3


class PickRole(IntEnum):
    """Data beside what is shown."""

    FILE = Qt.ItemDataRole.UserRole + 1
    FAMILY = Qt.ItemDataRole.UserRole + 2
    WORDS = Qt.ItemDataRole.UserRole + 3


_Row = PickFile | str


class PickModel(QAbstractTableModel):
    """Families as rows with a name only, their files below them.

    Signals:
        checked_changed: Another choice, see :attr:`checked`.
    """

    checked_changed = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._rows: list[_Row] = []
        self._checked: list[Candidate] = []

    @property
    def checked(self) -> list[PickFile]:
        """The chosen files, in the order of the list."""
        return [file for file in self.files if file.candidate in self._checked]

    @property
    def files(self) -> list[PickFile]:
        """Every file once."""
        return [row for row in self._rows if isinstance(row, PickFile)]

    def set_files(self, files: Sequence[PickFile]) -> None:
        """Show these, with their families above them; what is checked stays so."""
        rows: list[_Row] = []
        family = None
        for file in files:
            if file.family != family:
                family = file.family
                rows.append(file.family)
            rows.append(file)
        if rows == self._rows:
            return
        self.beginResetModel()
        self._rows = rows
        self.endResetModel()

    def set_checked(self, candidates: Sequence[Candidate]) -> None:
        """Choose these and no others."""
        if list(candidates) == self._checked:
            return
        self._checked = list(candidates)
        if self._rows:
            first, last = self.index(0, 0), self.index(len(self._rows) - 1, 0)
            self.dataChanged.emit(first, last, [Qt.ItemDataRole.CheckStateRole])
        self.checked_changed.emit()

    # Qt's own names from here on.

    def rowCount(self, parent: Index = _NOWHERE) -> int:
        return 0 if parent.isValid() else len(self._rows)

    def columnCount(self, parent: Index = _NOWHERE) -> int:
        return 0 if parent.isValid() else len(PickColumn)

    def flags(self, index: Index) -> Qt.ItemFlag:
        if not index.isValid():
            return Qt.ItemFlag.NoItemFlags
        row = self._rows[index.row()]
        if isinstance(row, str):
            return Qt.ItemFlag.ItemIsEnabled
        if row.why_not:
            return Qt.ItemFlag.NoItemFlags
        flags = super().flags(index)
        if index.column() == PickColumn.NAME:
            flags |= Qt.ItemFlag.ItemIsUserCheckable
        return flags

    @plain_data()
    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> object:
        if orientation is not Qt.Orientation.Horizontal or not 0 <= section < len(PickColumn):
            return None
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _alignment(section)
        if role != Qt.ItemDataRole.DisplayRole:
            return None
        return (self.tr("Model"), self.tr("Level"), self.tr("Bits"), self.tr("Size"))[section]

    @plain_data()
    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if not index.isValid() or index.row() >= len(self._rows):
            return None
        row = self._rows[index.row()]
        if isinstance(row, str):
            return self._family_data(index.row(), row, index.column(), role)
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return _text(row, index.column())
            case Qt.ItemDataRole.CheckStateRole if index.column() == PickColumn.NAME:
                on = row.candidate in self._checked
                return Qt.CheckState.Checked if on else Qt.CheckState.Unchecked
            case Qt.ItemDataRole.ToolTipRole:
                parts = (str(row.path), told(told_settings(row.candidate)), told(row.why_not))
                return "\n".join(filter(None, parts))
            case Qt.ItemDataRole.TextAlignmentRole:
                return _alignment(index.column())
            case PickRole.FILE:
                return row
            case PickRole.WORDS:
                return f"{told(row.family)} {with_settings(row, row.name)} {row.level}"
            case _:
                return None

    def _family_data(self, place: int, family: str, column: int, role: int) -> object:
        match role:
            case Qt.ItemDataRole.DisplayRole if column == PickColumn.NAME:
                return told(family)
            case PickRole.FAMILY:
                return True
            case PickRole.WORDS:
                below = [one for one in self.files if one.family == family]
                return " ".join([told(family), *(f"{one.name} {one.level}" for one in below)])
            case _:
                return None

    def setData(self, index: Index, value: object, role: int = Qt.ItemDataRole.EditRole) -> bool:
        row = self._rows[index.row()]
        if role != Qt.ItemDataRole.CheckStateRole or isinstance(row, str) or row.why_not:
            return False
        on = value in (Qt.CheckState.Checked, Qt.CheckState.Checked.value)
        if on is (row.candidate in self._checked):
            return True
        (self._checked.append if on else self._checked.remove)(row.candidate)
        self.dataChanged.emit(index, index, [Qt.ItemDataRole.CheckStateRole])
        self.checked_changed.emit()
        return True


def with_settings(file: PickFile, name: str) -> str:
    """What a candidate is called, and what is set."""
    settings = told(told_settings(file.candidate))
    return f"{name}, {settings}" if settings else name


def _text(file: PickFile, column: int) -> str:
    match column:
        case PickColumn.NAME:
            return with_settings(file, file.name)
        case PickColumn.LEVEL:
            return file.level or MISSING
        case PickColumn.BITS:
            return MISSING if file.bits is None else number(file.bits, 2)
        case _:
            return str(byte_size(file.size_bytes))


def _alignment(column: int) -> Qt.AlignmentFlag:
    left = column in (PickColumn.NAME, PickColumn.LEVEL)
    side = Qt.AlignmentFlag.AlignLeft if left else Qt.AlignmentFlag.AlignRight
    return side | Qt.AlignmentFlag.AlignVCenter
