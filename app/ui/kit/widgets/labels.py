"""Plain labels and rules, with the roles that the style sheet knows."""

from __future__ import annotations

import re
from typing import Literal

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QFrame, QLabel, QWidget

from app.ui.kit.plain import shown_text
from app.ui.kit.theme import small_font

Role = Literal["", "dim", "small", "small-dim", "title", "strong", "failed", "link"]

_LONG_WORD = re.compile(r"\S{13,}")
_JOINT = re.compile(r"[_./\\:(\-]")


def label(
    text: str = "", role: Role = "", *, wrap: bool = False, selectable: bool = False
) -> QLabel:
    """A label of plain text: what a model or a file says is never taken for markup."""
    result = WrapLabel(text) if wrap else PlainLabel(text)
    result.setProperty("role", role)
    if selectable:
        result.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
    return result


def breakable(text: str) -> str:
    """The text with places, never seen, where a long technical word may go to the next line."""
    return _LONG_WORD.sub(lambda word: _JOINT.sub("\\g<0>\u200b", word[0]), text)


class PlainLabel(QLabel):
    """A label that shows every text as text."""

    def __init__(self, text: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setText(text)

    # Qt's own names from here on.

    def setText(self, text: str) -> None:
        super().setText(shown_text(text))


class WrapLabel(PlainLabel):
    """A label that wraps, and does not hold its window open for the narrowest case.

    Qt asks a wrapping label for a least size once, for a narrow width, and makes the window as high
    as that needs. This one gives way; its height follows the width that it gets.
    """

    def __init__(self, text: str = "") -> None:
        super().__init__(text)
        self.setWordWrap(True)

    # Qt's own names from here on.

    def minimumSizeHint(self) -> QSize:
        metrics = self.fontMetrics()
        return QSize(metrics.averageCharWidth() * 8, metrics.height())


def hrule(parent: QWidget | None = None) -> QFrame:
    """A one-pixel horizontal line."""
    rule = QFrame(parent)
    rule.setProperty("role", "rule")
    rule.setFixedHeight(1)
    return rule


def set_role(widget: QWidget, role: str) -> None:
    """Give a widget another role of the style sheet while it is shown."""
    if widget.property("role") != role:
        widget.setProperty("role", role)
        widget.style().unpolish(widget)
        widget.style().polish(widget)


def set_small(widget: QWidget) -> None:
    """Give a widget that paints its own text the smaller text size."""
    widget.setFont(small_font(widget.font()))
