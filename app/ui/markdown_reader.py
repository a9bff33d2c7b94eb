"""Reads Markdown into documents with Qt's reader, without HTML, files or the network."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtGui import QTextCharFormat, QTextCursor, QTextDocument, QTextFormat, QTextTable

from app.ui.markdown_source import SENTINEL, keep_line_breaks, places_near

if TYPE_CHECKING:
    from PySide6.QtCore import QUrl

_FEATURES = (
    QTextDocument.MarkdownFeature.MarkdownDialectGitHub
    | QTextDocument.MarkdownFeature.MarkdownNoHTML
)
_ALT = QTextFormat.Property.ImageAltText
_OBJECT = "\ufffc"


class SafeDocument(QTextDocument):
    """A document that loads nothing: an image in a model's answer is a request to somebody."""

    # Qt's own names from here on.

    def loadResource(self, kind: int, name: QUrl | str) -> object:
        return None


def rendered(markdown: str) -> QTextDocument:
    """A document of its own with the text."""
    document = SafeDocument()
    document.setUndoRedoEnabled(False)
    read_markdown(document, markdown)
    return document


def rendered_after_block(markdown: str) -> QTextDocument:
    """A document to be inserted behind another one's last block.

    A fragment's first block takes the format of the block that it is inserted into; so this one
    begins with an empty block, which leaves that block as it is.
    """
    document = rendered(f"x\n\n{markdown}")
    QTextCursor(document).deleteChar()
    return document


def find_place(source: str, offset: int, *, after_block: bool) -> int | None:
    """The rendered position of the word at ``offset``, or of one close by."""
    render = rendered_after_block if after_block else rendered
    plain = render(source).toPlainText()
    for place in places_near(source, offset):
        marked = render(source[:place] + SENTINEL + source[place:])
        text = marked.toPlainText()
        if text.count(SENTINEL) == 1 and text.replace(SENTINEL, "") == plain:
            return marked.find(SENTINEL).selectionStart()
    return None


def read_markdown(document: QTextDocument, markdown: str) -> None:
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
