"""What is known of a ladder while it is measured and afterwards: one row a file."""

from __future__ import annotations

import time
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import msgspec

from app.base.build import PROGRAM
from app.monitor.machine import MachineFacts, machine_facts

if TYPE_CHECKING:
    from app.core.ladder.night import NightNotes
    from app.core.ladder.row import Row
    from app.core.words.sentence import English
    from app.lab.ladder.plan import LadderPlan


class Taken(msgspec.Struct, frozen=True):
    """The circumstances of a measurement; each is None where nobody noted it.

    Attributes:
        when_ns: When its last step ended, since 1970.
        program: With its version.
        machine: The PC.
    """

    when_ns: int | None = None
    program: str | None = None
    machine: MachineFacts | None = None


def taken_now() -> Taken:
    """Those of a measurement that ends now; takes some milliseconds. Any thread."""
    return Taken(time.time_ns(), PROGRAM, machine_facts())


@dataclass(slots=True)
class LadderResult:
    """Everything that was measured.

    Attributes:
        rows: Every file once, the reference first.
        bandwidth: Bytes a second that this PC reads from memory; None where nothing rests on it.
        resumed_steps: How many were there already from an earlier run.
        elapsed_ns: All steps together, those of earlier runs too.
        remarks: What went wrong on the way without ending it.
        taken: When, where and by which program.
        night: What became of the files of a night; None where all were here.
        left_steps: So many could not be measured because the disk could not be written: they are
            to be measured another time.
    """

    plan: LadderPlan
    rows: dict[str, Row]
    engine: str = ""
    bandwidth: float | None = None
    resumed_steps: int = 0
    elapsed_ns: int = 0
    remarks: list[str] = field(default_factory=lambda: list[str]())
    taken: Taken = field(default_factory=Taken)
    night: NightNotes | None = None
    left_steps: int = 0

    @property
    def reference(self) -> Row:
        """The reference's row."""
        return self.rows[self.plan.reference]

    def note(self, file: str, error: English | None) -> None:
        """Say why a file could not be measured, or not all of it, unless something stands there."""
        row = self.rows[file]
        if error is not None and row.error is None:
            self.rows[file] = replace(row, error=error)

    def copied(self) -> LadderResult:
        """A result that stays as it is while the ladder goes on with the other."""
        return replace(self, rows=dict(self.rows), remarks=list(self.remarks))
