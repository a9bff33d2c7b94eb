"""What the command palette finds beside commands: chats by their titles, models by their names."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject
from PySide6.QtGui import QAction

from app.core.errors import PersonError
from app.ui.kit.icons import icon
from app.ui.kit.plain import caption, describe
from app.ui.kit.words.format import byte_size
from app.ui.kit.words.sentences import sentence
from app.ui.kit.words.text import translate
from app.ui.shell.command_model import ONLY_FOUND

if TYPE_CHECKING:
    from app.core.models.family import LibraryModel
    from app.ui.shell.ground import Ground

_MOST_CHATS = 500


class FoundThings(QObject):
    """Makes them anew each time the palette opens. Main thread only."""

    def __init__(self, ground: Ground) -> None:
        super().__init__(ground.main)
        self._ground = ground
        self._models: Sequence[LibraryModel] = ()
        self._holder = QObject(self)
        ground.requests.models.add(self._note_models)

    def actions(self) -> Iterable[QAction]:
        """A command for each chat and each model; earlier ones are gone."""
        self._holder.deleteLater()
        self._holder = QObject(self)
        return [*self._chats(), *self._files()]

    def _note_models(self, models: Sequence[LibraryModel]) -> None:
        self._models = [model for model in models if model.why_not is None]

    def _chats(self) -> Iterator[QAction]:
        for chat in self._ground.session.list_chats(_MOST_CHATS):
            if chat.title:
                words = translate("Palette", "Chat: {title}").format(title=chat.title)
                yield self._action(words, "", lambda at=chat.id: self._open(at))

    def _files(self) -> Iterator[QAction]:
        add = self._ground.requests.add
        for model in self._models:
            words = translate("Palette", "Model: {name}").format(name=model.name)
            about = translate("Palette", "{size} · opens beside the others in Compare").format(
                size=byte_size(model.file_bytes)
            )
            yield self._action(words, about, lambda path=model.path: add.tell([path]))

    def _open(self, chat_id: int) -> None:
        self._ground.main.show_page("compare")
        try:
            self._ground.session.open_chat(chat_id)
        except PersonError as error:
            self._ground.main.say(sentence(error))

    def _action(self, words: str, about: str, run: Callable[[], object]) -> QAction:
        action = QAction(icon("chat"), caption(words), self._holder)
        action.setProperty(ONLY_FOUND, True)
        if about:
            describe(action, about)
        action.triggered.connect(lambda: run())
        return action
