"""The words that people read, to be looked up beside the page that they stand on."""

from __future__ import annotations

from html import escape as html
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent
from PySide6.QtWidgets import QFrame, QTextBrowser, QWidget

from app.ui.kit.fuzzy import fold
from app.ui.kit.tokens import Tokens, current_tokens
from app.ui.kit.widgets.layouts import in_column
from app.ui.kit.widgets.search_field import search_field
from app.ui.kit.words.glossary import Chapter, Word, glossary
from app.ui.kit.words.levels import version_gloss

if TYPE_CHECKING:
    from PySide6.QtGui import QShowEvent


class WordsView(QWidget):
    """A field to search by, and all words below their chapters' titles."""

    def __init__(self) -> None:
        super().__init__()
        self._marked = ""
        self.field = search_field(self.tr("Find a word"))
        self.field.textChanged.connect(self._write)
        self.text = QTextBrowser()
        self.text.setOpenLinks(False)
        self.text.setFrameShape(QFrame.Shape.NoFrame)
        self.text.setAccessibleName(self.tr("The words"))
        self.setFocusProxy(self.field)
        in_column(self.field, (self.text, 1), on=self)

    def show_word(self, key: str) -> None:
        """Go to a word; with an empty key, to the first."""
        self._marked = key
        self.field.clear()
        self._write()

    def _write(self) -> None:
        tokens = current_tokens()
        query = fold(self.field.text().strip())
        body = "".join(_chapter(chapter, query, self._marked, tokens) for chapter in glossary())
        nothing = html(self.tr("No word has these letters."))
        self.text.setHtml(
            f"<style>h4 {{ font-size: large; margin-top: 16px; margin-bottom: 6px; }}"
            f" p {{ margin-top: 0; margin-bottom: 8px; }} .dim {{ color: {tokens.dim}; }}</style>"
            + (body or f"<p class=dim>{nothing}</p>")
        )
        if self._marked:
            self.text.scrollToAnchor(self._marked)

    # Qt's own names from here on.

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._write()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange and self.isVisible():
            self._write()


def _chapter(chapter: Chapter, query: str, marked: str, tokens: Tokens) -> str:
    found = [word for word in chapter.words if query in fold(f"{word.word} {word.meaning}")]
    if not found:
        return ""
    words = "".join(_word(word, tokens if word.key == marked else None) for word in found)
    return f"<h4>{html(chapter.title)}</h4>{words}"


def _word(word: Word, marked: Tokens | None) -> str:
    colours = f" style='background: {marked.selection}'" if marked is not None else ""
    gloss = version_gloss(word.word)
    about = f"<span class=dim> · {html(gloss)}</span>" if gloss else ""
    return (
        f"<p{colours}><a name='{word.key}'></a><b>{html(word.word)}</b>{about}"
        f"<br>{html(word.meaning)}</p>"
    )
