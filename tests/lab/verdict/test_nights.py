"""What is said of a night above its ladder."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import msgspec

from app.core.ladder.night import Night, NightFile, NightNotes, Visited
from app.core.words.sentence import worded
from app.lab.verdict.nights import night_remarks
from tests.lab.ladder_cases import result

if TYPE_CHECKING:
    from app.lab.ladder.rows import LadderResult

MINUTE_NS = 60 * 10**9


def night(*anchors: float, **notes: object) -> LadderResult:
    """The usual ladder, measured in visits: beside each row the small model was so fast."""
    found = result()
    for key, anchor in zip(found.rows, anchors, strict=False):
        row = found.rows[key]
        tests = (msgspec.structs.replace(one, anchor=anchor) for one in row.speed)
        found.rows[key] = replace(row, speed=tuple(tests))
    files = {key: Visited(key, is_begun=True, is_deleted=True) for key in found.rows}
    found.night = NightNotes(**{"files": files, **notes})  # type: ignore[arg-type]
    return found


def said(found: LadderResult) -> str:
    return " ".join(night_remarks(found))


def test_nothing_is_said_of_a_ladder_whose_files_were_here() -> None:
    assert night_remarks(result()) == []


def test_speeds_of_visits_are_said_not_to_be_taken_in_turns() -> None:
    assert "visit of its own" in said(night())
    assert "small model" not in said(night())


def test_what_the_small_model_tells_of_the_pc() -> None:
    assert "as fast at every visit within 3 %" in said(night(100.0, 97.0, 99.0))
    assert "up to 20 % slower at one visit" in said(night(100.0, 80.0, 99.0))


def test_sleep_network_and_disk_are_told_where_they_took_long() -> None:
    assert "slept" not in said(night(asleep_ns=MINUTE_NS - 1))
    told = said(night(asleep_ns=90 * MINUTE_NS, offline_ns=MINUTE_NS, full_ns=2 * MINUTE_NS))
    assert "The PC slept for 1:30" in told
    assert "could not be reached for 1:00 min" in told
    assert "too full, or could not be written, for 2:00 min" in told


def test_what_stayed_is_named_last_with_what_went_wrong() -> None:
    found = night(remarks=(worded("night.winner_gone", level="Q4"),))
    assert night_remarks(found)[-2:] == [
        "The files that the night brought are deleted.",
        "Q4 had to make room for others and could not be downloaded once more: it is not here.",
    ]
    key = next(iter(found.rows))
    assert f"{key} was kept;" in said(night(winner=key))
    seeing = night(winner=key)
    file = NightFile("org/a", "c" * 40, "main", "a.gguf", "Q4", (), eyes="mmproj.gguf")
    plan = msgspec.structs.replace(seeing.plan, night=Night("https://hub", {key: file}, 0, 0))
    assert f"{key} was kept with its projector;" in said(replace(seeing, plan=plan))
