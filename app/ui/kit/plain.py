"""The one way of foreign text into the window: as text, whatever it looks like.

Qt takes tool tips, labels and messages for HTML where they look like it, and then loads what they
name; “&” makes a key of the letter behind it; control characters and turned directions are drawn as
they come. What a file, a Hub or a model calls itself therefore passes through here, and a test
holds every module and every widget to it.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QComboBox, QMessageBox, QToolTip, QWidget

from app.core.text.clean import clean_line, clean_text

if TYPE_CHECKING:
    from PySide6.QtGui import QAction

_MOST_TIP_CHARACTERS = 1_200
_BREAK = "\u200b"
_LIKE_HTML = re.compile(r"<|&(?=lt;)")

_Role = Qt.ItemDataRole
_LINES = frozenset({_Role.DisplayRole, _Role.EditRole})
_TEXTS = frozenset({_Role.AccessibleTextRole, _Role.AccessibleDescriptionRole})
_TIPS = frozenset({_Role.ToolTipRole, _Role.StatusTipRole, _Role.WhatsThisRole})


# ------------------------------------------------------------------------------------ tool tips


def tip(text: str) -> str:
    """A tool tip that shows a text as it is, shortened where it is endless."""
    shown = clean_text(text)
    if len(shown) > _MOST_TIP_CHARACTERS:
        shown = f"{shown[:_MOST_TIP_CHARACTERS]}…"
    # Nothing that is seen, but now it is no tag, and Qt has no reason to look for others.
    return _LIKE_HTML.sub(rf"\g<0>{_BREAK}", shown)


def set_tip(of: QWidget | QAction, text: str) -> None:
    """Give something a tool tip."""
    of.setToolTip(tip(text))


def describe(action: QAction, text: str) -> None:
    """Say in a line what a command does, for where commands are listed."""
    action.setStatusTip(tip(text))


def show_tip(at: QPoint, text: str, widget: QWidget) -> None:
    """Show a tool tip now, at a place of the screen."""
    QToolTip.showText(at, tip(text), widget)


# ------------------------------------------------------------------------------ texts of widgets


def shown_text(text: str) -> str:
    """A text for a label; places where a word may break stay."""
    return _BREAK.join(map(clean_text, text.split(_BREAK)))


def caption(text: str) -> str:
    """A text for a button, a menu, a tab or a label that leads to a field: “&” is shown."""
    return clean_line(text).replace("&", "&&")


def words_of(captioned: str) -> str:
    """What a button or an action says: a caption's text."""
    return captioned.replace("&&", "\0").replace("&", "").replace("\0", "&")


def set_spoken(widget: QWidget, name: str, description: str | None = None) -> None:
    """Say what a widget is to those who hear the window."""
    widget.setAccessibleName(clean_text(name))
    if description is not None:
        widget.setAccessibleDescription(clean_text(description))


def set_title(window: QWidget, text: str) -> None:
    """Give a window its title; to Qt “[*]” stands for a mark of unsaved work."""
    window.setWindowTitle(clean_line(text).replace("[*]", "[*][*]"))


def add_choice(
    combo: QComboBox, text: str, value: object, *, tool_tip: str = "", at: int | None = None
) -> None:
    """Add a line to a combo box, at its end or at a place."""
    place = combo.count() if at is None else at
    combo.insertItem(place, clean_line(text), value)
    if tool_tip:
        set_choice_tip(combo, place, tool_tip)


def set_choice_tip(combo: QComboBox, place: int, text: str) -> None:
    """Give a line of a combo box a tool tip."""
    combo.setItemData(place, tip(text), _Role.ToolTipRole)


def message_box(sentence: str) -> QMessageBox:
    """A window of its own that says one sentence."""
    box = QMessageBox(QMessageBox.Icon.Information, "Shrinkscope", "")
    box.setTextFormat(Qt.TextFormat.PlainText)
    box.setText(clean_text(sentence))
    return box


# ---------------------------------------------------------------------------------------- models


def plain_data(*lines: int) -> Callable[[Callable[..., object]], Callable[..., Any]]:
    """Decorates a model's ``data`` or ``headerData``: what it gives to views is shown as text.

    Args:
        lines: Roles of the model's own whose texts are painted.
    """
    painted = _LINES | set(lines)

    def decorate(data: Callable[..., object]) -> Callable[..., Any]:
        @functools.wraps(data)
        def plain(self: object, *where: Any, **named: Any) -> object:  # noqa: ANN401
            value = data(self, *where, **named)
            if not isinstance(value, str):
                return value
            return _plain(value, _role(where, named), painted)

        return plain

    return decorate


def _role(where: tuple[Any, ...], named: dict[str, Any]) -> int:
    # data(index, role), headerData(section, orientation, role); the role may be left out.
    last = where[-1] if len(where) > 1 else _Role.DisplayRole
    role = named.get("role", last)
    return _Role.DisplayRole if isinstance(role, Qt.Orientation) else role


def _plain(text: str, role: int, painted: frozenset[int]) -> str:
    if role in _TIPS:
        return tip(text)
    if role in painted:
        return clean_line(text)
    return clean_text(text) if role in _TEXTS else text
