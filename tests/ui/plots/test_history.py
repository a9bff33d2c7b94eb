"""What the plots remember."""

from __future__ import annotations

import math

import numpy as np
import pytest

from app.monitor.samples import EngineSample, GpuSample, Sample
from app.ui.plots.history import SAMPLE_POINTS, SPEED_POINTS, History

SECOND = 1_000_000_000
GB = 1_000_000_000


def sample(time_ns: int, gpus: tuple[GpuSample, ...] = (), **engines: EngineSample) -> Sample:
    return Sample(time_ns, 16 * GB, 8 * GB, 25.0, engines, gpus)


@pytest.fixture
def history() -> History:
    one = History()
    one.set_candidates(["a", "b"])
    return one


def test_values_hold_until_the_next_sample(history: History) -> None:
    history.add_sample(
        10 * SECOND, sample(10 * SECOND, a=EngineSample(1 * GB, 3 * GB, cpu_percent=90.0))
    )
    history.add_sample(
        11 * SECOND, sample(11 * SECOND, a=EngineSample(2 * GB, 3 * GB, cpu_percent=None))
    )
    before = history.moment(9 * SECOND).engines["a"]
    between = history.moment(int(10.9 * SECOND)).engines["a"]
    later = history.moment(12 * SECOND).engines["a"]
    assert before.private_bytes is None
    assert (between.private_bytes, between.cpu_percent) == (1 * GB, 90.0)
    assert (later.private_bytes, later.cpu_percent) == (2 * GB, None)
    assert history.moment(20 * SECOND).engines["a"].private_bytes is None
    assert history.moment(int(10.5 * SECOND)).machine.memory_total_bytes == 16 * GB
    assert history.moment(10 * SECOND).engines["b"].private_bytes is None


def test_an_engine_that_ends_leaves_a_gap(history: History) -> None:
    engine = EngineSample(1 * GB, 3 * GB, cpu_percent=90.0)
    history.add_sample(1 * SECOND, sample(1 * SECOND, a=engine))
    for second in (2, 3):
        history.add_sample(second * SECOND, sample(second * SECOND))
    history.add_sample(4 * SECOND, sample(4 * SECOND, a=engine))
    series = history.samples("a")
    assert series is not None
    assert np.isnan(series.latest().values[0]).tolist() == [False, True, False]
    assert history.moment(3 * SECOND).engines["a"].private_bytes is None


def test_a_sleep_of_the_pc_leaves_a_gap(history: History) -> None:
    engine = EngineSample(1 * GB, 3 * GB, cpu_percent=90.0)
    history.add_sample(1 * SECOND, sample(1 * SECOND, a=engine))
    history.add_sample(900 * SECOND, sample(900 * SECOND, a=engine))
    series = history.samples("a")
    assert series is not None
    assert np.isnan(series.latest().values[0]).tolist() == [False, True, False]


def test_speeds_are_thinned_to_ten_a_second_and_keep_the_newest(history: History) -> None:
    for place in range(31):
        history.add_speed("a", place * SECOND // 30, float(place))
    series = history.speeds("a")
    assert series is not None
    assert 10 <= len(series) <= 11
    assert series.latest(1).values.tolist() == [[30.0]]
    assert series.last_time_ns == SECOND


def test_an_answers_end_interrupts_the_line_once(history: History) -> None:
    history.add_speed("a", 1 * SECOND, 20.0)
    history.add_speed("a", 1 * SECOND + 10_000_000, math.nan)
    history.add_speed("a", 1 * SECOND + 20_000_000, None)
    history.add_speed("a", 1 * SECOND + 30_000_000, 25.0)
    series = history.speeds("a")
    assert series is not None
    assert np.isnan(series.latest().values[0]).tolist() == [False, True, False]
    assert history.moment(1 * SECOND + 15_000_000).engines["a"].tokens_per_second is None


def test_slow_speeds_hold_between_their_points(history: History) -> None:
    history.add_speed("a", 1 * SECOND, 0.2)
    history.add_speed("a", 6 * SECOND, 0.3)
    assert history.moment(5 * SECOND).engines["a"].tokens_per_second == 0.2
    assert history.moment(9 * SECOND).engines["a"].tokens_per_second is None


def test_times_that_run_behind_are_taken_as_now(history: History) -> None:
    history.add_speed("a", 2 * SECOND, 20.0)
    history.add_speed("a", 1 * SECOND, math.nan)
    history.add_sample(2 * SECOND, sample(2 * SECOND, a=EngineSample(1, 2, cpu_percent=3.0)))
    history.add_sample(1 * SECOND, sample(1 * SECOND, a=EngineSample(4, 5, cpu_percent=6.0)))
    series = history.samples("a")
    assert series is not None
    assert series.latest().times_ns.tolist() == [2 * SECOND, 2 * SECOND]


def test_an_hour_of_samples_stays_bounded(history: History) -> None:
    engine = EngineSample(1 * GB, 3 * GB, cpu_percent=90.0)
    step = SECOND // 5
    for place in range(3600 * 5 // 4):
        history.add_sample(place * step, sample(place * step, a=engine))
        history.add_speed("a", place * step, 1.0)
        history.add_speed("a", place * step + step // 2, 1.0)
    samples, speeds = history.samples("a"), history.speeds("a")
    assert samples is not None
    assert speeds is not None
    assert len(samples) == SAMPLE_POINTS
    assert len(speeds) == SPEED_POINTS
    covered = samples.latest().times_ns
    assert covered[-1] - covered[0] >= 300 * SECOND


def test_unknown_keys_are_left_out(history: History) -> None:
    history.add_sample(1, sample(1, stranger=EngineSample(1, 2, cpu_percent=3.0)))
    history.add_speed("stranger", 1, 5.0)
    assert history.is_empty
    assert history.samples("stranger") is None
    assert set(history.moment(1).engines) == {"a", "b"}


def test_candidates_keep_their_values_when_the_order_changes(history: History) -> None:
    history.add_speed("a", 1, 5.0)
    history.set_candidates(["b", "a"])
    assert history.moment(1).engines["a"].tokens_per_second == 5.0
    history.set_candidates(["b"])
    history.set_candidates(["b", "a"])
    assert history.moment(1).engines["a"].tokens_per_second is None


def test_a_copy_goes_its_own_way(history: History) -> None:
    history.add_speed("a", 1, 5.0)
    twin = history.copy()
    history.add_speed("a", SECOND, 7.0)
    history.clear()
    assert twin.moment(1).engines["a"].tokens_per_second == 5.0
    assert not twin.is_empty
    assert history.is_empty


def test_gpus_come_with_their_names(history: History) -> None:
    gpu = GpuSample(1, "Card", 3 * GB, 8 * GB, None)
    history.add_sample(SECOND, sample(SECOND, (gpu,)))
    moment = history.moment(SECOND).gpus[1]
    assert (moment.name, moment.memory_used_bytes, moment.load_percent) == ("Card", 3 * GB, None)
