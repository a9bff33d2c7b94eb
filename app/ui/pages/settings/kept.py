"""What is kept where, how large it is, and the way to delete it."""

from __future__ import annotations

from collections.abc import Iterable
from enum import Enum, auto

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QLabel, QPushButton, QWidget

from app.store.kept import Kept, KeptPlace
from app.ui.kit.question import Question
from app.ui.kit.widgets import push_button
from app.ui.kit.widgets.layouts import in_column
from app.ui.kit.words.format import byte_size
from app.ui.pages.settings.entries import Group
from app.ui.pages.settings.rows import GroupRows


class Deletion(Enum):
    """What the person may delete at once."""

    CHATS = auto()
    MEASURED = auto()
    CACHE = auto()


class KeptSection(QWidget):
    """The group *Privacy*.

    Signals:
        delete_wanted: The person wants something (a ``Deletion``) gone, and said so twice.
        asked: Whether it shall be: the question is to be seen.
        models_wanted: The person wants to see the model files.
    """

    delete_wanted = Signal(object)
    asked = Signal()
    models_wanted = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.question = Question()
        self.buttons: dict[Deletion, QPushButton] = {
            Deletion.CHATS: push_button(self.tr("Delete chats …")),
            Deletion.MEASURED: push_button(self.tr("Delete measurements …")),
            Deletion.CACHE: push_button(self.tr("Delete …")),
        }
        for what, button in self.buttons.items():
            button.clicked.connect(lambda _checked=False, what=what: self._ask(what))
        self._rows = GroupRows(Group.PRIVACY.title)
        files = push_button(self.tr("Choose files …"), run=self.models_wanted)
        both = QWidget()
        in_column(self.buttons[Deletion.CHATS], self.buttons[Deletion.MEASURED], on=both)
        add, counting = self._rows.add_fact, self.tr("Looking …")
        self._places: dict[Kept, QLabel] = {
            Kept.STORE: add(self.tr("Chats, measurements and blind votes"), counting, both),
            Kept.CACHE: add(
                self.tr("What can be made again"),
                counting,
                self.buttons[Deletion.CACHE],
            ),
            Kept.LOGS: add(self.tr("Logs"), counting),
            Kept.SETTINGS: add(self.tr("Settings"), counting),
        }
        self._files = add(self.tr("Downloaded model files"), counting, files)
        self._rows.add_wide(self.question)
        in_column(self._rows, on=self)

    def show_places(self, places: Iterable[KeptPlace]) -> None:
        """Say where things are and how large."""
        for place in places:
            self._places[place.kind].setText(_place_words(str(place.path), place.size_bytes))

    def show_files(self, folder: str, size_bytes: int) -> None:
        """The same of what was downloaded."""
        self._files.setText(_place_words(folder, size_bytes))

    def _ask(self, what: Deletion) -> None:
        sentences = {
            Deletion.CHATS: self.tr(
                "Delete every chat with all its answers? They cannot be brought back."
            ),
            Deletion.MEASURED: self.tr(
                "Delete every measurement and every blind vote? They cannot be brought back."
            ),
            Deletion.CACHE: self.tr(
                "Delete what can be made again? The demo’s versions take a while to be made anew;"
                " files that are loaded stay."
            ),
        }
        self.question.ask(sentences[what], self.tr("Delete"), lambda: self._on_confirmed(what))
        self.asked.emit()

    def _on_confirmed(self, what: Deletion) -> None:
        self.buttons[what].setFocus()
        self.delete_wanted.emit(what)


def _place_words(place: str, size_bytes: int) -> str:
    return f"{byte_size(size_bytes)} · {place}"
