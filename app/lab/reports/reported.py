"""A ladder's JSON report as it comes from anybody: what a repetition uses of it, within bounds."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import msgspec
from msgspec import UNSET, Meta, UnsetType

from app.core.candidates.notation import is_sound
from app.core.errors import PersonError
from app.core.words.sentence import say
from app.lab.ladder.plan import FileWords, LadderPlan, rows_of
from app.lab.models.named import data_in
from app.lab.reports.document import FORMAT, FORMAT_VERSION

Sha256 = Annotated[str, Meta(pattern=r"\A[0-9a-f]{64}\Z")]
_Words = Annotated[str, Meta(max_length=100_000)]
_Count = Annotated[int, Meta(ge=0, le=1 << 62)]
_Figure = Annotated[float, Meta(ge=-1e18, le=1e18)]
_Unmeasured = _Figure | None | UnsetType


class ReportedLimits(msgspec.Struct, frozen=True):
    """The limits that the verdict was given under; None for none."""

    memory_bytes: _Count | None = None
    least_tokens_per_second: Annotated[float, Meta(ge=0, le=1e9)] | None = None
    tolerance: Annotated[float, Meta(gt=0, le=1)] | None = None


class ReportedSource(msgspec.Struct, frozen=True):
    """The text or the questions: what they were called, and their hash."""

    name: Annotated[str, Meta(max_length=32_768)] | None = None
    sha256: Sha256 | None = None


class ReportedTest(msgspec.Struct, frozen=True):
    """A test of speed."""

    test: _Words
    depth: _Count
    mean: _Figure | None
    stddev: _Figure | None
    samples: Annotated[tuple[_Figure, ...], Meta(max_length=10_000)]


class ReportedKind(msgspec.Struct, frozen=True):
    """How many questions of a kind were answered right."""

    kind: _Words
    correct: _Count


class ReportedQuality(msgspec.Struct, frozen=True, kw_only=True):
    """Figures of quality; those that an earlier version did not measure are unset."""

    chunks: _Count | None = None
    mean_kld: _Unmeasured = UNSET
    mean_kld_low: _Unmeasured = UNSET
    mean_kld_high: _Unmeasured = UNSET
    same_top: _Unmeasured = UNSET
    same_top_low: _Unmeasured = UNSET
    same_top_high: _Unmeasured = UNSET
    bits_per_byte_difference: _Unmeasured = UNSET
    bits_per_byte_difference_low: _Unmeasured = UNSET
    bits_per_byte_difference_high: _Unmeasured = UNSET


class ReportedRow(ReportedQuality, frozen=True, kw_only=True):
    """A candidate's figures; ``longest`` are those over more text than is shown beside others."""

    file: FileWords
    key: FileWords | None = None
    sha256: Annotated[tuple[Sha256, ...], Meta(min_length=1, max_length=10_000)] | None = None
    file_bytes: _Count | None = None
    error: _Words | None = None
    memory_needed_bytes: _Count | None = None
    speed: Annotated[tuple[ReportedTest, ...], Meta(max_length=1000)] = ()
    kinds: Annotated[tuple[ReportedKind, ...], Meta(max_length=10_000)] = ()
    outcomes: dict[_Words, _Words] | None = None
    longest: ReportedQuality | None = None

    @property
    def name(self) -> str:
        """Names it among the arguments: its key, or its file in earlier reports."""
        return self.key or self.file


class ReportedVerdict(msgspec.Struct, frozen=True):
    """What was said of a version."""

    file: FileWords
    state: _Words
    key: FileWords | None = None

    @property
    def name(self) -> str:
        """Names it among the arguments: its key, or its file in earlier reports."""
        return self.key or self.file


class ReportedMachine(msgspec.Struct, frozen=True):
    """The PC."""

    cpu: _Words | None = None


class _Head(msgspec.Struct):
    format: str
    format_version: int


class Reported(msgspec.Struct, frozen=True):
    """A report. Names of files in it are words of a stranger, never places to read from."""

    arguments: LadderPlan
    limits: ReportedLimits
    candidates: Annotated[tuple[ReportedRow, ...], Meta(max_length=1001)]
    verdicts: Annotated[tuple[ReportedVerdict, ...], Meta(max_length=1001)]
    machine: ReportedMachine | None = None
    engine: _Words | None = None
    verdict_rule: _Count = 1
    text: ReportedSource = ReportedSource()
    items: ReportedSource = ReportedSource()

    @property
    def rows(self) -> dict[str, ReportedRow]:
        """The figures by the candidate's key."""
        return {row.name: row for row in self.candidates}

    @property
    def cpu(self) -> str | None:
        """The processor that it was measured on."""
        return self.machine.cpu if self.machine is not None else None


def read_report(path: Path) -> Reported:
    """A JSON report.

    Raises:
        PersonError: It cannot be read, or is none.
    """
    data = data_in(path)
    try:
        head = msgspec.json.decode(data, type=_Head)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise _no_report(path, error) from error
    if head.format != FORMAT or head.format_version > FORMAT_VERSION:
        raise PersonError(say("lab.written_newer_shrinkscope_no_ladders", path=path))
    try:
        return _checked(msgspec.json.decode(data, type=Reported))
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise _no_report(path, error) from error


def reported(document: dict[str, Any]) -> Reported:
    """A document of this program as a report.

    Raises:
        msgspec.ValidationError: It is none.
    """
    return _checked(msgspec.convert(document, Reported))


def _checked(report: Reported) -> Reported:
    if set(rows_of(report.arguments)) != report.rows.keys():
        raise msgspec.ValidationError("its rows are not those of its arguments")
    for key, candidate in report.arguments.chosen.items():
        if candidate.key() != key or not is_sound(candidate):
            raise msgspec.ValidationError("the settings of a candidate are none")
    return report


def _no_report(path: Path, error: Exception) -> PersonError:
    return PersonError(say("lab.no_ladders_json_report_give", path=path), str(error))
