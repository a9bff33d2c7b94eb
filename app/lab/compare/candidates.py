"""The candidates of the open chat: they come, go, change, and their files move."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec.structs import replace

from app.core.candidates.candidate import Candidate, LocalFile
from app.core.candidates.settings import EngineSettings
from app.core.chats.elsewhere import Elsewhere, llama_server_command
from app.core.chats.panes import ChatPane, new_pane
from app.core.chats.templates import template_by_id
from app.core.errors import PersonError
from app.core.text.clean import whole_text
from app.core.words.sentence import say
from app.lab.engines.opened import context_of
from app.library.model_files import first_of_set

if TYPE_CHECKING:
    from app.lab.compare.deck import Deck
    from app.lab.compare.open_chat import OpenChat
    from app.lab.compare.panes import Pane
    from app.lab.compare.running.runner import Runner
    from app.lab.models.kept_templates import KeptTemplates
    from app.lab.models.moves import Moves


class Candidates:
    """One thread.

    Args:
        open_chat: Whose candidates they are.
        deck: Their panes.
        runner: Drives their engines.
        moves: Where folders went that were moved.
        template_folder: Where chosen chat templates are written for use elsewhere.
        kept_templates: Which templates were chosen for files that bring none.

    Attributes:
        default_engine: How files are loaded that come with no settings of their own.
        tuned: Those among them that have settings which were found to be best for them here.
    """

    def __init__(
        self,
        open_chat: OpenChat,
        deck: Deck,
        runner: Runner,
        moves: Moves,
        template_folder: Path,
        kept_templates: KeptTemplates,
    ) -> None:
        self._open = open_chat
        self._deck = deck
        self._runner = runner
        self._moves = moves
        self._template_folder = template_folder
        self._kept_templates = kept_templates
        self.default_engine = EngineSettings()
        self.tuned: Mapping[Path, Candidate] = {}

    # --- reading --------------------------------------------------------------------------

    def panes(self) -> list[Pane]:
        """Their panes, in their order."""
        return [self._deck[setup.key] for setup in self._open.chat.panes]

    def log_text(self, key: str) -> str:
        """The log of a pane's engine, the last one's if none runs."""
        client = self._runner.pool.get(key)
        return client.log_text() if client is not None else self._deck[key].log

    def use_elsewhere(self, key: str) -> Elsewhere:
        """How to run a candidate without this program.

        Raises:
            PersonError: Its chat template cannot be written.
        """
        pane = self._deck[key]
        candidate = pane.candidate
        context = context_of(candidate.engine, pane.model)
        if pane.loaded is not None:
            context = pane.loaded.context_tokens
        threads = candidate.engine.threads or self._runner.pool.threads_for(1)
        command = llama_server_command(
            candidate,
            self._open.sampling_of(pane.setup),
            context,
            threads,
            os.name,
            template_file=self._template_file(candidate.template_id),
            architecture=pane.model.architecture if pane.model is not None else "",
        )
        return Elsewhere(str(candidate.file), command)

    # --- coming and going -----------------------------------------------------------------

    def add_candidate(self, candidate: Candidate) -> ChatPane:
        """Open a candidate in a new pane; of a set's later file, the whole set.

        Raises:
            PersonError: There are six panes already.
        """
        chat = self._open.chat
        try:
            if (file := candidate.local) is not None:
                path = first_of_set(Path(whole_text(str(file))).absolute())
                candidate = self._as_usual(replace(candidate, source=LocalFile(str(path))))
            setup = new_pane(candidate, chat.panes)
        except ValueError as error:
            raise PersonError(say("compare.six_panes_open_already_close")) from error
        chat.panes.append(setup)
        if chat.reference_key is None:
            chat.reference_key = setup.key
        self._deck.open(setup)
        self._open.note_candidates()
        return setup

    def _as_usual(self, candidate: Candidate) -> Candidate:
        """A file with nothing set as it is loaded here: as tuned, and as all others."""
        if candidate.engine != EngineSettings():
            return candidate
        usual, tuned = self.default_engine, self.tuned.get(candidate.file)
        if tuned is None:
            return replace(candidate, engine=usual)
        engine = replace(
            tuned.engine,
            context_tokens=tuned.engine.context_tokens or usual.context_tokens,
            threads=tuned.engine.threads or usual.threads,
        )
        return replace(candidate, engine=engine, draft=candidate.draft or tuned.draft)

    def remove_candidate(self, key: str) -> Callable[[], None]:
        """Close a pane and its engine; its answers stay in the store.

        Returns:
            What opens it again where it stood, with its answers; does nothing in another chat, and
            raises PersonError where there is no room any more.
        """
        chat = self._open.chat
        place = next(place for place, each in enumerate(chat.panes) if each.key == key)
        closed, was_reference = chat.panes[place], chat.reference_key == key
        self._close(key)

        def bring_back() -> None:
            if self._open.chat is chat and chat.pane(key) is None:
                self._bring_back(closed, place, is_reference=was_reference)

        return bring_back

    def _bring_back(self, closed: ChatPane, place: int, *, is_reference: bool) -> None:
        chat = self._open.chat
        try:
            free = new_pane(closed.candidate, chat.panes).letter
        except ValueError as error:
            raise PersonError(say("compare.six_panes_open_already_close")) from error
        taken = {each.letter for each in chat.panes}
        setup = replace(closed, letter=free if closed.letter in taken else closed.letter)
        chat.panes.insert(place, setup)
        if is_reference or chat.reference_key is None:
            chat.reference_key = setup.key
        self._deck.open(setup)
        self._open.note_candidates()
        self._open.tell_turns()

    def _close(self, key: str) -> None:
        self._deck.close(key)
        chat = self._open.chat
        chat.panes = [each for each in chat.panes if each.key != key]
        if chat.reference_key == key:
            chat.reference_key = chat.panes[0].key if chat.panes else None
        self._open.note_candidates()

    def move_candidate(self, key: str, index: int) -> None:
        """Put a pane elsewhere in the order; letter and colour go with it."""
        rest = [each for each in self._open.chat.panes if each.key != key]
        rest.insert(max(0, min(index, len(rest))), self._deck[key].setup)
        self._open.chat.panes = rest
        self._open.note_candidates()

    def set_reference(self, key: str) -> None:
        """Hold the others against this candidate."""
        self._open.chat.reference_key = key
        self._open.note_candidates()

    def update_candidate(self, setup: ChatPane) -> None:
        """Give a pane other settings; what needs a reload is reloaded when next asked.

        Raises:
            PersonError: The pane is answering.
        """
        pane = self._deck[setup.key]
        if pane.busy and setup.candidate.load_key() != pane.candidate.load_key():
            raise PersonError(say("compare.stop_pane_before_change_how"))
        if setup.candidate.template_id != pane.candidate.template_id:
            self._note_template(pane, setup.candidate.template_id)
        elif setup.candidate.adapters != pane.candidate.adapters:
            setup = self._asked_with(pane, setup)
        chat = self._open.chat
        chat.panes = [setup if each.key == setup.key else each for each in chat.panes]
        self._deck.take_settings(setup)
        self._open.keep()

    def _asked_with(self, pane: Pane, setup: ChatPane) -> ChatPane:
        """With other adapters it is not known any more how a file without a template is asked."""
        model, before = pane.model, pane.candidate
        chosen = before.template_id
        if [each.path for each in setup.candidate.adapters] == [
            each.path for each in before.adapters
        ]:
            return setup
        if chosen and model and chosen == self._kept_templates.of(model, before.adapters):
            return setup.running(template_id=None)
        return setup

    def _note_template(self, pane: Pane, template_id: str | None) -> None:
        """Remember what was chosen for a file that brings no template."""
        if pane.model is None or pane.model.chat_template is not None:
            return
        adapters = pane.candidate.adapters
        if template_id is None:
            self._kept_templates.forget(pane.model, adapters)
        elif template_id != self._kept_templates.of(pane.model, adapters):
            self._kept_templates.learn(pane.model, template_id, adapters)

    # --- files that moved -----------------------------------------------------------------

    def find_again(self, key: str, path: Path) -> None:
        """Take a pane's file from where it is now, and with it what else lay in its folder.

        Raises:
            PersonError: Answers are in progress.
        """
        if self._runner.busy:
            raise PersonError(say("compare.stop_answers_progress_before_take"))
        new = Path(whole_text(str(path))).absolute()
        self._moves.learn(self._deck[key].candidate.file, new)
        self._move_to(
            [
                each.running(source=LocalFile(str(new))) if each.key == key else self.found(each)
                for each in self._open.chat.panes
            ]
        )

    def follow_moves(self) -> None:
        """Take files that are gone from where their folders are now; not while answers come."""
        if not self._runner.busy:
            self._move_to([self.found(each) for each in self._open.chat.panes])

    def found(self, setup: ChatPane) -> ChatPane:
        """The same pane with its file's place of now."""
        return replace(setup, candidate=setup.candidate.moved(self._moves.place_of))

    def _move_to(self, panes: list[ChatPane]) -> None:
        moved = [each for each in panes if each != self._deck[each.key].setup]
        if moved:
            self._open.chat.panes = panes
            for setup in moved:
                self._deck.move(setup)
            self._open.note_candidates()

    # --- engines --------------------------------------------------------------------------

    def reload(self, key: str) -> None:
        """Load a failed or loaded pane anew.

        Raises:
            PersonError: Answers are in progress, or the operating system refuses.
        """
        pane = self._deck[key]
        if not self._runner.busy:
            self._runner.unload(key)
        if pane.model is None:
            self._deck.read(pane)
        self._runner.load(key)

    def _template_file(self, template_id: str | None) -> str | None:
        if template_id is None:
            return None
        path = self._template_folder / f"{template_id}.jinja"
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(template_by_id(template_id).jinja, encoding="utf-8")
        except OSError as error:
            raise PersonError(say("compare.chat_template_could_not_written"), str(error)) from error
        return str(path)
