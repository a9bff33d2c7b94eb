"""Parts of the session that need no engine."""

from __future__ import annotations

import pytest

from app.base.states import IllegalTransition
from app.core.candidates.candidate import candidate_of
from app.core.candidates.settings import COMPARE_GREEDY
from app.core.chats.chat import Answer, Turn
from app.core.chats.panes import ChatPane
from app.lab.compare.jobs import Job, JobQueue
from app.lab.compare.panes import BUSY, NEXT, Pane, PaneState

S = PaneState


def pane(letter: str, state: PaneState = S.ASLEEP) -> Pane:
    return Pane(ChatPane(letter.lower(), letter, candidate_of(f"{letter}.gguf")), state=state)


def job(of: Pane) -> Job:
    return Job(of, Turn(1, "?"), Answer(), [], COMPARE_GREEDY)


def test_every_state_can_be_left_and_reached() -> None:
    assert frozenset[S]().union(*map(NEXT.after, S)) == set(S)
    assert not NEXT.ends


def test_every_busy_state_can_fail_or_stop() -> None:
    for state in BUSY:
        assert NEXT.allow(state, S.FAILED)


def test_a_pane_does_not_jump() -> None:
    asleep = pane("A")
    with pytest.raises(IllegalTransition, match="GENERATING"):
        asleep.become(S.GENERATING)
    assert asleep.state is S.ASLEEP


def test_progress_belongs_to_a_state() -> None:
    loading = pane("A")
    loading.become(S.LOADING)
    loading.progress = 0.5
    loading.become(S.READY)
    assert loading.progress is None


def test_live_speed_is_of_the_last_stretch() -> None:
    answering = pane("A")
    assert answering.note_tokens(1, 0) is None
    assert answering.note_tokens(11, 1_000_000_000) == pytest.approx(10)
    for tenth in range(11, 31):
        speed = answering.note_tokens(11 + 2 * (tenth - 10), tenth * 100_000_000)
    assert speed == pytest.approx(20)


def test_peaks_are_kept() -> None:
    measured = pane("A")
    measured.note_memory(5, None)
    measured.note_memory(3, 7)
    assert (measured.peak_private_bytes, measured.peak_mapped_bytes) == (5, 7)


def test_jobs_begin_in_order_and_pass_over_what_is_being_made() -> None:
    queue = JobQueue()
    first, made, last = pane("A"), pane("B", S.PREPARING), pane("C")
    queue.add([job(first), job(made), job(last)], together=False)
    assert [begun.pane for begun in iter(queue.begin_next, None)] == [first, last]
    made.become(S.WAITING)
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
