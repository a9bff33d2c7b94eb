"""What a person writes; pictures and long texts that were pasted are chips above it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QWidget

from app.core.words.sentence import say
from app.ui.answers.text_window import TextWindow
from app.ui.kit.plain import set_tip
from app.ui.kit.theme import GRID
from app.ui.kit.widgets import IconButton, push_button
from app.ui.kit.widgets.flow import FlowLayout
from app.ui.kit.widgets.layouts import in_column, in_row
from app.ui.kit.words.format import byte_size
from app.ui.kit.words.sentences import told
from app.ui.kit.words.text import translate

if TYPE_CHECKING:
    from app.core.chats.pictures import Picture
    from app.ui.answers.growing_edit import GrowingEdit
    from app.ui.pictures.strip import PictureStrip


class PromptField(QWidget):
    """A growing edit, a chip for each text that is too long to stand in it, and pictures.

    Signals:
        changed: Something was written, pasted or taken out.
        taken_out: A long text was taken out: what brings it back.

    Args:
        edit: Where the person writes.
        pictures: What goes with it; None where none can.

    Attributes:
        edit: Where the person writes.
        strip: The pictures.
    """

    changed = Signal()
    taken_out = Signal(object)

    def __init__(self, edit: GrowingEdit, pictures: PictureStrip | None = None) -> None:
        super().__init__()
        self.edit = edit
        self.strip = pictures
        self._chips: list[PastedChip] = []
        self._row = QWidget()
        self._flow = FlowLayout(self._row, spacing_px=GRID // 2)
        self._row.hide()
        self.setFocusProxy(edit)
        parts = (pictures,) if pictures is not None else ()
        in_column(self._row, *parts, edit, on=self, spacing=GRID // 2)
        edit.textChanged.connect(self.changed)
        edit.too_long.connect(self.add_pasted)
        if pictures is not None:
            edit.takes_pictures = pictures.take_from
            pictures.changed.connect(self.changed)
            pictures.taken_out.connect(self.taken_out)

    def whole_text(self) -> str:
        """What is written and what was pasted, as it is."""
        return "\n\n".join(filter(None, (self.edit.toPlainText(), *self.pasted())))

    def text(self) -> str:
        """The same without blank space around it."""
        return self.whole_text().strip()

    def pasted(self) -> list[str]:
        """The long texts, in their order."""
        return [chip.text for chip in self.chips()]

    def chips(self) -> list[PastedChip]:
        """Their widgets."""
        return list(self._chips)

    def set_text(self, text: str) -> None:
        """Put a text in the place of all; a long one becomes a chip."""
        self._drop_chips()
        if self.edit.takes(text):
            self.edit.setPlainText(text)
            self.edit.moveCursor(self.edit.textCursor().MoveOperation.End)
        else:
            self.edit.clear()
            self.add_pasted(text)

    def pictures(self) -> list[Picture]:
        """What goes with it."""
        return self.strip.pictures() if self.strip is not None else []

    def clear(self) -> None:
        """Take everything out."""
        self._drop_chips()
        self.edit.clear()
        if self.strip is not None:
            self.strip.clear()

    def add_pasted(self, text: str) -> None:
        """Keep a long text as a chip."""
        chip = PastedChip(text, self._row)
        chip.removed.connect(lambda: self._remove(chip))
        self._chips.append(chip)
        self._flow.addWidget(chip)
        chip.show()
        self._row.show()
        self.changed.emit()

    def _remove(self, chip: PastedChip) -> None:
        self._chips.remove(chip)
        self._flow.removeWidget(chip)
        chip.hide()
        chip.deleteLater()
        self._row.setVisible(bool(self._chips))
        self.edit.setFocus()
        self.changed.emit()
        self.taken_out.emit(lambda: self.add_pasted(chip.text))

    def _drop_chips(self) -> None:
        if self._chips:
            self._chips.clear()
            self._flow.clear()
            self._row.hide()
            self.changed.emit()


class PastedChip(QFrame):
    """One long text: opens, or is taken out.

    Signals:
        removed: The person takes it out.
    """

    removed = Signal()

    def __init__(self, text: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.text = text
        self.setProperty("role", "raised")
        words = pasted_words(text)
        self.open_button = push_button(words, "link", run=self._open)
        set_tip(self.open_button, self.tr("Goes with the message. Click to read it."))
        self.remove_button = IconButton("close", self.tr("Take this text out"), size_px=12)
        self.remove_button.clicked.connect(self.removed)
        self.setAccessibleName(words)
        in_row(
            self.open_button,
            self.remove_button,
            on=self,
            margins=(GRID // 2, 0, 0, 0),
            spacing=GRID // 2,
        )

    def _open(self) -> None:
        TextWindow(pasted_words(self.text), self.text, self).show()


def pasted_words(text: str) -> str:
    """What a chip says: Pasted text · 400 kB · 1 line."""
    lines = text.strip("\n").count("\n") + 1
    size = byte_size(len(text.encode(errors="replace")))
    said = told(say("counted.lines", n=lines))
    return " · ".join((translate("PromptField", "Pasted text"), str(size), said))
