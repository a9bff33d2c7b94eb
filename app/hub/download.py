"""Brings files of the Hub into Hugging Face's cache: resumed, verified, stoppable.

The byte loop is the program's own, because huggingface_hub begins again after a kill and does not
compare checksums. So is the last step: it shows the content that was verified, and asks nobody.
"""

from __future__ import annotations

import contextlib
import hashlib
import logging
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from app.base.files import hash_file
from app.core.words.sentence import say
from app.hub.errors import CacheNotWritable, DiskFull, DownloadCorrupt, DownloadError, HubTrouble
from app.hub.files.content import Content
from app.hub.files.intake import Intake
from app.hub.files.part_file import SPARE_BYTES, Disk, PartFile
from app.hub.progress import Phase, Progress, ProgressMeter
from app.hub.retrying import Retries
from app.hub.source import AddressExpired, Body, FileFacts, FileSource, RangeIgnored
from app.hub.stopping import interruptible

if TYPE_CHECKING:
    from app.base.gate import StopFlag
    from app.core.listing import RepoFile
    from app.hub.cache import HubCache
    from app.hub.connection import HubConnection

log = logging.getLogger(__name__)

_CORRUPT_ATTEMPTS = 2


@dataclass(frozen=True, slots=True)
class Fetched:
    """A file that is in the cache and verified.

    Attributes:
        path: Where programs see it.
        sha256: Of its content.
        resumed_from_bytes: How many bytes were there before this run; all, if nothing was left
            to do.
    """

    path: Path
    size_bytes: int
    sha256: str
    resumed_from_bytes: int


class Downloader:
    """Brings files. Any thread; each call waits until its files are there.

    Args:
        hub: Where from.
        cache: Where to.
        disk: The file system.
        jitter: Gives a number from 0 to 1, so that many waiting programs do not come back at once.
    """

    def __init__(
        self,
        hub: HubConnection,
        cache: HubCache,
        *,
        disk: Disk | None = None,
        jitter: Callable[[], float] = random.random,
    ) -> None:
        self.hub = hub
        self.cache = cache
        self.disk = disk or Disk()
        self.jitter = jitter

    def fetch_all(
        self,
        repo_id: str,
        commit: str,
        files: Sequence[RepoFile],
        *,
        stop: StopFlag,
        tell: Callable[[Progress], None],
        revision: str = "main",
    ) -> list[Fetched]:
        """Bring a model file: one file or all its shards, from one commit.

        Args:
            repo_id: The repository, as ``org/name``.
            commit: Its commit, as 40 digits.
            files: The file, or its shards in order.
            stop: Set to end it.
            tell: Told of progress, ten times a second at most, on this thread.
            revision: The name under which the commit was found.

        Raises:
            HubError: It cannot be done; the sentence says why.
            Stopped: Asked to stop; what is there is kept for the next time.
        """
        total = sum(file.size_bytes for file in files)
        looking = ProgressMeter(tell, total)
        fetches = [_Fetch(self, repo_id, commit, file, stop, looking) for file in files]
        # All of a set is asked for, and has room, before the first byte of the first comes.
        self._check_room(sum(fetch.look() for fetch in fetches))
        done = 0
        fetched: list[Fetched] = []
        for file, fetch in zip(files, fetches, strict=True):
            fetched.append(fetch.run(ProgressMeter(tell, total, done)))
            done += file.size_bytes
        self.cache.note_revision(repo_id, revision, commit)
        return fetched

    def _check_room(self, rest: int) -> None:
        folder = self.cache.folder
        place = next(each for each in (folder, *folder.parents) if each.exists())
        free = self.disk.free_bytes(place)
        if rest and free < rest + SPARE_BYTES:
            raise DiskFull(rest, free, str(folder))


