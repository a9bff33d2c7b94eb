"""Background jobs: results land on the main thread, cancelled ones never."""

from __future__ import annotations

import logging
import sys
import threading
import weakref
from collections.abc import Iterator
from typing import TYPE_CHECKING, Never

import pytest
from PySide6.QtCore import QObject, QThread, Signal

from app.core.errors import PersonError
from app.ui.kit.jobs import JobContext, Jobs, JobState

if TYPE_CHECKING:
    from PySide6.QtWidgets import QApplication
    from pytestqt.qtbot import QtBot


@pytest.fixture
def jobs(qapp: QApplication) -> Iterator[Jobs]:
    made = Jobs()
    yield made
    made.shutdown()


def test_the_window_waits_less_for_pythons_lock_while_jobs_work(jobs: Jobs) -> None:
    usual, release = sys.getswitchinterval(), threading.Event()
    both = [jobs.run(lambda _context: release.wait(60)) for _ in range(2)]
    assert sys.getswitchinterval() < usual / 2
    both[0].cancel()
    assert sys.getswitchinterval() < usual / 2
    release.set()
    jobs.wait_all()
    assert sys.getswitchinterval() == pytest.approx(usual)


def test_a_result_arrives_on_the_main_thread(qtbot: QtBot, jobs: Jobs) -> None:
    main = threading.get_ident()
    seen: list[tuple[int, bool, bool]] = []

    job = jobs.run(
        lambda context: threading.get_ident(),
        done=lambda worker: seen.append((42, worker != main, threading.get_ident() == main)),
    )
    assert job.state is JobState.RUNNING
    jobs.wait_all()
    assert seen == [(42, True, True)]
    assert job.state is JobState.DONE


def test_progress_arrives_before_the_result(jobs: Jobs) -> None:
    seen: list[object] = []

    def work(context: JobContext) -> str:
        context.report(0.5)
        context.report(1.0)
        return "result"

    jobs.run(work, done=seen.append, progress=seen.append)
    jobs.wait_all()
    assert seen == [0.5, 1.0, "result"]


def test_a_sentence_for_the_person_arrives_as_it_is(jobs: Jobs) -> None:
    seen: list[PersonError] = []

    def work(context: JobContext) -> Never:
        raise PersonError("The disk is full.")

    job = jobs.run(work, failed=seen.append)
    jobs.wait_all()
    assert [error.sentence for error in seen] == ["The disk is full."]
    assert job.state is JobState.FAILED


def test_an_unexpected_error_is_logged_and_wrapped(
    jobs: Jobs, caplog: pytest.LogCaptureFixture
) -> None:
    seen: list[PersonError] = []

    def work(context: JobContext) -> Never:
        raise KeyError("surprise")

    with caplog.at_level(logging.ERROR):
        jobs.run(work, failed=seen.append)
        jobs.wait_all()
    assert "surprise" in caplog.text
    assert "surprise" not in seen[0].sentence
    assert "surprise" in seen[0].detail


def test_a_failure_that_nobody_asked_for_is_said(qtbot: QtBot, jobs: Jobs) -> None:
    def work(context: JobContext) -> Never:
        raise PersonError("The file is gone.")

    with qtbot.waitSignal(jobs.failed) as said:
        jobs.run(work)
    assert said.args == ["The file is gone."]


def test_a_cancelled_job_calls_back_no_more(jobs: Jobs) -> None:
    begun, go_on = threading.Event(), threading.Event()
    called: list[object] = []

    def work(context: JobContext) -> str:
        context.report("before")
        begun.set()
        go_on.wait(60)
        assert context.cancelled
        context.report("after")
        return "result"

    job = jobs.run(work, done=called.append, failed=called.append, progress=called.append)
    assert begun.wait(60)
    job.cancel()  # "before" is on its way already, and arrives no more either
    go_on.set()
    assert job.state is JobState.CANCELLED
    jobs.wait_all()
    jobs.shutdown()
    _deliver(jobs)
    assert called == []


def test_check_ends_a_cancelled_function(jobs: Jobs) -> None:
    begun, cancelled, ended = threading.Event(), threading.Event(), []

    def work(context: JobContext) -> None:
        begun.set()
        cancelled.wait(60)
        try:
            context.check()
        finally:
            ended.append(True)

    job = jobs.run(work)
    begun.wait(60)
    job.cancel()
    cancelled.set()
    jobs.shutdown()
    assert ended == [True]


def test_cancelling_twice_or_too_late_does_nothing(jobs: Jobs) -> None:
    job = jobs.run(lambda context: 1)
    jobs.wait_all()
    job.cancel()
    assert job.state is JobState.DONE
    other = jobs.run(lambda context: 1)
    other.cancel()
    other.cancel()
    assert other.state is JobState.CANCELLED


def test_a_job_that_was_cancelled_before_it_began_is_not_run() -> None:
    jobs = Jobs(threads=1)
    hold, ran = threading.Event(), []
    jobs.run(lambda context: hold.wait(60))
    late = jobs.run(lambda context: ran.append(True))
    late.cancel()
    hold.set()
    jobs.wait_all()
    jobs.shutdown()
    assert ran == []


def test_callbacks_may_start_jobs(jobs: Jobs) -> None:
    seen: list[int] = []
    jobs.run(lambda c: 1, done=lambda one: jobs.run(lambda c: one + 1, done=seen.append))
    jobs.wait_all()
    assert seen == [2]


def test_no_job_starts_after_the_shutdown(jobs: Jobs) -> None:
    jobs.shutdown()
    with pytest.raises(RuntimeError):
        jobs.run(lambda context: None)


def test_the_shutdown_waits_for_the_threads(qapp: QApplication) -> None:
    jobs = Jobs()
    begun, seen = threading.Event(), []

    def work(context: JobContext) -> None:
        begun.set()
        while not context.cancelled:
            QThread.msleep(1)  # the job is at work
        seen.append("ended")

    jobs.run(work)
    begun.wait(60)
    jobs.shutdown()
    assert seen == ["ended"]
    assert jobs.running == 0


def test_callbacks_are_let_go_when_a_job_ends(jobs: Jobs) -> None:
    class Listener(QObject):
        heard = Signal()

        def hear(self, _result: object) -> None:
            self.heard.emit()

    listener = Listener()
    job = jobs.run(lambda context: None, done=listener.hear)
    jobs.wait_all()
    gone = weakref.ref(listener)
    del listener
    assert gone() is None, "the job, which is still there, keeps it"
    assert job.state is JobState.DONE


def _deliver(jobs: Jobs) -> None:
    from PySide6.QtCore import QCoreApplication

    QCoreApplication.sendPostedEvents(jobs)
    QCoreApplication.processEvents()
