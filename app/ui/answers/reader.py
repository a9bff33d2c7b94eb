"""Reads Markdown into documents with Qt's reader, without HTML, files or the network."""

from __future__ import annotations

from functools import cache

from PySide6.QtCore import QByteArray, QUrl
from PySide6.QtGui import (
    QImage,
    QTextCharFormat,
    QTextCursor,
    QTextDocument,
    QTextFormat,
    QTextTable,
)

from app.ui.answers.maths import keep_maths
from app.ui.answers.source import SENTINEL, keep_line_breaks, places_near

_FEATURES = (
    QTextDocument.MarkdownFeature.MarkdownDialectGitHub
    | QTextDocument.MarkdownFeature.MarkdownNoHTML
)
_IMAGE = QTextDocument.ResourceType.ImageResource.value
_ALT = QTextFormat.Property.ImageAltText
_OBJECT = "\ufffc"
_ADDRESS = 200


class SafeDocument(QTextDocument):
    """A document that loads nothing: an image in a model's answer is a request to somebody.

    Qt opens what a picture is called by itself where a document has nothing for that name, so there
    is a picture for every name; :func:`rendered` has none of them left.
    """

    # Qt's own names from here on.

    def loadResource(self, kind: int, name: QUrl | str) -> object:
        return _no_picture() if kind == _IMAGE else QByteArray()


@cache
def _no_picture() -> QImage:
    dot = QImage(1, 1, QImage.Format.Format_ARGB32)
    dot.fill(0)
    return dot


def rendered(markdown: str) -> QTextDocument:
    """A document of its own with the text; it was never laid out."""
    document = SafeDocument()
    document.setUndoRedoEnabled(False)
    document.setMarkdown(keep_line_breaks(keep_maths(markdown)), _FEATURES)
    _mend(document, markdown)
    return document


def rendered_after_block(markdown: str) -> QTextDocument:
    """A document to be inserted behind another one's last block.

    A fragment's first block takes the format of the block that it is inserted into; so this one
    begins with an empty block, which leaves that block as it is.
    """
    document = rendered(f"x\n\n{markdown}")
    QTextCursor(document).deleteChar()
    return document


def find_place(source: str, offset: int, tries: int) -> int | None:
    """The position of the word at ``offset`` in :func:`rendered_after_block`, or of one close by.

    Args:
        source: Markdown.
        offset: In ``source``.
        tries: So many words on each side are tried at most.
    """
    plain = rendered_after_block(source).toPlainText()
    for place in places_near(source, offset, tries):
        marked = rendered_after_block(source[:place] + SENTINEL + source[place:])
        text = marked.toPlainText()
        if text.count(SENTINEL) == 1 and text.replace(SENTINEL, "") == plain:
            return marked.find(SENTINEL).selectionStart()
    return None


def _mend(document: QTextDocument, markdown: str) -> None:
    """Put three habits of Qt's reader right."""
    tables = [f for f in document.rootFrame().childFrames() if isinstance(f, QTextTable)]
    if tables or "![" in markdown:
        cursor = QTextCursor(document)
        cursor.beginEditBlock()
        _name_images(document)
        for table in tables:
            _drop_stray_block(table)
        cursor.endEditBlock()


def _name_images(document: QTextDocument) -> None:
    """Nothing is loaded, so an image is its words and its address in brackets."""
    found = document.find(_OBJECT)
    while not found.isNull():
        look = found.charFormat()
        if look.isImageFormat():
            image = look.toImageFormat()
            words = ": ".join(
                filter(None, (str(image.property(_ALT) or ""), image.name()[:_ADDRESS]))
            )
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
