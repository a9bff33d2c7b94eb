"""Every text that the window shows or would show, and how Qt would take it."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from enum import Enum, auto

from PySide6.QtCore import QAbstractItemModel, QAbstractListModel, QModelIndex, QObject, Qt
from PySide6.QtGui import QAction
from PySide6.QtGui import Qt as GuiQt
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QAbstractSpinBox,
    QApplication,
    QComboBox,
    QLabel,
    QLineEdit,
    QMenu,
    QPlainTextEdit,
    QTabBar,
    QTextEdit,
    QWidget,
)

from tests.helpers.hostile import steering

_ROLES = Qt.ItemDataRole
_SHOWN_ROLES = (
    _ROLES.DisplayRole, _ROLES.EditRole, _ROLES.AccessibleTextRole,
    _ROLES.AccessibleDescriptionRole,
)  # fmt: skip
_TIP_ROLES = (_ROLES.ToolTipRole, _ROLES.StatusTipRole, _ROLES.WhatsThisRole)
_MOST_ROWS, _DEPTH = 60, 3


class Kind(Enum):
    """How Qt takes a text."""

    PLAIN = auto()
    MAYBE_RICH = auto()  # for HTML where it looks like it
    CAPTION = auto()  # “&” makes a key of the next letter


@dataclass(frozen=True, slots=True)
class Shown:
    """A text, how Qt takes it, and where it is."""

    text: str
    kind: Kind
    where: str


def shown_texts(but: Collection[QWidget] = ()) -> Iterator[Shown]:
    """Of every widget that there is, seen or not, and of every model behind a view.

    Args:
        but: Widgets that are passed over: those of earlier windows.
    """
    models: dict[int, tuple[QAbstractItemModel, QWidget]] = {}
    for widget in QApplication.allWidgets():
        if widget in but:
            continue
        yield from _of_widget(widget)
        for action in widget.actions():
            yield from _of_action(action, widget)
        if isinstance(widget, QAbstractItemView | QComboBox) and widget.model() is not None:
            models[id(widget.model())] = (widget.model(), widget)
    for model, view in models.values():
        yield from _of_model(model, QModelIndex(), _DEPTH, _place(view))


def _of_widget(widget: QWidget) -> Iterator[Shown]:
    where = _place(widget)
    yield Shown(widget.toolTip(), Kind.MAYBE_RICH, f"tool tip of {where}")
    yield Shown(widget.whatsThis(), Kind.MAYBE_RICH, f"what's this of {where}")
    yield Shown(widget.accessibleName(), Kind.PLAIN, f"name of {where}")
    yield Shown(widget.accessibleDescription(), Kind.PLAIN, f"description of {where}")
    yield Shown(widget.windowTitle(), Kind.PLAIN, f"title of {where}")
    match widget:
        case QLabel():
            plain = widget.textFormat() is Qt.TextFormat.PlainText
            kind = Kind.PLAIN if plain else Kind.MAYBE_RICH
            yield Shown(widget.text().replace("\u200b", ""), kind, where)
            if widget.buddy() is not None:
                yield Shown(widget.text(), Kind.CAPTION, where)
        case QAbstractButton():
            yield Shown(widget.text(), Kind.CAPTION, where)
        case QTabBar():
            for tab in range(widget.count()):
                yield Shown(widget.tabText(tab), Kind.CAPTION, where)
                yield Shown(widget.tabToolTip(tab), Kind.MAYBE_RICH, where)
        case QMenu():
            yield Shown(widget.title(), Kind.CAPTION, where)
        case QPlainTextEdit() | QTextEdit() | QLineEdit() | QAbstractSpinBox():
            yield from (Shown(text, Kind.PLAIN, where) for text in _of_field(widget))
        case _:
            shown = getattr(widget, "shown_text", None)
            if shown is not None:
                yield Shown(shown(), Kind.PLAIN, where)


def _of_field(
    widget: QPlainTextEdit | QTextEdit | QLineEdit | QAbstractSpinBox,
) -> Iterator[str]:
    match widget:
        case QAbstractSpinBox():
            yield widget.specialValueText()
            yield widget.text()
        case QLineEdit():
            yield widget.placeholderText()
        case _:
            yield widget.placeholderText()
            if widget.isReadOnly():
                yield widget.toPlainText()


def _of_action(action: QAction, widget: QWidget) -> Iterator[Shown]:
    where = f"action of {_place(widget)}"
    yield Shown(action.text(), Kind.CAPTION, where)
    yield Shown(action.toolTip(), Kind.MAYBE_RICH, where)
    yield Shown(action.statusTip(), Kind.MAYBE_RICH, where)


def _of_model(
    model: QAbstractItemModel, parent: QModelIndex, depth: int, where: str
) -> Iterator[Shown]:
    # A list's own columnCount is private to it.
    columns = 1 if isinstance(model, QAbstractListModel) else model.columnCount(parent)
    for column in range(columns):
        for role in (*_SHOWN_ROLES, *_TIP_ROLES):
            found = model.headerData(column, Qt.Orientation.Horizontal, role)
            yield from _of_role(found, role, f"header of {where}")
    for row in range(min(model.rowCount(parent), _MOST_ROWS)):
        for column in range(columns):
            index = model.index(row, column, parent)
            for role in (*_SHOWN_ROLES, *_TIP_ROLES):
                yield from _of_role(index.data(role), role, f"{role.name} in {where}")
        if depth:
            yield from _of_model(model, model.index(row, 0, parent), depth - 1, where)


def _of_role(found: object, role: Qt.ItemDataRole, where: str) -> Iterator[Shown]:
    if isinstance(found, str):
        kind = Kind.MAYBE_RICH if role in _TIP_ROLES else Kind.PLAIN
        yield Shown(found, kind, where)


def fault_of(shown: Shown) -> str | None:
    """What is wrong with a text, None where nothing is."""
    text = shown.text
    if shown.kind is Kind.MAYBE_RICH and GuiQt.mightBeRichText(text):
        return "it would be taken for HTML"
    if shown.kind is Kind.CAPTION and "&" in text.replace("&&", ""):
        return "an & in it is not shown"
    found = steering(text, allowed="\n\t\u200b\u200c\u200d")
    return f"it holds {sorted(map(ascii, found))}" if found else None


def _place(thing: QObject | None) -> str:
    names: list[str] = []
    while thing is not None and len(names) < 4:
        names.append(type(thing).__name__)
        thing = thing.parent()
    return " in ".join(names)
