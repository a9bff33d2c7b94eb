"""An answer as a document that may still grow, laid out a bounded slice at a time."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtGui import QTextCharFormat, QTextCursor, QTextDocumentFragment

from app.ui.answers.reader import SafeDocument, find_place, rendered_after_block
from app.ui.answers.source import definitions_of, settled_end, without_sentinels
from app.ui.answers.style import GUTTER_PX, plain_format, style_answer, style_root
from app.ui.answers.text_parts import (
    SLICE_WEIGHT,
    Carry,
    Slice,
    fits,
    next_slice,
    plain_cut,
    utf16_length,
    weight,
)

if TYPE_CHECKING:
    from PySide6.QtCore import QObject

__all__ = ["GUTTER_PX", "AnswerDocument"]

_LIST_INDENT_PX = 22


@dataclass(frozen=True, slots=True)
class _Placed:
    """A slice that stands in the document; what it rendered to begins at ``position``."""

    slice: Slice
    position: int


class AnswerDocument(SafeDocument):
    """Markdown text that may still grow.

    :meth:`show_source` renders a slice of it, :meth:`advance` the next one, until :attr:`complete`.
    While the text grows only what is not settled is rendered again; when it has ended all of it is
    rendered once more if a link is defined somewhere, which could make a difference. Main thread.

    Attributes:
        source: The Markdown text that is shown.
    """

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.setUndoRedoEnabled(False)
        self.setDocumentMargin(0)
        self.setIndentWidth(_LIST_INDENT_PX)
        self.source = ""
        self._ended = True
        self._formatted = True
        self._carry = Carry()
        self._definitions = ""
        self._settled: list[_Placed] = []
        self._settled_position = 0
        self._tail: _Placed | None = None
        self._grew = False
        self._known_place: tuple[int, int] | None = None
        self.complete = True

    @property
    def slices(self) -> list[Slice]:
        """What stands in the document, a slice for each time that something was laid out."""
        placed = [*self._settled, *([self._tail] if self._tail is not None else [])]
        return [each.slice for each in placed]

    def show_source(
        self, source: str, *, ended: bool = True, formatted: bool = True, carry: Carry | None = None
    ) -> None:
        """Begin to render a text; short ones are complete at once.

        Args:
            source: Markdown; HTML in it is shown as text.
            ended: False while more will come: then only the unsettled end is rendered.
            formatted: False to show it as it is written.
            carry: What goes on at its beginning, of a text that it is a part of.
        """
        clean = without_sentinels(source)
        carry = carry or Carry()
        anew = formatted != self._formatted or carry != self._carry
        if anew or not clean.startswith(self.source[: self._settled_characters]):
            self._forget()
        self._formatted, self._carry = formatted, carry
        if ended and formatted and (definitions := definitions_of(clean)) != self._definitions:
            self._forget()
            self._definitions = definitions
        self.source, self._ended = clean, ended
        self._grew = self._grew or not ended
        self.complete = False
        self.advance()

    def advance(self) -> None:
        """Render one more slice; does nothing once all of them stand."""
        if self.complete:
            return
        start = self._settled_position
        cursor = QTextCursor(self)
        if start:
            # One edit, so that it is laid out once.
            cursor.beginEditBlock()
            cursor.setPosition(start)
            cursor.movePosition(QTextCursor.MoveOperation.End, QTextCursor.MoveMode.KeepAnchor)
            cursor.removeSelectedText()
        else:
            self.clear()
        self._tail = None
        self._append_next()
        if start:
            cursor.endEditBlock()
        # Qt knows of a new table only after the edit.
        if self._formatted:
            style_answer(self, start)
        else:
            style_root(self)

    def restyle(self) -> None:
        """Render again, in the colours and fonts of now."""
        self._forget()
        self.complete = False
        self.advance()

    def position_of(self, offset: int) -> int | None:
        """Where the word at an offset of the source stands in the document; None if unknown.

        A sentinel is set into the slice at the start of the word, and the rendered text must be
        the same but for the sentinel; else another word close by is tried.
        """
        if offset >= len(self.source.rstrip()):
            return self._end() if self.complete else None
        if self._known_place is not None and self._known_place[0] == offset:
            return self._known_place[1]
        placed = self._placed_at(offset)
        if placed is None:
            return None
        found = self._find_in(placed, offset)
        if found is not None and placed is not self._tail:
            self._known_place = (offset, found)
        return found

    # ------------------------------------------------------------------------------ inside

    @property
    def _settled_characters(self) -> int:
        return self._settled[-1].slice.end if self._settled else 0

    def _forget(self) -> None:
        """Nothing of what is shown is settled."""
        self._settled.clear()
        self._settled_position = 0
        self._tail = None
        self._grew = not self._ended
        self._known_place = None

    def _append_next(self) -> None:
        """Add the next slice, and what is not settled if that is not much."""
        begin = self._settled_characters
        carry = self._settled[-1].slice.next_carry if self._settled else self._carry
        if not fits(self.source, begin, SLICE_WEIGHT):
            self._settle(self._next_slice(begin, carry))
            return
        self.complete = True
        if self._grew and self._formatted and not carry.before:
            settled = settled_end(self.source, begin)
            if settled > begin:
                self._settle(Slice(begin, settled))
                begin = settled
        if begin < len(self.source):
            self._tail = self._append(Slice(begin, len(self.source), carry))

    def _next_slice(self, begin: int, carry: Carry) -> Slice:
        if self._formatted:
            return next_slice(self.source, begin, carry)
        return Slice(begin, plain_cut(self.source, begin, SLICE_WEIGHT))

    def _settle(self, piece: Slice) -> None:
        self._settled.append(self._append(piece))
        self._settled_position = self._end()

    def _append(self, piece: Slice) -> _Placed:
        position = self._end()
        into = QTextCursor(self)
        into.movePosition(QTextCursor.MoveOperation.End)
        if not self._formatted:
            self._append_plain(into, self.source[piece.start : piece.end])
        elif (markdown := piece.markdown(self.source, self._definitions)).strip():
            part = rendered_after_block(markdown)
            into.insertFragment(QTextDocumentFragment(part))
            if position == 0:
                position -= self._drop_first_block()
        return _Placed(piece, position)

    def _append_plain(self, into: QTextCursor, text: str) -> None:
        if not self.isEmpty():
            into.insertBlock(plain_format(), QTextCharFormat())
        else:
            into.setBlockFormat(plain_format())
        into.insertText(text.removesuffix("\n"))

    def _drop_first_block(self) -> int:
        """Take the block away that others begin behind; a table keeps it, as Qt wants it."""
        first = self.firstBlock()
        if self.blockCount() < 2 or QTextCursor(first.next()).currentTable() is not None:
            return 0
        QTextCursor(first).deleteChar()
        return 1

    def _placed_at(self, offset: int) -> _Placed | None:
        if self._tail is not None and offset >= self._tail.slice.start:
            return self._tail
        return next((each for each in self._settled if offset < each.slice.end), None)

    def _find_in(self, placed: _Placed, offset: int) -> int | None:
        piece = placed.slice
        if not self._formatted:
            separator = 1 if placed.position else 0
            return placed.position + separator + utf16_length(self.source[piece.start : offset])
        markdown = piece.markdown(self.source, self._definitions)
        # Every try reads the slice anew: heavy ones get few.
        tries = max(1, SLICE_WEIGHT // (weight(markdown) + 1))
        found = find_place(markdown, offset - piece.start + len(piece.carry.before), tries)
        return None if found is None else min(found + placed.position, self._end())

    def _end(self) -> int:
        return self.characterCount() - 1
