"""A real session over engines that say what a test wants, when it wants it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from app.bootstrap import at_once
from app.core.candidates.candidate import candidate_of
from app.core.candidates.settings import CompareMode
from app.core.chats.chat import Answer, AnswerFigures, Chat, StopReason, Turn
from app.core.chats.panes import new_pane
from app.core.errors import PersonError
from app.core.words.sentence import verbatim
from app.engine.local.pool import EnginePool
from app.engine.protocol.answering import Finished, Generate, Text
from app.engine.protocol.running import Failed, FailureKind, Stop
from app.lab.compare.panes import PaneState
from app.lab.compare.running.runner import Runner
from app.lab.compare.session import Session
from app.store.chats import ChatStore
from app.store.database import open_database
from tests.helpers.scripted_engine import (
    NO_MEMORY,
    SECOND_NS,
    ScriptedEngine,
    ScriptedEngines,
    finished,
    loaded,
    obliging,
    usual_figures,
)

if TYPE_CHECKING:
    from collections.abc import Iterable

    from app.engine.api import Sink
    from app.engine.protocol.messages import Command, Event
    from app.lab.compare.answers import Answers
    from app.lab.compare.panes import PaneFailure

PLENTY_BYTES = 50_000_000_000
PLANNED_BYTES = 40_000_000
TOKENS_PER_SECOND = 31.2
WATCHED = (
    *("ask", "regenerate", "edit", "stop", "retry", "drop_oldest_turns", "show_earlier_turn"),
    "catch_up",
    *("move_candidate", "remove_candidate", "set_reference", "update_candidate", "find_again"),
    *("load", "unload", "reload", "set_system_prompt", "set_sampling", "set_mode"),
    *("new_chat", "open_chat", "rename_chat", "delete_chats", "export_chat"),
    *("pin_chat", "move_chat", "repeat_chat"),
)


@dataclass(frozen=True, slots=True)
class ScriptedModel:
    """The header facts that the page shows."""

    name: str
    level_name: str
    file_bytes: int = 9_000_000
    chat_template: str | None = "{{ messages }}"
    bits_per_weight: float = 4.9
    parameters: int = 7_000_000
    context_length: int | None = 4096
    block_count: int = 6
    expert_count: int = 0
    embedding_length: int = 64
    architecture: str = "llama"
    vocabulary_size: int = 32_000
    path: Path = Path("m.gguf")

    @property
    def family_key(self) -> str:
        return f"{self.architecture}/{self.name}"


def read_model(path: Path) -> Any:
    """What a file that is called ``NAME-LEVEL.gguf`` says of itself."""
    name, _, level = path.stem.rpartition("-")
    return ScriptedModel(name, level) if name else ScriptedModel(level, "Q4_K_M")


def answered(text: str) -> Answer:
    """An answer that is complete."""
    return Answer(text=text, stop_reason=StopReason.END, figures=usual_figures())


class ScriptedSession(Session):
    """Its engines load at once, and answer when a test says so (:meth:`say`, :meth:`finish`).

    Args:
        folder: For its store.

    Attributes:
        calls: What the page asked for, as (method, arguments).
        refuse: The sentence that everything is refused with; None for nothing.
    """

    def __init__(self, folder: Path) -> None:
        self.engines = ScriptedEngines(_only_loads)
        self.calls: list[tuple[str, tuple[Any, ...]]] = []
        self.refuse: str | None = None
        self._connection = open_database(folder / "chats.sqlite3")
        self.store = ChatStore(self._connection)
        super().__init__(
            self._runner_for,
            self.store,
            read_model,
            at_once,
            folder,
            planned_bytes=lambda _pane: PLANNED_BYTES,
        )
        self.start_with([])
        self.set_mode(CompareMode.TOGETHER)
        for method in WATCHED:
            self._watch(method)

    def _runner_for(self, listener: Answers) -> Runner:
        def pool_for(sink: Sink) -> EnginePool:
            return EnginePool(sink, self.engines, lambda: PLENTY_BYTES, 2)

        return Runner(listener, pool_for, lambda: PLENTY_BYTES)

    def _watch(self, method: str) -> None:
        real = getattr(self, method)

        def watched(*arguments: Any) -> Any:
            if self.refuse is not None:
                raise PersonError(self.refuse)
            self.calls.append((method, arguments))
            return real(*arguments)

        setattr(self, method, watched)

    def close(self) -> bool:
        """End it, and close its store."""
        ended = super().close()
        self._connection.close()
        return ended

    # --- the script ---------------------------------------------------------------------

    def with_panes(self, *levels: str, name: str = "Shrinkscope demo") -> ScriptedSession:
        """Add a ready pane a level; the first is the reference."""
        for level in levels:
            setup = self.add_candidate(candidate_of(f"/models/{name}-{level}.gguf"))
            self.load(setup.key)
            self.pump()
        self.calls.clear()
        return self

    def with_turns(self, *turns: tuple[str, str]) -> ScriptedSession:
        """Add turns that every pane answered alike."""
        self._store_turns(self.chat, turns)
        self.listener.turns_changed()
        return self

    def store_chat(
        self, *turns: tuple[str, str], title: str = "", levels: Iterable[str] = ()
    ) -> int:
        """Store another chat, of the same panes or of others; returns its id."""
        panes = [] if levels else self.chat.panes
        for level in levels:
            panes = [*panes, new_pane(candidate_of(Path(f"/models/demo-{level}.gguf")), panes)]
        chat = self.store.create(
            Chat(
                0,
                title=title,
                panes=panes,
                reference_key=panes[0].key if panes else None,
                mode=self.chat.mode,
            )
        )
        self._store_turns(chat, turns)
        return chat.id

    def _store_turns(self, chat: Chat, turns: Iterable[tuple[str, str]]) -> None:
        for prompt, text in turns:
            turn = Turn(0, prompt, {pane.key: answered(text) for pane in chat.panes})
            chat.turns.append(turn)
            self.store.add_turn(chat.id, turn)
            for key, answer in turn.answers.items():
                self.store.save_answer(turn.id, key, answer, final=True)

    def key(self, letter: str) -> str:
        return next(pane.key for pane in self.panes if pane.letter == letter)

    def engine(self, letter: str) -> ScriptedEngine:
        """The engine that a pane has now."""
        name = f"{self.key(letter)}#"
        return next(each for each in reversed(self.engines.started) if each.key.startswith(name))

    def begin_load(self, letter: str) -> None:
        """Have a pane load, for as long as a test wants."""
        self.unload(self.key(letter))
        self.engines.script = lambda _command: ()
        self.load(self.key(letter))
        self.pump()

    def end_load(self, letter: str) -> None:
        """Its model is there."""
        (load,) = self.engine(letter).sent
        self._told(letter, loaded(load.id))

    def say(self, letter: str, text: str, *, thinking: str = "") -> None:
        """Let a pane's last answer grow."""
        tokens = self.pane(self.key(letter)).live_tokens + 1
        elapsed_ns = round(tokens * SECOND_NS / TOKENS_PER_SECOND)
        self._told(letter, Text(self._asked(letter), text, thinking, tokens, 0, elapsed_ns))

    def finish(
        self,
        letter: str,
        reason: StopReason = StopReason.END,
        figures: AnswerFigures | None = None,
        error: str | None = None,
    ) -> None:
        """End a pane's last answer."""
        asked = self._asked(letter)
        if error is not None:
            self._told(letter, Failed(asked, FailureKind.GENERATE, verbatim(error)))
        else:
            measured = figures or usual_figures(generated_tokens=412)
            self._told(letter, Finished(asked, reason, measured, NO_MEMORY))

    def set_state(self, letter: str, state: PaneState, *, progress: float | None = None) -> None:
        """Show a state, however a pane may come to it."""
        pane = self.pane(self.key(letter))
        pane.state = state
        pane.progress = progress
        self.listener.pane_changed(pane.key)

    def fail(self, letter: str, failure: PaneFailure) -> None:
        self.pane(self.key(letter)).failure = failure
        self.set_state(letter, PaneState.FAILED)

    def _asked(self, letter: str) -> int:
        sent = self.engine(letter).sent
        return next(each.id for each in reversed(sent) if isinstance(each, Generate))

    def _told(self, letter: str, event: Event) -> None:
        self.engine(letter).say(event)
        self.pump()


def _only_loads(command: Command) -> Iterable[Event]:
    match command:
        case Generate():
            pass  # answered by say() and finish()
        case Stop():
            yield finished(command.id, StopReason.STOPPED)
        case _:
            yield from obliging(command)
