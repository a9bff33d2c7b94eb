"""The engine of a checkout: whether it is there, being built, or could not be built."""

from __future__ import annotations

import time
from collections.abc import Iterable
from enum import Enum, auto
from queue import SimpleQueue

from PySide6.QtCore import QObject, Signal

from app.core.errors import PersonError
from app.engine.builder import BuildEnded, BuildEvent, BuildProgress, EngineBuilder
from app.engine.installed import BuildPhase, builder, engine_is_there, is_doubtful
from app.lab.compare.panes import EngineWait
from app.ui.kit.queues import drained
from app.ui.kit.words.sentences import sentence, told

_FEW_STEPS = 3
"""So many must be seen before anything can be said of the time left."""


class EngineState(Enum):
    """Whether engines can be started."""

    THERE = auto()
    BUILDING = auto()
    FAILED = auto()
    ABSENT = auto()  # and nobody builds it yet


class EngineBuild(QObject):
    """Builds the engine where it is missing, and anew without an instruction set at fault.

    Main thread only; :meth:`pump` takes what the build says. The build ends with the window, and
    the next one goes on where it was.

    Signals:
        changed: :attr:`state`, :attr:`progress` or :attr:`problem`.
        ready: An engine can be started: the first, or a new one.

    Attributes:
        state: Whether engines can be started.
        progress: How far the build is; None before its first word.
        problem: Why it failed, a sentence; else empty.
        log: Path of what the compiler said; may be empty.
    """

    changed = Signal()
    ready = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.state = EngineState.THERE if engine_is_there() else EngineState.ABSENT
        self.progress: BuildProgress | None = None
        self.problem = ""
        self.log = ""
        self._events: SimpleQueue[BuildEvent] = SimpleQueue()
        self._builder: EngineBuilder | None = None
        self._first_step = (0.0, 0)  # when the first step was told, and which

    @property
    def can_repair(self) -> bool:
        """Whether engines are built here at all; a package's cannot be."""
        return builder() is not None

    @property
    def share(self) -> float | None:
        """How much is compiled, 0 to 1; None where that cannot be told."""
        progress = self.progress
        if progress is None or not progress.total or progress.phase is not BuildPhase.COMPILING:
            return None
        return progress.done / progress.total

    @property
    def seconds_left(self) -> float | None:
        """About how long it still takes; None where that cannot be told."""
        progress = self.progress
        if progress is None or self.share is None:
            return None
        seconds, steps = self._first_step
        done = progress.done - steps
        if done < _FEW_STEPS:
            return None
        return (time.monotonic() - seconds) * (progress.total - progress.done) / done

    @property
    def wait(self) -> EngineWait | None:
        """What panes wait for; None when engines can be started."""
        failed = self.state is EngineState.FAILED
        if self.state is EngineState.THERE or (failed and engine_is_there()):
            return None
        return EngineWait(self.share, self.seconds_left, failed)

    def begin(self) -> None:
        """Build an engine if there is none, or if it may not be for this processor."""
        if self.state is EngineState.ABSENT or (self.can_repair and is_doubtful()):
            self._start(())

    def repair(self, without: Iterable[str]) -> None:
        """Build it anew, from now on also without these instruction sets.

        Args:
            without: Names that ``tools/engine_recipe.py`` knows, as "amx" or "avx512".
        """
        self._start(without)

    def retry(self) -> None:
        """Build again after a failure; what is left out is remembered already."""
        self._start(())

    def pump(self) -> None:
        """Take what the build says."""
        for event in drained(self._events):
            if isinstance(event, BuildEnded):
                self._on_ended(event)
            else:
                self._on_progress(event)

    def close(self) -> None:
        """End a build that is under way, and wait for its end."""
        if self._builder is not None:
            self._builder.close()
            self._builder = None

    def _start(self, without: Iterable[str]) -> None:
        if self.state is EngineState.BUILDING:
            return
        self.state = EngineState.BUILDING
        self.progress, self.problem, self.log = None, "", ""
        self._builder = EngineBuilder(self._events.put)
        try:
            self._builder.start(without)
        except PersonError as error:
            self._builder = None
            self.state, self.problem = EngineState.FAILED, sentence(error)
        self.changed.emit()

    def _on_progress(self, progress: BuildProgress) -> None:
        counted = progress.phase is BuildPhase.COMPILING and progress.total
        if counted and self.share is None:
            self._first_step = (time.monotonic(), progress.done)
        self.progress = progress
        self.changed.emit()

    def _on_ended(self, end: BuildEnded) -> None:
        self._builder = None
        self.progress = None
        self.problem, self.log = told(end.problem), end.log
        self.state = EngineState.FAILED if end.problem else EngineState.THERE
        self.changed.emit()
        if self.state is EngineState.THERE:
            self.ready.emit()
