"""An answer as a rich document that may still grow."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtGui import QTextCursor, QTextDocumentFragment

from app.ui.answer_style import GUTTER_PX, style_answer
from app.ui.markdown_reader import SafeDocument, find_place, read_markdown, rendered_after_block
from app.ui.markdown_source import has_definitions, settled_end, without_sentinels

if TYPE_CHECKING:
    from PySide6.QtCore import QObject

__all__ = ["GUTTER_PX", "AnswerDocument"]

_LIST_INDENT_PX = 22
# Longer answers are not rendered a second time when they end.
_LONG_CHARACTERS = 60_000


class AnswerDocument(SafeDocument):
    """Markdown text that may still grow.

    While it grows only the part that is not settled is rendered again; when it has ended the whole
    is rendered once more if that could make a difference. Main thread.
    """

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.setUndoRedoEnabled(False)
        self.setDocumentMargin(0)
        self.setIndentWidth(_LIST_INDENT_PX)
        self._source = ""
        self._settled_characters = 0
        self._settled_position = 0
        self._incremental = False
        self._known_place: tuple[int, int] | None = None

    @property
    def source(self) -> str:
        """The Markdown text that is shown."""
        return self._source

    def show_source(self, source: str, *, ended: bool = True) -> None:
        """Render a text.

        Args:
            source: Markdown; HTML in it is shown as text.
            ended: False while more will come: then only the unsettled end is rendered.
        """
        clean = without_sentinels(source)
        if not clean.startswith(self._source[: self._settled_characters]):
            self._forget()
        if ended and (not self._incremental or self._may_differ(clean)):
            self._render_all(clean)
        else:
            self._render_tail(clean)
        self._source = clean

    def restyle(self) -> None:
        """Render again, in the colours and fonts of now."""
        self._render_all(self._source)

    def position_of(self, offset: int) -> int | None:
        """Where the word at an offset of the source stands in the document; None if unknown.

        A sentinel is set into the source at the start of the word, and the rendered text must be
        the same but for the sentinel; else another word close by is tried. Of a growing text only
        the part that is not settled is looked at.
        """
        if offset >= len(self._source.rstrip()):
            return self._end()
        if self._known_place is not None and self._known_place[0] == offset:
            return self._known_place[1]
        in_tail = 0 < self._settled_characters <= offset and self._settled_position > 0
        skipped = self._settled_characters if in_tail else 0
        found = find_place(self._source[skipped:], offset - skipped, after_block=in_tail)
        if found is None:
            return None
        position = min(found + (self._settled_position if in_tail else 0), self._end())
        if offset < self._settled_characters or not self._incremental:
            self._known_place = (offset, position)
        return position

    def _may_differ(self, source: str) -> bool:
        return len(source) <= _LONG_CHARACTERS and has_definitions(source)

    def _render_all(self, source: str) -> None:
        self._forget()
        read_markdown(self, source)
        style_answer(self, 0)

    def _forget(self) -> None:
        """Nothing of what is shown is settled."""
        self._settled_characters = 0
        self._settled_position = 0
        self._incremental = False
        self._known_place = None

    def _render_tail(self, source: str) -> None:
        """Replace what follows the settled part, and settle what can be settled."""
        self._incremental = True
        start = self._settled_position
        cursor = QTextCursor(self)
        if start:
            # One edit, so that it is laid out once.
            cursor.beginEditBlock()
            cursor.setPosition(start)
            cursor.movePosition(QTextCursor.MoveOperation.End, QTextCursor.MoveMode.KeepAnchor)
            cursor.removeSelectedText()
        elif not source.strip():
            self.clear()
        settled = settled_end(source, self._settled_characters)
        if settled > self._settled_characters:
            self._append(source[self._settled_characters : settled])
            self._settled_characters = settled
            self._settled_position = self._end()
        if self._settled_characters < len(source):
            self._append(source[self._settled_characters :])
        if start:
            cursor.endEditBlock()
        # Qt knows of a new table only after the edit.
        style_answer(self, start)

    def _append(self, markdown: str) -> None:
        if not markdown.strip():
            return
        if not self._settled_position:
            read_markdown(self, markdown)
            return
        part = rendered_after_block(markdown)
        into = QTextCursor(self)
        into.movePosition(QTextCursor.MoveOperation.End)
        into.insertFragment(QTextDocumentFragment(part))

    def _end(self) -> int:
        return self.characterCount() - 1
