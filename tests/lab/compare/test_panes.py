"""What a pane is doing, and what was measured of it."""

from __future__ import annotations

import pytest

from app.base.states import IllegalTransition
from app.core.candidates.candidate import candidate_of
from app.core.chats.panes import ChatPane
from app.lab.compare.panes import BUSY, NEXT, Pane, PaneState

S = PaneState


def pane(letter: str, state: PaneState = S.ASLEEP) -> Pane:
    return Pane(ChatPane(letter.lower(), letter, candidate_of(f"{letter}.gguf")), state=state)


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
