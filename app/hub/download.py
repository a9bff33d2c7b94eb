"""Brings files of the Hub into Hugging Face's cache: resumed, verified, stoppable.

The byte loop is the program's own, because huggingface_hub begins again after a kill and does not
compare checksums. So is the last step: it shows the content that was verified, and asks nobody.
"""

from __future__ import annotations

import contextlib
import hashlib
import logging
import random
from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from app.base.files import hash_file
from app.base.locks import file_lock
from app.base.rights import usual_rights
from app.core.words.sentence import say, wait
from app.hub.errors import (
    CacheNotWritable,
    DiskFull,
    DownloadCorrupt,
    DownloadError,
    DownloadGivenUp,
    HubAstray,
    HubError,
    HubRateLimited,
    HubTrouble,
)
from app.hub.files.intake import Intake
from app.hub.files.part_file import SPARE_BYTES, Disk, PartFile, hasher_for
from app.hub.files.snapshots import show, tag, take_over
from app.hub.progress import Phase, Progress, ProgressMeter
from app.hub.source import AddressExpired, Body, FileFacts, FileSource, RangeIgnored
from app.hub.stopping import TICK_S, interruptible

if TYPE_CHECKING:
    from app.base.gate import StopFlag
    from app.core.listing import RepoFile
    from app.hub.cache import HubCache
    from app.hub.connection import HubConnection

Result = TypeVar("Result")

log = logging.getLogger(__name__)

