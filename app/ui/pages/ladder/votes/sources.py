"""Where prompts come from beside the keyboard: chats, and bundled ones in kinds."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QItemSelectionModel, QStringListModel, Signal
from PySide6.QtWidgets import QAbstractItemView, QListView, QWidget

from app.core.text.clean import clean_line
from app.core.words.sentence import say
from app.ui.kit.theme import GRID
from app.ui.kit.widgets import label, push_button
from app.ui.kit.widgets.layouts import in_column, in_row
from app.ui.kit.words.sentences import told
from app.ui.pages.ladder.votes.words import prompts_words

if TYPE_CHECKING:
    from app.store.vote_prompts import AskedPrompt

_LONGEST = 160


class ChatPromptPicker(QWidget):
    """Prompts of the chats, to be taken several at once.

    What one of the files has answered in a chat is not offered: its answer would be known again.

    Signals:
        taken: The person took these prompts (list of texts).
    """

    taken = Signal(list)

    def __init__(self) -> None:
        super().__init__()
        self.setAccessibleName(self.tr("Prompts of your chats"))
        self._prompts: list[str] = []
        self.model = QStringListModel(self)
        self.list = QListView()
        self.list.setModel(self.model)
        self.list.setAccessibleName(self.tr("Prompts of your chats"))
        self.list.setSelectionMode(QAbstractItemView.SelectionMode.MultiSelection)
        self.list.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.list.setUniformItemSizes(True)
        self.list.setMinimumHeight(30 * GRID)
        self.list.doubleClicked.connect(lambda _index: self._take())
        self.note = label(role="small-dim", wrap=True)
        self.all_button = push_button(self.tr("Select all"), "link", run=self.list.selectAll)
        self.take_button = push_button(self.tr("Take"), "primary", run=self._take)
        in_column(
            label(self.tr("Prompts of your chats"), "strong"),
            self.list,
            self.note,
            in_row(self.all_button, 1, self.take_button),
            on=self,
            margins=(0, 0, GRID, 0),
        )
        self.list.selectionModel().selectionChanged.connect(self._follow)
        self._follow()

    def show_prompts(self, prompts: Sequence[AskedPrompt], files: Collection[str]) -> None:
        """Offer what none of these files has answered before the person's eyes."""
        fresh = [each.prompt for each in prompts if not each.answered_by & set(files)]
        self._prompts = fresh
        self.model.setStringList([_one_line(prompt) for prompt in fresh])
        hidden = len(prompts) - len(fresh)
        words = ""
        if hidden:
            words = told(say("counted.not_offered", n=hidden))
        elif not fresh:
            words = self.tr("Nothing was asked in a chat so far.")
        self.note.setText(words)
        self.note.setVisible(bool(words))
        self._follow()

    def chosen(self) -> list[str]:
        """The prompts that are selected, in their order."""
        rows = sorted(index.row() for index in self.list.selectionModel().selectedIndexes())
        return [self._prompts[row] for row in rows]

    def select(self, rows: Sequence[int]) -> None:
        """Select these."""
        for row in rows:
            index = self.model.index(row, 0)
            self.list.selectionModel().select(index, QItemSelectionModel.SelectionFlag.Select)

    def _follow(self) -> None:
        number = len(self.chosen())
        self.take_button.setEnabled(number > 0)
        words = self.tr("Take {0}").format(prompts_words(number)) if number else self.tr("Take")
        self.take_button.setText(words)
        self.all_button.setVisible(len(self._prompts) > 1)

    def _take(self) -> None:
        found = self.chosen()
        if found:
            self.taken.emit(found)
            self.list.clearSelection()


def _one_line(prompt: str) -> str:
    return clean_line(" ".join(prompt.split()), _LONGEST)
