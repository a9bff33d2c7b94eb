"""The session: one chat with its panes; what the Compare page and ``compare`` stand on."""

from __future__ import annotations

import math
import os
import time
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from msgspec.structs import replace

from app.core.candidates.candidate import new_candidate
from app.core.candidates.settings import COMPARE_GREEDY, CompareMode
from app.core.chats.chat import Answer, Chat, StopReason, Turn, title_from
from app.core.chats.divergence import first_difference
from app.core.chats.elsewhere import Elsewhere, llama_server_command
from app.core.chats.export import to_markdown, to_openai_json
from app.core.chats.templates import template_by_id
from app.core.errors import PersonError
from app.core.text.clean import whole_text
from app.lab.compare.deck import Deck, JobDoor
from app.lab.compare.jobs import Job
from app.lab.compare.listener import NobodyListens, SessionListener
from app.lab.compare.panes import Pane, PaneState
from app.lab.compare.room import context_of
from app.lab.compare.saver import AnswerSaver
from app.lab.models.moves import Moves
from app.library.model_files import first_of_set

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from app.core.candidates.candidate import Candidate
    from app.core.candidates.settings import SamplingSettings
    from app.core.models.model_file import ModelFile
    from app.lab.compare.recorder import Recorder
    from app.lab.compare.runner import Runner, RunnerListener
    from app.store.chats import ChatSummary


MAX_PROMPT_BYTES = 1 << 19
"""Beyond this a message and its answers do not fit in a message to the engine."""


class AnswerWatch(Protocol):
    """Follows answers from their begin to their end, on the session's thread."""

    def pane_changed(self, pane: Pane) -> None:
        """State, progress, failure or figures of a pane."""
        ...

    def answer_ended(self, job: Job) -> None:
        """The answer has its stop reason."""
        ...


