"""The importance matrices that are kept for a model: a row each."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QWidget

from app.lab.shrink.matrices.texts import OWN_CHATS
from app.ui.kit.plain import set_spoken, set_tip
from app.ui.kit.theme import GRID, tabular
from app.ui.kit.widgets import ElidedLabel, IconButton, label, push_button
from app.ui.kit.widgets.layouts import empty, in_column, in_row
from app.ui.kit.words.format import byte_size, number
from app.ui.kit.words.text import translate

if TYPE_CHECKING:
    from collections.abc import Sequence

    from app.lab.shrink.matrices.kept import KeptMatrix

# What the program calls its own texts.
_NAMES = {
    "shrinkscope-mixed": lambda: translate("Shrink", "the bundled text"),
    "shrinkscope-demo": lambda: translate("Shrink", "the demo model's own chats"),
    OWN_CHATS: lambda: translate("Shrink", "my chats"),
}


class KeptRows(QWidget):
    """Main thread.

    Signals:
        use_wanted, export_wanted, remove_wanted: Of a matrix.
    """

    use_wanted = Signal(object)
    export_wanted = Signal(object)
    remove_wanted = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.rows: list[KeptRow] = []
        self.none = label(
            self.tr("None yet. One is made with the first version that wants it."), "dim", wrap=True
        )
        self._list = in_column(spacing=GRID // 2)
        in_column(self.none, self._list, on=self)

    def show_matrices(self, matrices: Sequence[KeptMatrix], model: str = "") -> None:
        """Show these, in their order, for a model of this name."""
        empty(self._list)
        self.rows = [KeptRow(each, model) for each in matrices]
        for row in self.rows:
            kept = row.kept
            row.use.clicked.connect(lambda _=False, kept=kept: self.use_wanted.emit(kept))
            row.export.clicked.connect(lambda _=False, kept=kept: self.export_wanted.emit(kept))
            row.remove.clicked.connect(lambda _=False, kept=kept: self.remove_wanted.emit(kept))
            self._list.addWidget(row)
        self.none.setVisible(not matrices)


class KeptRow(QFrame):
    """One: what was read for it, how much of that, and what can be done with it."""

    def __init__(self, kept: KeptMatrix, model: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.kept = kept
        self.setProperty("role", "surface")
        words, facts = texts_of(kept), facts_of(kept, model)
        self.title = ElidedLabel(words, least_characters=14)
        self.facts = ElidedLabel(facts, dim=True, least_characters=20)
        self.facts.setFont(tabular(self.facts.font()))
        self.use = push_button(self.tr("Use it"))
        set_tip(self.use, self.tr("For the versions that are ticked"))
        self.export = push_button(self.tr("Export …"), "quiet")
        set_tip(self.export, self.tr("Writes a copy that llama-quantize reads, too"))
        self.remove = IconButton("close", self.tr("Delete it; it can be made again"), size_px=16)
        set_spoken(self, f"{words}: {facts}")
        in_row(
            (self.title, 2),
            (self.facts, 3),
            self.use,
            self.export,
            self.remove,
            on=self,
            margins=(GRID, GRID // 2, GRID // 2, GRID // 2),
            spacing=GRID // 2,
        )


def texts_of(kept: KeptMatrix) -> str:
    """What was read for a matrix, as people call it."""
    named = kept.texts.split(" + ")
    return ", ".join(_NAMES[each]() if each in _NAMES else each for each in named)


def facts_of(kept: KeptMatrix, model: str) -> str:
    """How much a matrix is made of, as far as it says, and its size.

    Args:
        kept: The matrix.
        model: The name of the model that it is shown for, which needs not be said again.
    """
    said, found = kept.said, list[str]()
    if said.chunks and said.chunk_tokens:
        tokens = number(said.chunks * said.chunk_tokens, 0)
        found.append(translate("Shrink", "{n} tokens").format(n=tokens))
    elif said.chunks:
        found.append(translate("Shrink", "{n} chunks").format(n=number(said.chunks, 0)))
    found.append(translate("Shrink", "{n} tensors").format(n=number(len(said.entries), 0)))
    if said.model and said.model != model:
        found.append(translate("Shrink", "of {model}").format(model=said.model))
    found.append(str(byte_size(kept.size_bytes)))
    return ", ".join(found)
