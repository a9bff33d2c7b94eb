"""How long a ladder would take, by what was measured on this PC."""

from __future__ import annotations

import re
from dataclasses import replace

import msgspec
import pytest

from app.lab.ladder.pace import FileSizes, Pace, pace_of
from app.lab.ladder.plan import Profile
from app.store.ladders import StoredLadder
from tests.lab.reports.golden_ladders import FOLDER

QUESTIONS = {"arithmetic": 240, "code": 240}
SMALL = FileSizes(500_000_000, 800_000_000, 480_000_000)
LARGE = FileSizes(5_000_000_000, 8_000_000_000, 4_800_000_000)


def stored() -> StoredLadder:
    """The demo model's, as it was measured once."""
    return msgspec.json.decode((FOLDER / "demo.ladder.json").read_bytes(), type=StoredLadder)


def test_a_profile_and_the_kinds_say_how_much_is_asked() -> None:
    pace = Pace(QUESTIONS, 300)
    assert pace.items(Profile.QUICK, (), demo=False) == 120
    assert pace.items(Profile.FULL, (), demo=False) == 480
    assert pace.items(Profile.QUICK, ("code",), demo=False) == 60
    assert [pace.items(each, (), demo=True) for each in Profile] == [300, 300]


def test_more_takes_longer() -> None:
    pace = Pace(QUESTIONS, 300)
    alone = pace.seconds([SMALL, SMALL], Profile.QUICK, 4, 120)
    assert pace.seconds([SMALL, SMALL], Profile.FULL, 4, 480) > alone
    assert pace.seconds([SMALL, LARGE], Profile.QUICK, 4, 120) > alone
    assert pace.seconds([SMALL, SMALL], Profile.QUICK, 8, 120) < alone


def test_what_this_pc_took_puts_the_guess_right() -> None:
    ladder = stored()
    measured = pace_of([ladder], QUESTIONS, 300)
    assert measured.is_measured
    # All took ten times as long, and so did each token in the tests of speed.
    slower = {
        name: replace(
            step,
            elapsed_ns=step.elapsed_ns * 10,
            result=re.sub(
                r'"mean":([0-9.]+),"stddev"',
                lambda found: f'"mean":{float(found[1]) / 10},"stddev"',
                step.result,
            ),
        )
        for name, step in ladder.steps.items()
    }
    slow = pace_of([replace(ladder, steps=slower)], QUESTIONS, 300)
    files = [SMALL, SMALL]
    assert slow.seconds(files, Profile.QUICK, 4, 120) == pytest.approx(
        10 * measured.seconds(files, Profile.QUICK, 4, 120), rel=0.3
    )


def test_without_ladders_nothing_is_known() -> None:
    pace = pace_of([replace(stored(), plan="{")], QUESTIONS, 300)
    assert not pace.is_measured
    assert pace.seconds([SMALL, SMALL], Profile.QUICK, 4, 120) > 0


def test_models_of_about_the_size_count_first() -> None:
    near, far = (SMALL.active_parameters, 2.0), (1000, 50.0)
    kinds = {step: [near, far] for step in pace_of([stored()], {}, 0).taken}
    both = Pace(QUESTIONS, 300, kinds)
    alone = Pace(QUESTIONS, 300, {kind: [near] for kind in kinds})
    files = [SMALL, SMALL]
    assert both.seconds(files, Profile.QUICK, 4, 120) == alone.seconds(files, Profile.QUICK, 4, 120)
