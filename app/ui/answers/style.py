"""How an answer looks: distances, headings, code, tables, in the colours of the theme."""

from __future__ import annotations

from PySide6.QtGui import (
    QBrush,
    QColor,
    QFont,
    QTextBlock,
    QTextBlockFormat,
    QTextCharFormat,
    QTextCursor,
    QTextDocument,
    QTextFormat,
    QTextFrameFormat,
    QTextLayout,
    QTextLength,
    QTextTable,
    QTextTableCell,
)

from app.ui.answers.code.colours import coloured_spans
from app.ui.kit.tokens import Tokens, current_tokens, mix

_LANGUAGE = QTextFormat.Property.BlockCodeLanguage
_FENCE = QTextFormat.Property.BlockCodeFence
_SIZE = QTextFormat.Property.FontSizeAdjustment
_RULE = QTextFormat.Property.BlockTrailingHorizontalRulerWidth
_QUOTE = QTextFormat.Property.BlockQuoteLevel

_PROPORTIONAL = QTextBlockFormat.LineHeightTypes.ProportionalHeight.value
_FIXED = QTextBlockFormat.LineHeightTypes.FixedHeight.value

GUTTER_PX = 12
"""Free room at the left of the text, where the mark of the first difference is drawn."""
CODE_PADDING_PX = 8
COPY_PX = 22
"""Side of the square in a code block's corner that copies it."""


def style_answer(document: QTextDocument, start: int) -> None:
    """Dress the blocks from a position on: distances, headings, code, tables."""
    tokens = current_tokens()
    edit = QTextCursor(document)
    edit.beginEditBlock()
    style_root(document)
    _style_tables(document, start, tokens)
    block = document.findBlock(start)
    if start and block.position() < start:
        block = block.next()
    colourings: list[tuple[list[QTextBlock], str]] = []
    while block.isValid():
        if is_code(block):
            lines = code_run(block)
            _style_code(lines)
            colourings.append((lines, _language(block)))
            block = lines[-1].next()
        else:
            _style_text(block)
            block = block.next()
    # Colours lie in the blocks' layouts, not in the text. Every block here has just got its
    # format, so it is laid out when the edit ends, with its colours.
    for lines, language in colourings:
        _colour_code(lines, language, tokens)
    _tint_inline_code(document, start, tokens)
    edit.endEditBlock()


def plain_format() -> QTextBlockFormat:
    """How a line looks that is shown as it is written."""
    look = QTextBlockFormat()
    look.setLineHeight(118.0, _PROPORTIONAL)
    return look


def style_root(document: QTextDocument) -> None:
    """Give the document its margins."""
    # Qt leaves the first block's upper margin out: a code block's box would be cut.
    above = CODE_PADDING_PX + 1 if is_code(document.firstBlock()) else 0
    root = document.rootFrame().frameFormat()
    if root.leftMargin() != GUTTER_PX or root.topMargin() != above:
        root.setLeftMargin(GUTTER_PX)
        root.setTopMargin(above)
        document.rootFrame().setFrameFormat(root)


def _style_text(block: QTextBlock) -> None:
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
        _even_heading(cursor, level)
    else:
        tight = block.textList() is not None and _in_list(block.next())
        wanted.setBottomMargin(4 if tight else 10)
    if quote:
        wanted.setLeftMargin(14.0 * quote)
        wanted.setRightMargin(0)
    wanted.setLineHeight(*height)
    cursor.setBlockFormat(wanted)


def _even_heading(cursor: QTextCursor, level: int) -> None:
    """Headings of an answer do not shout: one size up for the first two, else only bold."""
    heading = QTextCharFormat()
    heading.setProperty(_SIZE, 1 if level <= 2 else 0)
    heading.setFontWeight(QFont.Weight.DemiBold)
    cursor.movePosition(QTextCursor.MoveOperation.EndOfBlock, QTextCursor.MoveMode.KeepAnchor)
    cursor.mergeCharFormat(heading)


def _tint_inline_code(document: QTextDocument, start: int, tokens: Tokens) -> None:
    tint = QTextCharFormat()
    tint.setBackground(QBrush(QColor(tokens.hover)))
    block = document.findBlock(start)
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


def _style_code(lines: list[QTextBlock]) -> None:
    for position, line in enumerate(lines):
        wanted = QTextBlockFormat(line.blockFormat())
        wanted.setNonBreakableLines(False)
        wanted.setLeftMargin(CODE_PADDING_PX)
        wanted.setRightMargin(CODE_PADDING_PX)
        if position == 0:
            wanted.setTopMargin(CODE_PADDING_PX + 8)
            wanted.setRightMargin(CODE_PADDING_PX + COPY_PX)
        if position == len(lines) - 1:
            wanted.setBottomMargin(CODE_PADDING_PX + 10)
        wanted.setLineHeight(112.0, _PROPORTIONAL)
        QTextCursor(line).setBlockFormat(wanted)


def _colour_code(lines: list[QTextBlock], language: str, tokens: Tokens) -> None:
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


def _embolden(cell: QTextTableCell) -> None:
    bold = QTextCharFormat()
    bold.setFontWeight(QFont.Weight.DemiBold)
    cursor = cell.firstCursorPosition()
    cursor.setPosition(cell.lastPosition(), QTextCursor.MoveMode.KeepAnchor)
    cursor.mergeCharFormat(bold)


def _style_tables(document: QTextDocument, start: int, tokens: Tokens) -> None:
    for frame in document.rootFrame().childFrames():
        if not isinstance(frame, QTextTable) or frame.lastPosition() < start:
            continue
        wanted = frame.format()
        wanted.setBorder(1)
        wanted.setBorderCollapse(True)
        wanted.setBorderStyle(QTextFrameFormat.BorderStyle.BorderStyle_Solid)
        wanted.setBorderBrush(QBrush(QColor(mix(tokens.line, tokens.edge, 0.35))))
        wanted.setCellPadding(5)
        wanted.setCellSpacing(0)
        # Behind a code block its box reaches further down than its lines.
        before = document.findBlock(max(0, frame.firstPosition() - 2))
        wanted.setTopMargin(CODE_PADDING_PX + 6 if is_code(before) else 2)
        wanted.setBottomMargin(8)
        wanted.setWidth(QTextLength())
        frame.setFormat(wanted)
        for column in range(frame.columns()):
            cell: QTextTableCell = frame.cellAt(0, column)
            cell_format = cell.format()
            cell_format.setBackground(QBrush(QColor(tokens.code)))
            cell.setFormat(cell_format)
            _embolden(cell)


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
