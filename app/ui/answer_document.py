"""An answer as a rich document: Markdown without HTML, without files, without the network."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtGui import (
    QBrush,
    QColor,
    QFont,
    QTextBlock,
    QTextBlockFormat,
    QTextCharFormat,
    QTextCursor,
    QTextDocument,
    QTextDocumentFragment,
    QTextFormat,
    QTextFrameFormat,
    QTextLayout,
    QTextLength,
    QTextTable,
    QTextTableCell,
)

from app.ui.code_colours import coloured_spans
from app.ui.markdown_source import (
    SENTINEL,
    has_definitions,
    keep_line_breaks,
    places_near,
    settled_end,
    without_sentinels,
)
from app.ui.tokens import Tokens, current_tokens, mix

if TYPE_CHECKING:
    from PySide6.QtCore import QUrl

_FEATURES = (
    QTextDocument.MarkdownFeature.MarkdownDialectGitHub
    | QTextDocument.MarkdownFeature.MarkdownNoHTML
)
_LANGUAGE = QTextFormat.Property.BlockCodeLanguage
_FENCE = QTextFormat.Property.BlockCodeFence
_SIZE = QTextFormat.Property.FontSizeAdjustment
_ALT = QTextFormat.Property.ImageAltText
_OBJECT = "\ufffc"
_RULE = QTextFormat.Property.BlockTrailingHorizontalRulerWidth
_QUOTE = QTextFormat.Property.BlockQuoteLevel

_PROPORTIONAL = QTextBlockFormat.LineHeightTypes.ProportionalHeight.value
_FIXED = QTextBlockFormat.LineHeightTypes.FixedHeight.value

GUTTER_PX = 12
"""Free room at the left of the text, where the mark of the first difference is drawn."""
CODE_PADDING_PX = 8
_LIST_INDENT_PX = 22
# Longer answers are not rendered a second time when they end.
_LONG_CHARACTERS = 60_000


class _Safe(QTextDocument):
    """A document that loads nothing: an image in a model's answer is a request to somebody."""

    # Qt's own names from here on.

    def loadResource(self, kind: int, name: QUrl | str) -> object:
        return None


