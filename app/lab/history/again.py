"""The same candidate measured twice: what differs, and what has changed in between.

Figures that rest on something else than before (another text, other questions, another reference)
are not held against each other: what lies between them says nothing of the candidate.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple

import msgspec

from app.core.history.entry import Basis, Circumstances, Entry, EntryKind, Measured, Wanted

if TYPE_CHECKING:
    from app.lab.history.book import HistoryBook

_MEASURING = (EntryKind.LADDER, EntryKind.BENCH)


class Change(StrEnum):
    """What is not as it was; the words stand in what commands print."""

    PROGRAM = "program"
    ENGINE = "engine"
    PROCESSOR = "processor"
    SYSTEM = "system"
    POWER = "power"
    GPUS = "gpus"
    MEMORY = "memory"
    THREADS = "threads"
    OTHERS = "other programs"
    FILE = "file"
    TESTS = "tests"
    COUNTED = "what was counted"
    CONTEXT = "context"
    REFERENCE = "reference"
    TEXT = "text"
    QUESTIONS = "questions"


MAY_BE_NONE = (Change.POWER, Change.GPUS)
"""Where nothing stands of these, there was none; elsewhere nobody noted it."""

_RESTS = {
    "prompt_speed": (Change.TESTS,),
    "speed": (Change.TESTS,),
    "needed_bytes": (Change.CONTEXT,),
    "divergence": (Change.REFERENCE, Change.TEXT),
    "accuracy": (Change.QUESTIONS,),
    "joules_per_token": (Change.TESTS, Change.COUNTED),
}
"""What must be the same both times, so that a figure can be held against the earlier one."""


class Changed(msgspec.Struct, frozen=True):
    """One circumstance, as it was and as it was later; empty where nobody noted it."""

    what: Change
    before: str
    now: str


class _Known(NamedTuple):
    """What a figure rests on; ``identity`` is empty where nobody noted it.

    ``parts`` say it to people: the first that differs is enough.
    """

    identity: str
    parts: tuple[str, ...]


class Again(msgspec.Struct, frozen=True):
    """A candidate that was measured before.

    Attributes:
        earlier: The entry of that time.
        before: What was measured then.
        now: What was measured later, without what cannot be held against that.
        changed: What is not as it was then.
        apart: Why figures of both times are not held against each other, by their names.
    """

    earlier: Entry
    before: Measured
    now: Measured
    changed: tuple[Changed, ...]
    apart: dict[str, tuple[Changed, ...]] = {}

    def ratio(self, figure: str) -> float | None:
        """A figure over what it was; None where it was not measured twice."""
        before, now = getattr(self.before, figure), getattr(self.now, figure)
        return now / before if before and now is not None else None


def measured_before(
    entry: Entry, book: HistoryBook, check: Callable[[], object] = lambda: None
) -> tuple[Again, ...]:
    """For each candidate of an entry the last time before that it was measured.

    Args:
        entry: What was measured later.
        book: Where the earlier time is looked for.
        check: Called before each candidate; may raise to end it.

    Raises:
        StoreFailed: The history cannot be read.
    """
    if entry.kind not in _MEASURING:
        return ()
    found: list[Again] = []
    for now in entry.facts.candidates:
        if not now.has_figures:
            continue
        check()
        wanted = Wanted(key=now.key, kinds=_MEASURING)
        other = book.last_before(
            entry, wanted, lambda one, key=now.key: _measured(one, key) is not None
        )
        if other is not None and (before := _measured(other, now.key)) is not None:
            found.append(again_of(entry, now, other, before))
    return tuple(found)


def _measured(entry: Entry, key: str) -> Measured | None:
    """What an entry has measured of a candidate."""
    one = next((one for one in entry.facts.candidates if one.key == key), None)
    return one if one is not None and one.has_figures else None


def again_of(entry: Entry, now: Measured, other: Entry, before: Measured) -> Again:
    """What an entry has of a candidate, against what an earlier one has of it."""
    changes = changes_between(other.facts.circumstances, entry.facts.circumstances)
    apart = _apart(_known(other, before), _known(entry, now), before, now)
    compared = msgspec.structs.replace(now, **dict.fromkeys(apart))
    return Again(other, before, compared, (*changes, *_of_candidate(before, now)), apart)


def _apart(
    then: Mapping[Change, _Known], later: Mapping[Change, _Known], before: Measured, now: Measured
) -> dict[str, tuple[Changed, ...]]:
    """Of each figure that was taken twice, but not alike, what differs or is not known."""
    found: dict[str, tuple[Changed, ...]] = {}
    for figure, rests in _RESTS.items():
        if getattr(before, figure) is None or getattr(now, figure) is None:
            continue
        differing = tuple(
            Changed(what, *_told(then[what], later[what]))
            for what in rests
            if not then[what].identity or then[what].identity != later[what].identity
        )
        if differing:
            found[figure] = differing
    return found


def _known(entry: Entry, one: Measured) -> dict[Change, _Known]:
    """What a candidate's figures in an entry rest on."""
    basis = one.basis or Basis()
    text, questions, asked = basis.text, basis.questions, basis.asked or 0
    chunks = f"{basis.chunks or 0} chunks"
    return {
        Change.TESTS: _Known(one.test, (one.test,)),
        Change.COUNTED: _Known(" ".join(one.energy_of), (" + ".join(one.energy_of),)),
        Change.CONTEXT: _Known(str(basis.context_tokens or ""), (str(basis.context_tokens),)),
        # The rows of a ladder begin with it.
        Change.REFERENCE: _Known(
            basis.reference, (entry.facts.candidates[0].name, basis.reference)
        ),
        Change.TEXT: _Known(text and f"{text} {chunks}", (text, chunks)),
        Change.QUESTIONS: _Known(questions, (str(asked), questions)),
    }


