"""A work that outlasts the window: what it is, how it is done, and where it stands."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from enum import Enum, StrEnum
from typing import TYPE_CHECKING, ClassVar, Protocol

from app.base.states import Transitions

if TYPE_CHECKING:
    import msgspec

    from app.base.gate import Gate
    from app.core.words.sentence import Sentence


class Slot(Enum):
    """What works of a kind share, how many have it at once, and how long the end of one may take.

    Attributes:
        at_once: How many works run at the same time.
        end_seconds: How long the program waits for them when it ends.
    """

    NETWORK = ("network", 2, 2.0)
    ENGINE = ("engine", 1, 12.0)

    def __init__(self, _name: str, at_once: int, end_seconds: float) -> None:
        self.at_once = at_once
        self.end_seconds = end_seconds


class WorkState(StrEnum):
    """Where a work stands; the values are stored."""

    PREPARING = "preparing"  # reads what it is about; needs no slot
    WAITING = "waiting"  # for its turn
    RUNNING = "running"
    STOPPING = "stopping"
    PAUSED = "paused"
    FAILED = "failed"
    DONE = "done"
    CANCELLED = "cancelled"


_S = WorkState
NEXT = Transitions(
    WorkState,
    {
        _S.PREPARING: {_S.WAITING, _S.FAILED, _S.CANCELLED},
        _S.WAITING: {_S.RUNNING, _S.PAUSED, _S.CANCELLED},
        _S.RUNNING: {_S.PAUSED, _S.STOPPING, _S.FAILED, _S.DONE},
        # A work that is asked to stop, or rests in its slot, may just have ended by itself.
        _S.STOPPING: {_S.WAITING, _S.PAUSED, _S.CANCELLED, _S.FAILED, _S.DONE},
        _S.PAUSED: {_S.WAITING, _S.RUNNING, _S.STOPPING, _S.CANCELLED, _S.FAILED, _S.DONE},
        _S.FAILED: {_S.WAITING, _S.CANCELLED},
    },
)
"""Which state may follow which."""

ENDED = NEXT.ends
"""States that nothing follows."""


class Tell(Protocol):
    """What a work says while it runs, in its thread."""

    def news(self, news: object) -> None:
        """Something that must not be missed."""
        ...

    def progress(self, progress: object) -> None:
        """How far it is: only the latest is taken, at the next pump."""
        ...


class Work(ABC):
    """One work; a kind of work is a class below this one.

    It belongs to the thread of the queue, and is for looking at only; :meth:`prepare` and
    :meth:`run` are called in threads of their own.

    Attributes:
        kind: Names the kind in the store; never changed.
        slot: What it takes while it runs.
        unforeseen: Why it failed where nobody knows.
        keeps_awake: What the system is told while the work keeps the PC from falling asleep; None
            where it is short, or sees to that itself.
        needs_preparing: Whether :meth:`prepare` comes first.
        rests_in_slot: Whether it keeps its thread and its slot while it is paused.
        stays: Whether it stays in the queue once it is done or has failed.
        id: Of the store; None where it is not stored (yet).
        position: Its place in the order.
        error: Why it failed, as ``sentence.kept`` writes it; else empty.
        then: What it becomes once it has stopped.
    """

    kind: ClassVar[str]
    slot: ClassVar[Slot]
    unforeseen: ClassVar[Sentence]
    keeps_awake: ClassVar[Sentence | None] = None
    needs_preparing: ClassVar[bool] = False
    rests_in_slot: ClassVar[bool] = False
    stays: ClassVar[bool] = False

    def __init__(self) -> None:
        self.id: int | None = None
        self.position = 0
        self.state = WorkState.PREPARING if self.needs_preparing else WorkState.WAITING
        self.error = ""
        self.then = WorkState.PAUSED

    @property
    @abstractmethod
    def order(self) -> msgspec.Struct | None:
        """What is wanted, as the store keeps it; None as long as it cannot be kept."""

    @property
    @abstractmethod
    def so_far(self) -> msgspec.Struct:
        """How far it has come, as the store keeps it beside the order."""

    @property
    def lasting(self) -> WorkState:
        """The state to go on from if the program is killed now."""
        return self.then if self.state is WorkState.STOPPING else self.state

    @property
    def is_cancelled(self) -> bool:
        """Whether nobody wants it any more, even where it still stops."""
        return self.lasting is WorkState.CANCELLED

    def become(self, state: WorkState) -> None:
        """Change the state; the queue's own.

        Raises:
            IllegalTransition: It may not follow.
        """
        self.state = NEXT.step(self.state, state)

    def begin(self) -> None:  # noqa: B027 - most kinds have nothing to do here
        """It runs in a moment."""

    def take(self, news: object) -> bool:
        """Hear what its thread says, or what it has returned; whether to store that at once."""
        del news
        return False

    def leave(self) -> None:  # noqa: B027
        """The program ends while it runs."""

    def remover(self, others: Sequence[Work]) -> Callable[[], object] | None:
        """What removes, in a thread, what is there of it once it is cancelled; None for nothing.

        Args:
            others: The rest of the queue.
        """
        del others
        return None

    def prepare(self) -> object:
        """Read what it is about, in a thread; :meth:`take` hears of what this returns.

        Raises:
            PersonError: It cannot be done.
        """
        raise NotImplementedError

    @abstractmethod
    def run(self, gate: Gate, tell: Tell) -> object:
        """Do it, in a thread; :meth:`take` hears of what this returns.

        Raises:
            PersonError: It cannot be done.
            Stopped: Asked to stop.
        """
