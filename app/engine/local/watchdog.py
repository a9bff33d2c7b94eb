"""Ends an engine that gets no further with what it does, and no other.

How long something takes says little on a PC that is busy, or whose disk is slow. A template is
judged by the processor time that it has used; a start or a load by whether anything moves:
messages, log lines, bytes read. A process that somebody has stopped may stand as long as that.
"""

from __future__ import annotations

import contextlib
import os
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from app.engine.outcome import EndCause
from app.engine.protocol.answering import TEMPLATE_SECONDS
from app.engine.protocol.running import Step


@dataclass(frozen=True, slots=True)
class ProcessLook:
    """A look at a process.

    Attributes:
        processor_s: Processor time that it has used, all threads.
        has_read: Grows with every byte and every page that it reads.
        is_stopped: Somebody has stopped it: it can do nothing.
    """

    processor_s: float
    has_read: int
    is_stopped: bool


def look_at(pid: int) -> ProcessLook | None:
    """Look at a process; None where it is gone, or where the system does not tell. Any thread."""
    if not sys.platform.startswith("linux"):
        return None
    process = Path("/proc", str(pid))
    try:
        text = (process / "stat").read_text(encoding="ascii", errors="replace")
        # The second field is the program's name in brackets, whatever it holds.
        fields = text.rpartition(")")[2].split()
        ticks = int(fields[11]) + int(fields[12])
        major_faults, state = int(fields[9]), fields[0]
    except (OSError, ValueError, IndexError):
        return None
    with contextlib.suppress(OSError, ValueError, IndexError):
        characters = (process / "io").read_text(encoding="ascii").split()[1]
        major_faults += int(characters)
    return ProcessLook(ticks / os.sysconf("SC_CLK_TCK"), major_faults, state in "Tt")


_CAUSES = {
    Step.START: EndCause.START_TIMEOUT,
    Step.LOAD: EndCause.LOAD_STALLED,
    Step.PREDICT: EndCause.LOAD_STALLED,
    Step.RENDER: EndCause.TEMPLATE_TIMEOUT,
}


@dataclass(frozen=True, slots=True)
class Patience:
    """How long an engine may take.

    Attributes:
        template_processor_s: Processor time of a template. The engine itself ends one at half of
            this; what cannot be interrupted there is ended here.
        template_s: Time of a template, where the system does not tell processor time.
        busy_s, busy_processor_s: A start or load that has computed for so long, with so much
            processor time, and shows nothing for it is ended.
        start_idle_s, idle_s: A start, or a load, that neither computes nor reads for so long.
        look_s: How often it is looked at.
    """

    template_processor_s: float = 2 * TEMPLATE_SECONDS
    template_s: float = 10 * TEMPLATE_SECONDS
    busy_s: float = 120.0
    busy_processor_s: float = 60.0
    start_idle_s: float = 60.0
    idle_s: float = 600.0
    look_s: float = 0.5


class Watchdog:
    """Watches one engine process from a thread of its own.

    Args:
        name: Of the thread.
        pid: Of the engine.
        end: Told why the engine must be ended, on the watchdog's thread, once at most.
        patience: How long is too long.
    """

    def __init__(
        self, name: str, pid: int, end: Callable[[EndCause], None], patience: Patience | None = None
    ) -> None:
        self._pid = pid
        self._end = end
        self._patience = patience or Patience()
        self._changed = threading.Condition()
        self._step: Step | None = Step.START
        self._number = 0
        self._signs = 0
        self._thread = threading.Thread(target=self._watch, name=name, daemon=True)

    def start(self) -> None:
        """Begin to watch, with the engine's start."""
        self._thread.start()

    def now_at(self, step: Step | None) -> None:
        """The engine has begun a step; None once it is gone. Any thread."""
        if step in _CAUSES or self._step in _CAUSES or step is None:
            with self._changed:
                self._step = step
                self._number += 1
                self._changed.notify()

    def note(self) -> None:
        """The engine has given a sign of getting on. Any thread."""
        self._signs += 1

    def join(self, seconds: float) -> None:
        """Wait for the thread to end, once it was told that the engine is gone."""
        self._thread.join(seconds)

    def _watch(self) -> None:
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._step is None or self._step in _CAUSES)
                step, number = self._step, self._number
            if step is None:
                return
            judge = TemplateJudge if step is Step.RENDER else LoadJudge
            if self._takes_too_long(judge(step, self._patience), number):
                self._end(_CAUSES[step])
                return

    def _takes_too_long(self, judge: TemplateJudge | LoadJudge, number: int) -> bool:
        """Whether the step does, looked at until it is over."""
        while True:
            if judge.is_over(look_at(self._pid), self._signs, time.monotonic()):
                return True
            with self._changed:
                if self._changed.wait_for(lambda: self._number != number, self._patience.look_s):
                    return False


class TemplateJudge:
    """Judges a template by the processor time of its engine."""

    def __init__(self, _step: Step, patience: Patience) -> None:
        self._patience = patience
        self._begin: tuple[float, float] | None = None

    def is_over(self, look: ProcessLook | None, _signs: int, now_s: float) -> bool:
        """Whether it has used up its time."""
        processor_s = look.processor_s if look is not None else 0.0
        if self._begin is None:
            self._begin = (processor_s, now_s)
        if look is None:
            return now_s - self._begin[1] > self._patience.template_s
        return processor_s - self._begin[0] > self._patience.template_processor_s


class LoadJudge:
    """Judges a start or a load by the signs it gives."""

    def __init__(self, step: Step, patience: Patience) -> None:
        self._patience = patience
        self._idle_s = patience.start_idle_s if step is Step.START else patience.idle_s
        self._shown: tuple[int, int] | None = None
        self._last_s: float | None = None
        # What is counted since the last sign, and since it last computed anything.
        self._silent_s = self._still_s = 0.0
        self._processor_s = self._sign_processor_s = 0.0

    def is_over(self, look: ProcessLook | None, signs: int, now_s: float) -> bool:
        """Whether it stands still, or computes without end."""
        spent_s = 0.0 if self._last_s is None else now_s - self._last_s
        self._last_s = now_s
        if look is not None and look.is_stopped:
            return False
        self._silent_s += spent_s
        self._still_s += spent_s
        processor_s = look.processor_s if look is not None else 0.0
        if processor_s > self._processor_s:
            self._still_s = 0.0
        self._processor_s = processor_s
        shown = (signs, look.has_read if look is not None else 0)
        if shown != self._shown:
            self._shown = shown
            self._silent_s = self._still_s = 0.0
            self._sign_processor_s = processor_s
        used_s = processor_s - self._sign_processor_s
        patience = self._patience
        busy = self._silent_s >= patience.busy_s and used_s >= patience.busy_processor_s
        return busy or self._still_s >= self._idle_s