_CORRUPT_ATTEMPTS = 2
_ASTRAY_ATTEMPTS = 1


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
        self._jitter = jitter

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

    def wait_s(self, trouble: HubTrouble, failures: int) -> float:
        """How long to wait before the next attempt, in seconds.

        Raises:
            HubError: Longer than anybody wants to wait, or too many attempts brought nothing.
        """
        patience = self.hub.settings.patience
        asked = trouble.retry_after_s
        if asked is not None and asked > patience.most_rate_limit_s:
            raise DownloadGivenUp(
                say("hub.hub_asks_wait_try_again", asked=wait(asked)), trouble.detail
            )
        most = patience.attempts
        if failures > (min(most, _ASTRAY_ATTEMPTS) if isinstance(trouble, HubAstray) else most):
            raise _given_up(trouble)
        backoff = min(patience.first_retry_s * 2 ** (failures - 1), patience.most_retry_s)
        chosen = backoff * (0.5 + self._jitter() / 2)
        return chosen if asked is None else asked + chosen


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
        self._failures = 0
        self._known: FileFacts | None = None

    def look(self) -> int:
        """Ask the Hub for the file; returns how many bytes are still to come."""
        self._meter.enter(Phase.CONNECTING)
        facts = self._known = self._patiently(self._facts)
        blob, entry = self._places(facts)
        cache = self._owner.cache
        shown = cache.shown(self._repo_id, facts.size_bytes)
        if blob.exists() or entry.exists() or any(place.name == entry.name for place in shown):
            return 0
        part = cache.part(self._repo_id, facts.digest)
        return max(0, facts.size_bytes - (part.stat().st_size if part.exists() else 0))

    def _places(self, facts: FileFacts) -> tuple[Path, Path]:
        """Where the whole content may lie."""
        cache = self._owner.cache
        return (
            cache.blob(self._repo_id, facts.digest),
            cache.snapshot(self._repo_id, self._commit, self._file.name),
        )

    def run(self, meter: ProgressMeter) -> Fetched:
        """Bring it, after it was looked at."""
        self._meter, self._failures = meter, 0
        facts, cache = self._known, self._owner.cache
        assert facts is not None
        blob, entry = self._places(facts)
        if not blob.exists() or (entry.exists() and entry.samefile(blob)):
            # What is complete is given without a lock: nothing needs to be written then.
            sha256 = self._there_already(entry, facts)
            if sha256 is not None:
                return Fetched(entry, facts.size_bytes, sha256, facts.size_bytes)
        try:
            return self._fetch(blob, entry, facts)
        except CacheNotWritable:
            for place in cache.shown(self._repo_id, facts.size_bytes):
                sha256 = self._there_already(place, facts) if place.name == entry.name else None
                if sha256 is not None:
                    return Fetched(place, facts.size_bytes, sha256, facts.size_bytes)
            raise

    def _fetch(self, blob: Path, entry: Path, facts: FileFacts) -> Fetched:
        cache = self._owner.cache
        with self._locked(facts):
            for place in (blob, entry):
                sha256 = self._there_already(place, facts)
                if sha256 is not None:
                    resumed = facts.size_bytes
                    break
                with self._writing():
                    place.unlink(missing_ok=True)  # what was there was damaged
            else:
                place, resumed = blob, facts.size_bytes
                sha256 = self._taken_over(entry, facts)
                if sha256 is None:
                    resumed, sha256 = self._bring(blob, facts)
                else:
                    place = entry
            self._meter.enter(Phase.FINISHING)
            with self._writing():
                cache.part(self._repo_id, facts.digest).unlink(missing_ok=True)
                tag(cache.folder)
                show(place, entry)
        return Fetched(entry, facts.size_bytes, sha256, resumed)

    def _taken_over(self, entry: Path, facts: FileFacts) -> str | None:
        """Show what a snapshot of another commit holds itself, as it does where links are none.

        Returns:
            The SHA-256 of the content, None where there is none of it.
        """
        for place in self._owner.cache.shown(self._repo_id, facts.size_bytes):
            if place.is_symlink():
                continue  # to a blob, and that is not there or damaged
            sha256 = self._there_already(place, facts)
            if sha256 is not None:
                with self._writing():
                    if take_over(place, entry, self._owner.cache.repo_folder(self._repo_id)):
                        return sha256
        return None

    def _facts(self) -> FileFacts:
        facts = interruptible(lambda: self._source.facts(self._file), self._stop)
        if not facts.digest:
            raise DownloadError(
                say("hub.hub_says_no_checksum_could", name=self._file.name),
                facts.address.partition("?")[0],
            )
        return facts

    def _there_already(self, place: Path, facts: FileFacts) -> str | None:
        """The SHA-256 of content that is in the cache; None where it is another, or damaged."""
        try:
            if place.stat().st_size != facts.size_bytes:
                return None
        except OSError:
            return None
        self._meter.enter(Phase.CHECKING)
        hasher, sha256 = hasher_for(facts.digest, facts.size_bytes), hashlib.sha256()
        try:
            n_bytes = hash_file(place, self._at, hasher, sha256)
        except OSError as error:
            log.warning("content of the cache cannot be read: %s: %r", place, error)
            return None
        if n_bytes == facts.size_bytes and hasher.hexdigest() == facts.digest:
            return sha256.hexdigest()
        log.warning("damaged content in the cache: %s", place)
        return None

    def _at(self, done_bytes: int) -> None:
        self._stop.check()
        self._meter.at(done_bytes)

    def _bring(self, blob: Path, facts: FileFacts) -> tuple[int, str]:
        part_path = self._owner.cache.part(self._repo_id, facts.digest)
        part = PartFile(part_path, facts.digest, facts.size_bytes, self._owner.disk)
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
            part.become(blob)
        return resumed, self._sha256(blob, facts)

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
                self._pause(trouble, came=False)
                part.restart()
                self._meter.at(0)
                facts = self._patiently(self._facts)
            except HubTrouble as trouble:
                self._pause(trouble, came=part.done_bytes > furthest)
                if isinstance(trouble, AddressExpired) or self._failures > 1:
                    facts = self._patiently(self._facts)
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

    def _patiently(self, work: Callable[[], Result]) -> Result:
        """Do something until it works, or stop when asked, or give up with the reason."""
        while True:
            try:
                return work()
            except HubTrouble as trouble:
                self._pause(trouble, came=False)

    def _pause(self, trouble: HubTrouble, *, came: bool) -> None:
        self._failures = 1 if came else self._failures + 1
        wait = self._owner.wait_s(trouble, self._failures)
        log.info("%s: again in %.1f s after %s", self._file.name, wait, trouble.detail or trouble)
        self._meter.enter(Phase.RETRYING, trouble.said)
        self._stop.sleep(wait)

    @contextlib.contextmanager
    def _writing(self) -> Generator[None]:
        """Write into the cache, with the rights that are usual there; for moments.

        Raises:
            CacheNotWritable: That cannot be done.
        """
        try:
            with usual_rights():
                yield
        except TimeoutError:
            raise
        except OSError as error:
            raise CacheNotWritable(self._owner.cache.folder, error) from error

    @contextlib.contextmanager
    def _locked(self, facts: FileFacts) -> Generator[None]:
        """Be the only program that brings this content."""
        from filelock import Timeout

        path = self._owner.cache.lock(self._repo_id, facts.digest)
        with self._writing():
            path.parent.mkdir(parents=True, exist_ok=True)
        lock = file_lock(path, mode=0o664)
        while True:
            try:
                with self._writing():
                    lock.acquire(timeout=0)
                break
            except Timeout:
                self._meter.enter(Phase.WAITING)
                self._stop.sleep(TICK_S * 4)
        try:
            yield
        finally:
            lock.release()


def _drop(body: Body) -> None:
    body.close()


def _given_up(trouble: HubTrouble) -> HubError:
    if isinstance(trouble, HubRateLimited):
        return trouble
    return DownloadGivenUp(
        say("hub.download_does_not_go_already", reason=trouble.said), trouble.detail
    )
