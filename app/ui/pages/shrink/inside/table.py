"""The matrices of a file as a table; beside those of another version where there is one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QSize, QSortFilterProxyModel, Qt, Signal
from PySide6.QtWidgets import QTableView, QWidget

from app.core.shrink.inside.tensor_table import paired
from app.ui.kit.plain import plain_data
from app.ui.kit.theme import GRID, tabular
from app.ui.kit.views.tables import dress_table
from app.ui.kit.views.titled import Index, TitledTable
from app.ui.kit.words.format import byte_size, percent

if TYPE_CHECKING:
    from collections.abc import Sequence

    from app.core.shrink.inside.inspection import InspectedTensor, Inspection

_Role = Qt.ItemDataRole
_SORT = _Role.UserRole
_SHOWN_ROWS = 12
_Pair = tuple["InspectedTensor", "InspectedTensor | None"]


class _Tensors(TitledTable):
    figures = frozenset(range(1, 9)) - {1, 5}

    def __init__(self, found: Inspection, other: Inspection | None) -> None:
        super().__init__()
        self.pairs: Sequence[_Pair] = [
            each for each in paired(found, other) if len(each[0].info.dimensions) > 1
        ]
        self._found, self._other = found, other

    def titles(self) -> Sequence[str]:
        """Of the columns."""
        own = (
            self.tr("Matrix"),
            self.tr("Format"),
            self.tr("Size"),
            self.tr("Of the file"),
            self.tr("Off its original"),
        )
        if self._other is None:
            return own
        beside = (
            self.tr("Beside it"),
            self.tr("Size"),
            self.tr("Off its original"),
            self.tr("Changes by"),
        )
        return own + beside

    def count(self) -> int:
        """How many rows there are."""
        return len(self.pairs)

    # Qt's own names from here on.

    @plain_data()
    def data(self, index: Index, role: int = _Role.DisplayRole) -> object:
        if not index.isValid():
            return None
        if role == _Role.TextAlignmentRole:
            return self.alignment(index.column())
        if role not in (_Role.DisplayRole, _SORT):
            return None
        value, text = self._cell(self.pairs[index.row()], index.column())
        return text if role == _Role.DisplayRole else value

    def _cell(self, pair: _Pair, column: int) -> tuple[object, str]:
        """What a cell is sorted by, and what it shows."""
        tensor, beside = pair
        error, other = _error(tensor), _error(beside)
        if column in (0, 1):
            text = tensor.info.name if column == 0 else tensor.type_name
            return text, text
        if column == 3:
            share = self._found.bytes_share(tensor)
            return share, str(percent(share, 1))
        if column in (2, 6):
            size = tensor.info.n_bytes if column == 2 else beside.info.n_bytes if beside else None
            return size or 0, str(byte_size(size))
        if column == 5:
            text = beside.type_name if beside is not None else "–"
            return text, text
        if column == 8 and error is not None and other is not None:
            sign = "+" if other > error else ""
            return other - error, sign + str(percent(other - error, 2))
        value = {4: error, 7: other}.get(column)
        return -1.0 if value is None else value, str(percent(value, 2))


class TensorTable(QTableView):
    """Main thread. A click on a title sorts.

    Signals:
        row_chosen: The name of the matrix in the chosen row.
    """

    row_chosen = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._tensors: _Tensors | None = None
        self._proxy = QSortFilterProxyModel(self)
        self._proxy.setSortRole(_SORT)
        self.setModel(self._proxy)
        self.setAccessibleName(self.tr("Matrices of the file"))
        self.setFont(tabular(self.font()))
        dress_table(self, self.fontMetrics().height() + GRID)
        self.setMinimumHeight(self.sizeHint().height())
        self.hide()

    def show_tensors(self, found: Inspection, other: Inspection | None) -> None:
        """Show a file's matrices, beside another's or alone."""
        self._tensors = _Tensors(found, other)
        self._proxy.setSourceModel(self._tensors)
        self.selectionModel().currentRowChanged.connect(self._on_row)
        self.resizeColumnsToContents()
        self.show()

    # Qt's own names from here on.

    def sizeHint(self) -> QSize:
        sign = self.fontMetrics()
        return QSize(sign.averageCharWidth() * 80, (sign.height() + GRID) * _SHOWN_ROWS)

    def _on_row(self, index: Index, _before: Index) -> None:
        name = self._proxy.index(index.row(), 0).data()
        if name:
            self.row_chosen.emit(name)


def _error(tensor: InspectedTensor | None) -> float | None:
    figures = tensor.figures if tensor is not None else None
    return figures.relative_error if figures is not None else None