class AnswerDocument(_Safe):
    """Markdown text that may still grow.

    While it grows only the part that is not settled is rendered again; when it has ended the whole
    is rendered once more if that could make a difference. Main thread.
    """

    def __init__(self, parent: object = None) -> None:
        super().__init__(parent)  # type: ignore[arg-type]
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
        grows = clean.startswith(self._source[: self._settled_characters])
        if ended and self._incremental and grows and not self._may_differ(clean):
            self._render_tail(clean)
            self._source = clean
            return
        if ended or not grows or not self._settled_characters:
            self._render_all(clean)
        if not ended:
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
        found = _find_place(self._source[skipped:], offset - skipped, after_block=in_tail)
        if found is None:
            return None
        position = min(found + (self._settled_position if in_tail else 0), self._end())
        if offset < self._settled_characters or not self._incremental:
            self._known_place = (offset, position)
        return position

    def _may_differ(self, source: str) -> bool:
        return len(source) <= _LONG_CHARACTERS and has_definitions(source)

    def _render_all(self, source: str) -> None:
        self._settled_characters = 0
        self._settled_position = 0
        self._incremental = False
        self._known_place = None
        _import(self, source)
        self._style(0)

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
        self._style(start)

    def _append(self, markdown: str) -> None:
        if not markdown.strip():
            return
        if not self._settled_position:
            _import(self, markdown)
            return
        part = _rendered_after_block(markdown)
        into = QTextCursor(self)
        into.movePosition(QTextCursor.MoveOperation.End)
        into.insertFragment(QTextDocumentFragment(part))

    def _end(self) -> int:
        return self.characterCount() - 1

    # ------------------------------------------------------------------------------------ style

    def _style(self, start: int) -> None:
        """Dress the blocks from a position on: distances, headings, code, tables."""
        tokens = current_tokens()
        edit = QTextCursor(self)
        edit.beginEditBlock()
        self._style_root()
        self._style_tables(start, tokens)
        block = self.findBlock(start)
        if start and block.position() < start:
            block = block.next()
        colourings: list[tuple[list[QTextBlock], str]] = []
        while block.isValid():
            if is_code(block):
                lines = code_run(block)
                self._style_code(lines)
                colourings.append((lines, _language(block)))
                block = lines[-1].next()
            else:
                self._style_text(block)
                block = block.next()
        # Colours lie in the blocks' layouts, not in the text. Every block here has just got its
        # format, so it is laid out when the edit ends, with its colours.
        for lines, language in colourings:
            self._colour_code(lines, language, tokens)
        self._tint_inline_code(start, tokens)
        edit.endEditBlock()

    def _style_root(self) -> None:
        # Qt leaves the first block's upper margin out: a code block's box would be cut.
        above = CODE_PADDING_PX + 1 if is_code(self.firstBlock()) else 0
        root = self.rootFrame().frameFormat()
        if root.leftMargin() != GUTTER_PX or root.topMargin() != above:
            root.setLeftMargin(GUTTER_PX)
            root.setTopMargin(above)
            self.rootFrame().setFrameFormat(root)

    def _style_text(self, block: QTextBlock) -> None:
        wanted = QTextBlockFormat(block.blockFormat())
        cursor = QTextCursor(block)
        if cursor.currentTable() is not None:
            return
        level = wanted.headingLevel()
        quote = wanted.intProperty(_QUOTE)
        height = (112.0 if level else 118.0, _PROPORTIONAL)
        if wanted.hasProperty(_RULE):
            wanted.setBackground(QBrush(QColor(current_tokens().edge)))
            wanted.setBottomMargin(10)
        elif not block.text():
            # Qt puts an empty block on both sides of a table.
            height = (1.0, _FIXED)
        elif level:
            wanted.setTopMargin(0 if block.position() == 0 else 12)
            wanted.setBottomMargin(6)
            self._even_heading(cursor, level)
        else:
            tight = block.textList() is not None and _in_list(block.next())
            wanted.setBottomMargin(4 if tight else 10)
        if quote:
            wanted.setLeftMargin(14.0 * quote)
            wanted.setRightMargin(0)
        wanted.setLineHeight(*height)
        cursor.setBlockFormat(wanted)

    @staticmethod
    def _even_heading(cursor: QTextCursor, level: int) -> None:
        """Headings of an answer do not shout: one size up for the first two, else only bold."""
        heading = QTextCharFormat()
        heading.setProperty(_SIZE, 1 if level <= 2 else 0)
        heading.setFontWeight(QFont.Weight.DemiBold)
        cursor.movePosition(QTextCursor.MoveOperation.EndOfBlock, QTextCursor.MoveMode.KeepAnchor)
        cursor.mergeCharFormat(heading)

    def _tint_inline_code(self, start: int, tokens: Tokens) -> None:
        tint = QTextCharFormat()
        tint.setBackground(QBrush(QColor(tokens.hover)))
        block = self.findBlock(start)
        while block.isValid():
            ranges: list[QTextLayout.FormatRange] = []
            if not is_code(block):
                iterator = block.begin()
                while not iterator.atEnd():
                    fragment = iterator.fragment()
                    if fragment.charFormat().fontFixedPitch():
                        begin = fragment.position() - block.position()
                        ranges.append(_format_range(begin, fragment.length(), tint))
                    iterator += 1
            if ranges:
                block.layout().setFormats(ranges)
            block = block.next()

    @staticmethod
    def _style_code(lines: list[QTextBlock]) -> None:
        for position, line in enumerate(lines):
            wanted = QTextBlockFormat(line.blockFormat())
            wanted.setNonBreakableLines(False)
            wanted.setLeftMargin(CODE_PADDING_PX)
            wanted.setRightMargin(CODE_PADDING_PX)
            if position == 0:
                wanted.setTopMargin(CODE_PADDING_PX + 8)
            if position == len(lines) - 1:
                wanted.setBottomMargin(CODE_PADDING_PX + 10)
            wanted.setLineHeight(112.0, _PROPORTIONAL)
            QTextCursor(line).setBlockFormat(wanted)

    def _colour_code(self, lines: list[QTextBlock], language: str, tokens: Tokens) -> None:
        starts: list[int] = []
        total = 0
        for line in lines:
            starts.append(total)
            total += line.length()
        code = "\n".join(line.text() for line in lines)
        ranges: list[list[QTextLayout.FormatRange]] = [[] for _line in lines]
        index = 0
        for offset, length, colour in coloured_spans(code, language, tokens):
            while index + 1 < len(lines) and starts[index + 1] <= offset:
                index += 1
            _spread(ranges, starts, lines, index, offset, length, colour)
        for line, formats in zip(lines, ranges, strict=True):
            if formats:
                line.layout().setFormats(formats)

    @staticmethod
    def _embolden(cell: QTextTableCell) -> None:
        bold = QTextCharFormat()
        bold.setFontWeight(QFont.Weight.DemiBold)
        cursor = cell.firstCursorPosition()
        cursor.setPosition(cell.lastPosition(), QTextCursor.MoveMode.KeepAnchor)
        cursor.mergeCharFormat(bold)

    def _style_tables(self, start: int, tokens: Tokens) -> None:
        for frame in self.rootFrame().childFrames():
            if not isinstance(frame, QTextTable) or frame.lastPosition() < start:
                continue
            wanted = frame.format()
            wanted.setBorder(1)
            wanted.setBorderCollapse(True)
            wanted.setBorderStyle(QTextFrameFormat.BorderStyle.BorderStyle_Solid)
            wanted.setBorderBrush(QBrush(QColor(mix(tokens.line, tokens.edge, 0.35))))
            wanted.setCellPadding(5)
            wanted.setCellSpacing(0)
            wanted.setTopMargin(2)
            wanted.setBottomMargin(8)
            wanted.setWidth(QTextLength())
            frame.setFormat(wanted)
            for column in range(frame.columns()):
                cell: QTextTableCell = frame.cellAt(0, column)
                cell_format = cell.format()
                cell_format.setBackground(QBrush(QColor(tokens.code)))
                cell.setFormat(cell_format)
                self._embolden(cell)


