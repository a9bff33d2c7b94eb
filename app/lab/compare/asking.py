"""Asking the panes: new turns, answers anew, and the way back to earlier ones."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from app.core.chats.chat import Answer, StopReason, Turn, title_from
from app.core.chats.divergence import first_difference
from app.core.errors import PersonError
from app.core.text.clean import whole_text
from app.core.words.sentence import English, Sentence, say, size, worded
from app.lab.compare.catching_up import CatchingUp
from app.lab.compare.panes import PaneState
from app.lab.compare.running.jobs import Job
from app.lab.pictures.shelf import check_count

if TYPE_CHECKING:
    from app.core.chats.pictures import Picture
    from app.lab.compare.answers import Answers
    from app.lab.compare.candidates import Candidates
    from app.lab.compare.deck import Deck
    from app.lab.compare.open_chat import OpenChat
    from app.lab.compare.running.runner import Runner

_SAID = (StopReason.END, StopReason.LENGTH)

MAX_PROMPT_BYTES = 1 << 19
"""Beyond this a message and its answers do not fit in a message to the engine."""


class Asking:
    """One thread.

    Args:
        open_chat: Whose turns they are.
        deck: The panes that answer.
        candidates: Whose they are.
        runner: Has them answer.
        answers: Told of those that end before they begin.
        file_of: Where a picture is kept.
    """

    def __init__(
        self,
        open_chat: OpenChat,
        deck: Deck,
        candidates: Candidates,
        runner: Runner,
        answers: Answers,
        file_of: Callable[[Picture], str],
    ) -> None:
        self._file_of = file_of
        self._open = open_chat
        self._deck = deck
        self._candidates = candidates
        self._runner = runner
        self._answers = answers
        catching_up = CatchingUp(open_chat, deck, self._ask_again)
        self.missed = catching_up.missed
        self.catch_up = catching_up.catch_up
        self.go_on = catching_up.go_on

    def first_difference(self, turn: Turn, key: str) -> int | None:
        """Where a pane's answer leaves the reference's, in code points; None if it does not."""
        reference = self._open.chat.reference_key
        if reference is None or reference == key:
            return None
        theirs, ours = turn.answers.get(reference), turn.answers.get(key)
        if theirs is None or ours is None or theirs.error or ours.error:
            return None
        return first_difference(
            theirs.text,
            ours.text,
            reference_done=theirs.ended,
            other_done=ours.ended,
        )

    def says_the_same(self, turn: Turn, key: str) -> bool:
        """Whether a pane's answer is the reference's word for word, both having said all."""
        reference = self._open.chat.reference_key
        if reference is None or reference == key:
            return False
        theirs, ours = turn.answers.get(reference), turn.answers.get(key)
        if theirs is None or ours is None or ours.stop_reason not in _SAID:
            return False
        return (
            ours.stop_reason is theirs.stop_reason
            and bool(ours.text)
            and (ours.text == theirs.text)
        )

    def ask(
        self,
        prompt: str,
        keys: Sequence[str] | None = None,
        pictures: Sequence[Picture] = (),
    ) -> Turn:
        """Ask some or all panes.

        A pane whose model cannot see says so in place of an answer to a turn with pictures.

        Args:
            prompt: The question; with pictures there must be one, too.
            keys: The panes'; None asks all.
            pictures: Kept already (:class:`app.lab.pictures.shelf.PictureShelf`).

        Raises:
            PersonError: It cannot be done now; nothing has changed.
        """
        chat = self._open.chat
        asked = [each.key for each in chat.panes] if keys is None else list(keys)
        prompt = whole_text(prompt)
        self._check_askable(prompt, asked)
        check_count(pictures)
        turn = Turn(0, prompt, {key: Answer() for key in asked}, pictures=tuple(pictures))
        chat.turns.append(turn)
        try:
            self._submit(turn, asked)
        except PersonError:
            chat.turns.remove(turn)
            raise
        self._open.recorder.add_turn(chat.id, turn)
        if not chat.title:
            chat.title = title_from(prompt)
            self._open.keep()
        self._open.tell_turns()
        return turn

    def regenerate(self, turn: Turn, keys: Sequence[str] | None = None) -> None:
        """Answer a pane's last turn anew.

        The answer that is there is kept, and comes back if the new one is broken off without text.

        Raises:
            PersonError: It cannot be done now; nothing has changed.
        """
        asked = [k for k in (turn.answers if keys is None else keys) if k in self._deck]
        for key in asked:
            history = self._open.chat.turns_of(key)
            if not history or history[-1] is not turn:
                raise PersonError(say("compare.only_last_answer_pane_can"))
        self._check_askable(turn.prompt, asked)
        before = dict(turn.answers), {key: list(kept) for key, kept in turn.earlier.items()}
        for key in asked:
            turn.set_aside(key)
        try:
            self._open.keep_versions(turn, asked)
            self._submit(turn, asked)
        except PersonError:
            turn.answers, turn.earlier = before
            raise
        self._open.tell_turns()

    def show_earlier_answer(self, turn: Turn, key: str) -> None:
        """Put the answer before in the place of a pane's answer; they take turns.

        Raises:
            PersonError: Answers are in progress; nothing has changed.
        """
        self._check_at_rest(say("compare.go_back_earlier"))
        turn.turn_over(key)
        self._open.keep_versions(turn, [key])
        self._open.tell_turns()

    def edit(self, turn: Turn, prompt: str, pictures: Sequence[Picture] | None = None) -> None:
        """Put another prompt in a turn's place and go on from there.

        The turn and all later ones are kept; :meth:`show_earlier_turn` goes back to them.

        Args:
            turn: One of the chat's.
            prompt: The new one.
            pictures: What is shown with it; None shows what was shown before.

        Raises:
            PersonError: It cannot be done now; nothing has changed.
        """
        asked = [key for key in turn.answers if key in self._deck]
        self._check_askable(prompt, asked)
        self._check_at_rest(say("compare.edit_earlier_message"))
        turns = self._open.chat.turns
        position = self._position(turn)
        retired = turns[position:]
        del turns[position:]
        named_after = position == 0 and self._open.chat.title == title_from(turn.prompt)
        try:
            new = self.ask(prompt, asked, turn.pictures if pictures is None else pictures)
        except PersonError:
            turns.extend(retired)
            raise
        self._open.recorder.retire_turns([old.id for old in retired], by=new.id)
        new.versions = turn.versions + 1
        if named_after:
            self._open.chat.title = title_from(new.prompt)
            self._open.keep()
        self._open.tell_turns()

    def show_earlier_turn(self, turn: Turn) -> None:
        """Go back to another version of a turn, and to what followed it there; they take turns.

        Raises:
            PersonError: Answers are in progress, or the store fails; nothing has changed.
        """
        self._check_at_rest(say("compare.go_back_earlier"))
        chat, recorder = self._open.chat, self._open.recorder
        position = self._position(turn)
        recorder.restore_turns([each.id for each in chat.turns[position:]])
        chat.turns[position:] = recorder.load(chat.id).turns[position:]
        self._open.tell_turns()

    def retry(self, key: str) -> None:
        """Ask a pane its last turn again.

        Raises:
            PersonError: It cannot be done now, or there is none.
        """
        history = self._open.chat.turns_of(key)
        if not history:
            self._candidates.reload(key)
            return
        self.regenerate(history[-1], [key])

    def drop_oldest_turns(self, key: str) -> None:
        """Send half of a pane's older turns no more, and ask its last one again.

        Raises:
            PersonError: There is nothing left to drop.
        """
        chat = self._open.chat
        dropped = chat.dropped_turns.get(key, 0)
        older = len(chat.turns_of(key)) - 1 - dropped
        if older <= 0:
            raise PersonError(say("compare.no_older_turn_left_drop"))
        chat.dropped_turns[key] = dropped + (older + 1) // 2
        self._open.keep()
        self.retry(key)

    def stop(self, key: str | None = None) -> None:
        """End what one pane, or every pane, does or waits for."""
        # Those that wait go first, so that none of them starts when the running one ends.
        panes = self._candidates.panes() if key is None else [self._deck[key]]
        for pane in sorted(panes, key=lambda pane: pane.state is not PaneState.WAITING):
            self._runner.stop(pane.key)

    # --- inside ---------------------------------------------------------------------------

    def _check_at_rest(self, before: Sentence) -> None:
        if self._runner.busy:
            raise PersonError(say("compare.stop_answers_progress_before", before=before))

    def _check_askable(self, prompt: str, keys: Sequence[str]) -> None:
        if not prompt.strip():
            raise PersonError(say("compare.write_something_ask_first"))
        check_length(prompt, say("compare.this_message"))
        if not keys:
            raise PersonError(say("compare.open_model_file_first"))
        for key in keys:
            pane = self._deck[key]
            # One that is to stop and has nothing to answer any more will: what is asked now waits.
            at_work = pane.busy and pane.state is not PaneState.STOPPING
            if at_work or self._runner.wants(pane):
                raise PersonError(say("compare.pane_still_work_wait_stop", letter=pane.letter))

    def _ask_again(self, turn: Turn, keys: Sequence[str]) -> None:
        self._check_askable(turn.prompt, keys)
        self._submit(turn, keys)

    def open_eyes(self, keys: Sequence[str]) -> None:
        """Give models the projector that lies beside them, now that there is something to see.

        Raises:
            PersonError: One of them is at work.
        """
        for key in keys:
            pane = self._deck[key]
            if pane.candidate.projector is None and pane.projector_beside is not None:
                seeing = pane.setup.running(projector=pane.projector_beside)
                self._candidates.update_candidate(seeing)

    def _submit(self, turn: Turn, keys: Sequence[str]) -> None:
        messages = {
            key: self._open.chat.messages_for(key, upto=turn, file_of=self._file_of) for key in keys
        }
        self.open_eyes([key for key in keys if any(each.pictures for each in messages[key])])
        jobs = [
            Job(
                pane=self._deck[key],
                turn=turn,
                answer=turn.answers[key],
                messages=messages[key],
                sampling=self._open.sampling_of(self._deck[key].setup),
            )
            for key in keys
        ]
        errors = {job.pane.key: error for job in jobs if (error := _why_not(job)) is not None}
        askable = [job for job in jobs if job.pane.key not in errors]
        self._runner.submit(askable, self._open.chat.mode)
        for job in jobs:
            if (error := errors.get(job.pane.key)) is not None:
                job.answer.stop_reason = StopReason.ERROR
                job.answer.error = error
                self._answers.answer_ended(job)

    def _position(self, turn: Turn) -> int:
        return next(i for i, other in enumerate(self._open.chat.turns) if other is turn)


def check_length(text: str, what: Sentence) -> None:
    """Refuse a text that does not fit in a message to the engine.

    Args:
        text: To be sent.
        what: It is, at the beginning of a sentence.

    Raises:
        PersonError: It is too long.
    """
    size_bytes = len(text.encode(errors="replace"))
    if size_bytes > MAX_PROMPT_BYTES:
        raise PersonError(
            say(
                "compare.long_can_sent_shorten_ask",
                what=what,
                size_bytes=size(size_bytes),
                max_prompt_bytes=size(MAX_PROMPT_BYTES),
            )
        )


def _why_not(job: Job) -> English | str | None:
    """Why a pane cannot be asked this at all: an engine could only say it worse."""
    pane = job.pane
    if pane.model is None and pane.state is PaneState.FAILED and pane.failure is not None:
        return pane.failure.sentence
    server, eyes = pane.candidate.server, pane.candidate.projector
    blind = eyes is None if server is None else not pane.sees
    if blind and any(each.pictures for each in job.messages):
        return worded("pictures.cannot_see")
    return None