class Session:
    """One open chat and the engines of its panes. Belongs to one thread.

    Args:
        runner_for: Builds the runner, given its listener.
        recorder: Keeps the chats.
        read_model: Reads the header of a model file; runs behind ``door``.
        door: The way to background work.
        template_folder: Where chosen chat templates are written for use elsewhere.
        is_made_here: Whether a missing file is being made (a level of the demo model).
        planned_bytes: Needed memory by llama.cpp's plan of a pane's load, where that is known.
        watch: Told of panes and answers as they go.
        moves: Where folders went that were moved.

    Attributes:
        chat: The open chat; changed here alone.
        listener: Told of changes.
        default_sampling: What new chats begin with.
        moves: Where folders went that were moved.
    """

    def __init__(
        self,
        runner_for: Callable[[RunnerListener], Runner],
        recorder: Recorder,
        read_model: Callable[[Path], ModelFile],
        door: JobDoor,
        template_folder: Path,
        is_made_here: Callable[[Path], bool] = lambda _path: False,
        planned_bytes: Callable[[Pane], int | None] = lambda _pane: None,
        watch: AnswerWatch | None = None,
        moves: Moves | None = None,
    ) -> None:
        self.chat = Chat(id=0)
        self.listener: SessionListener = NobodyListens()
        self.default_sampling = COMPARE_GREEDY
        self._recorder = recorder
        self._template_folder = template_folder
        self._runner = runner_for(self)
        self._deck = Deck(
            self._runner, read_model, door, is_made_here, self.pane_changed, planned_bytes
        )
        self._watch = watch
        self.moves = moves or Moves()
        self._saver = AnswerSaver(recorder, lambda sentence: self.listener.said(sentence))

    # --- reading --------------------------------------------------------------------------

    @property
    def panes(self) -> list[Pane]:
        """The panes, in the candidates' order."""
        return [self._deck[candidate.key] for candidate in self.chat.candidates]

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

    def log_text(self, key: str) -> str:
        """The log of a pane's engine, the last one's if none runs."""
        client = self._runner.pool.get(key)
        return client.log_text() if client is not None else self._deck[key].log

    def first_difference(self, turn: Turn, key: str) -> int | None:
        """Where a pane's answer leaves the reference's, in code points; None if it does not."""
        reference = self.chat.reference_key
        if reference is None or reference == key:
            return None
        theirs, ours = turn.answers.get(reference), turn.answers.get(key)
        if theirs is None or ours is None or theirs.error or ours.error:
            return None
        return first_difference(
            theirs.text,
            ours.text,
            reference_done=theirs.stop_reason is not None,
            other_done=ours.stop_reason is not None,
        )

    def use_elsewhere(self, key: str) -> Elsewhere:
        """How to run a candidate without this program."""
        pane = self._deck[key]
        candidate = pane.candidate
        context = pane.loaded.context_tokens if pane.loaded else context_of(pane)
        threads = candidate.engine.threads or self._runner.pool.threads_for(1)
        command = llama_server_command(
            candidate,
            self.sampling_of(candidate),
            context,
            threads,
            os.name,
            template_file=self._template_file(candidate.template_id),
        )
        return Elsewhere(candidate.path, command)

    def sampling_of(self, candidate: Candidate) -> SamplingSettings:
        """The candidate's own sampling settings, else the shared ones."""
        return candidate.sampling or self.chat.sampling

    # --- asking ---------------------------------------------------------------------------

    def ask(self, prompt: str, keys: Sequence[str] | None = None) -> Turn:
        """Ask some or all panes.

        Raises:
            PersonError: It cannot be done now; nothing has changed.
        """
        asked = [pane.key for pane in self.panes] if keys is None else list(keys)
        prompt = whole_text(prompt)
        self._check_askable(prompt, asked)
        turn = Turn(0, prompt, {key: Answer() for key in asked})
        self.chat.turns.append(turn)
        try:
            self._submit(turn, asked)
        except PersonError:
            self.chat.turns.remove(turn)
            raise
        self._recorder.add_turn(self.chat.id, turn)
        if not self.chat.title:
            self.chat.title = title_from(prompt)
            self._recorder.update(self.chat)
        self._tell_turns()
        return turn

    def regenerate(self, turn: Turn, keys: Sequence[str] | None = None) -> None:
        """Answer a pane's last turn anew.

        The answer that is there is kept, and comes back if the new one is broken off without text.

        Raises:
            PersonError: It cannot be done now; nothing has changed.
        """
        asked = [k for k in (turn.answers if keys is None else keys) if k in self._deck]
        for key in asked:
            history = self.chat.turns_of(key)
            if not history or history[-1] is not turn:
                raise PersonError("Only the last answer of a pane can be written anew.")
        self._check_askable(turn.prompt, asked)
        before = dict(turn.answers), {key: list(kept) for key, kept in turn.earlier.items()}
        for key in asked:
            turn.set_aside(key)
        try:
            self._keep_versions(turn, asked)
            self._submit(turn, asked)
        except PersonError:
            turn.answers, turn.earlier = before
            raise
        self._tell_turns()

    def show_earlier_answer(self, turn: Turn, key: str) -> None:
        """Put the answer before in the place of a pane's answer; they take turns.

        Raises:
            PersonError: Answers are in progress; nothing has changed.
        """
        if self.busy:
            raise PersonError("Stop the answers in progress before you go back to an earlier one.")
        turn.turn_over(key)
        self._keep_versions(turn, [key])
        self._tell_turns()

    def edit(self, turn: Turn, prompt: str) -> None:
        """Put another prompt in a turn's place and go on from there.

        The turn and all later ones are kept; :meth:`show_earlier_turn` goes back to them.

        Raises:
            PersonError: It cannot be done now; nothing has changed.
        """
        asked = [key for key in turn.answers if key in self._deck]
        self._check_askable(prompt, asked)
        if self._runner.busy:
            raise PersonError("Stop the answers in progress before you edit an earlier message.")
        position = self._position(turn)
        retired = self.chat.turns[position:]
        del self.chat.turns[position:]
        try:
            new = self.ask(prompt, asked)
        except PersonError:
            self.chat.turns.extend(retired)
            raise
        self._recorder.retire_turns([old.id for old in retired], by=new.id)
        new.versions = turn.versions + 1
        self._tell_turns()

    def show_earlier_turn(self, turn: Turn) -> None:
        """Go back to another version of a turn, and to what followed it there; they take turns.

        Raises:
            PersonError: Answers are in progress, or the store fails; nothing has changed.
        """
        if self.busy:
            raise PersonError("Stop the answers in progress before you go back to an earlier one.")
        position = self._position(turn)
        self._recorder.restore_turns([each.id for each in self.chat.turns[position:]])
        self.chat.turns[position:] = self._recorder.load(self.chat.id).turns[position:]
        self._tell_turns()

    def retry(self, key: str) -> None:
        """Ask a pane its last turn again.

        Raises:
            PersonError: It cannot be done now, or there is none.
        """
        history = self.chat.turns_of(key)
        if not history:
            self.reload(key)
            return
        self.regenerate(history[-1], [key])

    def drop_oldest_turns(self, key: str) -> None:
        """Send half of a pane's older turns no more, and ask its last one again.

        Raises:
            PersonError: There is nothing left to drop.
        """
        history = self.chat.turns_of(key)
        dropped = self.chat.dropped_turns.get(key, 0)
        older = len(history) - 1 - dropped
        if older <= 0:
            raise PersonError(
                "No older turn is left to drop: the prompt alone is too long for this context."
            )
        self.chat.dropped_turns[key] = dropped + (older + 1) // 2
        self._recorder.update(self.chat)
        self.retry(key)

    def stop(self, key: str | None = None) -> None:
        """End what one pane, or every pane, does or waits for."""
        # Those that wait go first, so that none of them starts when the running one ends.
        panes = self.panes if key is None else [self._deck[key]]
        for pane in sorted(panes, key=lambda pane: pane.state is not PaneState.WAITING):
            self._runner.stop(pane.key)

    # --- panes ----------------------------------------------------------------------------

    def add_candidate(self, path: Path) -> Candidate:
        """Open a model file in a new pane.

        Raises:
            PersonError: There are six panes already.
        """
        try:
            named = first_of_set(Path(whole_text(str(path))).absolute())
            candidate = new_candidate(named, self.chat.candidates)
        except ValueError as error:
            raise PersonError("Six panes are open already: close one first.") from error
        self.chat.candidates.append(candidate)
        if self.chat.reference_key is None:
            self.chat.reference_key = candidate.key
        self._deck.open(candidate)
        self._tell_panes()
        return candidate

    def remove_candidate(self, key: str) -> None:
        """Close a pane and its engine; its answers stay in the store."""
        self._deck.close(key)
        self.chat.candidates = [c for c in self.chat.candidates if c.key != key]
        if self.chat.reference_key == key:
            rest = self.chat.candidates
            self.chat.reference_key = rest[0].key if rest else None
        self._tell_panes()

    def move_candidate(self, key: str, index: int) -> None:
        """Put a pane elsewhere in the order; letter and colour go with it."""
        moved = self._deck[key].candidate
        rest = [c for c in self.chat.candidates if c.key != key]
        rest.insert(max(0, min(index, len(rest))), moved)
        self.chat.candidates = rest
        self._tell_panes()

    def set_reference(self, key: str) -> None:
        """Hold the others against this candidate."""
        self.chat.reference_key = key
        self._tell_panes()

    def update_candidate(self, candidate: Candidate) -> None:
        """Give a pane other settings; what needs a reload is reloaded when next asked.

        Raises:
            PersonError: The pane is answering.
        """
        pane = self._deck[candidate.key]
        if pane.busy and candidate.engine.load_key() != pane.candidate.engine.load_key():
            raise PersonError("Stop this pane before you change how its model is loaded.")
        self.chat.candidates = [
            candidate if c.key == candidate.key else c for c in self.chat.candidates
        ]
        self._deck.take_settings(candidate)
        self._recorder.update(self.chat)
        self.pane_changed(pane)

    def find_again(self, key: str, path: Path) -> None:
        """Take a pane's file from where it is now, and with it what else lay in its folder.

        Raises:
            PersonError: Answers are in progress.
        """
        if self.busy:
            raise PersonError("Stop the answers in progress before you take files from elsewhere.")
        new = Path(whole_text(str(path))).absolute()
        self.moves.learn(Path(self._deck[key].candidate.path), new)
        self._move_to(
            [
                replace(each, path=str(new)) if each.key == key else self._found(each)
                for each in self.chat.candidates
            ]
        )

    def follow_moves(self) -> None:
        """Take files that are gone from where their folders are now; not while answers come."""
        if not self.busy:
            self._move_to([self._found(each) for each in self.chat.candidates])

    def _move_to(self, candidates: list[Candidate]) -> None:
        moved = [each for each in candidates if each != self._deck[each.key].candidate]
        if moved:
            self.chat.candidates = candidates
            for candidate in moved:
                self._deck.move(candidate)
            self._tell_panes()

    def _found(self, candidate: Candidate) -> Candidate:
        """The same candidate with its file's place of now."""
        place = self.moves.place_of(Path(candidate.path))
        return candidate if str(place) == candidate.path else replace(candidate, path=str(place))

    def load(self, key: str) -> None:
        """Load a pane's model without asking it.

        Raises:
            PersonError: Answers are in progress, or the operating system refuses.
        """
        self._runner.load(key)

    def unload(self, key: str) -> None:
        """Give a pane's memory back; it falls asleep and keeps its text."""
        self._runner.unload(key)

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

    # --- the chat -------------------------------------------------------------------------

    def set_system_prompt(self, text: str) -> None:
        """What every candidate is told first.

        Raises:
            PersonError: It is too long to be sent; nothing has changed.
        """
        _check_length(text, "The system prompt")
        self.chat.system_prompt = whole_text(text)
        self._recorder.update(self.chat)

    def set_sampling(self, sampling: SamplingSettings) -> None:
        """The settings of every pane without its own."""
        self.chat.sampling = sampling
        self._recorder.update(self.chat)

    def set_mode(self, mode: CompareMode) -> None:
        """Race or together, from the next prompt on."""
        self.chat.mode = mode
        self._recorder.update(self.chat)

    def list_chats(self) -> list[ChatSummary]:
        """Chats with turns, and the open one; the last changed first."""
        return [s for s in self._recorder.list_chats() if s.turns or s.id == self.chat.id]

    def new_chat(self) -> None:
        """Begin an empty chat with the same panes and system prompt.

        Raises:
            PersonError: Answers are in progress.
        """
        if not self.chat.turns and self.chat.id:
            return
        old = self.chat
        self._switch_to(
            Chat(
                id=0,
                candidates=list(old.candidates),
                reference_key=old.reference_key,
                system_prompt=old.system_prompt,
                sampling=self.default_sampling,
                mode=old.mode,
            )
        )

    def start_with(self, paths: Sequence[Path]) -> None:
        """Begin an empty chat with a pane for each of these files, six at most.

        Raises:
            PersonError: Answers are in progress.
        """
        self._switch_to(Chat(id=0, sampling=self.default_sampling))
        for path in paths:
            self.add_candidate(path)

    def open_chat(self, chat_id: int) -> None:
        """Open a stored chat with its panes.

        Raises:
            PersonError: Answers are in progress, or it is gone.
        """
        if chat_id != self.chat.id:
            self._switch_to(self._recorder.load(chat_id))

    def rename_chat(self, chat_id: int, title: str) -> None:
        """Give a chat another title; an empty one changes nothing."""
        title = " ".join(whole_text(title).split())
        if not title:
            return
        chat = self.chat if chat_id == self.chat.id else self._recorder.load(chat_id)
        chat.title = title
        self._recorder.update(chat)
        self._tell_chats()

    def delete_chat(self, chat_id: int) -> None:
        """Delete a chat for good; if it is the open one, an empty one takes its place.

        Raises:
            PersonError: It is the open one and answers are in progress.
        """
        if chat_id == self.chat.id:
            if self.busy:
                raise PersonError("Stop the answers in progress before you delete this chat.")
            if not self.chat.turns:
                return
            self.new_chat()
        self._recorder.delete(chat_id)
        self._tell_chats()

    def export_chat(self, chat_id: int, form: str) -> str:
        """A chat as text, ``form`` being "markdown" or "json" (OpenAI-style messages)."""
        chat = self.chat if chat_id == self.chat.id else self._recorder.load(chat_id)
        write = to_openai_json if form == "json" else to_markdown
        return write(chat, self._deck.level_of)

    # --- the clockwork --------------------------------------------------------------------

    def pump(self) -> None:
        """Take what the engines said; call about 20 times a second."""
        self._runner.pump()
        self._saver.save_due()

    def wait(self, seconds: float) -> None:
        """Wait for the engines; for programs without an event loop."""
        self._runner.wait(seconds)

    def model_made(self, path: Path) -> None:
        """A file that was being made is complete."""
        self._deck.made(path)

    def model_progress(self, path: Path, fraction: float) -> None:
        """How far a file that is being made has come."""
        self._deck.progress(path, fraction)

    def model_not_made(self, paths: Sequence[Path], sentence: str) -> None:
        """Files that were being made will not come."""
        self._deck.not_made(paths, sentence)

    def close(self) -> bool:
        """Store what there is and end every engine; True if all are gone."""
        self._saver.save_all()
        return self._runner.close()

    # --- the runner's listener ------------------------------------------------------------

    def pane_changed(self, pane: Pane) -> None:
        """A pane changed."""
        if self._watch is not None:
            self._watch.pane_changed(pane)
        self.listener.pane_changed(pane.key)

    def answer_grew(self, job: Job) -> None:
        """Text came."""
        self._saver.note(job)
        self.listener.answer_changed(job.turn, job.pane.key)

    def answer_ended(self, job: Job) -> None:
        """An answer is complete."""
        if job.turn.answers.get(job.pane.key) is job.answer and job.turn.bring_back(job.pane.key):
            self._saver.forget(job)
            self._keep_versions(job.turn, [job.pane.key])
        else:
            self._saver.finish(job)
        self.listener.answer_changed(job.turn, job.pane.key)
        self.speed_sampled(job.pane, math.nan)
        if self._watch is not None:
            self._watch.answer_ended(job)

    def speed_sampled(self, pane: Pane, tokens_per_second: float) -> None:
        """A point for the live plot."""
        self.listener.speed_sampled(pane.key, time.monotonic_ns(), tokens_per_second)

    # --- inside ---------------------------------------------------------------------------

    def _check_askable(self, prompt: str, keys: Sequence[str]) -> None:
        if not prompt.strip():
            raise PersonError("Write something to ask first.")
        _check_length(prompt, "This message")
        if not keys:
            raise PersonError("Open a model file first.")
        for key in keys:
            pane = self._deck[key]
            if pane.busy or self._runner.wants(pane):
                raise PersonError(
                    f"Pane {pane.candidate.letter} is still at work: wait or stop it."
                )

    def _keep_versions(self, turn: Turn, keys: Sequence[str]) -> None:
        if turn.id:
            for key in keys:
                self._recorder.save_versions(turn, key)

    def _submit(self, turn: Turn, keys: Sequence[str]) -> None:
        jobs = [
            Job(
                pane=self._deck[key],
                turn=turn,
                answer=turn.answers[key],
                messages=self.chat.messages_for(key, upto=turn),
                sampling=self.sampling_of(self._deck[key].candidate),
            )
            for key in keys
        ]
        self._runner.submit([job for job in jobs if not _unreadable(job)], self.chat.mode)
        for job in filter(_unreadable, jobs):
            assert job.pane.failure is not None
            job.answer.stop_reason = StopReason.ERROR
            job.answer.error = job.pane.failure.sentence
            self.answer_ended(job)

    def _switch_to(self, chat: Chat) -> None:
        if self.busy:
            raise PersonError("Stop the answers in progress before you leave this chat.")
        old = self.chat
        if chat.id == 0:
            chat = self._recorder.create(chat)
        chat.candidates = [self._found(candidate) for candidate in chat.candidates]
        self.chat = chat
        kept = {candidate.key for candidate in chat.candidates}
        for pane in self._deck:
            if pane.key not in kept:
                self._deck.close(pane.key)
        for candidate in chat.candidates:
            if candidate.key in self._deck:
                self._deck.take_settings(candidate)
                self._deck[candidate.key].failure = None
            else:
                self._deck.open(candidate)
        if old.id and not old.turns:
            self._recorder.delete(old.id)
        self._tell_panes()
        self._tell_turns()

    def _position(self, turn: Turn) -> int:
        return next(i for i, other in enumerate(self.chat.turns) if other is turn)

    def _template_file(self, template_id: str | None) -> str | None:
        if template_id is None:
            return None
        path = self._template_folder / f"{template_id}.jinja"
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(template_by_id(template_id).jinja, encoding="utf-8")
        except OSError as error:
            raise PersonError("The chat template could not be written.", str(error)) from error
        return str(path)

    def _tell_panes(self) -> None:
        if self.chat.id:
            self._recorder.update(self.chat)
        self.listener.panes_changed()

    def _tell_turns(self) -> None:
        self.listener.turns_changed()
        self._tell_chats()

    def _tell_chats(self) -> None:
        self.listener.chats_changed()


def _check_length(text: str, what: str) -> None:
    size_bytes = len(text.encode(errors="replace"))
    if size_bytes > MAX_PROMPT_BYTES:
        raise PersonError(
            f"{what} is {size_bytes / 1e6:.1f} MB long, and {MAX_PROMPT_BYTES / 1e6:.1f} MB can be "
            "sent: shorten it, or ask about a part of it."
        )


def _unreadable(job: Job) -> bool:
    """Whether a pane's file has no header that can be read: an engine could only say it worse."""
    pane = job.pane
    return pane.model is None and pane.state is PaneState.FAILED and pane.failure is not None
