"""What is known of a ladder while it is measured and afterwards: one row a file."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from app.core.ladder.results import SpeedFigures
from app.core.quality.floor import floor_of, is_at_floor

if TYPE_CHECKING:
    from app.core.ladder.results import FileFacts, MemoryFigures, QualityStep, TasksStep
    from app.lab.ladder.plan import LadderPlan


@dataclass(slots=True)
class LadderRow:
    """One file of the ladder; None where there is no measurement.

    Attributes:
        speed: Tests with an empty context first, then with a filled one.
        again: The first file's tests once more at the end.
        error: Why it could not be measured, or not all of it.
    """

    file: str
    facts: FileFacts | None = None
    speed: list[SpeedFigures] = field(default_factory=lambda: list[SpeedFigures]())
    again: list[SpeedFigures] = field(default_factory=lambda: list[SpeedFigures]())
    memory: MemoryFigures | None = None
    quality: QualityStep | None = None
    tasks: TasksStep | None = None
    error: str | None = None

    @property
    def needed_bytes(self) -> int | None:
        """Needed memory as measured, else as predicted."""
        if self.memory is None:
            return None
        measured = self.memory.needed_bytes
        return self.memory.predicted_bytes if measured is None else measured

    def test(self, start: str, depth_tokens: int = 0) -> SpeedFigures | None:
        """A test of speed: ``pp`` or ``tg``."""
        for figures in self.speed:
            if figures.test.startswith(start) and figures.depth == depth_tokens:
                return figures
        return None


@dataclass(slots=True)
class LadderResult:
    """Everything that was measured.

    Attributes:
        rows: Every file once, the reference first.
        bandwidth: Bytes a second that this PC reads from memory; None where nothing rests on it.
        resumed_steps: How many were there already from an earlier run.
        elapsed_ns: All steps together, those of earlier runs too.
        remarks: What went wrong on the way without ending it.
    """

    plan: LadderPlan
    rows: dict[str, LadderRow]
    engine: str = ""
    bandwidth: float | None = None
    resumed_steps: int = 0
    elapsed_ns: int = 0
    remarks: list[str] = field(default_factory=lambda: list[str]())

    @property
    def reference(self) -> LadderRow:
        """The reference's row."""
        return self.rows[self.plan.reference]

    @property
    def noise_floor(self) -> dict[str, float | int | None] | None:
        """The reference against itself; None where that was not measured."""
        quality = self.reference.quality
        return floor_of(quality.figures) if quality is not None and quality.figures else None

    def is_at_floor(self, file: str) -> bool | None:
        """Whether a candidate is no further from the reference than the reference from itself."""
        quality = self.rows[file].quality
        if quality is None or file == self.plan.reference:
            return None
        return is_at_floor(quality.figures, self.noise_floor)
