"""The ways to one need of memory as a Qt table with boxes: what each would be."""

from __future__ import annotations

from collections.abc import Sequence
from enum import IntEnum
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QPointF, Qt, Signal
from PySide6.QtGui import QPainter, QPixmap

from app.ui.kit.plain import plain_data
from app.ui.kit.theme import GRID, current_tokens
from app.ui.kit.views.titled import Index, TitledTable
from app.ui.kit.words.format import MISSING, about, byte_size
from app.ui.kit.words.sentences import told
from app.ui.kit.words.text import translate
from app.ui.plots.ladder.look import Look, mark_of_way, paint_mark

if TYPE_CHECKING:
    from PySide6.QtGui import QFont

    from app.lab.shrink.ways import Planned

_Role = Qt.ItemDataRole
MOST = 5
"""So many are compared at most, beside the original: as many as have a colour."""


class WayColumn(IntEnum):
    """From left to right."""

    WAY = 0
    HOW = 1
    SIZE = 2
    MEMORY = 3
    TIME = 4


class WaysModel(TitledTable):
    """One row a way.

    Signals:
        checked_changed: Another choice, see :attr:`checked`.

    Args:
        font: Of the table.
    """

    figures = frozenset({WayColumn.SIZE, WayColumn.MEMORY, WayColumn.TIME})
    checked_changed = Signal()

    def __init__(self, font: QFont, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._font = font
        self._rows: tuple[Planned, ...] = ()
        self._checked: set[int] = set()

    @property
    def rows(self) -> Sequence[Planned]:
        """As they were planned."""
        return self._rows

    @property
    def checked(self) -> list[Planned]:
        """The chosen ones."""
        return [row for place, row in enumerate(self._rows) if place in self._checked]

    def show_rows(self, rows: Sequence[Planned]) -> None:
        """Show these, and choose those that belong to a comparison by themselves."""
        self.beginResetModel()
        self._rows = tuple(rows)
        usual = [place for place, row in enumerate(self._rows) if row.is_usual]
        self._checked = set(usual[:MOST])
        self.endResetModel()
        self.checked_changed.emit()

    def titles(self) -> Sequence[str]:
        """Of the columns."""
        return (
            self.tr("Way"),
            self.tr("What is done"),
            self.tr("Size"),
            self.tr("Memory"),
            self.tr("Making it"),
        )

    def count(self) -> int:
        """How many rows there are."""
        return len(self._rows)

    # Qt's own names from here on.

    def flags(self, index: Index) -> Qt.ItemFlag:
        flags = Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable
        if index.column() == WayColumn.WAY:
            flags |= Qt.ItemFlag.ItemIsUserCheckable
        return flags

    @plain_data()
    def data(self, index: Index, role: int = _Role.DisplayRole) -> object:
        if not index.isValid() or index.row() >= len(self._rows):
            return None
        row, column = self._rows[index.row()], index.column()
        match role:
            case _Role.DisplayRole:
                return _text(row, column)
            case _Role.CheckStateRole if column == WayColumn.WAY:
                chosen = index.row() in self._checked
                return Qt.CheckState.Checked if chosen else Qt.CheckState.Unchecked
            case _Role.DecorationRole if column == WayColumn.WAY:
                return self._mark(row)
            case _Role.ToolTipRole if column == WayColumn.TIME and _reads(row):
                return self.tr("A text is read first, to see which parts of the model matter.")
            case _Role.ToolTipRole:
                return _text(row, WayColumn.HOW)
            case _Role.AccessibleTextRole if column == WayColumn.WAY:
                return ", ".join(_text(row, each) for each in WayColumn)
            case _Role.TextAlignmentRole:
                return self.alignment(column)
            case _:
                return None

    def setData(self, index: Index, value: object, role: int = _Role.EditRole) -> bool:
        if role != _Role.CheckStateRole:
            return False
        on = value not in (Qt.CheckState.Unchecked, Qt.CheckState.Unchecked.value)
        if on and len(self._checked) >= MOST:
            return False
        (self._checked.add if on else self._checked.discard)(index.row())
        self.dataChanged.emit(index, index)
        self.checked_changed.emit()
        return True

    def _mark(self, row: Planned) -> QPixmap:
        """The mark that the way has in the chart."""
        pixmap = QPixmap(2 * GRID, 2 * GRID)
        pixmap.fill(Qt.GlobalColor.transparent)
        painter = QPainter(pixmap)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        look = Look.of(self._font, current_tokens())
        paint_mark(painter, look, mark_of_way(row.way), QPointF(GRID, GRID))
        painter.end()
        return pixmap


def _text(row: Planned, column: int) -> str:
    match column:
        case WayColumn.WAY:
            return told(row.way.words)
        case WayColumn.HOW:
            return told(row.how)
        case WayColumn.SIZE:
            return str(byte_size(row.file_bytes))
        case WayColumn.MEMORY:
            return str(byte_size(row.needed_bytes))
        case _ if row.recipe is None:
            return MISSING
        case _:
            time = str(about(max(1.0, row.seconds)))
            words = translate("Shrink", "{time} + reading") if _reads(row) else "{time}"
            return words.format(time=time)


def _reads(row: Planned) -> bool:
    """Whether a text is read first: for an importance matrix, or to see which layers may go."""
    recipe = row.recipe
    return recipe is not None and (recipe.takes_matrix or isinstance(recipe.drop_layers, int))
