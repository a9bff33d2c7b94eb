"""Where a word of the glossary stands: its tip says what it means, a key or its menu leads there.

A table's titles and a label offer their words by one call; who shows the words need not be known:
the wish for one goes up to the window as an event.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from PySide6.QtCore import QEvent, QObject, QPoint, Qt
from PySide6.QtGui import QAction, QContextMenuEvent, QCursor, QHelpEvent
from PySide6.QtWidgets import QAbstractItemView, QApplication, QHeaderView, QWidget

from app.ui.kit.plain import caption, set_tip, show_tip
from app.ui.kit.widgets.buttons import brief_menu
from app.ui.kit.wishes import Wish, wish
from app.ui.kit.words.glossary import word_of
from app.ui.kit.words.text import translate

_PROPERTY = "word"


class WordWanted(Wish):
    """Somebody wants to know what a word means.

    Attributes:
        key: Of the word, as the glossary has it; empty for all of them.
    """

    def __init__(self, key: str) -> None:
        super().__init__()
        self.key = key


def explain(at: QWidget, key: str) -> bool:
    """Ask the window around a widget, or one that this was opened from, to explain a word.

    Returns:
        Whether one did.
    """
    return wish(at, WordWanted(key))


def explaining_action(at: QWidget, key: str) -> QAction:
    """A line for a menu that leads to a word."""
    words = translate("Words", "What is “{word}”?").format(word=word_of(key).word)
    action = QAction(caption(words), at)
    action.triggered.connect(lambda: explain(at, key))
    return action


def offer_word(widget: QWidget, key: str) -> None:
    """Let a label or a control offer its word, in its tip and its menu."""
    word = word_of(key)
    widget.setProperty(_PROPERTY, key)
    set_tip(widget, _with_meaning(widget.toolTip(), word.meaning))
    widget.setContextMenuPolicy(Qt.ContextMenuPolicy.ActionsContextMenu)
    widget.addAction(explaining_action(widget, key))


def offer_words(header: QHeaderView, words: Mapping[int, str] | Callable[[int], str]) -> None:
    """Let a table's titles offer their words, in their tips and, where it has none, its menu.

    Args:
        header: Of the table.
        words: Keys of the glossary by column; a function may say an empty text for no word.
    """
    _HeaderWords(header, words if callable(words) else lambda at: words.get(at, ""))


def word_at(focused: QWidget | None) -> str:
    """The word that somebody means who asks now: below the pointer, else where the focus is."""
    below = QApplication.widgetAt(QCursor.pos())
    return _word_of(below, QCursor.pos()) or _word_of(focused, None)


def _word_of(widget: QWidget | None, at: QPoint | None) -> str:
    while widget is not None:
        key = str(widget.property(_PROPERTY) or "")
        if not key and at is not None and isinstance(widget, QHeaderView):
            key = _HeaderWords.key_at(widget, widget.mapFromGlobal(at))
        if not key and at is None and isinstance(widget, QAbstractItemView):
            column = widget.currentIndex().column()
            headers = widget.findChildren(QHeaderView)
            key = next((k for header in headers if (k := _HeaderWords.key_of(header, column))), "")
        if key:
            return key
        widget = widget.parentWidget()
    return ""


class _HeaderWords(QObject):
    """Belongs to a header."""

    def __init__(self, header: QHeaderView, key_of: Callable[[int], str]) -> None:
        super().__init__(header)
        self._header = header
        self._key_of = key_of
        header.viewport().installEventFilter(self)

    @staticmethod
    def key_of(header: QHeaderView, column: int) -> str:
        """The word of a column; empty where it has none."""
        words = header.findChild(_HeaderWords)
        return words._key_of(column) if words is not None and column >= 0 else ""  # noqa: SLF001

    @staticmethod
    def key_at(header: QHeaderView, at: QPoint) -> str:
        """The word at a place."""
        return _HeaderWords.key_of(header, header.logicalIndexAt(at))

    def _tip(self, column: int) -> str:
        key = self._key_of(column)
        horizontal, role = Qt.Orientation.Horizontal, Qt.ItemDataRole.ToolTipRole
        said = str(self._header.model().headerData(column, horizontal, role) or "")
        return _with_meaning(said, word_of(key).meaning) if key else said

    # Qt's own names from here on.

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            text = self._tip(self._header.logicalIndexAt(event.pos()))
            show_tip(event.globalPos(), text, self._header)
            return True
        if event.type() == QEvent.Type.ContextMenu and isinstance(event, QContextMenuEvent):
            key = self.key_at(self._header, event.pos())
            own = self._header.contextMenuPolicy() != Qt.ContextMenuPolicy.DefaultContextMenu
            if key and not own:
                menu = brief_menu(self._header)
                menu.addAction(explaining_action(menu, key))
                menu.popup(event.globalPos())
                return True
        return super().eventFilter(watched, event)


def _with_meaning(said: str, meaning: str) -> str:
    lines = [said, meaning] if meaning not in said else [said]
    more = translate("Words", "Shift+F1: the words")
    return "\n".join(line for line in (*lines, more) if line)
