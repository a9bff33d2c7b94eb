"""The versions that can be made of a model, as a Qt table with boxes."""

from __future__ import annotations

from enum import IntEnum
from typing import TYPE_CHECKING

from PySide6.QtCore import (
    QObject,
    Qt,
    Signal,
)

from app.core.memory.fit import judge
from app.core.shrink.recipe import Recipe
from app.ui.kit.plain import plain_data
from app.ui.kit.views.titled import NOWHERE, Index, TitledTable
from app.ui.kit.words.format import about, byte_size, speed
from app.ui.kit.words.levels import level_meaning, version_gloss
from app.ui.kit.words.sentences import told

if TYPE_CHECKING:
    from collections.abc import Sequence

    from app.lab.works.making.preview import Preview

_Role = Qt.ItemDataRole
COMMON = frozenset({"Q8_0", "Q6_K", "Q5_K_M", "Q4_K_M", "IQ4_XS", "Q3_K_M", "IQ3_XXS", "IQ2_M"})
"""What most people choose from."""


class VersionColumn(IntEnum):
    """From left to right."""

    NAME = 0
    GLOSS = 1
    SIZE = 2
    MEMORY = 3
    FIT = 4
    SPEED = 5
    TIME = 6
    MEANING = 7


class VersionRole(IntEnum):
    """Data beside what is shown."""

    GROUP = _Role.UserRole + 1
    DOUBT = _Role.UserRole + 2


class VersionsModel(TitledTable):
    """One row a version.

    Signals:
        checked_changed: Another choice, see :attr:`checked`.

    Attributes:
        memory_bytes: What engines may use of this PC.
    """

    figures = frozenset(
        {VersionColumn.SIZE, VersionColumn.MEMORY, VersionColumn.SPEED, VersionColumn.TIME}
    )
    checked_changed = Signal()

    def __init__(self, memory_bytes: int, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.memory_bytes = memory_bytes
        self._rows: list[Preview] = []
        self._checked: set[str] = set()

    @property
    def rows(self) -> Sequence[Preview]:
        """From the least to the most shrunken."""
        return self._rows

    @property
    def checked(self) -> list[Preview]:
        """The chosen ones."""
        return [row for row in self._rows if row.level.name in self._checked]

    def show_rows(self, rows: Sequence[Preview]) -> None:
        """Show these; more of the same model leave those that are there as they are."""
        there = len(self._rows)
        if list(rows[:there]) == self._rows:
            if len(rows) > there:
                self.beginInsertRows(NOWHERE, there, len(rows) - 1)
                self._rows = list(rows)
                self.endInsertRows()
            return
        self.beginResetModel()
        self._rows = list(rows)
        self.endResetModel()
        self.checked_changed.emit()

    def clear_checked(self) -> None:
        """Choose none."""
        if self._checked:
            self._checked.clear()
            last = max(0, len(self._rows) - 1)
            self.dataChanged.emit(self.index(0, 0), self.index(last, 0))
            self.checked_changed.emit()

    def clear(self) -> None:
        """Another model: nothing is known of it yet, and nothing chosen."""
        self._checked.clear()
        self.show_rows(())
        self.checked_changed.emit()

    def titles(self) -> Sequence[str]:
        """Of the columns."""
        return (
            self.tr("Version"),
            self.tr("What it is"),
            self.tr("Size"),
            self.tr("Memory"),
            self.tr("On this PC"),
            self.tr("Speed"),
            self.tr("Making it"),
            self.tr("What to expect"),
        )

    def count(self) -> int:
        """How many rows there are."""
        return len(self._rows)

    # Qt's own names from here on.

    def flags(self, index: Index) -> Qt.ItemFlag:
        flags = Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable
        if index.column() == VersionColumn.NAME:
            flags |= Qt.ItemFlag.ItemIsUserCheckable
        return flags

    @plain_data()
    def data(self, index: Index, role: int = _Role.DisplayRole) -> object:
        if not index.isValid() or index.row() >= len(self._rows):
            return None
        row, column = self._rows[index.row()], index.column()
        match role:
            case _Role.DisplayRole:
                return self._text(row, column)
            case _Role.CheckStateRole if column == VersionColumn.NAME:
                chosen = row.level.name in self._checked
                return Qt.CheckState.Checked if chosen else Qt.CheckState.Unchecked
            case _Role.ToolTipRole:
                return self._tip(row)
            case _Role.AccessibleTextRole if column == VersionColumn.NAME:
                return ", ".join(self._text(row, each) for each in VersionColumn)
            case _Role.TextAlignmentRole:
                return self.alignment(column)
            case VersionRole.GROUP:
                return "common" if row.level.name in COMMON else "rare"
            case VersionRole.DOUBT:
                return row.needed_bytes > self.memory_bytes
            case _:
                return None

    def setData(self, index: Index, value: object, role: int = _Role.EditRole) -> bool:
        if role != _Role.CheckStateRole:
            return False
        name = self._rows[index.row()].level.name
        on = value not in (Qt.CheckState.Unchecked, Qt.CheckState.Unchecked.value)
        (self._checked.add if on else self._checked.discard)(name)
        self.dataChanged.emit(index, index)
        self.checked_changed.emit()
        return True

    # --- what a row says --------------------------------------------------------------------

    def _text(self, row: Preview, column: int) -> str:
        match column:
            case VersionColumn.NAME:
                return row.level.name
            case VersionColumn.GLOSS:
                return version_gloss(row.level.name, row.bits_per_weight)
            case VersionColumn.SIZE:
                return str(byte_size(row.file_bytes))
            case VersionColumn.MEMORY:
                return str(byte_size(row.needed_bytes))
            case VersionColumn.FIT:
                return told(judge(row.needed_bytes, self.memory_bytes).word)
            case VersionColumn.SPEED:
                return str(speed(row.tokens_per_second))
            case VersionColumn.TIME:
                return str(about(max(1.0, row.seconds)))
            case _:
                return level_meaning(row.level.name)

    def _tip(self, row: Preview) -> str:
        said = [level_meaning(row.level.name)]
        if row.level.needs_importance_matrix:
            said.append(self.tr("Needs an importance matrix, which is made by itself."))
        elif Recipe(row.level).takes_matrix:
            said.append(self.tr("Loses less with an importance matrix, which is made by itself."))
        if row.fallen:
            said.append(
                self.tr("{n} tensors have rows that do not fit; they get larger formats.").format(
                    n=row.fallen
                )
            )
        return "\n".join(filter(None, said))
