"""What a person wants of a night, and the plan that comes of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec.structs import replace

from app.base.files import free_bytes
from app.core.candidates.candidate import Candidate, candidate_of
from app.core.errors import PersonError
from app.core.ladder.night import HereFile, Keep, Night, NightFile
from app.core.listing import eyes_beside
from app.core.models.kinds import ModelKind, why_no_candidate
from app.core.models.projector_facts import projector_facts
from app.core.words.sentence import say
from app.lab.engines.eyes import projector_beside
from app.lab.works.nights.brought import BroughtFiles
from app.lab.works.nights.files import present_bytes
from app.lab.works.nights.setting import check_room
from app.library.model_files import open_model_file

if TYPE_CHECKING:
    from app.core.listing import ListedFile
    from app.hub.cache import HubCache
    from app.hub.repositories import Repository
    from app.lab.hub.access import HubAccess
    from app.store.paths import Paths

_SPARE_BYTES = 2_000_000_000  # of the disk, for everything else
_FEWEST = 2


@dataclass(frozen=True, slots=True)
class Chosen:
    """What a person wants of a night.

    Attributes:
        files: With the repositories that have them, in the order of the rows.
        until_ns: When it ends, since 1970.
        reference: Name of the file that the others are measured against; None for the largest.
        most_bytes: What may lie on the disk at once; None for what is free.
        here: What of this PC they are measured against in place of one of them.
        sees: Bring the projectors beside them, too, so that they are asked about pictures.
    """

    files: Sequence[tuple[Repository, ListedFile]]
    until_ns: int
    reference: str | None = None
    most_bytes: int | None = None
    keep: Keep = Keep.WINNER
    here: Candidate | None = None
    sees: bool = False


def planned_night(hub: HubAccess, chosen: Chosen, paths: Paths) -> tuple[Night, list[Candidate]]:
    """The night that is wanted, and its candidates, the reference first; looks at the disk.

    Raises:
        PersonError: It cannot be done so; the sentence says why.
    """
    for _, file in chosen.files:
        _check(file)
    here = chosen.here.moved(Path.absolute) if chosen.here is not None else None
    brought = BroughtFiles(paths.cache / "nights")
    eyes = _eyes(hub, brought, chosen)
    files: dict[Candidate, NightFile] = {}
    named = ""
    for repository, file in chosen.files:
        place = _place(hub.cache, repository, file)
        beside = eyes_beside(repository.files, file) if eyes else None
        seen = _place(hub.cache, repository, beside) if beside is not None else None
        is_own = here is not None and here.place == place
        found = _night_file(hub.cache, brought, repository, file, is_own=is_own)
        files[replace(candidate_of(place), projector=seen)] = replace(found, eyes=seen or "")
        if is_own or (here is None and file.name == chosen.reference):
            named = named or place
    reference = next((each for each in files if each.place == named), None)
    if here is not None and not (reference is not None and here.is_plain):
        reference = _seeing(here, eyes)
    if len({reference, *files} - {None}) < _FEWEST:
        raise PersonError(say("night.too_few"))
    reference = reference or max(files, key=lambda each: files[each].size_bytes)
    most = chosen.most_bytes
    if most is None:
        # What an earlier try at this night has left there is the night's own.
        came = [*files.values(), *eyes.values()]
        most = (free_bytes(hub.cache.folder) or 0) - _SPARE_BYTES
        most += sum(max(0, present_bytes(hub.cache, one) - one.there_bytes) for one in came)
        most = max(0, most)
    night = Night(
        hub.settings.endpoint,
        {each.key(): file for each, file in files.items()},
        most,
        chosen.until_ns,
        chosen.keep,
        None if reference in files else _here_file(reference),
        eyes,
    )
    check_room(night, reference.key())
    return night, [reference, *(each for each in files if each != reference)]


def _place(cache: HubCache, repository: Repository, file: ListedFile) -> str:
    """The key of a file's candidate: where programs will see it."""
    return str(cache.snapshot(repository.repo_id, repository.commit, file.name).absolute())


def _night_file(
    cache: HubCache,
    brought: BroughtFiles,
    repository: Repository,
    file: ListedFile,
    *,
    is_own: bool = False,
) -> NightFile:
    """A file as it comes; ``is_own`` where the person wants it to stay, whoever brought it."""
    level = file.level if file.kind is ModelKind.LANGUAGE_MODEL else None
    level = level or Path(file.name).stem
    found = NightFile(
        repository.repo_id, repository.commit, repository.revision, file.name, level, file.parts
    )
    before = None if is_own else brought.there_before(found.identity)
    there = present_bytes(cache, found) if before is None else before
    return replace(found, there_bytes=there)


def _eyes(hub: HubAccess, brought: BroughtFiles, chosen: Chosen) -> dict[str, NightFile]:
    """The projectors that are to come, by their path; reads their headers.

    Raises:
        PersonError: There are none, or one is none to see with.
    """
    found: dict[str, NightFile] = {}
    for repository, file in chosen.files if chosen.sees else ():
        eyes = eyes_beside(repository.files, file)
        if eyes is None or (place := _place(hub.cache, repository, eyes)) in found:
            continue
        first, *_ = hub.headers.read(repository.repo_id, repository.commit, eyes)
        projector_facts(first.header, eyes.name.rpartition("/")[2])
        found[place] = _night_file(hub.cache, brought, repository, eyes)
    if chosen.sees and not found:
        raise PersonError(say("night.no_eyes"))
    return found


def _seeing(here: Candidate, eyes: Mapping[str, NightFile]) -> Candidate:
    """The reference of this PC; it sees where the others do, with what lies beside it if it can."""
    if not eyes or here.projector is not None:
        return here
    return replace(here, projector=projector_beside(here) or next(iter(eyes)))


def _here_file(reference: Candidate) -> HereFile:
    level = open_model_file(reference.file).level_name
    return HereFile(reference.key(), reference.place, level)


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
