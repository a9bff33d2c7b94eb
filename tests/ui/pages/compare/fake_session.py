"""A session without engines, for states that a real engine cannot be brought into at will.

Does what the real one promises: everything on one thread, changes only through its methods, the
listener told of each. Answers come when a test says so (:meth:`FakeSession.say`, ``finish``).
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from app.core.candidates.candidate import candidate_of
from app.core.chats.chat import Answer, AnswerFigures, Chat, StopReason, Turn, title_from
from app.core.chats.divergence import first_difference
from app.core.chats.panes import ChatPane, new_pane
from app.core.errors import PersonError
from app.engine.protocol.loading import EngineMemory, Loaded, Thinking
from app.lab.compare.panes import Pane, PaneFailure, PaneState
from app.store.chats import ChatSummary

if TYPE_CHECKING:
    from collections.abc import Sequence

    from app.core.candidates.settings import CompareMode, SamplingSettings

SECOND_NS = 1_000_000_000


@dataclass(frozen=True, slots=True)
class FakeModel:
    """The header facts that the page shows."""

    name: str
    level_name: str
    file_bytes: int
    chat_template: str | None = "{{ messages }}"
    bits_per_weight: float = 4.9
    parameters: int = 7_000_000
    context_length: int | None = 4096
    block_count: int = 6


@dataclass(frozen=True, slots=True)
class FakeElsewhere:
    path: str
    command: str


def loaded(*, thinking: bool = False, context_tokens: int = 4096) -> Loaded:
    return Loaded(
        id=1,
        load_ns=SECOND_NS,
        context_tokens=context_tokens,
        trained_context_tokens=context_tokens,
        vocabulary_size=1024,
        parameters=7_000_000,
        has_template=True,
        thinking=Thinking(recognised=thinking, has_switch=thinking),
        repacked_bytes=0,
        weights_bytes=8_000_000,
        kv_bytes=1_000_000,
        compute_bytes=1_000_000,
        output_bytes=4096,
        devices=[],
        memory=EngineMemory(None, None, None),
    )


def summary(chat_id: int, title: str = "", *, changed_ns: int = 0, turns: int = 0) -> ChatSummary:
    return ChatSummary(chat_id, title, 0, changed_ns, turns)


class SilentListener:
    """Hears everything, does nothing."""

    def __getattr__(self, name: str) -> Any:
        return lambda *_: None


@dataclass
class FakeSession:
    """See the module; ``calls`` keeps what the page asked for, as (method, arguments)."""

    chat: Chat = field(default_factory=lambda: Chat(id=1))
    panes: list[Pane] = field(default_factory=list)
    listener: Any = field(default_factory=SilentListener)
    calls: list[tuple[str, tuple[Any, ...]]] = field(default_factory=list)
    refuse: str | None = None
    summaries: list[ChatSummary] = field(default_factory=list)
    stored: dict[int, Chat] = field(default_factory=dict)
    clock_ns: int = 1_700_000_000 * SECOND_NS

    @property
    def busy(self) -> bool:
        resting = {PaneState.READY, PaneState.ASLEEP, PaneState.FAILED}
        return any(pane.state not in resting for pane in self.panes)

    # --- the script ---------------------------------------------------------------------

    def with_panes(self, *levels: str, name: str = "Shrinkscope demo") -> FakeSession:
        """Add a ready pane a level; the first is the reference."""
        for level in levels:
            path = Path(f"/models/{name}-{level}.gguf")
            setup = new_pane(candidate_of(path), [pane.setup for pane in self.panes])
            self.panes.append(
                Pane(
                    setup,
                    state=PaneState.READY,
                    model=cast("Any", FakeModel(name, level, 9_000_000)),
                    loaded=loaded(),
                    estimated_bytes=40_000_000,
                    log="llama_model_loader: loaded meta data\n",
                )
            )
        self._keep_candidates()
        self.chat.reference_key = self.panes[0].key if self.panes else None
        return self

    def with_turns(self, *turns: tuple[str, str]) -> FakeSession:
        """Add turns that every pane answered alike."""
        for prompt, text in turns:
            answers = {
                pane.key: Answer(
                    text=text,
                    stop_reason=StopReason.END,
                    figures=AnswerFigures(
                        prompt_tokens=20,
                        prompt_ns=SECOND_NS // 10,
                        first_token_ns=SECOND_NS // 8,
                        generated_tokens=40,
                        generation_ns=SECOND_NS,
                        memory_needed_bytes=41_000_000,
                    ),
                )
                for pane in self.panes
            }
            self.chat.turns.append(Turn(len(self.chat.turns) + 1, prompt, answers))
        return self

    def key(self, letter: str) -> str:
        return next(p.key for p in self.panes if p.letter == letter)

    def say(self, letter: str, text: str, *, thinking: str = "") -> None:
        """Let a pane's last answer grow."""
        key = self.key(letter)
        turn = self.chat.turns_of(key)[-1]
        answer = turn.answers[key]
        answer.text += text
        answer.thinking += thinking
        pane = self.pane(key)
        if pane.state is not PaneState.GENERATING:
            self.set_state(letter, PaneState.GENERATING)
        pane.live_tokens += 1
        pane.live_tokens_per_second = 31.2
        self.listener.pane_changed(key)
        self.listener.answer_changed(turn, key)

    def finish(
        self,
        letter: str,
        reason: StopReason = StopReason.END,
        figures: AnswerFigures | None = None,
        error: str | None = None,
    ) -> None:
        """End a pane's last answer."""
        key = self.key(letter)
        turn = self.chat.turns_of(key)[-1]
        answer = turn.answers[key]
        answer.stop_reason = reason
        answer.error = error
        answer.figures = figures or AnswerFigures(
            prompt_tokens=20,
            prompt_ns=SECOND_NS // 10,
            first_token_ns=SECOND_NS // 8,
            generated_tokens=412,
            generation_ns=22 * SECOND_NS,
            memory_needed_bytes=41_000_000,
        )
        self.set_state(letter, PaneState.READY)
        self.listener.answer_changed(turn, key)

    def set_state(self, letter: str, state: PaneState, *, progress: float | None = None) -> None:
        pane = self.pane(self.key(letter))
        pane.state = state
        pane.progress = progress
        if state is PaneState.GENERATING:
            pane.live_tokens = 0
        self.listener.pane_changed(pane.key)

    def fail(self, letter: str, failure: PaneFailure) -> None:
        pane = self.pane(self.key(letter))
        pane.failure = failure
        self.set_state(letter, PaneState.FAILED)

    # --- what the page uses -------------------------------------------------------------

    def pane(self, key: str) -> Pane:
        return next(pane for pane in self.panes if pane.key == key)

    def pump(self) -> None:
        """Nothing waits: a script tells the listener at once."""

    def ask(self, prompt: str, keys: Sequence[str] | None = None) -> None:
        self._note("ask", prompt, keys)
        asked = [pane.key for pane in self.panes] if keys is None else list(keys)
        self._add_turn(prompt, asked)

    def regenerate(self, turn: Turn, keys: Sequence[str] | None = None) -> None:
        self._note("regenerate", turn, keys)
        for key in list(turn.answers) if keys is None else keys:
            turn.set_aside(key)
        self.listener.turns_changed()

    def show_earlier_answer(self, turn: Turn, key: str) -> None:
        self._note("show_earlier_answer", turn, key)
        turn.turn_over(key)
        self.listener.turns_changed()

    def show_earlier_turn(self, turn: Turn) -> None:
        self._note("show_earlier_turn", turn)

    def edit(self, turn: Turn, prompt: str) -> None:
        self._note("edit", turn, prompt)
        position = self.chat.turns.index(turn)
        del self.chat.turns[position:]
        self._add_turn(prompt, list(turn.answers))

    def stop(self, key: str | None = None) -> None:
        self._note("stop", key)
        for pane in self.panes:
            if key in (None, pane.key) and pane.state in (
                PaneState.GENERATING,
                PaneState.READING,
                PaneState.WAITING,
            ):
                turns = self.chat.turns_of(pane.key)
                pane.state = PaneState.READY
                turns[-1].answers[pane.key].stop_reason = StopReason.STOPPED
                self.listener.pane_changed(pane.key)
                self.listener.answer_changed(turns[-1], pane.key)

    def drop_oldest_turns(self, key: str) -> None:
        self._note("drop_oldest_turns", key)

    def retry(self, key: str) -> None:
        self._note("retry", key)

    def add_candidate(self, path: Path) -> ChatPane:
        self._note("add_candidate", path)
        setup = new_pane(candidate_of(path), [pane.setup for pane in self.panes])
        model: Any = FakeModel(path.stem, "Q4_K_M", 9_000_000)
        self.panes.append(Pane(setup, state=PaneState.ASLEEP, model=model))
        self._keep_candidates()
        self.listener.panes_changed()
        return setup

    def remove_candidate(self, key: str) -> None:
        self._note("remove_candidate", key)
        self.panes.remove(self.pane(key))
        self._keep_candidates()
        self.listener.panes_changed()

    def move_candidate(self, key: str, index: int) -> None:
        self._note("move_candidate", key, index)
        pane = self.pane(key)
        self.panes.remove(pane)
        self.panes.insert(index, pane)
        self._keep_candidates()
        self.listener.panes_changed()

    def set_reference(self, key: str) -> None:
        self._note("set_reference", key)
        self.chat.reference_key = key
        self.listener.panes_changed()

    def update_candidate(self, setup: ChatPane) -> None:
        self._note("update_candidate", setup)
        pane = self.pane(setup.key)
        pane.setup = setup
        self._keep_candidates()
        self.listener.pane_changed(setup.key)

    def load(self, key: str) -> None:
        self._note("load", key)

    def unload(self, key: str) -> None:
        self._note("unload", key)

    def reload(self, key: str) -> None:
        self._note("reload", key)

    def find_again(self, key: str, path: Path) -> None:
        self._note("find_again", key, path)

    def set_system_prompt(self, text: str) -> None:
        self._note("set_system_prompt", text)
        self.chat.system_prompt = text

    def set_sampling(self, sampling: SamplingSettings) -> None:
        self._note("set_sampling", sampling)
        self.chat.sampling = sampling

    def set_mode(self, mode: CompareMode) -> None:
        self._note("set_mode", mode)
        self.chat.mode = mode

    def new_chat(self) -> None:
        self._note("new_chat")
        self.stored[self.chat.id] = self.chat
        self.chat = Chat(
            id=max([0, *(s.id for s in self.summaries), self.chat.id]) + 1,
            panes=self.chat.panes,
            reference_key=self.chat.reference_key,
        )
        self._tell_all()

    def open_chat(self, chat_id: int) -> None:
        self._note("open_chat", chat_id)
        self.stored[self.chat.id] = self.chat
        self.chat = self.stored.setdefault(
            chat_id,
            Chat(
                id=chat_id,
                panes=self.chat.panes,
                reference_key=self.chat.reference_key,
            ),
        )
        self._tell_all()

    def rename_chat(self, chat_id: int, title: str) -> None:
        self._note("rename_chat", chat_id, title)
        self.summaries = [
            dataclasses.replace(s, title=title) if s.id == chat_id else s for s in self.summaries
        ]
        self.listener.chats_changed()

    def delete_chat(self, chat_id: int) -> None:
        self._note("delete_chat", chat_id)
        self.summaries = [s for s in self.summaries if s.id != chat_id]
        self.listener.chats_changed()

    def list_chats(self) -> list[ChatSummary]:
        return list(self.summaries)

    def export_chat(self, chat_id: int, form: str) -> str:
        self._note("export_chat", chat_id, form)
        return f"chat {chat_id} as {form}\n"

    def log_text(self, key: str) -> str:
        return self.pane(key).log

    def sampling_of(self, setup: ChatPane) -> SamplingSettings:
        return setup.sampling or self.chat.sampling

    def first_difference(self, turn: Turn, key: str) -> int | None:
        reference = self.chat.reference_key
        if reference in (None, key) or reference not in turn.answers:
            return None
        mine, theirs = turn.answers[key], turn.answers[reference]
        return first_difference(
            theirs.text,
            mine.text,
            reference_done=theirs.stop_reason is not None,
            other_done=mine.stop_reason is not None,
        )

    def use_elsewhere(self, key: str) -> FakeElsewhere:
        path = self.pane(key).candidate.path
        return FakeElsewhere(path, f"llama-server -m '{path}' -c 4096")

    def close(self) -> None:
        self._note("close")

    # --- within -------------------------------------------------------------------------

    def _note(self, method: str, *arguments: Any) -> None:
        if self.refuse is not None:
            raise PersonError(self.refuse)
        self.calls.append((method, arguments))

    def _keep_candidates(self) -> None:
        self.chat.panes = [pane.setup for pane in self.panes]

    def _add_turn(self, prompt: str, keys: list[str]) -> None:
        turn = Turn(len(self.chat.turns) + 1, prompt, {key: Answer() for key in keys})
        self.chat.turns.append(turn)
        if not self.chat.title:
            self.chat.title = title_from(prompt)
        for key in keys:
            pane = self.pane(key)
            pane.state = PaneState.READING
            self.listener.pane_changed(key)
        self.listener.turns_changed()

    def _tell_all(self) -> None:
        self.listener.panes_changed()
        self.listener.turns_changed()
        self.listener.chats_changed()
