"""Edits what drafts for a model, and finds out whether that is worth it on this PC."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec.structs import replace
from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from app.core.candidates.drafts import Draft
from app.core.models.model_names import model_stem
from app.ui.kit.plain import add_choice, set_tip
from app.ui.kit.widgets.buttons import push_button
from app.ui.kit.widgets.labels import label
from app.ui.kit.widgets.layouts import in_column, in_row
from app.ui.settings.settings_rows import SettingsRows, choice_box, choose

if TYPE_CHECKING:
    from app.core.models.family import LibraryModel

_FILE = "file"


class DraftEditor(QWidget):
    """The choice of a draft; a button measures what it brings.

    Signals:
        changed: The person chose another one: a ``Draft``, or None.
        file_wanted: The person has a model in a file.
        worth_wanted: It is to be measured what the draft brings here.
    """

    changed = Signal(object)
    file_wanted = Signal()
    worth_wanted = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._draft: Draft | None = None
        self._choices: Sequence[LibraryModel] = ()
        self.box = choice_box([])
        rows = SettingsRows()
        rows.add(
            self.tr("Draft"),
            self.box,
            self.tr(
                "Something quick proposes the next words, and the model checks several at once:"
                " the same answers, often sooner. A draft is a much smaller model of the same"
                " family, or the text itself, for answers that repeat much of the question."
            ),
        )
        self.worth_button = push_button(self.tr("Is it worth it here?"), run=self.worth_wanted.emit)
        set_tip(
            self.worth_button,
            self.tr(
                "Answers the same questions with the draft and without, in turns. Let the PC rest"
                " meanwhile."
            ),
        )
        self.said = label("", "small-dim", wrap=True)
        in_column(rows, in_row(self.worth_button, 1), self.said, on=self)
        self.box.activated.connect(self._on_chosen)
        self._show()

    def set_draft(self, draft: Draft | None) -> None:
        """Show another one without telling anybody."""
        if draft != self._draft:
            self._draft = draft
            self.tell("")
            self._show()

    def set_choices(self, choices: Sequence[LibraryModel]) -> None:
        """Offer these of this PC's models: smaller ones of the same vocabulary."""
        self._choices = choices
        self._show()

    def tell(self, words: str, *, measuring: bool = False) -> None:
        """Say what was measured, or that it is being measured."""
        self.said.setText(words)
        self.said.setVisible(bool(words))
        self.worth_button.setEnabled(not measuring)

    def _show(self) -> None:
        self.box.clear()
        add_choice(self.box, self.tr("none"), None)
        for each in self._choices:
            add_choice(self.box, each.name, str(each.path))
        own = self._draft.path if self._draft is not None else ""
        if own and self.box.findData(own) < 0:
            add_choice(self.box, model_stem(Path(own).name), own)
        add_choice(self.box, self.tr("the text itself"), "")
        add_choice(self.box, self.tr("Open a file …"), _FILE)
        choose(self.box, self._draft.path if self._draft is not None else None)
        self.worth_button.setVisible(self._draft is not None)
        self.said.setVisible(bool(self.said.text()))

    def _on_chosen(self) -> None:
        chosen: str | None = self.box.currentData()
        if chosen == _FILE:
            self._show()
            self.file_wanted.emit()
            return
        before = self._draft or Draft()
        draft = None if chosen is None else replace(before, path=chosen)
        if draft != self._draft:
            self.set_draft(draft)
            self.changed.emit(draft)