def _told(then: _Known, later: _Known) -> tuple[str, str]:
    """Both in few words: what differs first, and all where one is not known."""
    if then.identity and later.identity:
        for one, other in zip(then.parts, later.parts, strict=True):
            if one != other:
                return one, other
    first, second = (", ".join(each.parts) if each.identity else "" for each in (then, later))
    return first, second


def changes_between(before: Circumstances, now: Circumstances) -> tuple[Changed, ...]:
    """What is not as it was; what was not noted once is not known to have changed."""
    pairs = (
        (Change.PROGRAM, before.program, now.program),
        (Change.ENGINE, before.engine, now.engine),
        (Change.PROCESSOR, before.cpu, now.cpu),
        (Change.SYSTEM, before.os, now.os),
        (Change.POWER, before.power, now.power),
        (Change.GPUS, ", ".join(before.gpus), ", ".join(now.gpus)),
        (Change.MEMORY, _gigabytes(before.memory_bytes), _gigabytes(now.memory_bytes)),
    )
    noted = bool(before.cpu and now.cpu)
    return tuple(
        Changed(what, old, new)
        for what, old, new in pairs
        if old != new and ((old and new) or (what in MAY_BE_NONE and noted))
    )


def _of_candidate(before: Measured, now: Measured) -> list[Changed]:
    found: list[Changed] = []
    if before.threads and now.threads and before.threads != now.threads:
        found.append(Changed(Change.THREADS, str(before.threads), str(now.threads)))
    if before.calm is not None and now.calm is not None and before.calm != now.calm:
        words = {True: "at rest", False: "at work"}
        found.append(Changed(Change.OTHERS, words[before.calm], words[now.calm]))
    old, new = (one.basis.file if one.basis is not None else "" for one in (before, now))
    if old and new and old != new:
        found.append(Changed(Change.FILE, old, new))
    return found


def _gigabytes(size_bytes: int | None) -> str:
    return "" if size_bytes is None else f"{size_bytes / (1 << 30):.1f} GiB"
