"""How fast files come, by downloading alone."""

from __future__ import annotations

import pytest

from app.hub.progress import Phase, Progress
from app.lab.works.nights.rate import ENOUGH_BYTES, ArrivalRate

STEP = ENOUGH_BYTES // 5


def test_a_resumed_download_is_as_fast_as_what_comes() -> None:
    now = [0.0]
    rate = ArrivalRate(lambda: now[0])

    def hear(phase: Phase, seconds: float, done_bytes: int) -> None:
        now[0] += seconds
        rate.hear(Progress(phase, done_bytes, 100 * STEP))

    hear(Phase.CHECKING, 60.0, 50 * STEP)  # what is there is read again
    hear(Phase.DOWNLOADING, 9.0, 50 * STEP)
    hear(Phase.DOWNLOADING, 1.0, 51 * STEP)
    assert rate.bytes_per_second is None, "too little says nothing"
    for done in (52, 53):
        hear(Phase.DOWNLOADING, 1.0, done * STEP)
    hear(Phase.RETRYING, 30.0, 53 * STEP)
    rate.pause()
    now[0] += 600.0  # until the next attempt
    for done in (53, 54, 55):
        hear(Phase.DOWNLOADING, 1.0, done * STEP)
    hear(Phase.FINISHING, 20.0, 55 * STEP)
    assert rate.bytes_per_second == pytest.approx(STEP)


def test_a_slow_line_is_told_too() -> None:
    now = [0.0]
    rate = ArrivalRate(lambda: now[0])
    for second in range(7):
        now[0] = float(second)
        rate.hear(Progress(Phase.DOWNLOADING, 1000 * second, 10**9))
    assert rate.bytes_per_second == pytest.approx(1000)
