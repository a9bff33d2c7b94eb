"""When, where and by which program a ladder was measured stays what it was."""

from __future__ import annotations

import msgspec

from app.lab.ladder.kept import TAKEN, plan_of, restored
from app.lab.ladder.rows import Taken
from app.store.ladders import StoredLadder, StoredStep
from tests.lab import ladder_cases as cases
from tests.lab.reports.golden_ladders import FOLDER


def stored() -> StoredLadder:
    """A ladder as a version kept it that noted none of this."""
    return msgspec.json.decode((FOLDER / "demo.ladder.json").read_bytes(), type=StoredLadder)


def taken(ladder: StoredLadder) -> Taken:
    plan = plan_of(ladder)
    assert plan is not None
    return restored(ladder, plan).taken


def test_a_ladder_of_an_earlier_version_keeps_the_time_of_its_last_step() -> None:
    ladder = stored()
    assert ladder.finished_ns is not None
    assert taken(ladder) == Taken(ladder.finished_ns)
    ladder.finished_ns = None
    assert taken(ladder) == Taken(ladder.created_ns)


def test_what_was_noted_is_what_a_report_tells() -> None:
    ladder = stored()
    ladder.steps[TAKEN] = StoredStep(msgspec.json.encode(cases.TAKEN).decode(), 0)
    assert taken(ladder) == cases.TAKEN
    ladder.steps[TAKEN] = StoredStep("{", 0)
    assert taken(ladder) == Taken(ladder.finished_ns)
