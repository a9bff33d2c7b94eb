"""A ladder as it is looked at: its figures with what may be said of them, under one's limits.

Making a view is arithmetic over thousands of answers: some ten milliseconds, best in a job.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from app.lab.ladder.plan import rows_of
from app.lab.verdict.document import ladder_document
from app.lab.verdict.figures import figures_of_document, lettered
from app.lab.verdict.remarks import remarks_on
from app.lab.verdict.verdict import assess

if TYPE_CHECKING:
    from collections.abc import Mapping

    from app.core.statistics.anytime import WinRate
    from app.core.tasks.results import KindResult
    from app.core.verdict import Judgement, Limits
    from app.lab.ladder.kept import About
    from app.lab.ladder.rows import LadderResult, LadderRow
    from app.lab.verdict.figures import LadderFigures
    from app.lab.verdict.verdict import Assessment


@dataclass(frozen=True, slots=True)
class LadderView:
    """One ladder at one moment; nothing in it changes.

    Attributes:
        result: What was measured.
        about: Its questions and text.
        limits: Of the person.
        assessment: What may be said under them.
        files: The rows in their order.
        letters: Of each file.
        votes: Blind votes of candidates against the reference, by file.
        remarks: Where rows were not treated alike, or the PC was not at rest.
        document: The whole as the command line prints it, for reports.
        figures: What plots show.
    """

    result: LadderResult
    about: About
    limits: Limits
    assessment: Assessment
    files: tuple[str, ...]
    letters: Mapping[str, str]
    votes: Mapping[str, WinRate]
    remarks: tuple[str, ...]
    document: Mapping[str, Any]
    figures: LadderFigures

    @property
    def reference(self) -> str:
        """The file that the others are measured against."""
        return self.result.plan.reference

    def row(self, file: str) -> LadderRow:
        """A file's figures."""
        return self.result.rows[file]

    def name(self, file: str) -> str:
        """What sentences and plots call a file."""
        return self.assessment.names[file]

    def judgement(self, file: str) -> Judgement | None:
        """What may be said of a candidate; None for the reference."""
        return self.assessment.judgements.get(file)

    def kinds(self, file: str) -> tuple[KindResult, ...]:
        """A file's results at tasks, kind by kind."""
        return self.assessment.kinds.get(file, ())


def view_of(
    result: LadderResult,
    about: About,
    limits: Limits,
    letters: Mapping[str, str],
    votes: Mapping[str, WinRate] | None = None,
    pair_votes: Mapping[tuple[str, str], WinRate] | None = None,
) -> LadderView:
    """Look at a ladder, complete or not.

    Args:
        result: What was measured; must not change any more.
        about: What it rests on.
        limits: Of the person.
        letters: Of each file.
        votes: As :func:`app.lab.verdict.verdict.assess` takes them.
        pair_votes: Likewise.
    """
    votes = votes or {}
    assessment = assess(result, about.items, limits, votes, pair_votes)
    document = _document(result, about, assessment, limits)
    return LadderView(
        result,
        about,
        limits,
        assessment,
        rows_of(result.plan),
        dict(letters),
        dict(votes),
        tuple(remarks_on(result, assessment.names)),
        document,
        lettered(figures_of_document(document), letters),
    )


def _document(
    result: LadderResult, about: About, assessment: Assessment, limits: Limits
) -> dict[str, Any]:
    document = ladder_document(result, assessment, limits, b"", tuple(about.items))
    document["text"] |= {"bytes": about.text_bytes, "sha256": about.text_sha256}
    return document
