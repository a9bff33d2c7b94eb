"""Sets a night up: what a person chose of repositories, and what a ladder is measured with then."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from app.base.files import free_bytes
from app.base.gate import Gate
from app.core.candidates.candidate import Candidate, candidate_of
from app.core.errors import PersonError
from app.core.ladder.night import (
    REFERENCE_BYTES,
    Keep,
    Night,
    NightFile,
    NightNotes,
    Schedule,
    schedule_of,
)
from app.core.models.kinds import ModelKind, why_no_candidate
from app.core.words.sentence import Sentence, dec_hook, say, size
from app.lab.ladder.kept import NIGHT
from app.lab.works.nights.brought import BroughtFiles
from app.lab.works.nights.files import NightFiles, present_bytes
from app.lab.works.nights.hour import HourGate, hour_of
from app.lab.works.nights.visits import NightVisits

if TYPE_CHECKING:
    from app.core.listing import ListedFile
    from app.hub.cache import HubCache
    from app.hub.repositories import Repository
    from app.lab.hub.access import HubAccess
    from app.lab.ladder.pace import Pace
    from app.lab.ladder.plan import Profile
    from app.lab.ladder.rows import LadderResult
    from app.store.ladders import LadderStore
    from app.store.paths import Paths

_SPARE_BYTES = 2_000_000_000  # of the disk, for everything else
_FEWEST = 2


@dataclass(frozen=True, slots=True)
class Chosen:
    """What a person wants of a night.

    Attributes:
        files: With the repositories that have them, in the order of the rows.
        reference: Name of the file that the others are measured against; None for the largest.
        most_bytes: What may lie on the disk at once; None for what is free.
        until_ns: When it ends, since 1970.
    """

    files: Sequence[tuple[Repository, ListedFile]]
    until_ns: int
    reference: str | None = None
    most_bytes: int | None = None
    keep: Keep = Keep.WINNER


@dataclass(frozen=True, slots=True)
class NightSetting:
    """A night with what belongs to it while it runs."""

    night: Night
    files: NightFiles

    def prepare(self, reference: str) -> None:
        """Have every header.

        Raises:
            PersonError: One cannot be had, or the reference has no room.
        """
        if reference in self.schedule(reference).too_large:
            raise PersonError(no_room(self.night, reference))
        self.files.prepare()

    def schedule(self, reference: str) -> Schedule:
        """How it goes within its room."""
        night = self.night
        return schedule_of(night.files, reference, night.most_bytes, night.keep)

    def gate(self, outer: Gate | None) -> HourGate:
        """A gate that the hour closes, too."""
        return HourGate(outer or Gate(), self.night.until_ns)

    def visits(
        self, reference: str, gate: HourGate, choose: Callable[[LadderResult], str | None]
    ) -> NightVisits:
        """What brings files and takes them away."""
        schedule = self.schedule(reference)
        return NightVisits(self.night, reference, schedule, self.files, gate, choose)


def night_of(
    night: Night | None, paths: Paths, hub: HubAccess | None = None
) -> NightSetting | None:
    """What belongs to a night; None where there is none. Its own Hub is opened if none is given."""
    return None if night is None else NightSetting(night, NightFiles(paths, night, hub))


def planned_night(hub: HubAccess, chosen: Chosen, paths: Paths) -> tuple[Night, list[Candidate]]:
    """The night that is wanted, and its candidates, the reference first; looks at the disk.

    Raises:
        PersonError: It cannot be done so; the sentence says why.
    """
    files = {_place(hub.cache, *each): each for each in chosen.files}
    for _, file in chosen.files:
        _check(file)
    if len(files) < _FEWEST:
        raise PersonError(say("night.too_few"))
    brought = BroughtFiles(paths.cache / "nights")
    kept = {key: _night_file(hub.cache, brought, *each) for key, each in files.items()}
    reference = next((key for key, (_, file) in files.items() if file.name == chosen.reference), "")
    reference = reference or max(kept, key=lambda key: kept[key].size_bytes)
    most = chosen.most_bytes
    if most is None:
        most = max(0, (free_bytes(hub.cache.folder) or 0) - _SPARE_BYTES)
    night = Night(hub.settings.endpoint, kept, most, chosen.until_ns, chosen.keep)
    if reference in schedule_of(kept, reference, most, chosen.keep).too_large:
        raise PersonError(no_room(night, reference))
    order = [reference, *(key for key in kept if key != reference)]
    return night, [candidate_of(key) for key in order]


def no_room(night: Night, key: str) -> Sentence:
    """Why a file cannot come at all."""
    file = night.files[key]
    return say(
        "night.reference_too_large",
        level=file.level,
        needed=size(file.new_bytes + REFERENCE_BYTES),
        most=size(night.most_bytes),
    )


def told(night: Night, reference: str, seconds: float | None, now_ns: int) -> list[Sentence]:
    """What will happen, before it does.

    Args:
        night: What is planned.
        reference: Key of what the others are measured against.
        seconds: How long it will take; None where that cannot be said.
        now_ns: When it begins, since 1970.
    """
    found = schedule_of(night.files, reference, night.most_bytes, night.keep)
    levels = say("counted.levels", n=len(night.files) - len(found.too_large))
    facts = {
        "levels": levels,
        "download": size(found.download_bytes),
        "peak": size(found.peak_bytes),
        "hour": hour_of(night.until_ns),
    }
    if seconds is None:
        said = [say("night.will", **facts)]
    else:
        end_ns = now_ns + int(seconds * 1e9)
        done = hour_of(end_ns)
        if end_ns <= night.until_ns:
            said = [say("night.will_by", **facts, done=done)]
        else:
            said = [say("night.will_not_by", **facts, done=done)]
    if found.too_large:
        names = ", ".join(night.files[key].level for key in found.too_large)
        said.append(say("night.leaves_out", levels=names, most=size(night.most_bytes)))
    return said


def night_seconds(
    night: Night, files: NightFiles, pace: Pace, profile: Profile, threads: int, rate: float | None
) -> float | None:
    """How long it will take; None where nothing was measured here or nothing came from the Hub.

    Args:
        night: What is planned.
        files: Whose headers are here.
        pace: How long measuring takes on this PC.
        profile: How much is asked.
        threads: Of every engine.
        rate: Bytes a second at which files came the last time; None where that is not known.
    """
    to_come = sum(file.new_bytes for file in night.files.values())
    if not pace.is_measured or (to_come and not rate):
        return None
    items = pace.items(profile, (), demo=False)
    measured = pace.seconds(list(files.sizes.values()), profile, threads, items)
    return measured + (to_come / rate if rate else 0.0)


def last_rate(store: LadderStore) -> float | None:
    """Bytes a second at which files came in the latest night; None where none is known.

    Raises:
        PersonError: The store cannot be read.
    """
    for _, text in sorted(store.of_steps(NIGHT).items(), reverse=True):
        with contextlib.suppress(msgspec.DecodeError):
            notes = msgspec.json.decode(text, type=NightNotes, dec_hook=dec_hook)
            if notes.bytes_per_second:
                return notes.bytes_per_second
    return None


def _place(cache: HubCache, repository: Repository, file: ListedFile) -> str:
    """The key of a file's candidate: where programs will see it."""
    return str(cache.snapshot(repository.repo_id, repository.commit, file.name).absolute())


def _night_file(
    cache: HubCache, brought: BroughtFiles, repository: Repository, file: ListedFile
) -> NightFile:
    level = file.level or Path(file.name).stem
    found = NightFile(
        repository.repo_id, repository.commit, repository.revision, file.name, level, file.parts
    )
    before = brought.there_before(found.identity)
    there = present_bytes(cache, found) if before is None else before
    return msgspec.structs.replace(found, there_bytes=there)


def _check(file: ListedFile) -> None:
    if file.kind is not ModelKind.LANGUAGE_MODEL:
        raise PersonError(why_no_candidate(file.kind, file.name.rpartition("/")[2]))
    if not file.complete:
        raise PersonError(
            say(
                "hub.repository_holds_only_shards",
                count=len(file.parts),
                shards=file.shards,
                name=file.name,
            )
        )
