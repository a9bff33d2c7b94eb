"""The session: one chat with its panes; what the Compare page and ``compare`` stand on."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from app.core.candidates.candidate import Candidate, ServerModel
from app.core.candidates.settings import EngineSettings
from app.core.chats.chat import Chat
from app.core.chats.pictures import Picture
from app.core.models.model_file import ModelFile
from app.lab.compare.answers import Answers
from app.lab.compare.asking import Asking
from app.lab.compare.candidates import Candidates
from app.lab.compare.chats import Chats
from app.lab.compare.deck import Deck, JobDoor
from app.lab.compare.open_chat import OpenChat, SessionListener
from app.lab.compare.panes import Pane
from app.lab.compare.race_speeds import RaceSpeeds
from app.lab.compare.running.runner import Runner
from app.lab.compare.templates import Templates
from app.lab.engines.opened import OpenedCandidate
from app.lab.engines.room import no_servers
from app.lab.models.kept_templates import KeptTemplates
from app.lab.models.moves import Moves
from app.store.chats import ChatStore


class Session:
    """One open chat and the engines of its panes. Belongs to one thread.

    A front door: what it does is done, and said, by :class:`Chats`, :class:`Candidates` and
    :class:`Asking`, which share the :class:`OpenChat`.

    Args:
        runner_for: Builds the runner, given its listener.
        recorder: Keeps the chats.
        read_model: Reads the header of a model file; runs behind ``door``.
        door: The way to background work.
        template_folder: Where chosen chat templates are written for use elsewhere.
        is_made_here: Whether a missing file is being made (a level of the demo model).
        planned_bytes: Needed memory by llama.cpp's plan of a pane's load, where that is known.
        disk_speed: How fast a candidate runs whose weights do not fit in memory; None where that
            cannot be told.
        watch: Learns from answers as they go.
        moves: Where folders went that were moved.
        kept_templates: Which chat templates were chosen for files that bring none.
        picture_file: Where a picture of a turn is kept.
        know_server: Sees that a server may be asked; runs behind ``door``.
        after_saving: Looks after the store; called about 20 times a second.

    Attributes:
        moves: Where folders went that were moved.
        chats: Opens, changes and deletes chats.
        templates: Asks how files without a chat template are to be asked.
    """

    def __init__(
        self,
        runner_for: Callable[[Answers], Runner],
        recorder: ChatStore,
        read_model: Callable[[Path], ModelFile],
        door: JobDoor,
        template_folder: Path,
        is_made_here: Callable[[Path], bool] = lambda _path: False,
        planned_bytes: Callable[[Pane], int | None] = lambda _pane: None,
        disk_speed: Callable[[OpenedCandidate], float | None] = lambda _opened: None,
        watch: RaceSpeeds | None = None,
        moves: Moves | None = None,
        kept_templates: KeptTemplates | None = None,
        picture_file: Callable[[Picture], str] = lambda picture: picture.file_name,
        know_server: Callable[[ServerModel], object] = no_servers,
        after_saving: Callable[[], object] = lambda: None,
    ) -> None:
        self._after_saving = after_saving
        self.moves = moves or Moves()
        kept_templates = kept_templates or KeptTemplates()
        self._open = OpenChat(recorder)
        self._answers = Answers(self._open, watch)
        self._runner = runner = runner_for(self._answers)
        self._deck = deck = Deck(
            runner,
            read_model,
            door,
            is_made_here,
            self._answers.pane_changed,
            planned_bytes,
            disk_speed,
            know_server,
        )
        self._candidates = candidates = Candidates(
            self._open, deck, runner, self.moves, template_folder, kept_templates
        )
        self.templates = Templates(self._open, deck, candidates, kept_templates)
        self.chats = chats = Chats(self._open, deck, candidates, runner)
        asking = Asking(self._open, deck, candidates, runner, self._answers, picture_file)

        self.sampling_of = self._open.sampling_of

        self.set_system_prompt = chats.set_system_prompt
        self.set_sampling = chats.set_sampling
        self.set_mode = chats.set_mode
        self.list_chats = chats.list_chats
        self.new_chat = chats.new_chat
        self.start_with = chats.start_with
        self.go_on_with = chats.go_on_with
        self.open_chat = chats.open_chat
        self.rename_chat = chats.rename_chat
        self.delete_chats = chats.delete_chats
        self.pin_chat = chats.pin_chat
        self.move_chat = chats.move_chat
        self.chat_folders = chats.chat_folders
        self.repeat_chat = chats.repeat_chat
        self.export_chat = chats.export_chat

        self.log_text = candidates.log_text
        self.use_elsewhere = candidates.use_elsewhere
        self.add_candidate = candidates.add_candidate
        self.remove_candidate = candidates.remove_candidate
        self.move_candidate = candidates.move_candidate
        self.set_reference = candidates.set_reference
        self.update_candidate = candidates.update_candidate
        self.find_again = candidates.find_again
        self.follow_moves = candidates.follow_moves
        self.reload = candidates.reload
        self.load = runner.load
        self.unload = runner.unload
        self.count_picture = runner.count_picture
        self.know_projectors = deck.know_projectors

        self.first_difference = asking.first_difference
        self.says_the_same = asking.says_the_same
        self.ask = asking.ask
        self.open_eyes = asking.open_eyes
        self.regenerate = asking.regenerate
        self.edit = asking.edit
        self.show_earlier_answer = asking.show_earlier_answer
        self.show_earlier_turn = asking.show_earlier_turn
        self.retry = asking.retry
        self.drop_oldest_turns = asking.drop_oldest_turns
        self.stop = asking.stop
        self.missed = asking.missed
        self.catch_up = asking.catch_up
        self._go_on = asking.go_on

        self.wait = runner.wait
        self.model_made = deck.made
        self.model_progress = deck.progress
        self.model_not_made = deck.not_made

    @property
    def chat(self) -> Chat:
        """The open chat; changed by the session alone."""
        return self._open.chat

    @property
    def listener(self) -> SessionListener:
        """Told of changes."""
        return self._open.listener

    @listener.setter
    def listener(self, listener: SessionListener) -> None:
        self._open.listener = listener

    @property
    def panes(self) -> list[Pane]:
        """The panes, in the candidates' order."""
        return self._candidates.panes()

    @property
    def busy(self) -> bool:
        """Whether an answer is wanted or an engine loads."""
        return self._runner.busy

    def pane(self, key: str) -> Pane:
        """The pane with this key.

        Raises:
            KeyError: There is none.
        """
        return self._deck[key]

    def load_by(self, engine: EngineSettings) -> None:
        """How files are loaded that come from now on with no settings of their own."""
        self._candidates.default_engine = engine

    def load_as_tuned(self, tuned: Sequence[Candidate]) -> None:
        """These files are loaded so where they come with no settings of their own."""
        self._candidates.tuned = {each.file: each for each in tuned if each.local is not None}

    def pump(self) -> None:
        """Take what the engines said; call about 20 times a second."""
        self._runner.pump()
        self._go_on()
        self._answers.save_due()
        self._after_saving()

    def close(self) -> bool:
        """Store what there is and end every engine; True if all are gone."""
        self._answers.save_all()
        return self._runner.close()