def is_code(block: QTextBlock) -> bool:
    """Whether a block is a line of a code block."""
    return block.blockFormat().hasProperty(_LANGUAGE) or block.blockFormat().hasProperty(_FENCE)


def code_run(first: QTextBlock) -> list[QTextBlock]:
    """The lines of the code block that begins with ``first``."""
    lines = [first]
    block = first.next()
    while block.isValid() and is_code(block) and _language(block) == _language(first):
        lines.append(block)
        block = block.next()
    return lines


def _language(block: QTextBlock) -> str:
    return str(block.blockFormat().property(_LANGUAGE) or "")


def is_quote(block: QTextBlock) -> bool:
    """Whether a block is part of a quotation."""
    return block.blockFormat().intProperty(_QUOTE) > 0


def _in_list(block: QTextBlock) -> bool:
    return block.isValid() and block.textList() is not None


def _rendered(markdown: str) -> QTextDocument:
    document = _Safe()
    document.setUndoRedoEnabled(False)
    _import(document, markdown)
    return document


def _rendered_after_block(markdown: str) -> QTextDocument:
    """A document to be inserted behind another one's last block.

    A fragment's first block takes the format of the block that it is inserted into; so this one
    begins with an empty block, which leaves that block as it is.
    """
    document = _rendered(f"x\n\n{markdown}")
    QTextCursor(document).deleteChar()
    return document


def _find_place(source: str, offset: int, *, after_block: bool) -> int | None:
    """The rendered position of the word at ``offset``, or of one close by."""
    render = _rendered_after_block if after_block else _rendered
    plain = render(source).toPlainText()
    for place in places_near(source, offset):
        marked = render(source[:place] + SENTINEL + source[place:])
        text = marked.toPlainText()
        if text.count(SENTINEL) == 1 and text.replace(SENTINEL, "") == plain:
            return marked.find(SENTINEL).selectionStart()
    return None


def _import(document: QTextDocument, markdown: str) -> None:
    """Qt's reader, with three of its habits mended."""
    document.setMarkdown(keep_line_breaks(markdown), _FEATURES)
    tables = [f for f in document.rootFrame().childFrames() if isinstance(f, QTextTable)]
    if tables or "![" in markdown:
        cursor = QTextCursor(document)
        cursor.beginEditBlock()
        _name_images(document)
        for table in tables:
            _drop_stray_block(table)
        cursor.endEditBlock()


def _name_images(document: QTextDocument) -> None:
    """Nothing is loaded, so an image is its words in brackets instead of a broken picture."""
    found = document.find(_OBJECT)
    while not found.isNull():
        look = found.charFormat()
        if look.isImageFormat():
            image = look.toImageFormat()
            words = str(image.property(_ALT) or "") or image.name()
            plain = QTextCharFormat()
            plain.setFontItalic(True)
            found.insertText(f"[{words}]", plain)
        found = document.find(_OBJECT, found)


def _drop_stray_block(table: QTextTable) -> None:
    """After a quotation or a list the reader leaves an empty block in a table's first cell."""
    cursor = table.cellAt(0, 0).firstCursorPosition()
    last = table.cellAt(0, 0).lastCursorPosition()
    if cursor.block() != last.block() and not cursor.block().text():
        cursor.deleteChar()


def _format_range(start: int, length: int, look: QTextCharFormat) -> QTextLayout.FormatRange:
    result = QTextLayout.FormatRange()
    result.start = start
    result.length = length
    result.format = look
    return result


def _spread(
    ranges: list[list[QTextLayout.FormatRange]],
    starts: list[int],
    lines: list[QTextBlock],
    index: int,
    offset: int,
    length: int,
    colour: str,
) -> None:
    """Give one span of the code to the lines that it lies in."""
    look = QTextCharFormat()
    look.setForeground(QBrush(QColor(colour)))
    end = offset + length
    for line in range(index, len(lines)):
        if starts[line] >= end:
            break
        begin = max(0, offset - starts[line])
        stop = min(end - starts[line], lines[line].length() - 1)
        if stop > begin:
            ranges[line].append(_format_range(begin, stop - begin, look))
