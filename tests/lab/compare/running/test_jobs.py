"""Questions that wait for their panes."""

from __future__ import annotations

from app.core.candidates.candidate import candidate_of
from app.core.candidates.settings import COMPARE_GREEDY
from app.core.chats.chat import Answer, Turn
from app.core.chats.panes import ChatPane
from app.lab.compare.panes import Pane, PaneState
from app.lab.compare.running.jobs import Job, JobQueue


def pane(letter: str, state: PaneState = PaneState.ASLEEP) -> Pane:
    return Pane(ChatPane(letter.lower(), letter, candidate_of(f"{letter}.gguf")), state=state)


def job(of: Pane) -> Job:
    return Job(of, Turn(1, "?"), Answer(), [], COMPARE_GREEDY)


def test_jobs_begin_in_order_and_pass_over_what_is_being_made() -> None:
    queue = JobQueue()
    first, made, last = pane("A"), pane("B", PaneState.PREPARING), pane("C")
    queue.add([job(first), job(made), job(last)], together=False)
    assert [begun.pane for begun in iter(queue.begin_next, None)] == [first, last]
    made.become(PaneState.WAITING)
    begun = queue.begin_next()
    assert begun is not None
    assert begun.pane is made
    assert [begun.pane for begun in queue.begun] == [first, last, made]


def test_a_dropped_job_is_gone_begun_or_not() -> None:
    queue = JobQueue()
    first, second = pane("A"), pane("B")
    queue.add([job(first), job(second)], together=True)
    queue.begin_next()
    assert queue.drop(first) is not None
    assert queue.drop(second) is not None
    assert queue.drop(second) is None
    assert not queue
