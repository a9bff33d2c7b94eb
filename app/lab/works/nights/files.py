"""The files of a night: headers before they come, what is here of them, and how they go again.

Only what the night brought is ever removed: a file of which anything was here before stays, and so
does one that a download in the queue wants, or that the person has asked for since.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import shutil
import tempfile
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from app.base.files import is_unwritable, known_by
from app.core.errors import DiskTrouble, PersonError
from app.core.ladder.night import Night, NightFile, known_by_content
from app.core.listing import ListedFile
from app.core.models.kinds import ModelKind
from app.core.words.sentence import say
from app.hub.headers import sparse_model
from app.lab.hub.access import HubAccess
from app.lab.ladder.pace import FileSizes
from app.lab.works.downloads import queued_digests
from app.lab.works.nights.brought import BroughtFiles
from app.library.model_files import open_model_file
from app.store.glance import certificate_file

if TYPE_CHECKING:
    from app.base.gate import StopFlag
    from app.core.models.model_file import ModelFile
    from app.hub.cache import HubCache
    from app.hub.progress import Progress
    from app.store.paths import Paths


class NightFiles:
    """Those of one night. One thread at a time; most of it waits for the disk or the Hub.

    Args:
        paths: This program's folders.
        night: What was planned.
        hub: Where files come from; opened where none is given.
    """

    def __init__(self, paths: Paths, night: Night, hub: HubAccess | None = None) -> None:
        self._paths = paths
        self._here = night.here
        self._files, self._coming = night.files, night.coming
        certificates = certificate_file(paths.settings)
        self.hub = hub or HubAccess.open(paths.cache, night.endpoint, certificates)
        name = hashlib.sha256(known_by_content(self._coming.values())).hexdigest()[:16]
        self._folder = paths.cache / "nights" / name
        self._brought = BroughtFiles(paths.cache / "nights")
        self._keys = {self._places(key)[0].absolute(): key for key in self._files}

    @property
    def sizes(self) -> Mapping[str, FileSizes]:
        """What the time of each follows from, by key, the reference's too; reads headers."""
        here = {} if self._here is None else {Path(self._here.path): self._here.key}
        every = {**here, **self._keys}.items()
        return {key: FileSizes.of(self.open_model(path)) for path, key in every}

    def prepare(self) -> None:
        """Have every header, so that what comes is known before it is here.

        Raises:
            PersonError: One cannot be had, or there is no room for it.
        """
        try:
            for key, file in self._files.items():
                if not self.is_here(key) and not self._stand_in(key).is_file():
                    self._lay_out(key, file)
        except OSError as error:
            reason = error.strerror or str(error)
            raise PersonError(
                say("hub.no_room_look_files_header", reason=reason), repr(error)
            ) from error

    def close(self) -> None:
        """Close the connection to the Hub."""
        self.hub.close()

    def forget(self) -> None:
        """Remove the headers; they can be had again."""
        shutil.rmtree(self._folder, ignore_errors=True)

    # --- reading --------------------------------------------------------------------------

    def open_model(self, path: Path) -> ModelFile:
        """What a file's header says, also while the file is not here.

        Raises:
            PersonError: It cannot be read or used.
        """
        key = self._keys.get(path)
        if key is None or self.is_here(key):
            return open_model_file(path)
        model = open_model_file(self._stand_in(key))
        return replace(model, path=path, shard_paths=tuple(self._places(key)))

    def named(self, paths: Iterable[Path]) -> bytes:
        """Names files by what they hold, where they are the night's.

        Raises:
            OSError: Another one is gone.
        """
        ours = {place: file for key, file in self._coming.items() for place in self._places(key)}
        paths = list(paths)
        coming = dict.fromkeys(ours[path].identity for path in paths if path in ours)
        here = known_by(path for path in paths if path not in ours)
        return "\0".join(coming).encode("utf-8", "surrogateescape") + here

    def is_here(self, key: str) -> bool:
        """Whether all of a file is on this PC; the reference is where no file of its key comes."""
        return key not in self._coming or all(place.is_file() for place in self._places(key))

    def taken_bytes(self, beside: str = "") -> int:
        """What the night has on the disk now, unfinished files included.

        Args:
            beside: Key of a file that does not count.
        """
        return sum(
            max(0, present_bytes(self.hub.cache, file) - file.there_bytes)
            for key, file in self._coming.items()
            if key != beside and self._brought.there_before(file.identity) is not None
        )

    # --- bringing and removing ------------------------------------------------------------

    def claim(self, key: str) -> None:
        """Note that the night brings a file, before the first byte of it comes.

        Raises:
            DiskTrouble: That cannot be noted: the disk is full, or may not be written.
            PersonError: It cannot be noted for another reason.
        """
        file = self._coming[key]
        try:
            # What has come of it since the night was planned is somebody else's.
            there_bytes = file.there_bytes or present_bytes(self.hub.cache, file)
            self._brought.claim(file.identity, there_bytes)
        except OSError as error:
            reason = error.strerror or str(error)
            failed = DiskTrouble if is_unwritable(error) else PersonError
            raise failed(say("night.not_noted", reason=reason), repr(error)) from error

    def release(self, key: str) -> None:
        """What there is of a file is the person's from now on."""
        with contextlib.suppress(OSError):  # then a later night may take it for its own
            self._brought.release(self._coming[key].identity)

    def fetch(self, key: str, stop: StopFlag, tell: Callable[[Progress], None]) -> None:
        """Bring a file; goes on where it broke off.

        Raises:
            HubError: It cannot be done.
            Stopped: Asked to stop; what came is kept.
        """
        file = self._coming[key]
        self.hub.downloader.fetch_all(
            file.repo_id, file.commit, file.parts, stop=stop, tell=tell, revision=file.revision
        )

    def remove(self, key: str) -> bool:
        """Remove a file that the night brought, whole or not; whether it is gone.

        Raises:
            PersonError: It cannot be removed, or nobody knows whether a download wants it.
        """
        file, cache = self._coming[key], self.hub.cache
        if file.there_bytes or self._brought.there_before(file.identity) != 0:
            return False  # the person has asked for it meanwhile, or had some of it
        wanted = queued_digests(self._paths.database)
        if wanted is None:
            raise PersonError(say("night.queue_unknown"))
        if any(part.sha256 in wanted for part in file.parts):
            return False
        places = self._places(key)
        there = next((place for place in places if os.path.lexists(place)), None)
        if there is not None:
            cache.plan_removal(there).execute()
        for part in file.parts:
            if part.sha256 is not None:
                cache.remove_part(file.repo_id, part.sha256)
                cache.remove_unshown(file.repo_id, part.sha256)
        self.release(key)
        return True

    # --- within ---------------------------------------------------------------------------

    def _places(self, key: str) -> list[Path]:
        file, cache = self._coming[key], self.hub.cache
        return [cache.snapshot(file.repo_id, file.commit, part.name) for part in file.parts]

    def _stand_in(self, key: str) -> Path:
        number = list(self._files).index(key)
        return self._folder / str(number) / self._places(key)[0].name

    def _lay_out(self, key: str, file: NightFile) -> None:
        """Lay the header into an empty file of the full size."""
        listed = ListedFile(
            file.name, ModelKind.LANGUAGE_MODEL, file.level, file.parts, len(file.parts)
        )
        headers = self.hub.headers.read(file.repo_id, file.commit, listed)
        place = self._stand_in(key).parent
        self._folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=self._folder) as made:
            sparse_model(headers, Path(made) / "model")
            shutil.rmtree(place, ignore_errors=True)
            (Path(made) / "model").rename(place)


def present_bytes(cache: HubCache, file: NightFile) -> int:
    """How much of a file is in a cache, unfinished parts included."""
    total = 0
    for part in file.parts:
        places = [cache.snapshot(file.repo_id, file.commit, part.name)]
        if part.sha256 is not None:
            places.append(cache.blob(file.repo_id, part.sha256))
            places.append(cache.part(file.repo_id, part.sha256))
        shown = cache.shown(file.repo_id, part.size_bytes)
        name = part.name.rpartition("/")[2]
        places += [place for place in shown if place.name == name]
        total += next((_bytes_at(place) for place in places if place.is_file()), 0)
    return total


def _bytes_at(place: Path) -> int:
    try:
        return place.stat().st_size
    except OSError:
        return 0
