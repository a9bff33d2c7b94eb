"""Sets a night up: what a ladder is measured with then, and what will happen in words."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from app.base.gate import Gate
from app.core.errors import PersonError
from app.core.ladder.night import (
    Night,
    NightNotes,
    Schedule,
    schedule_of,
)
from app.core.words.sentence import Sentence, dec_hook, say, size
from app.lab.ladder.kept import NIGHT
from app.lab.works.nights.files import NightFiles
from app.lab.works.nights.hour import HourGate, hour_of
from app.lab.works.nights.visits import NightVisits

if TYPE_CHECKING:
    from app.lab.hub.access import HubAccess
    from app.lab.ladder.pace import Pace
    from app.lab.ladder.plan import Profile
    from app.lab.ladder.rows import LadderResult
    from app.store.ladders import LadderStore
    from app.store.paths import Paths


@dataclass(frozen=True, slots=True)
class NightSetting:
    """A night with what belongs to it while it runs."""

    night: Night
    files: NightFiles

    def prepare(self, reference: str) -> None:
        """Have every header.

        Raises:
            PersonError: One cannot be had, or nothing that could be compared has room.
        """
        check_room(self.night, reference)
        self.files.prepare()

    def schedule(self, reference: str) -> Schedule:
        """How it goes within its room."""
        return schedule_of(self.night, reference)

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


def check_room(night: Night, reference: str) -> None:
    """See that anything can be compared.

    Raises:
        PersonError: The reference has no room, or none of the others has.
    """
    too_large, most = schedule_of(night, reference).too_large, size(night.most_bytes)
    others = [file for key, file in night.files.items() if key != reference]
    if reference in too_large and reference in night.files:
        file = night.files[reference]
        needed = size(file.new_bytes + night.beside_bytes)
        said = say("night.reference_too_large", level=file.level, needed=needed, most=most)
        raise PersonError(said)
    if reference in too_large or len(too_large) == len(others):
        least = min(file.new_bytes for file in others) + night.beside_bytes
        raise PersonError(say("night.none_has_room", needed=size(least), most=most))


def told(night: Night, reference: str, seconds: float | None, now_ns: int) -> list[Sentence]:
    """What will happen, before it does.

    Args:
        night: What is planned.
        reference: Key of what the others are measured against.
        seconds: How long it will take; None where that cannot be said.
        now_ns: When it begins, since 1970.
    """
    found = schedule_of(night, reference)
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
    if night.here is not None:
        said.append(say("night.compared_here", name=Path(night.here.path).name))
    said += [
        say("night.eyes_come", name=eyes.level, size=size(eyes.size_bytes))
        for eyes in night.eyes.values()
    ]
    return said


def night_seconds(
    setting: NightSetting,
    reference: str,
    pace: Pace,
    profile: Profile,
    threads: int,
    rate: float | None,
) -> float | None:
    """How long it will take; None where nothing was measured here or nothing came from the Hub.

    Args:
        setting: What is planned, with its headers here.
        reference: Key of what the others are measured against.
        pace: How long measuring takes on this PC.
        profile: How much is asked.
        threads: Of every engine.
        rate: Bytes a second at which files came the last time; None where that is not known.
    """
    found = setting.schedule(reference)
    to_come = found.download_bytes
    if not pace.is_measured or (to_come and not rate):
        return None
    items = pace.items(profile, (), demo=False)
    sizes = [size for key, size in setting.files.sizes.items() if key not in found.too_large]
    measured = pace.seconds(sizes, profile, threads, items)
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
