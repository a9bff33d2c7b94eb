"""What is read for importance matrices that are made: the bundled text, own chats, own files."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QSignalBlocker, Signal
from PySide6.QtWidgets import QCheckBox, QWidget

from app.core.words.sentence import say
from app.lab.shrink.matrices.texts import BUNDLED, HISTORY, MOST_FILES
from app.ui.kit.plain import set_tip
from app.ui.kit.theme import GRID
from app.ui.kit.widgets import ElidedLabel, IconButton, label, push_button
from app.ui.kit.widgets.layouts import in_column, in_row
from app.ui.kit.words.format import byte_size
from app.ui.kit.words.sentences import told

if TYPE_CHECKING:
    from pathlib import Path

    from app.lab.shrink.matrices.texts import OwnChats
    from app.ui.kit.file_dialogs import FileDialogs


class TextsChoice(QWidget):
    """Several may be ticked; one always is.

    Signals:
        changed: Another choice.
        refused: A sentence for the status line.
    """

    changed = Signal()
    refused = Signal(str)

    def __init__(self, files: FileDialogs, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._dialogs = files
        self._files: list[Path] = []
        self.bundled_box = QCheckBox(self.tr("The bundled text, in several languages and code"))
        self.bundled_box.setChecked(True)
        self.chats_box = QCheckBox(self.tr("My chats"))
        self.chats_box.setEnabled(False)
        self.chats_words = label(
            self.tr(
                "They are read on this PC and stay here: an importance matrix holds numbers, none"
                " of their words. Versions made with it say “own chats”."
            ),
            "small-dim",
            wrap=True,
        )
        self.files_box = QCheckBox(self.tr("My own files:"))
        self.files_box.setEnabled(False)
        self.files_words = ElidedLabel(self.tr("none"), dim=True, least_characters=10)
        self.files_button = push_button(self.tr("Choose …"), "link", run=self._choose)
        set_tip(self.files_button, self.tr("Texts, Markdown or code like what it will read"))
        self.clear_button = IconButton(
            "close", self.tr("Take the files out"), size_px=14, run=self._clear
        )
        in_column(
            self.bundled_box,
            self.chats_box,
            self.chats_words,
            in_row(
                self.files_box,
                self.files_words,
                self.files_button,
                self.clear_button,
                1,
                spacing=GRID // 2,
            ),
            on=self,
            spacing=GRID // 2,
        )
        for box in (self.bundled_box, self.chats_box, self.files_box):
            box.toggled.connect(self._on_toggled)
        self._show()

    @property
    def words(self) -> tuple[str, ...]:
        """What is ticked, as recipes name it; nothing for the bundled text alone."""
        found = [BUNDLED] if self.bundled_box.isChecked() else []
        if self.chats_box.isChecked():
            found.append(HISTORY)
        if self.files_box.isChecked():
            found += map(str, self._files)
        return () if found == [BUNDLED] else tuple(found)

    def show_chats(self, chats: OwnChats) -> None:
        """Say how much was chatted here."""
        self.chats_box.setEnabled(bool(chats.count))
        said = told(say("counted.chats", n=chats.count))
        words = self.tr("My chats ({chats}, {size})").format(
            chats=said, size=byte_size(chats.size_bytes)
        )
        self.chats_box.setText(words if chats.count else self.tr("My chats (none yet)"))

    def _choose(self) -> None:
        chosen = self._dialogs.several(
            self.tr("Texts like what the model will read"),
            self.tr("Texts (*.txt *.md *.jsonl *.csv *.py *.js *.c *.cpp *.java *.html *.tex)"),
        )
        if not chosen:
            return
        files = list(dict.fromkeys([*self._files, *chosen]))
        if len(files) > MOST_FILES - 2:
            self.refused.emit(told(say("shrink.too_many_texts", n=MOST_FILES)))
            return
        self._files = files
        self._show()
        self.files_box.setChecked(True)
        self.changed.emit()

    def _clear(self) -> None:
        self._files = []
        self.files_box.setChecked(False)
        self._show()

    def _show(self) -> None:
        names = ", ".join(path.name for path in self._files)
        self.files_words.set_text(names or self.tr("none"))
        self.files_box.setEnabled(bool(self._files))
        self.clear_button.setVisible(bool(self._files))
        self.chats_words.setVisible(self.chats_box.isChecked())

    def _on_toggled(self) -> None:
        if not (self.chats_box.isChecked() or self.files_box.isChecked()):
            with QSignalBlocker(self.bundled_box):
                self.bundled_box.setChecked(True)
        self._show()
        self.changed.emit()