class _Fetch:
    """Brings one file."""

    def __init__(
        self,
        owner: Downloader,
        repo_id: str,
        commit: str,
        file: RepoFile,
        stop: StopFlag,
        meter: ProgressMeter,
    ) -> None:
        self._owner = owner
        self._repo_id = repo_id
        self._commit = commit
        self._file = file
        self._stop = stop
        self._meter = meter
        self._source = FileSource(owner.hub, repo_id, commit, file.name)
        patience = owner.hub.settings.patience
        self._retries = Retries(file.name, patience, owner.jitter, stop, meter)
        self._known: FileFacts | None = None

    def look(self) -> int:
        """Ask the Hub for the file; returns how many bytes are still to come."""
        self._meter.enter(Phase.CONNECTING)
        facts = self._known = self._retries.patiently(self._facts)
        content = self._content(facts)
        if content.blob.exists() or content.entry.exists():
            return 0
        if any(place.name == content.entry.name for place in content.shown()):
            return 0
        part = content.part
        return max(0, facts.size_bytes - (part.stat().st_size if part.exists() else 0))

    def _content(self, facts: FileFacts) -> Content:
        cache = self._owner.cache
        entry = cache.snapshot(self._repo_id, self._commit, self._file.name)
        size, stop = facts.size_bytes, self._stop
        return Content(cache, self._repo_id, facts.digest, size, entry, stop, self._meter)

    def run(self, meter: ProgressMeter) -> Fetched:
        """Bring it, after it was looked at."""
        self._meter = meter
        self._retries.begin(meter)
        facts = self._known
        assert facts is not None
        content, size = self._content(facts), facts.size_bytes
        blob, entry = content.blob, content.entry
        if not blob.exists() or (entry.exists() and entry.samefile(blob)):
            # What is complete is given without a lock: nothing needs to be written then.
            sha256 = content.sha256_at(entry)
            if sha256 is not None:
                return Fetched(entry, size, sha256, size)
        try:
            return self._fetch(content, facts)
        except CacheNotWritable:
            for place in content.shown():
                sha256 = content.sha256_at(place) if place.name == entry.name else None
                if sha256 is not None:
                    return Fetched(place, size, sha256, size)
            raise

    def _fetch(self, content: Content, facts: FileFacts) -> Fetched:
        blob, entry = content.blob, content.entry
        with content.locked():
            for place in (blob, entry):
                sha256 = content.sha256_at(place)
                if sha256 is not None:
                    resumed = facts.size_bytes
                    break
                with content.writing():
                    place.unlink(missing_ok=True)  # what was there was damaged
            else:
                place, resumed = entry, facts.size_bytes
                sha256 = content.take_over()
                if sha256 is None:
                    place = blob
                    resumed, sha256 = self._bring(content, facts)
            content.show(place)
        return Fetched(entry, facts.size_bytes, sha256, resumed)

    def _facts(self) -> FileFacts:
        facts = interruptible(lambda: self._source.facts(self._file), self._stop)
        if not facts.digest:
            raise DownloadError(
                say("hub.hub_says_no_checksum_could", name=self._file.name),
                facts.address.partition("?")[0],
            )
        return facts

    def _bring(self, content: Content, facts: FileFacts) -> tuple[int, str]:
        part = PartFile(content.part, facts.digest, facts.size_bytes, self._owner.disk)
        with contextlib.closing(part):
            self._meter.enter(Phase.CHECKING)
            resumed = part.resume(self._stop, self._meter.at)
            for _ in range(_CORRUPT_ATTEMPTS):
                self._fill(part, facts)
                if part.intact:
                    break
                log.warning("wrong checksum: %s of %s", self._file.name, self._repo_id)
                part.restart()
                self._meter.at(0)
                resumed = 0
            else:
                part.discard()
                raise DownloadCorrupt(
                    say("hub.arrived_damaged_twice_thrown_away", name=self._file.name), facts.digest
                )
            self._meter.enter(Phase.FINISHING)
            part.become(content.blob)
        return resumed, self._sha256(content.blob, facts)

    def _sha256(self, blob: Path, facts: FileFacts) -> str:
        if len(facts.digest) == 64:
            return facts.digest
        sha256 = hashlib.sha256()  # of a small file only
        hash_file(blob, lambda _: self._stop.check(), sha256)
        return sha256.hexdigest()

    def _fill(self, part: PartFile, facts: FileFacts) -> None:
        """Bring what is missing, however often the connection breaks.

        Only what lies beyond the furthest byte so far counts as progress: a host that answers
        everything with the same short beginning would else be asked for ever.
        """
        furthest = part.done_bytes
        while not part.complete:
            try:
                self._take(part, facts)
            except RangeIgnored as trouble:
                self._retries.pause(trouble, came=False)
                part.restart()
                self._meter.at(0)
                facts = self._retries.patiently(self._facts)
            except HubTrouble as trouble:
                self._retries.pause(trouble, came=part.done_bytes > furthest)
                if isinstance(trouble, AddressExpired) or self._retries.failures > 1:
                    facts = self._retries.patiently(self._facts)
            furthest = max(furthest, part.done_bytes)

    def _take(self, part: PartFile, facts: FileFacts) -> None:
        self._meter.enter(Phase.DOWNLOADING)
        start = part.done_bytes

        def open_body() -> Body:
            return self._source.open(facts, start)

        body = interruptible(open_body, self._stop, _drop)
        stall_s = self._owner.hub.settings.patience.stall_s
        intake = Intake(body, facts.size_bytes - start, stall_s)
        with contextlib.closing(intake.blocks(self._stop)) as blocks:
            for block in blocks:
                part.add(block)
                self._meter.at(part.done_bytes)


def _drop(body: Body) -> None:
    body.close()
