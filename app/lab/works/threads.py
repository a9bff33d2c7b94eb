"""The threads of the queue of works; what they say is taken on the queue's own."""

from __future__ import annotations

import contextlib
import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from app.base.gate import Gate, Stopped
from app.core.errors import PersonError
from app.monitor.awake import Awake

if TYPE_CHECKING:
    from queue import SimpleQueue

    from app.lab.works.work import Work

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class News:
    """A work that runs said something."""

    news: object


@dataclass(frozen=True, slots=True)
class Prepared:
    """A work was read, or cannot be done.

    Attributes:
        result: What its ``prepare`` has returned.
    """

    result: object = None
    error: PersonError | None = None


@dataclass(frozen=True, slots=True)
class Ran:
    """A work has run.

    Attributes:
        result: What its ``run`` has returned.
        stopped: It was asked to stop, and did.
    """

    result: object = None
    error: PersonError | None = None
    stopped: bool = False


@dataclass(frozen=True, slots=True)
class Swept:
    """Nothing is there any more of a cancelled work."""


Event = News | Prepared | Ran | Swept


class Running:
    """A work that has its slot, from when its thread is started. Any thread.

    Attributes:
        gate: Holds it.
        thread: Does it.
        latest: How far it was when it last told.
        taken: What of that was taken.
        tell_s: When it may be told again.
    """

    def __init__(self, work: Work, events: SimpleQueue[tuple[Work, Event]]) -> None:
        self.gate = Gate()
        self.latest: object = None
        self.taken: object = None
        self.tell_s = 0.0
        self._work = work
        self._events = events
        name = f"{work.kind}-{work.id}"
        self.thread = threading.Thread(target=self._run, name=name, daemon=True)

    def news(self, news: object) -> None:
        """See ``Tell``."""
        self._events.put((self._work, News(news)))

    def progress(self, progress: object) -> None:
        """See ``Tell``."""
        self.latest = progress

    def _run(self) -> None:
        why = self._work.keeps_awake
        try:
            with Awake(str(why)) if why is not None else contextlib.nullcontext():
                event = Ran(self._work.run(self.gate, self))
        except Stopped:
            event = Ran(stopped=True)
        except Exception as error:  # nobody else would ever hear of it  # noqa: BLE001
            event = Ran(error=_as_told(self._work, error))
        self._events.put((self._work, event))


def start_preparing(work: Work, events: SimpleQueue[tuple[Work, Event]]) -> threading.Thread:
    """Start the thread that reads what a work is about; its last word is :class:`Prepared`."""

    def prepare() -> None:
        try:
            event = Prepared(work.prepare())
        except Exception as error:  # noqa: BLE001
            event = Prepared(error=_as_told(work, error))
        events.put((work, event))

    return _started(f"{work.kind}-prepare", prepare)


def start_sweeping(
    work: Work, remove: Callable[[], object], events: SimpleQueue[tuple[Work, Event]]
) -> threading.Thread:
    """Start the thread that removes what is there of a work; its last word is ``Swept``."""

    def sweep() -> None:
        try:
            remove()
        except Exception:
            log.exception("what is left of a %s was not removed", work.kind)
        events.put((work, Swept()))

    return _started(f"{work.kind}-discard", sweep)


def _started(name: str, do: Callable[[], None]) -> threading.Thread:
    thread = threading.Thread(target=do, name=name, daemon=True)
    thread.start()
    return thread


def _as_told(work: Work, error: Exception) -> PersonError:
    if isinstance(error, PersonError):
        log.warning("%s: %s %s", work.kind, error.sentence, error.detail)
        return error
    log.error("a %s ended in an unforeseen way", work.kind, exc_info=error)
    return PersonError(work.unforeseen, repr(error))
