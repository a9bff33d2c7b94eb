"""The one door to background threads of the window.

A job's function runs on a pool thread and never touches Qt objects of the window; its callbacks
run on the main thread, and never after it was cancelled.
"""

from __future__ import annotations

import logging
import sys
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from enum import Enum
from functools import partial
from typing import Any, Generic, TypeVar

from PySide6.QtCore import QCoreApplication, QObject, Qt, QThread, Signal

from app.base.states import Transitions
from app.core.errors import PersonError
from app.ui.kit.words.sentences import sentence
from app.ui.kit.words.text import translate

_log = logging.getLogger(__name__)

# So long a thread that works in Python keeps the window waiting each time that it wants Python's
# lock: the usual 5 ms, a few times over, are felt, and beside a job each row of a list waits.
_SWITCH_S, _SWITCH_AT_WORK_S = 0.001, 0.00005

T = TypeVar("T")


class JobState(Enum):
    """Where a job is; the last three are final."""

    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"


_NEXT = Transitions(
    JobState, {JobState.RUNNING: {JobState.DONE, JobState.FAILED, JobState.CANCELLED}}
)


class JobCancelled(Exception):
    """Raised in a job's function by ``JobContext.check`` to end it early."""


class JobContext:
    """What a job's function sees of its job; any thread."""

    def __init__(self, cancel_asked: threading.Event, report: Callable[[object], None]) -> None:
        self._cancel_asked = cancel_asked
        self._report = report

    @property
    def cancelled(self) -> bool:
        """Whether nobody wants the result any more."""
        return self._cancel_asked.is_set()

    def check(self) -> None:
        """End the function if nobody wants its result.

        Raises:
            JobCancelled: The job was cancelled.
        """
        if self.cancelled:
            raise JobCancelled

    def report(self, progress: object) -> None:
        """Hand a value to the job's ``progress`` callback, on the main thread."""
        self._report(progress)


class Job(Generic[T]):
    """One piece of background work; made by ``Jobs.run``, used on the main thread.

    Attributes:
        state: Where it is.
    """

    def __init__(
        self,
        cancel_asked: threading.Event,
        ended: Callable[[Job[Any]], object],
        done: Callable[[T], object] | None,
        failed: Callable[[PersonError], object] | None,
        progress: Callable[[Any], object] | None,
    ) -> None:
        self._cancel_asked = cancel_asked
        self._ended = ended
        self._done = done
        self._failed = failed
        self._progress = progress
        self.state = JobState.RUNNING

    def cancel(self) -> None:
        """Forget the job: it calls back no more, and its function is told to end.

        Does nothing to a job that has ended.
        """
        self._cancel_asked.set()
        if self.state is JobState.RUNNING:
            self._enter(JobState.CANCELLED)

    def _enter(self, state: JobState) -> None:
        self.state = _NEXT.step(self.state, state)
        self._ended(self)
        # The pool thread may hold the last reference to the job, and must not be the one to let go
        # of widgets that the callbacks hold.
        self._done = self._failed = self._progress = None

    def receive(self, report: _Report, value: Any) -> bool:  # noqa: ANN401 - T or an error
        """Let a callback know, unless the job has ended meanwhile; called by ``Jobs`` alone.

        Returns:
            False for a failure that has no callback to hear of it.
        """
        if self.state is not JobState.RUNNING:
            return True
        match report:
            case _Report.PROGRESS:
                if self._progress is not None:
                    self._progress(value)
            case _Report.DONE:
                done = self._done
                self._enter(JobState.DONE)
                if done is not None:
                    done(value)
            case _Report.FAILED:
                failed = self._failed
                self._enter(JobState.FAILED)
                if failed is None:
                    return False
                failed(value)
        return True


class _Report(Enum):
    PROGRESS = "progress"
    DONE = "done"
    FAILED = "failed"


class _Arrival:
    """What a pool thread sends to the main thread."""

    __slots__ = ("job", "report", "value")

    def __init__(self, job: Job[Any], report: _Report, value: object) -> None:
        self.job = job
        self.report = report
        self.value = value


class Jobs(QObject):
    """Runs functions in the background; lives on the main thread as long as the window.

    Signals:
        failed: A job failed that has no ``failed`` callback of its own: a sentence to show.
    """

    failed = Signal(str)
    _arrived = Signal(object)

    def __init__(self, parent: QObject | None = None, *, threads: int = 4) -> None:
        super().__init__(parent)
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="job")
        self._running: set[Job[Any]] = set()
        self._closed = False
        self._arrived.connect(self._on_arrived, Qt.ConnectionType.QueuedConnection)
        sys.setswitchinterval(_SWITCH_S)

    def run(
        self,
        function: Callable[[JobContext], T],
        *,
        done: Callable[[T], object] | None = None,
        failed: Callable[[PersonError], object] | None = None,
        progress: Callable[[Any], object] | None = None,
    ) -> Job[T]:
        """Run a function on a pool thread.

        Args:
            function: The work; may look at ``context.cancelled`` and call ``context.check()``.
            done: Gets the result, on the main thread.
            failed: Gets the error, on the main thread; an unexpected one is logged and wrapped.
            progress: Gets what the function reports, on the main thread.

        Raises:
            RuntimeError: ``shutdown`` was called, or this is not the main thread.
        """
        if self._closed or QThread.currentThread() is not self.thread():
            raise RuntimeError("jobs start on the main thread, before the shutdown")
        cancel_asked = threading.Event()
        job: Job[T] = Job(cancel_asked, self._end, done, failed, progress)
        self._running.add(job)
        sys.setswitchinterval(_SWITCH_AT_WORK_S)

        def post(report: _Report, value: object) -> None:
            self._arrived.emit(_Arrival(job, report, value))

        self._pool.submit(_work, function, cancel_asked, post)
        return job

    @property
    def running(self) -> int:
        """How many jobs have neither ended nor been cancelled."""
        return len(self._running)

    def wait_all(self) -> None:
        """Let every job end and call back; handles events meanwhile."""
        while self._running:
            QCoreApplication.processEvents()
            QThread.msleep(1)

    def shutdown(self) -> None:
        """Cancel what runs and wait for the threads to end; call it once, before quitting."""
        self._closed = True
        for job in tuple(self._running):
            job.cancel()
        self._pool.shutdown(wait=True, cancel_futures=True)

    def _end(self, job: Job[Any]) -> None:
        self._running.discard(job)
        if not self._running:
            sys.setswitchinterval(_SWITCH_S)

    def _on_arrived(self, arrival: _Arrival) -> None:
        is_heard = arrival.job.receive(arrival.report, arrival.value)
        if not is_heard and isinstance(arrival.value, PersonError):
            self.failed.emit(sentence(arrival.value))


def _work(
    function: Callable[[JobContext], object],
    cancel_asked: threading.Event,
    post: Callable[[_Report, object], None],
) -> None:
    """Pool thread: run the function and send what became of it."""
    if cancel_asked.is_set():
        return
    try:
        result = function(JobContext(cancel_asked, partial(post, _Report.PROGRESS)))
    except JobCancelled:
        return
    except PersonError as error:
        if error.detail:
            _log.warning("%s %s", error.sentence, error.detail)
        post(_Report.FAILED, error)
    except Exception as error:  # noqa: BLE001 - the outer edge of a thread
        _log.exception("A job failed unexpectedly")
        sentence = translate("Jobs", "Something unexpected went wrong; the log has the details.")
        post(_Report.FAILED, PersonError(sentence, repr(error)))
    else:
        post(_Report.DONE, result)
