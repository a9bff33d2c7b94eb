"""The chats: which one is open, what its candidates are told, and the list of all."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from copy import copy

from msgspec.structs import replace

from app.core.candidates.candidate import Candidate
from app.core.candidates.settings import COMPARE_GREEDY, CompareMode, SamplingSettings
from app.core.chats.chat import Chat, Turn
from app.core.chats.export import to_markdown, to_openai_json
from app.core.errors import PersonError
from app.core.history.entry import EntryKind
from app.core.text.clean import whole_text
from app.core.words.sentence import say
from app.lab.compare.asking import check_length
from app.lab.compare.candidates import Candidates
from app.lab.compare.deck import Deck
from app.lab.compare.open_chat import OpenChat
from app.lab.compare.running.runner import Runner
from app.store.chats import ChatSummary
from app.store.history.marks import EntryMarks


class Chats:
    """Opens, changes and deletes chats. One thread.

    Args:
        open_chat: The one that is open.
        deck: The panes, which change with the chat.
        candidates: Come with a chat.
        runner: Whether answers are in progress.

    Attributes:
        default_sampling: What new chats begin with.
    """

    def __init__(
        self, open_chat: OpenChat, deck: Deck, candidates: Candidates, runner: Runner
    ) -> None:
        self.default_sampling = COMPARE_GREEDY
        self._open = open_chat
        self._recorder = open_chat.recorder
        self._deck = deck
        self._candidates = candidates
        self._runner = runner
        self._given: Chat | None = None

    # --- the open one ---------------------------------------------------------------------

    def set_system_prompt(self, text: str) -> None:
        """What every candidate is told first.

        Raises:
            PersonError: It is too long to be sent; nothing has changed.
        """
        check_length(text, say("compare.system_prompt"))
        self._open.chat.system_prompt = whole_text(text)
        self._open.keep()

    def set_sampling(self, sampling: SamplingSettings) -> None:
        """The settings of every pane without its own."""
        self._open.chat.sampling = sampling
        self._open.keep()

    def set_mode(self, mode: CompareMode) -> None:
        """Race or together, from the next prompt on."""
        self._open.chat.mode = mode
        self._open.keep()

    def nothing_chosen(self) -> None:
        """What stands in the open chat was not chosen by the person: left empty, it is dropped."""
        chat = self._open.chat
        self._given = replace(chat, panes=list(chat.panes))

    def new_chat(self) -> None:
        """Begin an empty chat with the same panes and system prompt.

        Raises:
            PersonError: Answers are in progress.
        """
        old = self._open.chat
        if not old.turns and old.id:
            return
        self._switch_to(
            Chat(
                id=0,
                panes=list(old.panes),
                reference_key=old.reference_key,
                system_prompt=old.system_prompt,
                sampling=self.default_sampling,
                mode=old.mode,
            )
        )
        self.nothing_chosen()

    def start_with(self, candidates: Sequence[Candidate]) -> None:
        """Begin an empty chat with a pane for each of these, six at most.

        Raises:
            PersonError: Answers are in progress.
        """
        self._switch_to(Chat(id=0, sampling=self.default_sampling))
        for candidate in candidates:
            self._candidates.add_candidate(candidate)

    def go_on_with(self, key: str) -> None:
        """Begin a chat with one candidate of the open chat alone, and all that it was asked.

        The open chat stays as it is.

        Raises:
            PersonError: Answers are in progress.
        """
        old = self._open.chat
        setup = old.pane(key)
        assert setup is not None
        turns = [
            Turn(0, turn.prompt, {key: copy(turn.answers[key])}, pictures=turn.pictures)
            for turn in old.turns_of(key)
        ]
        new = Chat(
            id=0,
            title=old.title,
            panes=[setup],
            reference_key=key,
            system_prompt=old.system_prompt,
            sampling=old.sampling,
            mode=old.mode,
            dropped_turns={k: n for k, n in old.dropped_turns.items() if k == key},
        )
        self._switch_to(new)
        for turn in turns:
            self._recorder.add_turn(new.id, turn)
            self._recorder.save_answer(turn.id, key, turn.answers[key], final=True)
            new.turns.append(turn)
        self._open.tell_turns()

    def open_chat(self, chat_id: int) -> None:
        """Open a stored chat with its panes.

        Raises:
            PersonError: Answers are in progress, or it is gone.
        """
        if chat_id != self._open.chat.id:
            self._switch_to(self._recorder.load(chat_id))

    # --- all of them ----------------------------------------------------------------------

    def list_chats(self, most: int = -1) -> list[ChatSummary]:
        """Those that are kept, pinned ones and then the last changed first; -1 is all of them."""
        return self._recorder.list_chats(most)

    def rename_chat(self, chat_id: int, title: str) -> None:
        """Give a chat another title; an empty one changes nothing."""
        title = " ".join(whole_text(title).split())
        if not title:
            return
        chat = self._chat(chat_id)
        chat.title = title
        self._recorder.update(chat)
        self._open.listener.chats_changed()

    def delete_chats(self, chat_ids: Sequence[int]) -> Callable[[], None]:
        """Delete chats; if the open one is among them, an empty one takes its place.

        Returns:
            What brings them back, and opens again what was open, until they are gone for good.

        Raises:
            PersonError: Answers of the open one are in progress.
        """
        chat, marks = self._open.chat, self._recorder.marks
        was_open = chat.id in chat_ids
        if was_open and self._runner.busy:
            raise PersonError(say("compare.stop_answers_progress_before_delete"))
        if was_open and chat.turns:
            self.new_chat()
        found = (
            marks.id_of(EntryKind.CHAT, each) for each in chat_ids if each != self._open.chat.id
        )
        ids = [each for each in found if each is not None]
        marks.delete(ids)
        self._open.listener.chats_changed()

        def bring_back() -> None:
            marks.restore(ids)
            if was_open and not self._runner.busy and not self._open.chat.turns:
                self.open_chat(chat.id)
            self._open.listener.chats_changed()

        return bring_back

    def pin_chat(self, chat_id: int, pinned: bool) -> None:
        """Let a chat stand above the others, or not any more."""
        self._mark(chat_id, lambda marks, each: marks.pin([each], pinned=pinned))

    def move_chat(self, chat_id: int, folder: str) -> None:
        """Put a chat into a folder, which is made where there is none; empty takes it out."""
        self._mark(chat_id, lambda marks, each: marks.put([each], folder))

    def chat_folders(self) -> list[str]:
        """The names of all folders."""
        return self._recorder.marks.folders()

    def repeat_chat(self, chat_id: int) -> list[str]:
        """Begin a chat with the panes and the questions of another, which are not answered yet.

        Returns:
            The keys of its panes, for who has them answer.

        Raises:
            PersonError: Answers are in progress, or it is gone.
        """
        old = self._chat(chat_id)
        new = replace(old, id=0, created_ns=0, changed_ns=0, turns=[], dropped_turns={})
        self._switch_to(replace(new, panes=list(old.panes)))
        for turn in old.turns:
            asked = Turn(0, turn.prompt, pictures=turn.pictures)
            self._recorder.add_turn(self._open.chat.id, asked)
            self._open.chat.turns.append(asked)
        self._open.tell_turns()
        return [pane.key for pane in self._open.chat.panes]

    def _mark(self, chat_id: int, do: Callable[[EntryMarks, int], None]) -> None:
        marks = self._recorder.marks
        entry = marks.id_of(EntryKind.CHAT, chat_id)
        if entry is not None:
            do(marks, entry)
            self._open.listener.chats_changed()

    def export_chat(self, chat_id: int, form: str) -> str:
        """A chat as text, ``form`` being "markdown" or "json" (OpenAI-style messages)."""
        write = to_openai_json if form == "json" else to_markdown
        return write(self._chat(chat_id), self._deck.level_of)

    def _chat(self, chat_id: int) -> Chat:
        chat = self._open.chat
        return chat if chat_id == chat.id else self._recorder.load(chat_id)

    def _switch_to(self, chat: Chat) -> None:
        if self._runner.busy:
            raise PersonError(say("compare.stop_answers_progress_before_leave"))
        old = self._open.chat
        if chat.id == 0:
            chat = self._recorder.create(chat)
        chat.panes = [self._candidates.found(each) for each in chat.panes]
        self._open.chat = chat
        self._deck.show(chat.panes)
        if old.id and not old.turns and not self._has_choice(old):
            self._recorder.delete(old.id)
        self._given = None
        self._open.note_candidates()
        self._open.tell_turns()

    def _has_choice(self, chat: Chat) -> bool:
        """Whether an empty chat holds what the person would have to choose again."""
        given = self._given or Chat(id=0, sampling=self.default_sampling)
        known = [(pane.candidate, pane.sampling) for pane in given.panes]
        return (
            any((pane.candidate, pane.sampling) not in known for pane in chat.panes)
            or chat.system_prompt != given.system_prompt
            or chat.sampling != given.sampling
            or chat.title != given.title
        )
