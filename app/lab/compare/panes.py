"""A pane: one candidate's engine as the rest of the program sees it."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from enum import Enum, auto
from typing import TYPE_CHECKING

from app.base.states import Transitions
from app.lab.engines.asking import SERVERS_OWN, Manner, manner_of

if TYPE_CHECKING:
    from app.core.candidates.candidate import Candidate
    from app.core.chats.panes import ChatPane
    from app.core.models.model_file import ModelFile
    from app.core.servers.facts import ServerModelFacts
    from app.engine.protocol.loading import Loaded


class PaneState(Enum):
    """What a pane is doing."""

    PREPARING = auto()  # its demo level is being made
    ASLEEP = auto()  # no engine; loads by itself when asked
    LOADING = auto()
    READY = auto()
    WAITING = auto()  # asked, but its turn has not come
    READING = auto()  # decoding the prompt
    GENERATING = auto()
    STOPPING = auto()
    FAILED = auto()


_S = PaneState
NEXT = Transitions(
    PaneState,
    {
        _S.PREPARING: {_S.ASLEEP, _S.FAILED, _S.WAITING},
        _S.ASLEEP: {_S.PREPARING, _S.LOADING, _S.WAITING, _S.FAILED},
        _S.LOADING: {_S.READY, _S.FAILED, _S.ASLEEP},
        _S.READY: {_S.WAITING, _S.READING, _S.LOADING, _S.ASLEEP, _S.FAILED},
        _S.WAITING: {
            _S.LOADING,
            _S.READING,
            _S.READY,
            _S.ASLEEP,
            _S.FAILED,
            _S.PREPARING,
            _S.STOPPING,
        },
        _S.READING: {_S.GENERATING, _S.READY, _S.STOPPING, _S.FAILED, _S.ASLEEP},
        _S.GENERATING: {_S.READY, _S.STOPPING, _S.FAILED, _S.ASLEEP},
        _S.STOPPING: {_S.READY, _S.WAITING, _S.ASLEEP, _S.FAILED},
        _S.FAILED: {_S.LOADING, _S.WAITING, _S.ASLEEP, _S.PREPARING},
    },
)

BUSY = frozenset(
    {_S.LOADING, _S.WAITING, _S.READING, _S.GENERATING, _S.STOPPING},
)


@dataclass(frozen=True, slots=True)
class PaneFailure:
    """Why a pane could not do what it was asked.

    Attributes:
        sentence: What happened.
        advice: What to try; may be empty.
        detail: For the log view; may be empty.
        can_drop_turns: The context is full, and dropping the oldest turns would help.
        can_repair: The engine itself is at fault, and might do with another one.
        is_gone: The file is not where it was; it may be somewhere else.
    """

    sentence: str
    advice: str = ""
    detail: str = ""
    can_drop_turns: bool = False
    can_repair: bool = False
    is_gone: bool = False


@dataclass(frozen=True, slots=True)
class EngineWait:
    """What panes wait for while the engine itself is being built.

    Attributes:
        share: How much is done, 0 to 1; None where nobody can tell.
        seconds_left: About how long it still takes; None where nobody can tell.
        failed: It could not be built: somebody has to do something first.
    """

    share: float | None = None
    seconds_left: float | None = None
    failed: bool = False


# Speed is shown over this stretch, so that one late event does not make it jump.
_SPEED_WINDOW_NS = 700_000_000


@dataclass(eq=False, slots=True)
class Pane:
    """One candidate with the state of its engine.

    Read-only for everyone but the runner; lives as long as the candidate has a pane.

    Attributes:
        setup: Replaced when the person changes its settings.
        state: Changed through :meth:`become` alone.
        progress: 0 to 1 while preparing, loading or reading.
        tokenizing_characters: How long the text is that is turned into tokens now; 0 while none is.
        silent_seconds: How long its server has said nothing, where that is long; else 0.
        failure: Why the last request failed; None after the next success.
        engine_wait: How far the engine is that is being built; None when engines can be started.
        model: Facts of the file's header, once read.
        draft_model: Facts of its draft model's header; None where it has none.
        loaded: Facts of the running engine.
        needed_bytes: Needed memory as measured; None before a first answer.
        planned_bytes: Needed memory by llama.cpp's own plan of the load, where that is known.
        estimated_bytes: Needed memory as expected before it is measured: as planned, else as
            estimated from the header.
        disk_tokens_per_second: How fast it runs although its weights do not fit in memory; None
            where they did when its files were read, or that cannot be told.
        peak_private_bytes: The most private memory seen since the load.
        peak_mapped_bytes: The most mapped memory seen since the load.
        context_used_tokens: What the context held after the last answer.
        drafted_tokens: That were proposed for the last answer.
        accepted_tokens: Of these, those that the model said, too.
        digest: SHA-256 of the last rendered prompt.
        system_in_user: The system prompt was part of the person's first message in it, since the
            template takes none.
        pid: Of the engine, for the monitor.
        projector_beside: The only projector beside its file, where it has none: it is taken when a
            picture is to be shown.
        picture_tokens: What pictures of a width and height take of the context, as far as its
            engine was asked.
    """

    setup: ChatPane
    state: PaneState = PaneState.ASLEEP
    progress: float | None = None
    tokenizing_characters: int = 0
    silent_seconds: float = 0.0
    failure: PaneFailure | None = None
    engine_wait: EngineWait | None = None
    model: ModelFile | None = None
    draft_model: ModelFile | None = None
    loaded: Loaded | None = None
    needed_bytes: int | None = None
    planned_bytes: int | None = None
    estimated_bytes: int | None = None
    disk_tokens_per_second: float | None = None
    peak_private_bytes: int | None = None
    peak_mapped_bytes: int | None = None
    context_used_tokens: int = 0
    drafted_tokens: int = 0
    accepted_tokens: int = 0
    digest: str | None = None
    system_in_user: bool = False
    pid: int | None = None
    log: str = ""
    projector_beside: str | None = None
    picture_tokens: dict[tuple[int, int], int] = field(
        default_factory=lambda: dict[tuple[int, int], int]()
    )
    live_tokens: int = 0
    live_tokens_per_second: float | None = None
    _points: deque[tuple[int, int]] = field(default_factory=lambda: deque[tuple[int, int]]())

    @property
    def key(self) -> str:
        """Names the pane."""
        return self.setup.key

    @property
    def letter(self) -> str:
        """A to F."""
        return self.setup.letter

    @property
    def candidate(self) -> Candidate:
        """What runs in it."""
        return self.setup.candidate

    @property
    def served(self) -> ServerModelFacts | None:
        """What its server tells of it; None where it runs here, and while nothing was asked."""
        return self.loaded.served if self.loaded is not None else None

    @property
    def manner(self) -> Manner:
        """How it is asked.

        Raises:
            PersonError: There is no such well-known template.
        """
        candidate = self.candidate
        if candidate.server is not None:
            return SERVERS_OWN
        own = self.model.chat_template if self.model is not None else None
        return manner_of(candidate.template_id, own, tells=bool(candidate.adapters))

    @property
    def sees(self) -> bool:
        """Whether it can be shown pictures, as far as is known."""
        if self.candidate.server is not None:
            return self.loaded is None or self.loaded.sees
        if self.candidate.projector is None:
            return self.projector_beside is not None
        return self.loaded is None or self.loaded.sees

    @property
    def busy(self) -> bool:
        """Whether something is asked of it that has not ended."""
        return self.state in BUSY

    @property
    def lacks_engine(self) -> bool | None:
        """None where engines can be started; else whether building one has failed."""
        return None if self.engine_wait is None else self.engine_wait.failed

    @property
    def lacks_template(self) -> bool:
        """Whether the file brings no chat template and none was chosen: it completes plainly."""
        if self.candidate.template_id is not None or self.candidate.server is not None:
            return False
        if self.model is not None and self.model.chat_template is not None:
            return False
        return not self.loaded.has_template if self.loaded is not None else self.model is not None

    def become(self, state: PaneState) -> None:
        """Change the state.

        Raises:
            IllegalTransition: It may not follow.
        """
        if state is self.state:
            return
        self.state = NEXT.step(self.state, state)
        self.progress = None
        self.tokenizing_characters = 0
        self.silent_seconds = 0.0
        if state is not PaneState.GENERATING:
            self.live_tokens_per_second = None
            self._points.clear()

    def note_memory(self, private_bytes: int | None, mapped_bytes: int | None) -> None:
        """Take a reading of the engine's memory; peaks are kept."""
        if private_bytes is not None:
            self.peak_private_bytes = max(private_bytes, self.peak_private_bytes or 0)
        if mapped_bytes is not None:
            self.peak_mapped_bytes = max(mapped_bytes, self.peak_mapped_bytes or 0)

    def note_tokens(self, tokens: int, elapsed_ns: int) -> float | None:
        """Take how far an answer has come; returns the speed of the last stretch."""
        self.silent_seconds = 0.0
        self.live_tokens = tokens
        self._points.append((tokens, elapsed_ns))
        while len(self._points) > 2 and elapsed_ns - self._points[1][1] >= _SPEED_WINDOW_NS:
            self._points.popleft()
        first_tokens, first_ns = self._points[0]
        if tokens > first_tokens and elapsed_ns > first_ns:
            self.live_tokens_per_second = (tokens - first_tokens) * 1e9 / (elapsed_ns - first_ns)
        return self.live_tokens_per_second
