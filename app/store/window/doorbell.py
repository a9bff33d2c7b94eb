"""How a second start reaches the window that has the store: one short line there, one back.

The window's process listens from before Qt is loaded; who rings is of the same account, says one
line of bounded length, and is told at once or in seconds what became of it.
"""

from __future__ import annotations

import json
import logging
import os
import sys
import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import Protocol, cast

from app.base.states import Transitions
from app.core.errors import PersonError
from app.core.hub.opening import MAX_BYTES, Opening, OpeningError, from_line, to_line
from app.core.words.sentence import say
from app.store.window.lock import process_words

log = logging.getLogger(__name__)

RING_SECONDS = 6.0
"""How long who rings waits for an answer."""
TAKE_SECONDS = 4.0
"""How long the window may take to hear of it; less than who rings waits."""
READ_SECONDS = 2.0
_MAX_ANSWER_BYTES = 256


class Answer(Enum):
    """What becomes of what a second start brings; the words that are sent."""

    TAKEN = "taken"
    BUSY = "busy"  # the window did not hear of it in time, and will not
    CLOSING = "closing"  # the window goes: the store will be free
    REFUSED = "refused"  # it was not understood


class NoAnswer(PersonError):
    """A window is there, and cannot be told."""


class Line(Protocol):
    """A connection between a second start and the window, of one account."""

    @property
    def pid(self) -> int | None:
        """The other process, None where the system does not tell."""
        ...

    def send(self, data: bytes) -> None:
        """Send a line; raises ``OSError``."""
        ...

    def receive(self, most_bytes: int, timeout_s: float) -> bytes:
        """A line without its end, cut where it is longer; raises ``OSError``, also late."""
        ...

    def hung_up(self) -> bool:
        """Whether the other end has gone, nothing more being expected of it."""
        ...

    def close(self) -> None:
        """End it."""
        ...


class Ear(Protocol):
    """Where the window listens."""

    def wait(self) -> Line | None:
        """The next connection of this account; None once it was closed."""
        ...

    def close(self) -> None:
        """Listen no more and remove what others see of it; any thread."""
        ...


def listen_at(place: Path) -> Ear:
    """Listen; only the store's owner may, because what an earlier one left is removed.

    Raises:
        OSError: It cannot be done there.
    """
    if sys.platform == "win32":
        from app.store.window.pipe import PipeEar, pipe_name

        return PipeEar(pipe_name(place), place)
    from app.store.window.socket import SocketEar

    return SocketEar(place)


def connect_to(place: Path, timeout_s: float) -> Line | None:
    """A connection to who listens; None where nobody does.

    Raises:
        OSError: Somebody does, and it cannot be had.
    """
    if sys.platform == "win32":
        from app.store.window.pipe import pipe_line, pipe_name

        return pipe_line(pipe_name(place), place, timeout_s)
    from app.store.window.socket import socket_line

    return socket_line(place, timeout_s)


class _State(Enum):
    WAITING = "waiting"
    TAKEN = "taken"
    DROPPED = "dropped"


_NEXT = Transitions(_State, {_State.WAITING: {_State.TAKEN, _State.DROPPED}})


class Ring:
    """One request of another start, as the window gets it."""

    def __init__(self, opening: Opening) -> None:
        self._opening = opening
        self._state = _State.WAITING
        self._lock = threading.Lock()
        self._settled = threading.Event()

    def take(self) -> Opening | None:
        """What is wanted, which is then answered for; None if who rang has given up."""
        return self._opening if self._enter(_State.TAKEN) else None

    def drop(self) -> bool:
        """Let it never be taken; False if it was."""
        return self._enter(_State.DROPPED)

    def wait(self, timeout_s: float) -> bool:
        """Whether it was taken within this time; else it never will be."""
        self._settled.wait(timeout_s)
        self.drop()
        return self._state is _State.TAKEN

    def _enter(self, state: _State) -> bool:
        with self._lock:
            if not _NEXT.allow(self._state, state):
                return False
            self._state = state
        self._settled.set()
        return True


