"""A file's content in the cache: known again, taken over, shown, by one program at a time."""

from __future__ import annotations

import contextlib
import hashlib
import logging
from collections.abc import Generator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from app.base.files import hash_file, is_disk_full
from app.base.locks import file_lock
from app.base.rights import usual_rights
from app.hub.errors import CacheFull, CacheNotWritable
from app.hub.files.part_file import hasher_for
from app.hub.files.snapshots import show, tag, take_over
from app.hub.progress import Phase
from app.hub.stopping import TICK_S

if TYPE_CHECKING:
    from app.base.gate import StopFlag
    from app.hub.cache import HubCache
    from app.hub.progress import ProgressMeter

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Content:
    """One thread.

    Attributes:
        cache: Where it belongs.
        repo_id: Whose it is.
        digest: What the Hub says of it.
        size_bytes: How long it is.
        entry: Where programs see it.
        stop: Ends reading it.
        meter: Told what is done.
    """

    cache: HubCache
    repo_id: str
    digest: str
    size_bytes: int
    entry: Path
    stop: StopFlag
    meter: ProgressMeter

    @property
    def blob(self) -> Path:
        """Where it lies, if it does not lie in a snapshot itself."""
        return self.cache.blob(self.repo_id, self.digest)

    @property
    def part(self) -> Path:
        """Where it lies while it is unfinished."""
        return self.cache.part(self.repo_id, self.digest)

    def shown(self) -> list[Path]:
        """What snapshots show and could be it: of the same length, the newest first."""
        return self.cache.shown(self.repo_id, self.size_bytes)

    def sha256_at(self, place: Path) -> str | None:
        """The SHA-256 of what lies there; None where that is another content, or damaged.

        Raises:
            Stopped: Asked to stop.
        """
        try:
            if place.stat().st_size != self.size_bytes:
                return None
        except OSError:
            return None
        self.meter.enter(Phase.CHECKING)
        hasher, sha256 = hasher_for(self.digest, self.size_bytes), hashlib.sha256()
        try:
            n_bytes = hash_file(place, self._at, hasher, sha256)
        except OSError as error:
            log.warning("content of the cache cannot be read: %s: %r", place, error)
            return None
        if n_bytes == self.size_bytes and hasher.hexdigest() == self.digest:
            return sha256.hexdigest()
        log.warning("damaged content in the cache: %s", place)
        return None

    def take_over(self) -> str | None:
        """Show what a snapshot of another commit holds itself, as it does where links are none.

        Returns:
            The SHA-256 of the content, None where there is none of it.
        """
        for place in self.shown():
            if place.is_symlink():
                continue  # to a blob, and that is not there or damaged
            sha256 = self.sha256_at(place)
            if sha256 is not None:
                with self.writing():
                    if take_over(place, self.entry, self.cache.repo_folder(self.repo_id)):
                        return sha256
        return None

    def show(self, place: Path) -> None:
        """Let programs see the content that lies there; what is unfinished of it goes."""
        self.meter.enter(Phase.FINISHING)
        with self.writing():
            self.part.unlink(missing_ok=True)
            tag(self.cache.folder)
            show(place, self.entry)

    @contextlib.contextmanager
    def writing(self) -> Generator[None]:
        """Write into the cache, with the rights that are usual there; for moments.

        Raises:
            CacheNotWritable: That cannot be done; :class:`CacheFull` for want of room.
        """
        try:
            with usual_rights():
                yield
        except TimeoutError:
            raise
        except OSError as error:
            failed = CacheFull if is_disk_full(error) else CacheNotWritable
            raise failed(self.cache.folder, error) from error

    @contextlib.contextmanager
    def locked(self) -> Generator[None]:
        """Be the only program that brings it."""
        from filelock import Timeout

        path = self.cache.lock(self.repo_id, self.digest)
        with self.writing():
            path.parent.mkdir(parents=True, exist_ok=True)
        lock = file_lock(path, mode=0o664)
        while True:
            try:
                with self.writing():
                    lock.acquire(timeout=0)
                break
            except Timeout:
                self.meter.enter(Phase.WAITING)
                self.stop.sleep(TICK_S * 4)
        try:
            yield
        finally:
            lock.release()

    def _at(self, done_bytes: int) -> None:
        self.stop.check()
        self.meter.at(done_bytes)
