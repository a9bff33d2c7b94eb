"""What stands below the table: a version's details, and a sentence for each version."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, Qt, QUrl, Signal
from PySide6.QtGui import QImage, QResizeEvent, QShowEvent
from PySide6.QtWidgets import QFrame, QScrollArea, QTextBrowser, QWidget

from app.ui.kit.theme import GRID, current_tokens
from app.ui.kit.widgets import StatusDot, label, push_button
from app.ui.kit.widgets.labels import breakable
from app.ui.kit.widgets.layouts import empty, in_column, in_row, scroll_down
from app.ui.kit.words.sentences import told
from app.ui.pages.ladder.details.details_html import details_html

if TYPE_CHECKING:
    from app.lab.verdict.view import LadderView


_WIDE_PX = GRID * 105


class _Page(QTextBrowser):
    """Shows what it is given, and loads nothing that it may name."""

    def __init__(self) -> None:
        super().__init__()
        self.setOpenLinks(False)
        self.setFrameShape(QFrame.Shape.NoFrame)

    # Qt's own name.

    def loadResource(self, kind: int, name: QUrl | str) -> object:
        # Something, for Qt itself would open what is called so if it got nothing.
        return QImage(1, 1, QImage.Format.Format_ARGB32_Premultiplied)


class DetailsPanel(QWidget):
    """One version; laid out only while it is looked at.

    Signals:
        find_wanted: The version's file is not where it was, and the person knows where it is.
    """

    find_wanted = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self._view: LadderView | None = None
        self._file = ""
        self.is_there: Callable[[Path], bool] = os.path.lexists
        self._stale = False
        self._wide = False
        self.dot = StatusDot("A")
        self.title = label("", "strong")
        self.text = _Page()
        self.text.setAccessibleName(self.tr("Details"))
        self.hint = label(self.tr("Choose a row of the table to see its details."), "dim")
        head = in_row(self.dot, (self.title, 1))
        self.gone = label(self.tr("The file is not there any more."), "dim")
        self.find_button = push_button(self.tr("Find it …"))
        self.find_button.clicked.connect(lambda: self.find_wanted.emit(self._file))
        head.addWidget(self.gone)
        head.addWidget(self.find_button)
        in_column(head, self.hint, (self.text, 1), on=self, margins=(GRID * 2, GRID, GRID, GRID))
        self._refresh()

    def show_file(self, view: LadderView | None, file: str) -> None:
        """Show a version; an empty name asks to choose one."""
        if view is self._view and file == self._file:
            return
        same = file == self._file
        self._view, self._file = view, file
        self._stale = True
        if self.isVisible():
            self._refresh(keep=same)

    def look_again(self) -> None:
        """Files may have been found meanwhile."""
        self._stale = True
        if self.isVisible():
            self._refresh(keep=True)

    def _refresh(self, *, keep: bool = False) -> None:
        self._stale = False
        view, file = self._view, self._file
        row = view.row(file) if view is not None else None
        known = row is not None
        for each in (self.dot, self.title, self.text):
            each.setVisible(known)
        file_of = row.candidate.local if row is not None else None
        gone = file_of is not None and not self.is_there(file_of)
        for each in (self.gone, self.find_button):
            each.setVisible(gone)
        self.hint.setVisible(not known)
        if view is None or row is None:
            self.text.clear()
            return
        self.dot.set_letter(row.letter)
        self.title.setText(told(row.name))
        place = self.text.verticalScrollBar().value() if keep else 0
        self._wide = self.width() >= _WIDE_PX
        self.text.setHtml(details_html(view, row, current_tokens(), wide=self._wide))
        self.text.verticalScrollBar().setValue(place)

    # Qt's own names from here on.

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if self._stale:
            self._refresh()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if self.isVisible() and (self.width() >= _WIDE_PX) is not self._wide:
            self._refresh(keep=True)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            self._stale = True
            if self.isVisible():
                self._refresh(keep=True)


class SentencesPanel(QScrollArea):
    """A sentence for each version, and what else could be chosen or would settle it."""

    def __init__(self) -> None:
        super().__init__()
        self.setAccessibleName(self.tr("A sentence for each version"))
        scroll_down(self)
        self._content = QWidget()
        self._content.setProperty("role", "plain")
        self._column = in_column(on=self._content, margins=(GRID * 2, GRID, GRID * 2, GRID))
        self._shown: tuple[tuple[str, str], ...] = ()
        self.setWidget(self._content)

    def show_view(self, view: LadderView | None) -> None:
        """Show a ladder's sentences."""
        wanted: tuple[tuple[str, str], ...] = ()
        if view is not None:
            wanted = (
                *((row.letter, told(row.sentence)) for row in view.rows),
                *([("", told(view.ways.sentence))] if view.ways is not None else []),
                *(("", told(pair.sentence)) for pair in view.pairs),
                *(("", told(remark)) for remark in view.recommendation.remarks),
            )
        if wanted == self._shown:
            return
        self._shown = wanted
        empty(self._column)
        for letter, sentence in wanted:
            self._column.addWidget(self._line(letter, sentence))
        self._column.addStretch(1)

    @property
    def sentences(self) -> list[str]:
        """What is shown."""
        return [sentence for _letter, sentence in self._shown]

    def _line(self, letter: str, sentence: str) -> QWidget:
        line = QWidget(self._content)
        words = label(breakable(sentence), wrap=True, selectable=True)
        row = in_row(on=line)
        if letter:
            row.addWidget(StatusDot(letter), 0, Qt.AlignmentFlag.AlignTop)
        row.addWidget(words, 1)
        return line
