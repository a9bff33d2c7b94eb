"""Hugging Face's cache: where its files lie, what is left over in it, and how files leave it.

The layout is theirs (``models--org--repo/{blobs,refs,snapshots}``), so that their programs and
llama.cpp see what this one brought. Unfinished downloads carry their ending, so that their tools
can clean up too. How files leave: ``app.hub.files.removal``.
"""

from __future__ import annotations

import contextlib
import stat
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from app.base.files import write_whole
from app.base.locks import file_lock
from app.base.rights import usual_rights
from app.core.errors import PersonError
from app.core.hub_names import check_repo_id, safe_parts
from app.core.words.sentence import say
from app.hub.files.removal import Removal, plan_removal

PART_SUFFIX = ".shrinkscope.incomplete"
"""Behind the content's hash, the name of an unfinished download."""

KEEP_PARTS_S = 14 * 24 * 3600
"""How long an unfinished download that nobody wants any more is kept, in seconds."""


@dataclass(frozen=True, slots=True)
class StrayPart:
    """An unfinished download in the cache."""

    path: Path
    repo_id: str
    digest: str
    size_bytes: int
    changed_s: float


class HubCache:
    """One Hugging Face cache. Any thread."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def repo_folder(self, repo_id: str) -> Path:
        """The folder of a repository."""
        return self.folder / f"models--{check_repo_id(repo_id).replace('/', '--')}"

    def blob(self, repo_id: str, digest: str) -> Path:
        """Where a file with this content lies."""
        return self.repo_folder(repo_id) / "blobs" / _checked_digest(digest)

    def part(self, repo_id: str, digest: str) -> Path:
        """Where it lies while it is unfinished."""
        return self.repo_folder(repo_id) / "blobs" / (_checked_digest(digest) + PART_SUFFIX)

    def lock(self, repo_id: str, digest: str) -> Path:
        """The file that the Hugging Face programs lock while they bring this content."""
        name = f"{_checked_digest(digest)}.lock"
        return self.folder / ".locks" / self.repo_folder(repo_id).name / name

    def snapshot(self, repo_id: str, commit: str, file_name: str) -> Path:
        """Where programs see a file of one commit."""
        folder = self.repo_folder(repo_id) / "snapshots" / _checked_digest(commit)
        return folder.joinpath(*safe_parts(file_name))

    def shown(self, repo_id: str, size_bytes: int) -> list[Path]:
        """Files of this length that any snapshot of a repository shows, the newest first."""
        found: list[tuple[float, Path]] = []
        for path in (self.repo_folder(repo_id) / "snapshots").rglob("*"):
            with contextlib.suppress(OSError):
                status = path.stat()
                if stat.S_ISREG(status.st_mode) and status.st_size == size_bytes:
                    found.append((status.st_mtime, path))
        return [path for _, path in sorted(found, reverse=True)]

    def note_revision(self, repo_id: str, revision: str, commit: str) -> None:
        """Remember which commit a branch or tag means, as the Hugging Face programs do.

        Only after a file of the commit is there: a name without a commit is damage to them.
        """
        if revision == commit:
            return
        path = (self.repo_folder(repo_id) / "refs").joinpath(*safe_parts(revision))
        # The file itself is there, that is what counts.
        with contextlib.suppress(OSError), usual_rights():
            path.parent.mkdir(parents=True, exist_ok=True)
            write_whole(path, commit.encode())

    # --- unfinished downloads --------------------------------------------------------------

    def stray_parts(self) -> list[StrayPart]:
        """Every unfinished download of this program, wanted or not."""
        found: list[StrayPart] = []
        for path in self.folder.glob(f"models--*/blobs/*{PART_SUFFIX}"):
            with contextlib.suppress(OSError):
                status = path.stat()
                repo_id = path.parent.parent.name.removeprefix("models--").replace("--", "/")
                digest = path.name.removesuffix(PART_SUFFIX)
                found.append(StrayPart(path, repo_id, digest, status.st_size, status.st_mtime))
        return found

    def remove_old_parts(
        self,
        wanted: Iterable[str] = (),
        *,
        older_than_s: float = KEEP_PARTS_S,
        now_s: Callable[[], float] = time.time,
    ) -> int:
        """Remove unfinished downloads that nobody has touched for long; returns bytes freed.

        Args:
            wanted: Hashes of contents that stay, because a download in the queue wants them.
            older_than_s: Age from which the others go.
            now_s: The clock, in Unix time.
        """
        keep = set(wanted)
        freed = 0
        for part in self.stray_parts():
            if part.digest not in keep and now_s() - part.changed_s >= older_than_s:
                freed += self.remove_part(part.repo_id, part.digest)
        return freed

    def remove_part(self, repo_id: str, digest: str) -> int:
        """Remove one unfinished download unless a program is at it; returns bytes freed."""
        from filelock import Timeout

        part, lock = self.part(repo_id, digest), self.lock(repo_id, digest)
        with contextlib.suppress(OSError, Timeout):
            with usual_rights():
                lock.parent.mkdir(parents=True, exist_ok=True)
            with file_lock(lock, mode=0o664).acquire(timeout=0):
                size = part.stat().st_size
                part.unlink()
                self._drop_empty(repo_id)
                return size
        return 0

    def remove_unshown(self, repo_id: str, digest: str) -> int:
        """Remove a whole content that no snapshot shows; returns bytes freed.

        A program that is killed between the last byte and the link leaves such a one.
        """
        blob = self.blob(repo_id, digest)
        with contextlib.suppress(OSError):
            size = blob.stat().st_size
            if not any(place.samefile(blob) for place in self.shown(repo_id, size)):
                blob.unlink()
                self._drop_empty(repo_id)
                return size
        return 0

    def _drop_empty(self, repo_id: str) -> None:
        folder = self.repo_folder(repo_id)
        with contextlib.suppress(OSError):
            for name in ("blobs", "snapshots", "refs"):
                if (folder / name).is_dir():
                    (folder / name).rmdir()  # fails, as it should, where something is in it
            folder.rmdir()

    # --- removing --------------------------------------------------------------------------

    def plan_removal(self, path: Path) -> Removal:
        """What removing a model file (all its shards, of its snapshot) would free.

        Raises:
            PersonError: It is not a file of this cache.
        """
        return plan_removal(self.folder, path)


def _checked_digest(digest: str) -> str:
    if len(digest) not in {40, 64} or not set(digest) <= set("0123456789abcdef"):
        raise PersonError(say("hub.hub_does_not_say_content"), repr(digest)[:200])
    return digest
