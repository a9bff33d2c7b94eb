"""The same candidate measured twice: what differs, and what has changed in between."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

import msgspec

from app.core.history.entry import Circumstances, Entry, EntryKind, Measured, Wanted

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


class Changed(msgspec.Struct, frozen=True):
    """One circumstance, as it was and as it was later; empty where nobody noted it."""

    what: Change
    before: str
    now: str


class Again(msgspec.Struct, frozen=True):
    """A candidate that was measured before.

    Attributes:
        earlier: The entry of that time.
        before: What was measured then.
        now: What was measured later; figures of other tests than before are left out, and energy of
            which something else was counted.
        changed: What is not as it was then.
    """

    earlier: Entry
    before: Measured
    now: Measured
    changed: tuple[Changed, ...]

    def ratio(self, figure: str) -> float | None:
        """A figure over what it was; None where it was not measured twice."""
        before, now = getattr(self.before, figure), getattr(self.now, figure)
        return now / before if before and now is not None else None


def measured_before(entry: Entry, book: HistoryBook) -> tuple[Again, ...]:
    """For each candidate of an entry the last time before that it was measured.

    Raises:
        StoreFailed: The history cannot be read.
    """
    if entry.kind not in _MEASURING:
        return ()
    found: list[Again] = []
    for now in entry.facts.candidates:
        if not now.has_figures:
            continue
        wanted = Wanted(key=now.key, kinds=_MEASURING)
        others = sorted(book.find(wanted).entries, key=lambda one: one.when_ns, reverse=True)
        for other in others:
            before = next((one for one in other.facts.candidates if one.key == now.key), None)
            earlier = (other.when_ns, other.id) < (entry.when_ns, entry.id)
            if earlier and before is not None and before.has_figures:
                found.append(_again(entry, now, other, before))
                break
    return tuple(found)


def _again(entry: Entry, now: Measured, other: Entry, before: Measured) -> Again:
    if now.test != before.test:
        nothing = {"prompt_speed": None, "speed": None, "deviation": None}
        now = msgspec.structs.replace(now, **nothing)
    if (now.test, now.energy_of) != (before.test, before.energy_of):
        now = msgspec.structs.replace(now, joules_per_token=None)
    changes = changes_between(other.facts.circumstances, entry.facts.circumstances)
    return Again(other, before, now, (*changes, *_of_candidate(before, now)))


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
    may_be_none = (Change.POWER, Change.GPUS)  # there is none, or nobody noted it
    noted = bool(before.cpu and now.cpu)
    return tuple(
        Changed(what, old, new)
        for what, old, new in pairs
        if old != new and ((old and new) or (what in may_be_none and noted))
    )


def _of_candidate(before: Measured, now: Measured) -> list[Changed]:
    found: list[Changed] = []
    if before.threads and now.threads and before.threads != now.threads:
        found.append(Changed(Change.THREADS, str(before.threads), str(now.threads)))
    if before.calm is not None and now.calm is not None and before.calm != now.calm:
        words = {True: "at rest", False: "at work"}
        found.append(Changed(Change.OTHERS, words[before.calm], words[now.calm]))
    return found


def _gigabytes(size_bytes: int | None) -> str:
    return "" if size_bytes is None else f"{size_bytes / (1 << 30):.1f} GiB"