class Doorbell:
    """Listens in a thread of its own, for as long as this process owns the store.

    Until somebody attends, what comes is kept and counts as taken: the window is on its way.
    """

    def __init__(self, ear: Ear) -> None:
        self._ear = ear
        self._lock = threading.Lock()
        self._on_ring: Callable[[Ring], object] | None = None
        self._kept: deque[Opening] = deque()
        self._closing = False
        self._pending: Ring | None = None
        self._thread = threading.Thread(target=self._listen, name="doorbell", daemon=True)
        self._thread.start()

    def attend(self, on_ring: Callable[[Ring], object]) -> list[Opening]:
        """Hear of each ring from now on, on the doorbell's thread; returns what came before."""
        with self._lock:
            self._on_ring = on_ring
            before = list(self._kept)
            self._kept.clear()
        return before

    def close(self) -> None:
        """Listen no more; who has not been heard yet is told that the window closes."""
        with self._lock:
            self._closing = True
            if self._pending is not None:
                self._pending.drop()
        self._ear.close()

    def join(self) -> None:
        """Wait for the thread to end, once closed."""
        self._thread.join()

    def _listen(self) -> None:
        while (line := self._ear.wait()) is not None:
            try:
                self._serve(line)
            except OSError as error:
                log.info("a second start hung up: %r", error)
            except Exception:  # whatever one start sends, the next one is heard
                log.exception("a second start was not served")
            finally:
                line.close()

    def _serve(self, line: Line) -> None:
        data = line.receive(MAX_BYTES, READ_SECONDS)
        if line.hung_up():
            # This process stood still meanwhile: who rang has said already that it did not work.
            log.info("a second start did not wait")
            return
        try:
            answer = self._deliver(from_line(data))
        except OpeningError as error:
            log.warning("a second start was not understood: %s", error.detail)
            answer = Answer.REFUSED
        line.send(json.dumps({"answer": answer.value, "pid": os.getpid()}).encode() + b"\n")

    def _deliver(self, opening: Opening) -> Answer:
        with self._lock:
            if self._closing:
                return Answer.CLOSING
            on_ring = self._on_ring
            if on_ring is None:
                self._kept.append(opening)
                return Answer.TAKEN
            ring = self._pending = Ring(opening)
        on_ring(ring)
        taken = ring.wait(TAKE_SECONDS)
        with self._lock:
            self._pending = None
            if taken:
                return Answer.TAKEN
            return Answer.CLOSING if self._closing else Answer.BUSY


@dataclass(frozen=True, slots=True)
class Rung:
    """What came back of a ring.

    Attributes:
        answer: What became of it.
        pid: The window's process, None if unknown.
    """

    answer: Answer
    pid: int | None


def ring(place: Path, opening: Opening, timeout_s: float = RING_SECONDS) -> Rung | None:
    """Hand over what a start wants; None where no window listens.

    Raises:
        NoAnswer: One listens, but did not answer within ``timeout_s``, or not in words that are
            known, or is another person's.
        OpeningError: It is too long.
    """
    data = to_line(opening)
    try:
        line = connect_to(place, timeout_s)
    except OSError as error:
        raise _no_answer(None, repr(error)) from error
    if line is None:
        return None
    try:
        line.send(data)
        rung = _read_answer(line.receive(_MAX_ANSWER_BYTES, timeout_s), line.pid)
    except (ConnectionError, BrokenPipeError):
        return None  # it ended just now
    except OSError as error:
        raise _no_answer(line.pid, repr(error)) from error
    finally:
        line.close()
    return rung


def _read_answer(data: bytes, pid: int | None) -> Rung | None:
    if not data:
        return None  # it ended before it could answer
    try:
        fields: object = json.loads(data)
        word = cast("dict[str, object]", fields).get("answer") if isinstance(fields, dict) else None
        return Rung(Answer(word), pid)
    except ValueError:
        raise _no_answer(pid, repr(data[:80])) from None


def _no_answer(pid: int | None, detail: str) -> NoAnswer:
    named = process_words(pid)
    return NoAnswer(say("store.shrinkscope_already_running_but_does", named=named), detail)
