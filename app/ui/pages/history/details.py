"""What is chosen: what it is about, what differs from the time before, what stands in it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QFrame, QMenu, QPushButton, QScrollArea

from app.ui.answers.markdown import MarkdownView
from app.ui.kit.plain import set_spoken, set_tip
from app.ui.kit.theme import GRID
from app.ui.kit.widgets import label, push_button
from app.ui.kit.widgets.buttons import set_words
from app.ui.kit.widgets.flow import FlowLayout
from app.ui.kit.widgets.labels import breakable
from app.ui.kit.widgets.layouts import in_column, scroll_down
from app.ui.kit.words.format import count
from app.ui.pages.history.words import (
    before_words,
    entry_second,
    entry_title,
    figures_of,
    unsearched_words,
)

if TYPE_CHECKING:
    from PySide6.QtGui import QAction

    from app.core.history.entry import Entry
    from app.lab.history.again import Again
    from app.ui.pages.history.list import EntryList

MOST_CHARACTERS = 20_000
"""So much of an entry is shown here; where it is opened, and in its file, stands all of it."""
_MOST_NAMES = 12


class EntryDetails(QScrollArea):
    """Shows one entry, or how many are chosen; its buttons are the list's commands."""

    def __init__(self, entries: EntryList) -> None:
        super().__init__()
        self._entries = entries
        self.title = label("", "strong", wrap=True, selectable=True)
        self.about = label("", "small-dim", wrap=True)
        self.models = label("", wrap=True, selectable=True)
        self.before = label("", wrap=True, selectable=True)
        self.text = MarkdownView(self.tr("What stands in it"))
        self._buttons = QFrame()
        flow = FlowLayout(self._buttons, spacing_px=GRID // 2)
        for action in entries.actions_of_rows():
            flow.addWidget(_button(action, primary=action is entries.open_action))
        self.folder_button = push_button(self.tr("Folder"), icon_name="folder")
        menu = QMenu(self.folder_button)
        menu.aboutToShow.connect(lambda: entries.fill_folders(menu))
        self.folder_button.setMenu(menu)
        flow.addWidget(self.folder_button)
        content = QFrame()
        content.setProperty("role", "surface")
        in_column(
            self.title,
            self.about,
            self._buttons,
            self.models,
            self.before,
            self.text,
            1,
            on=content,
            margins=GRID * 2,
        )
        scroll_down(self, steady=True)
        self.setWidget(content)
        self.show_entries(())

    def show_entries(self, entries: Sequence[Entry]) -> None:
        """Show what is chosen, as far as the list knows it."""
        self.text.set_markdown("")
        self.before.hide()
        self.verticalScrollBar().setValue(0)
        one = entries[0] if len(entries) == 1 else None
        self._buttons.setVisible(bool(entries))
        if one is None:
            words = self.tr("Choose what you look for: arrows, then Enter opens it.")
            if entries:
                words = self.tr("{n} are chosen.").format(n=count(len(entries)))
            self.title.setText(words)
            self.about.hide()
            self.models.hide()
            self.text.hide()
            set_spoken(self, words)
            return
        self.title.setText(breakable(entry_title(one)))
        about = (entry_second(one), unsearched_words(one))
        self.about.setText(breakable("\n".join(words for words in about if words)))
        self.about.show()
        names = [figures_of(each) for each in one.facts.candidates]
        more = len(names) - _MOST_NAMES
        if more > 0:
            names[_MOST_NAMES:] = [self.tr("and {n} more").format(n=count(more))]
        self.models.setText(breakable("\n".join(names)))
        self.models.setVisible(bool(names))
        self.text.show()
        set_spoken(self, entry_title(one), entry_second(one))

    def show_text(self, text: str, before: Sequence[Again]) -> None:
        """Show what stands in it, and what differs from the time before."""
        shown = text[:MOST_CHARACTERS]
        if len(text) > MOST_CHARACTERS:
            shown += "\n\n… " + self.tr("“Export” writes all of it.")
        self.text.set_markdown(shown)
        self.before.setText(breakable(before_words(before)))
        self.before.setVisible(bool(before))


def _button(action: QAction, *, primary: bool) -> QPushButton:
    """A button that does and says what an action does and says."""
    button = push_button(action.text(), "primary" if primary else "")
    button.clicked.connect(action.trigger)

    def follow() -> None:
        set_words(button, action.text())
        button.setEnabled(action.isEnabled())
        set_tip(button, action.toolTip())

    action.changed.connect(follow)
    follow()
    return button
