"""The list behind the command palette: actions, found and ordered."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import IntEnum

from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, QPersistentModelIndex, Qt
from PySide6.QtGui import QAction, QKeySequence

from app.ui.kit import fuzzy
from app.ui.kit.plain import plain_data, words_of

Index = QModelIndex | QPersistentModelIndex


ONLY_FOUND = "only-found"
"""Property of actions that are offered where their letters are looked for, and not before."""


class CommandRole(IntEnum):
    """What the list knows of a command, beside its name."""

    KEYS = Qt.ItemDataRole.UserRole + 1
    MATCHED = Qt.ItemDataRole.UserRole + 2
    ENABLED = Qt.ItemDataRole.UserRole + 3
    ABOUT = Qt.ItemDataRole.UserRole + 4


@dataclass(frozen=True, slots=True)
class _Row:
    action: QAction
    name: str
    matched: tuple[int, ...]


class CommandModel(QAbstractListModel):
    """The commands that a query finds, the best first; those that cannot run now come last."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._actions: list[QAction] = []
        self._rows: list[_Row] = []
        self._query = ""

    def set_actions(self, actions: Iterable[QAction]) -> None:
        """Take the actions to choose from; separators and nameless ones are left out."""
        self._actions = [
            action
            for action in dict.fromkeys(actions)
            if action.text() and not action.isSeparator() and action.isVisible()
        ]
        self._rebuild()

    def set_query(self, query: str) -> None:
        """Find commands."""
        if query != self._query:
            self._query = query
            self._rebuild()

    def action(self, row: int) -> QAction | None:
        """The action of a row."""
        return self._rows[row].action if 0 <= row < len(self._rows) else None

    def _rebuild(self) -> None:
        found: list[tuple[bool, float, int, _Row]] = []
        for position, action in enumerate(self._actions):
            if not self._query.strip() and action.property(ONLY_FOUND):
                continue
            name = _name(action)
            hit = fuzzy.match(self._query, name)
            if hit is not None:
                row = _Row(action, name, hit[1])
                found.append((not action.isEnabled(), -hit[0], position, row))
        found.sort(key=lambda item: item[:3])
        self.beginResetModel()
        self._rows = [item[3] for item in found]
        self.endResetModel()

    # Qt's own names from here on.

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self._rows)

    @plain_data(CommandRole.ABOUT)
    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if not index.isValid() or index.row() >= len(self._rows):
            return None
        row = self._rows[index.row()]
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return row.name
            case Qt.ItemDataRole.AccessibleTextRole:
                return " ".join(filter(None, (row.name, _about(row.action), _keys(row.action))))
            case CommandRole.ABOUT:
                return _about(row.action)
            case CommandRole.KEYS:
                return _keys(row.action)
            case CommandRole.MATCHED:
                return row.matched
            case CommandRole.ENABLED:
                return row.action.isEnabled()
            case _:
                return None

    def flags(self, index: Index) -> Qt.ItemFlag:
        action = self.action(index.row())
        if action is None or not action.isEnabled():
            return Qt.ItemFlag.NoItemFlags
        return Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable


def _name(action: QAction) -> str:
    return words_of(action.text()).removesuffix("…").strip()


def _about(action: QAction) -> str:
    about = action.statusTip()
    return "" if about == action.text() else about


def _keys(action: QAction) -> str:
    return action.shortcut().toString(QKeySequence.SequenceFormat.NativeText)
