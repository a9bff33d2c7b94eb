"""What can be picked, as a Qt table: families with one box for all of their files below them."""

from __future__ import annotations

from collections.abc import Sequence
from enum import IntEnum

from msgspec.structs import replace
from PySide6.QtCore import (
    QObject,
    Qt,
    Signal,
)

from app.core.candidates.candidate import MAX_CANDIDATES, Candidate
from app.core.candidates.notation import told_settings
from app.core.memory.fit import judge
from app.lab.ladder.picked import PickFile, short_name
from app.ui.kit.plain import plain_data
from app.ui.kit.views.titled import Index, TitledTable
from app.ui.kit.words.format import MISSING, byte_size
from app.ui.kit.words.levels import version_gloss
from app.ui.kit.words.sentences import told

_Role = Qt.ItemDataRole
_Check = Qt.CheckState


class PickColumn(IntEnum):
    """From left to right."""

    NAME = 0
    GLOSS = 1
    SIZE = 2
    MEMORY = 3
    REMARK = 4


class PickRole(IntEnum):
    """Data beside what is shown."""

    FILE = _Role.UserRole + 1
    FAMILY = _Role.UserRole + 2
    WORDS = _Role.UserRole + 3
    DOUBT = _Role.UserRole + 4


_Row = PickFile | str


