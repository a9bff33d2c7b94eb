"""What the person asks of the Compare page, carried out on the session."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, ParamSpec

from msgspec.structs import replace
from PySide6.QtCore import QObject, QUrl, Signal

from app.core.candidates.candidate import candidate_of
from app.core.errors import PersonError
from app.core.models.kinds import ModelKind, kind_in_name
from app.library.model_files import whole_sets
from app.ui.kit.outside import open_outside, save_file
from app.ui.kit.words.sentences import sentence
from app.ui.kit.words.text import translate
from app.ui.pages.compare.panes.menu import PaneCommand

if TYPE_CHECKING:
    from app.core.chats.chat import Turn
    from app.core.chats.pictures import Picture
    from app.lab.compare.session import Session
    from app.ui.kit.file_dialogs import FileDialogs

_P = ParamSpec("_P")

_log = logging.getLogger(__name__)


class CompareController(QObject):
    """Every refusal of the session becomes a sentence; nothing else is caught here.

    Signals:
        refused: A sentence why something was not done.
        said: A sentence about something that was done, and what takes it back, if anything does.
        view_requested: The page itself must show something: a command and a pane's key.
    """

    refused = Signal(str)
    said = Signal(str, object)
    view_requested = Signal(object, str)

    def __init__(self, session: Session, files: FileDialogs) -> None:
        super().__init__()
        self._session = session
        self._files = files
        # What the session does by itself, its refusals told; whether it did it.
        self.edit = self._told(session.edit)
        self.show_earlier_answer = self._told(session.show_earlier_answer)
        self.show_earlier_turn = self._told(session.show_earlier_turn)
        self.add_candidate = self._told(session.add_candidate)
        self.move = self._told(session.move_candidate)
        self.update_candidate = self._told(session.update_candidate)
        self.answer_template = self._told(session.templates.answer)
        self.new_chat = self._told(session.new_chat)
        self.open_chat = self._told(session.open_chat)
        self.pin_chat = self._told(session.pin_chat)
        self.move_chat = self._told(session.move_chat)
        self.set_system_prompt = self._told(session.set_system_prompt)
        self.set_sampling = self._told(session.set_sampling)
        self.set_mode = self._told(session.set_mode)

    # --- asking -------------------------------------------------------------------------

    def ask(
        self, prompt: str, keys: Sequence[str] | None = None, pictures: Sequence[Picture] = ()
    ) -> bool:
        """Ask all panes, or some; whether the session took the prompt."""
        return self._try(lambda: self._session.ask(prompt, keys, pictures))

    def regenerate(self, turn: Turn, key: str) -> bool:
        """Answer a turn anew in one pane."""
        return self._try(lambda: self._session.regenerate(turn, [key]))

    def stop(self, key: str | None = None) -> bool:
        """Stop one pane or all."""
        return self._try(lambda: self._session.stop(key))

    # --- panes --------------------------------------------------------------------------

    def choose_and_add(self) -> None:
        """Ask for model files and open a pane for each."""
        self.add(self._files.models())

    def add(self, paths: Sequence[Path]) -> bool:
        """Open a pane for each file, as far as there is room; a projector goes with the others."""
        eyes = [path for path in paths if kind_in_name(path.stem) is ModelKind.PROJECTOR]
        models = [path for path in whole_sets(paths) if path not in eyes]
        candidates = [candidate_of(path) for path in models or eyes]
        if models and eyes:
            candidates = [replace(each, projector=str(eyes[0])) for each in candidates]
        return all(map(self.add_candidate, candidates))

    def remove(self, key: str) -> bool:
        """Close a pane; it can be had back for a while, with what it said and how it was set."""
        name = self._session.pane(key).letter
        answered = any(key in turn.answers for turn in self._session.chat.turns)
        undo: list[Callable[[], None]] = []
        closed = self._try(lambda: undo.append(self._session.remove_candidate(key)))
        if closed:
            words = (
                self.tr("{letter} was closed with its answers.")
                if answered
                else self.tr("{letter} was closed.")
            ).format(letter=name)
            self.said.emit(words, lambda: self._try(undo[0]))
        return closed

    def run(self, command: PaneCommand, key: str) -> None:
        """Carry out something of a pane's menu or notice."""
        session = self._session
        order = [pane.key for pane in session.panes]
        doings: dict[PaneCommand, Callable[[], object]] = {
            PaneCommand.REFERENCE: lambda: session.set_reference(key),
            PaneCommand.MOVE_LEFT: lambda: session.move_candidate(key, order.index(key) - 1),
            PaneCommand.MOVE_RIGHT: lambda: session.move_candidate(key, order.index(key) + 1),
            PaneCommand.LOAD: lambda: session.load(key),
            PaneCommand.RELOAD: lambda: session.reload(key),
            PaneCommand.UNLOAD: lambda: session.unload(key),
            PaneCommand.REMOVE: lambda: self.remove(key),
            PaneCommand.CATCH_UP: lambda: session.catch_up(key),
            PaneCommand.GO_ON: lambda: self._go_on(key),
            PaneCommand.RETRY: lambda: session.retry(key),
            PaneCommand.DROP_TURNS: lambda: session.drop_oldest_turns(key),
            PaneCommand.REVEAL: lambda: self._reveal(key),
            PaneCommand.FIND: lambda: self._find(key),
        }
        if command in doings:
            self._try(doings[command])
        else:
            self.view_requested.emit(command, key)

    def _go_on(self, key: str) -> None:
        letter, old = self._session.pane(key).letter, self._session.chat.id
        self._session.go_on_with(key)
        words = self.tr("A chat with {letter} alone; the others are where they were.")
        self.said.emit(words.format(letter=letter), lambda: self.open_chat(old))

    def _find(self, key: str) -> None:
        path = self._files.moved_model(self._session.pane(key).candidate.file)
        if path is not None:
            self._session.find_again(key, path)

    def _reveal(self, key: str) -> None:
        folder = self._session.pane(key).candidate.file.parent
        if not open_outside(QUrl.fromLocalFile(str(folder))):
            raise PersonError(
                self.tr("No program opens folders here. It is {folder}.").format(folder=folder)
            )

    # --- chats --------------------------------------------------------------------------

    def rename_chat(self, chat_id: int, title: str) -> bool:
        """Give a chat another title; the one before can be had back for a while."""
        before = self._title_of(chat_id)
        renamed = self._try(lambda: self._session.rename_chat(chat_id, title))
        if renamed and before and before != title:
            self.said.emit(
                self.tr("“{title}” has another title.").format(title=before),
                lambda: self._try(lambda: self._session.rename_chat(chat_id, before)),
            )
        return renamed

    def delete_chat(self, chat_id: int) -> bool:
        """Delete a chat; it can be had back for a while."""
        title = self._title_of(chat_id)
        undo: list[Callable[[], None]] = []
        deleted = self._try(lambda: undo.append(self._session.delete_chats([chat_id])))
        if deleted:
            words = self.tr("“{title}” was deleted.").format(title=title or self.tr("New chat"))
            self.said.emit(words, lambda: self._try(undo[0]))
        return deleted

    def repeat_chat(self, chat_id: int) -> bool:
        """Ask everything that was asked in a chat once more, in a new one."""
        keys: list[str] = []
        begun = self._try(lambda: keys.extend(self._session.repeat_chat(chat_id)))
        return begun and all(self._try(lambda at=key: self._session.catch_up(at)) for key in keys)

    def _title_of(self, chat_id: int) -> str:
        return next((c.title for c in self._session.list_chats() if c.id == chat_id), "")

    def export_chat(self, chat_id: int, form: str) -> bool:
        """Ask for a place and write a chat there."""
        target = self._files.export_target(self._title_of(chat_id), form)
        if target is None:
            return False

        def export() -> None:
            write_whole(target, self._session.export_chat(chat_id, form))
            self.said.emit(self.tr("The chat is saved at {path}.").format(path=target), None)

        return self._try(export)

    def _told(self, do: Callable[_P, object]) -> Callable[_P, bool]:
        def tried(*args: _P.args, **kwargs: _P.kwargs) -> bool:
            return self._try(lambda: do(*args, **kwargs))

        return tried

    def _try(self, do: Callable[[], object]) -> bool:
        try:
            do()
        except PersonError as error:
            _log.info("refused: %s %s", error.sentence, error.detail)
            self.refused.emit(sentence(error))
            return False
        return True


def write_whole(target: Path, text: str) -> None:
    """Write a file so that it is there whole or not at all.

    Raises:
        PersonError: It cannot be written; what was there before still is.
    """
    try:
        save_file(target, text.encode())
    except OSError as error:
        said = translate("CompareController", "“{file}” could not be written: {error}.")
        raise PersonError(said.format(file=target.name, error=error)) from error
