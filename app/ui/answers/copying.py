"""What of an answer can be put on the clipboard, in its menu."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtGui import QGuiApplication

from app.ui.answers.style import code_run, is_code
from app.ui.kit.widgets.buttons import brief_menu
from app.ui.kit.words.text import translate

if TYPE_CHECKING:
    from PySide6.QtCore import QPoint
    from PySide6.QtWidgets import QMenu

    from app.ui.answers.markdown import MarkdownView


def copy_text(text: str) -> None:
    """Put a text on the clipboard."""
    QGuiApplication.clipboard().setText(text)


def copy_menu(view: MarkdownView, place: QPoint) -> QMenu:
    """What can be copied at a place of a view; gone once it is closed."""
    menu = brief_menu(view)
    copy = menu.addAction(translate("MarkdownView", "Copy selection"), view.copy)
    copy.setEnabled(view.textCursor().hasSelection())
    words = translate("MarkdownView", "Copy all as text")
    menu.addAction(words, lambda: copy_text(view.plain_text()))
    words = translate("MarkdownView", "Copy all as Markdown")
    menu.addAction(words, lambda: copy_text(view.parts.source))
    if code := _code_at(view, place):
        menu.addAction(translate("MarkdownView", "Copy code block"), lambda: copy_text(code))
    if address := view.anchorAt(place):
        words = translate("MarkdownView", "Copy link address")
        menu.addAction(words, lambda: copy_text(address))
    menu.addSeparator()
    menu.addAction(translate("MarkdownView", "Select all"), view.selectAll)
    return menu


def _code_at(view: MarkdownView, place: QPoint) -> str:
    """The whole code block at a place; empty if there is none."""
    block = view.cursorForPosition(place).block()
    if not is_code(block):
        return ""
    while is_code(block.previous()):
        block = block.previous()
    return "\n".join(line.text() for line in code_run(block))