class PickModel(TitledTable):
    """A family's box checks its files, as many as there is room for.

    Args:
        adding: What is in Compare is there already: families of it are called so, and their box
            leaves it alone.
        parent: Its owner.

    Signals:
        checked_changed: Another choice, see :attr:`checked`.

    Attributes:
        most: No more than these can be checked.
        memory_bytes: What engines may use of this PC; None while that is not known.
    """

    figures = frozenset({PickColumn.SIZE, PickColumn.MEMORY})
    checked_changed = Signal()

    def __init__(self, parent: QObject | None = None, *, adding: bool = False) -> None:
        super().__init__(parent)
        self.most = MAX_CANDIDATES
        self.memory_bytes: int | None = None
        self._adding = adding
        self._rows: list[_Row] = []
        self._families: dict[str, list[PickFile]] = {}
        self._checked: list[Candidate] = []

    @property
    def checked(self) -> list[PickFile]:
        """The chosen files, each once, in the order of the list."""
        chosen = (file for file in self.files if file.candidate in self._checked)
        return list({file.candidate: file for file in chosen}.values())

    @property
    def files(self) -> list[PickFile]:
        """Every file once."""
        return [row for row in self._rows if isinstance(row, PickFile)]

    def set_files(self, files: Sequence[PickFile]) -> None:
        """Show these, with their families above them; what is checked stays so."""
        families: dict[str, list[PickFile]] = {}
        for file in files:
            families.setdefault(file.family, []).append(file)
        rows: list[_Row] = []
        for family, below in families.items():
            rows += [family, *below]
        if rows == self._rows:
            return
        self.beginResetModel()
        self._rows, self._families = rows, families
        self.endResetModel()

    def set_checked(self, candidates: Sequence[Candidate]) -> None:
        """Choose these and no others."""
        if list(candidates) == self._checked:
            return
        self._checked = list(candidates)
        if self._rows:
            first, last = self.index(0, 0), self.index(len(self._rows) - 1, PickColumn.REMARK)
            self.dataChanged.emit(first, last)
        self.checked_changed.emit()

    def titles(self) -> Sequence[str]:
        """Of the columns."""
        return (
            self.tr("Version"),
            self.tr("What it is"),
            self.tr("Size"),
            self.tr("Memory"),
            self.tr("On this PC"),
        )

    def count(self) -> int:
        """How many rows there are."""
        return len(self._rows)

    # Qt's own names from here on.

    def flags(self, index: Index) -> Qt.ItemFlag:
        if not index.isValid():
            return Qt.ItemFlag.NoItemFlags
        row = self._rows[index.row()]
        able = bool(self._able(row)) if isinstance(row, str) else not row.why_not
        if not able:
            return Qt.ItemFlag.NoItemFlags
        flags = Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable
        if index.column() == PickColumn.NAME:
            flags |= Qt.ItemFlag.ItemIsUserCheckable
        return flags

    @plain_data()
    def data(self, index: Index, role: int = _Role.DisplayRole) -> object:
        if not index.isValid() or index.row() >= len(self._rows):
            return None
        row, column = self._rows[index.row()], index.column()
        if isinstance(row, str):
            return self._family_data(row, column, role)
        return self._file_data(row, column, role)

    def _file_data(self, row: PickFile, column: int, role: int) -> object:
        match role:
            case _Role.DisplayRole:
                return self._text(row, column)
            case _Role.CheckStateRole if column == PickColumn.NAME:
                return _Check.Checked if row.candidate in self._checked else _Check.Unchecked
            case _Role.ToolTipRole:
                parts = (row.candidate.place, told(told_settings(row.candidate)), told(row.why_not))
                return "\n".join(filter(None, parts))
            case _Role.AccessibleTextRole if column == PickColumn.NAME:
                said = (self._text(row, each) for each in PickColumn)
                return ", ".join(filter(None, said))
            case _Role.TextAlignmentRole:
                return self.alignment(column)
            case PickRole.FILE:
                return row
            case PickRole.DOUBT:
                return self._does_not_fit(row)
            case PickRole.WORDS:
                return (
                    f"{told(row.family)} {with_settings(row, row.name)} {row.level} {_places(row)}"
                )
            case _:
                return None

    def setData(self, index: Index, value: object, role: int = _Role.EditRole) -> bool:
        row = self._rows[index.row()]
        if role != _Role.CheckStateRole:
            return False
        on = value not in (_Check.Unchecked, _Check.Unchecked.value)
        checked = list(self._checked)
        if isinstance(row, str):
            able = [file.candidate for file in self._able(row)]
            checked = [each for each in checked if each not in able]
            checked += spread(able, self.most - len(checked)) if on else []
        elif row.why_not:
            return False
        elif on and row.candidate not in checked:
            checked = [*checked, row.candidate]
        elif not on:
            checked = [each for each in checked if each != row.candidate]
        if len(checked) > max(self.most, len(self._checked)):
            return False
        self.set_checked(checked)
        return True

    # --- what a row says --------------------------------------------------------------------

    def _able(self, family: str) -> list[PickFile]:
        """What a family's box checks."""
        return [
            file
            for file in self._families[family]
            if not file.why_not and not (self._adding and file.letter)
        ]

    def _family_data(self, family: str, column: int, role: int) -> object:
        below = self._families[family]
        match role:
            case _Role.DisplayRole if column == PickColumn.NAME:
                if self._adding and any(file.letter for file in below) and len(below) > 1:
                    return self.tr("Other versions of {family}").format(family=told(family))
                return told(family)
            case _Role.CheckStateRole if column == PickColumn.NAME:
                able = self._able(family)
                on = sum(file.candidate in self._checked for file in able)
                if not able:
                    return None
                if not on:
                    return _Check.Unchecked
                return _Check.Checked if on == len(able) else _Check.PartiallyChecked
            case PickRole.FAMILY:
                return True
            case PickRole.WORDS:
                said = (f"{one.name} {one.level} {_places(one)}" for one in below)
                return " ".join([told(family), *said])
            case _:
                return None

    def _text(self, file: PickFile, column: int) -> str:
        match column:
            case PickColumn.NAME:
                return with_settings(file, short_name(file, self._families[file.family]))
            case PickColumn.GLOSS:
                return told(file.why_not) or version_gloss(file.level, file.bits)
            case PickColumn.SIZE:
                return MISSING if file.size_bytes is None else str(byte_size(file.size_bytes))
            case PickColumn.MEMORY:
                return MISSING if file.needs_bytes is None else str(byte_size(file.needs_bytes))
            case _:
                return self._remark(file)

    def _remark(self, file: PickFile) -> str:
        said: list[str] = []
        if file.letter:
            said.append(self.tr("in Compare: {letter}").format(letter=file.letter))
        elif file.needs_bytes is not None and self.memory_bytes is not None:
            said.append(told(judge(file.needs_bytes, self.memory_bytes).word))
        if file.copies > 1:
            said.append(self.tr("{n} copies").format(n=file.copies))
        return " · ".join(said)

    def _does_not_fit(self, file: PickFile) -> bool:
        if self.memory_bytes is None or file.needs_bytes is None:
            return False
        return file.needs_bytes > self.memory_bytes


def spread(candidates: Sequence[Candidate], room: int) -> list[Candidate]:
    """As many as there is room for, from the least to the most shrunken, evenly."""
    if len(candidates) <= room or room < 2:
        return list(candidates[: max(0, room)])
    step = (len(candidates) - 1) / (room - 1)
    return [candidates[round(place * step)] for place in range(room)]


def _places(file: PickFile) -> str:
    """How a server's model is typed, by the server's name and by its address."""
    server = file.candidate.server
    return "" if server is None else f"{server.words} {replace(server, server='').words}"


def with_settings(file: PickFile, name: str) -> str:
    """What a candidate is called, and what is set."""
    settings = told(told_settings(file.candidate))
    return f"{name}, {settings}" if settings else name
