"""A night: a ladder whose files come from a Hub one by one, are measured and go again.

What is wanted stands in :class:`Night`, within the ladder's plan; what has become of it in
:class:`NightNotes`, kept beside the ladder's steps.
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum
from typing import Annotated

import msgspec
from msgspec import Meta

from app.core.listing import RepoFile
from app.core.quality.compact import KEPT_TOKENS, SAMPLED_TOKENS
from app.core.quality.texts import CHUNK_TOKENS, FIRST_SCORED
from app.core.statistics.looks import LOOKS_CHUNKS
from app.core.words.sentence import English

_POSITION_BYTES = 28 + 6 * KEPT_TOKENS + 8 * SAMPLED_TOKENS  # as ``compact`` lays one out
REFERENCE_BYTES = LOOKS_CHUNKS[-1] * (CHUNK_TOKENS - FIRST_SCORED) * _POSITION_BYTES + (1 << 20)
"""The most that is kept of what a reference says of the text, its tokens and answers included."""


class Keep(StrEnum):
    """Which of the files that a night has brought stay; none that was here before ever goes."""

    WINNER = "winner"
    ALL = "all"
    NONE = "none"


class NightFile(msgspec.Struct, frozen=True):
    """A model file on the Hub.

    Attributes:
        commit: Every byte is taken from it.
        revision: The name under which the commit was found.
        name: Of the file or the first shard.
        level: As the name says, else the name.
        parts: The file, or all shards.
        there_bytes: So much of it was on this PC before the night: then it stays.
        eyes: Path of the projector with which it is measured; empty for none that comes.
    """

    repo_id: str
    commit: str
    revision: str
    name: str
    level: str
    parts: tuple[RepoFile, ...]
    there_bytes: int = 0
    eyes: str = ""

    @property
    def size_bytes(self) -> int:
        """Of all parts."""
        return sum(part.size_bytes for part in self.parts)

    @property
    def new_bytes(self) -> int:
        """What the night brings of it."""
        return max(0, self.size_bytes - self.there_bytes)

    @property
    def identity(self) -> str:
        """Names its content."""
        hashes = " ".join(part.sha256 or part.name for part in self.parts)
        return f"{self.repo_id} {self.commit} {hashes}"


class HereFile(msgspec.Struct, frozen=True):
    """A reference that lies on this PC: a night only reads it."""

    key: str
    path: str
    level: str


class Night(msgspec.Struct, frozen=True):
    """What a night may do.

    Attributes:
        endpoint: Of the Hub.
        files: Where each candidate's file comes from, by the candidate's key.
        most_bytes: What it has brought takes no more of the disk at any time.
        until_ns: When it ends, since 1970.
        here: What the others are compared with, where that is none of ``files``.
        eyes: Projectors, by their path: they come before all files and stay until the end.
    """

    endpoint: str
    files: dict[str, NightFile]
    most_bytes: Annotated[int, Meta(ge=0)]
    until_ns: int
    keep: Keep = Keep.WINNER
    here: HereFile | None = None
    eyes: dict[str, NightFile] = {}

    @property
    def coming(self) -> dict[str, NightFile]:
        """All that comes: projectors by their path, and files by key."""
        return {**self.eyes, **self.files}

    @property
    def beside_bytes(self) -> int:
        """What lies beside a file until the end: projectors, and what the reference says."""
        return REFERENCE_BYTES + sum(each.new_bytes for each in self.eyes.values())


class Visited(msgspec.Struct, frozen=True):
    """What has become of a file.

    Attributes:
        is_begun: Its first byte was asked for.
        came_bytes: What came of it from the Hub, once it was whole.
        is_deleted: It is gone again.
        left: Why it was not measured, or not all of it; None where it was.
    """

    level: str
    is_begun: bool = False
    came_bytes: int = 0
    is_deleted: bool = False
    left: English | None = None


class NightNotes(msgspec.Struct, frozen=True):
    """What has become of a night.

    Attributes:
        files: By the candidate's key.
        bytes_per_second: At which files came; None before one did.
        asleep_ns: How long the PC slept meanwhile.
        offline_ns: How long the Hub was waited for.
        full_ns: How long room on the disk was waited for.
        until_ns: The hour that was set.
        is_late: The hour came before everything was measured.
        winner: Key of the file that was kept as the winner; None where none was.
        remarks: What else is to be told.
        eyes: What has become of projectors, by their path.
    """

    files: dict[str, Visited]
    bytes_per_second: float | None = None
    asleep_ns: int = 0
    offline_ns: int = 0
    full_ns: int = 0
    until_ns: int = 0
    is_late: bool = False
    winner: str | None = None
    remarks: tuple[English, ...] = ()
    eyes: dict[str, Visited] = {}


class Schedule(msgspec.Struct, frozen=True):
    """How a night goes within its room.

    Attributes:
        stays: The reference stays until the end; else it goes once its pass is kept.
        peak_bytes: The most that lies on the disk at once.
        download_bytes: What has to come.
        too_large: Keys of files for which there is no room in any order.
    """

    stays: bool
    peak_bytes: int
    download_bytes: int
    too_large: tuple[str, ...]


def schedule_of(night: Night, reference: str) -> Schedule:
    """Which files have room, and how much is needed at once.

    What was here before needs no room; what has to stay for good, because some of it was here
    before or because all is kept, needs it until the end.
    """
    files, beside_bytes = night.files, night.beside_bytes
    room = night.most_bytes - beside_bytes
    stay_for_good = {
        key for key, file in files.items() if night.keep is Keep.ALL or file.there_bytes > 0
    } - {key for key, file in files.items() if not file.new_bytes}
    base = files[reference].new_bytes if reference in files else 0
    if base > room:
        return Schedule(False, 0, 0, (reference,))
    too_large: list[str] = []
    held, largest, total = base if reference in stay_for_good else 0, 0, base
    for key, file in files.items():
        if key == reference:
            continue
        if held + file.new_bytes > room:
            too_large.append(key)
            continue
        total += file.new_bytes
        if key in stay_for_good:
            held += file.new_bytes
        else:
            largest = max(largest, file.new_bytes)
    beside = 0 if reference in stay_for_good else base
    stays = held + largest + beside <= room
    peak = max(base, held + largest + (beside if stays else 0))
    total += beside_bytes - REFERENCE_BYTES
    return Schedule(stays, peak + beside_bytes, total, tuple(too_large))


def known_by_content(files: Iterable[NightFile]) -> bytes:
    """Names files by what they hold, wherever and whether they are here."""
    return "\0".join(file.identity for file in files).encode("utf-8", "surrogateescape")
