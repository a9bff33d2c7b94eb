"""Pins and folders: what a menu of any list of entries offers."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtGui import QAction
from PySide6.QtWidgets import QLineEdit, QMenu, QWidget

from app.ui.kit.icons import icon
from app.ui.kit.plain import caption
from app.ui.kit.widgets import label, push_button
from app.ui.kit.widgets.layouts import in_column, in_row
from app.ui.kit.widgets.popup import Popup
from app.ui.kit.words.text import translate

MOST_LETTERS = 60


def pin_words(*, pinned: bool) -> str:
    """What a command says that pins what is not pinned, or the other way round."""
    return translate("Entries", "Unpin") if pinned else translate("Entries", "Pin to the top")


def fill_folder_menu(
    menu: QMenu,
    folders: Sequence[str],
    now: str | None,
    put: Callable[[str], object],
    name_new: Callable[[], object],
) -> None:
    """Offer folders.

    Args:
        menu: What it offered before goes.
        folders: That there are.
        now: In which it is; empty for none, None for several at once.
        put: Takes the name of the one that is chosen, empty for none.
        name_new: Asks what a new one is called.
    """
    menu.clear()

    def add(words: str, name: str) -> None:
        action = QAction(caption(words), menu)
        action.setCheckable(True)
        action.setChecked(name == now)
        action.triggered.connect(lambda: put(name))
        menu.addAction(action)

    add(translate("Entries", "In no folder"), "")
    for name in folders:
        add(name, name)
    menu.addSeparator()
    new = QAction(icon("add"), translate("Entries", "New folder …"), menu)
    new.triggered.connect(lambda: name_new())
    menu.addAction(new)


class FolderNaming(Popup):
    """Asks beside a widget what a new folder is called.

    Args:
        owner: Beside which it opens.
        put: Takes the name.
    """

    def __init__(self, owner: QWidget, put: Callable[[str], object]) -> None:
        content = QWidget()
        words = translate("Entries", "What is the new folder called?")
        content.setAccessibleName(words)
        self.field = QLineEdit()
        self.field.setAccessibleName(words)
        self.field.setMaxLength(MOST_LETTERS)
        self.field.returnPressed.connect(self._take)
        self.put_button = push_button(
            translate("Entries", "Put it there"), "primary", run=self._take
        )
        in_column(label(words, wrap=True), in_row((self.field, 1), self.put_button), on=content)
        super().__init__(content, owner)
        self._put = put

    def ask(self, anchor: QWidget) -> None:
        """Open, with nothing written yet."""
        self.field.clear()
        self.open_at(anchor)
        self.field.setFocus()

    def _take(self) -> None:
        name = " ".join(self.field.text().split())
        if name:
            self.close()
            self._put(name)
