"""The model files of a repository as a Qt table."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from enum import IntEnum
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from PySide6.QtCore import (
    QAbstractTableModel,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    Qt,
    Signal,
)

from app.core.listing import ListedFile, largest_first
from app.lab.hub.recommend import level_of
from app.ui.kit.plain import plain_data
from app.ui.pages.models.repository.files.words import (
    FileColumn,
    file_bits,
    file_text,
    level_marks,
    reason,
    sort_key,
    title_help,
    titles,
    tool_tip,
)
from app.ui.pages.models.repository.predictions import WAITING, Prediction

if TYPE_CHECKING:
    from app.core.memory.fit import Verdict

Index = QModelIndex | QPersistentModelIndex
_NOWHERE = QModelIndex()


class FileRole(IntEnum):
    """Data beside what is shown."""

    SORT = Qt.ItemDataRole.UserRole + 1
    FILE = Qt.ItemDataRole.UserRole + 2
    PREDICTION = Qt.ItemDataRole.UserRole + 3
    SECOND_LINE = Qt.ItemDataRole.UserRole + 4
    RECOMMENDED = Qt.ItemDataRole.UserRole + 5
    PRESENT = Qt.ItemDataRole.UserRole + 6
    BAR = Qt.ItemDataRole.UserRole + 7


class MemoryBar(NamedTuple):
    """Shares of a memory: what a version needs, and what is free; and what that comes to."""

    needed: float
    free: float
    verdict: Verdict


class FilesModel(QAbstractTableModel):
    """A row a model file; the person checks those that they want.

    Attributes:
        locked: Whether the person must sign in before these can be downloaded.

    Signals:
        checked_changed: Another choice of files, see :meth:`checked`.
    """

    checked_changed = Signal()

    def __init__(
        self,
        predicted: Callable[[str], Prediction] = lambda _name: WAITING,
        memory_bytes: int = 0,
        parent: QObject | None = None,
    ) -> None:
        """Prepare an empty table.

        Args:
            predicted: Tells the prediction of a file by its name.
            memory_bytes: This PC's.
            parent: Its owner.
        """
        super().__init__(parent)
        self._predicted = predicted
        self._memory_bytes = memory_bytes
        self._files: list[ListedFile] = []
        self._parameters: int | None = None
        self._checked: set[str] = set()
        self._present: Mapping[str, Path] = {}
        self._recommended: str | None = None
        self.locked = False

    def set_files(self, files: Sequence[ListedFile], parameters: int | None) -> None:
        """Show another repository; nothing is checked."""
        self.beginResetModel()
        self._parameters = parameters
        self._files = self._in_order(files)
        self._checked = set()
        self._recommended = None
        self.endResetModel()
        self.checked_changed.emit()

    def sort_by_bits(self) -> None:
        """Order the rows by what the headers have told by now."""
        before, after = self._files, self._in_order(self._files)
        if after == before:
            return
        self.layoutAboutToBeChanged.emit()
        self._files = after
        places = {file.name: row for row, file in enumerate(after)}
        for old in self.persistentIndexList():
            new = self.index(places[before[old.row()].name], old.column())
            self.changePersistentIndex(old, new)
        self.layoutChanged.emit()

    def note_prediction(self, name: str) -> None:
        """The prediction of a file has changed."""
        row = self.row_of(name)
        if row >= 0:
            self.dataChanged.emit(
                self.index(row, FileColumn.LEVEL), self.index(row, FileColumn.VERDICT)
            )

    def set_recommended(self, name: str | None) -> None:
        """Mark a file, and no other."""
        if name != self._recommended:
            rows = (self.row_of(self._recommended or ""), self.row_of(name or ""))
            self._recommended = name
            self._level_changed(rows)

    def set_present(self, paths: Mapping[str, Path]) -> None:
        """Mark files that are on this PC already, and where."""
        changed = paths.keys() ^ self._present.keys()
        self._present = paths
        self._level_changed(self.row_of(name) for name in changed)
        self.checked_changed.emit()

    def place_of(self, file: ListedFile) -> Path | None:
        """Where a file is on this PC; None where it is not."""
        return self._present.get(file.name)

    def set_locked(self, locked: bool) -> None:
        """Say with each file whether the person must sign in first."""
        if locked is not self.locked:
            self.locked = locked
            self._level_changed(range(len(self._files)))

    def checked(self) -> list[ListedFile]:
        """The chosen files, in the order of the repository."""
        return [file for file in self._files if file.name in self._checked]

    def check(self, name: str, *, on: bool = True) -> None:
        """Choose a file or not."""
        row = self.row_of(name)
        if row >= 0:
            state = Qt.CheckState.Checked if on else Qt.CheckState.Unchecked
            self.setData(self.index(row, FileColumn.LEVEL), state, Qt.ItemDataRole.CheckStateRole)

    def files(self) -> list[ListedFile]:
        """All rows."""
        return list(self._files)

    def row_of(self, name: str) -> int:
        """The row of a file, -1 if it is not there."""
        return next((row for row, file in enumerate(self._files) if file.name == name), -1)

    def _in_order(self, files: Iterable[ListedFile]) -> list[ListedFile]:
        return largest_first(
            files, lambda file: file_bits(file, self._predicted(file.name), self._parameters)
        )

    def _level_changed(self, rows: Iterable[int]) -> None:
        for row in rows:
            if row >= 0:
                index = self.index(row, FileColumn.LEVEL)
                self.dataChanged.emit(index, index)

    # Qt's own names from here on.

    def rowCount(self, parent: Index = _NOWHERE) -> int:
        return 0 if parent.isValid() else len(self._files)

    def columnCount(self, parent: Index = _NOWHERE) -> int:
        return 0 if parent.isValid() else len(FileColumn)

    def flags(self, index: Index) -> Qt.ItemFlag:
        flags = super().flags(index)
        if index.isValid() and index.column() == FileColumn.LEVEL:
            flags |= Qt.ItemFlag.ItemIsUserCheckable
        return flags

    @plain_data()
    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> object:
        if orientation is not Qt.Orientation.Horizontal or not 0 <= section < len(FileColumn):
            return None
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _alignment(section)
        if role == Qt.ItemDataRole.ToolTipRole:
            return title_help()[section]
        if role != Qt.ItemDataRole.DisplayRole:
            return None
        return titles()[section]

    @plain_data(FileRole.SECOND_LINE)
    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if not index.isValid() or index.row() >= len(self._files):
            return None
        row, column = index.row(), index.column()
        file = self._files[row]
        prediction = self._predicted(file.name)
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return file_text(file, column, prediction, self._parameters)
            case Qt.ItemDataRole.ToolTipRole:
                return tool_tip(file, column, prediction)
            case Qt.ItemDataRole.TextAlignmentRole:
                return _alignment(column)
            case FileRole.SORT:
                return sort_key(file, row, column, prediction, self._parameters)
            case FileRole.FILE:
                return file
            case FileRole.PREDICTION:
                return prediction
            case _:
                return self._mark(file, column, role)

    def _mark(self, file: ListedFile, column: int, role: int) -> object:
        prediction = self._predicted(file.name)
        match role:
            case Qt.ItemDataRole.CheckStateRole if column == FileColumn.LEVEL:
                on = file.name in self._checked
                return Qt.CheckState.Checked if on else Qt.CheckState.Unchecked
            case Qt.ItemDataRole.AccessibleTextRole:
                first = file_text(file, column, prediction, self._parameters)
                second = self._second_line(file, column)
                return f"{first}, {second}" if second else first
            case FileRole.SECOND_LINE:
                return self._second_line(file, column)
            case FileRole.RECOMMENDED:
                return file.name == self._recommended
            case FileRole.PRESENT:
                return file.name in self._present
            case FileRole.BAR if column == FileColumn.MEMORY:
                return self._bar(prediction)
            case _:
                return None

    def _bar(self, prediction: Prediction) -> MemoryBar | None:
        """Of the memory that decides: the PC's, or what is free of a GPU's."""
        if prediction.fit is None:
            return None
        judged = prediction.fit.judgement
        whole = judged.available_bytes if judged.device else self._memory_bytes
        whole = max(whole, judged.available_bytes, 1)
        needed, free = (n / whole for n in (judged.needed_bytes, judged.available_bytes))
        return MemoryBar(min(1.0, needed), free, judged.verdict)

    def _second_line(self, file: ListedFile, column: int) -> str:
        if column == FileColumn.LEVEL:
            prediction = self._predicted(file.name)
            return level_marks(
                file,
                file_bits(file, prediction, self._parameters),
                recommended=file.name == self._recommended,
                present=file.name in self._present,
                locked=self.locked,
                level=level_of(file, prediction.fit),
            )
        return reason(self._predicted(file.name)) if column == FileColumn.VERDICT else ""

    def setData(self, index: Index, value: object, role: int = Qt.ItemDataRole.EditRole) -> bool:
        if role != Qt.ItemDataRole.CheckStateRole or index.column() != FileColumn.LEVEL:
            return False
        name = self._files[index.row()].name
        on = value in (Qt.CheckState.Checked, Qt.CheckState.Checked.value)
        if on is (name in self._checked):
            return True
        (self._checked.add if on else self._checked.discard)(name)
        self.dataChanged.emit(index, index, [Qt.ItemDataRole.CheckStateRole])
        self.checked_changed.emit()
        return True


def _alignment(column: int) -> Qt.AlignmentFlag:
    if column in (FileColumn.LEVEL, FileColumn.VERDICT):
        return Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
    return Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
