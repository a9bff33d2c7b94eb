"""Looks through this PC for model files and reads their headers, or what is known of them."""

from __future__ import annotations

import logging
import os
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from app.core.errors import PersonError
from app.core.models.family import LibraryModel, ModelSource
from app.core.models.model_names import family_of, is_telling_name
from app.core.models.projectors import with_projectors
from app.core.words.sentence import Sentence, say
from app.library.facts import Facts, from_bytes, stamp_of, to_bytes
from app.library.folders import find_in_place
from app.library.model_files import inspect_file
from app.library.walk import ScanCancelled, Walk

if TYPE_CHECKING:
    from app.base.files import Identity, Stamp
    from app.core.models.model_file import ModelFile
    from app.library.found import Found
    from app.library.places import Place

log = logging.getLogger(__name__)

_REPORT_EVERY_NS = 100_000_000
_BLOB_PREFIX = "sha256-"


class FactsCache(Protocol):
    """Remembers facts between scans; used by one thread."""

    def get(self, key: bytes) -> tuple[str, bytes] | None:
        """The stamp and the bytes that were put under a key."""
        ...

    def put(self, key: bytes, stamp: str, facts: bytes) -> None:
        """Remember bytes in place of those that were there."""
        ...


@dataclass(frozen=True, slots=True)
class LibraryScan:
    """What one look through this PC brought up.

    Attributes:
        models: Everything that was found, each file once.
        roots: Where the scan began, there or not, in the order of the places.
        folders: The folders that were looked into; a change in one of them is worth a new scan.
        problems: Sentences about folders that could not be looked into.
        headers_read: How many model files were read anew; the others had not changed.
        elapsed_ns: How long it took.
        complete: False where it was cancelled; then the rest is only what came before that.
    """

    models: tuple[LibraryModel, ...]
    roots: tuple[Path, ...]
    folders: tuple[Path, ...]
    problems: tuple[Sentence, ...]
    headers_read: int
    elapsed_ns: int
    complete: bool


def scan(
    places: Sequence[Place],
    cache: FactsCache,
    *,
    cancelled: Callable[[], bool] = lambda: False,
    on_found: Callable[[Sequence[LibraryModel]], object] = lambda _: None,
) -> LibraryScan:
    """Look through places for model files; nothing is changed there, and nothing raises.

    May take long where headers have to be read: call it on a thread that may wait.

    Args:
        places: Where to look; a file that several of them reach belongs to the first.
        cache: Knows the files of former scans.
        cancelled: Asked often; once it says True, the scan ends with what it has.
        on_found: Told what was found, some at a time, ten times a second at most.
    """
    return _Scan(cache, cancelled, on_found).run(places)


class _Scan:
    """One scan under way."""

    def __init__(
        self,
        cache: FactsCache,
        cancelled: Callable[[], bool],
        on_found: Callable[[Sequence[LibraryModel]], object],
    ) -> None:
        self._cache = cache
        self._walk = Walk(cancelled)
        self._on_found = on_found
        self._seen: set[Identity] = set()
        self._models: list[LibraryModel] = []
        self._reported = 0
        self._reported_ns = time.monotonic_ns()
        self._headers_read = 0
        self._templates: dict[str, str] = {}

    def run(self, places: Sequence[Place]) -> LibraryScan:
        """Look everywhere, or until cancelled."""
        started_ns = time.monotonic_ns()
        complete = True
        try:
            for place in places:
                self._look_through(place)
        except ScanCancelled:
            complete = False
        self._report()
        return LibraryScan(
            models=with_projectors(self._models),
            roots=tuple(place.folder for place in places if place.source is not ModelSource.OPENED),
            folders=tuple(self._walk.entered),
            problems=tuple(self._walk.problems),
            headers_read=self._headers_read,
            elapsed_ns=time.monotonic_ns() - started_ns,
            complete=complete,
        )

    def _look_through(self, place: Place) -> None:
        """Nothing that lies in one place hides what is in the others."""
        try:
            for found in find_in_place(self._walk, place):
                self._take(found)
        except ScanCancelled:
            raise
        except Exception:
            log.exception("looking through %s failed unexpectedly", place.folder)
            why = say("models.unexpected")
            self._walk.problems.append(
                say("models.folder_cannot_read", folder=place.folder, reason=why)
            )

    def _take(self, found: Found) -> None:
        self._walk.check()
        if found.files[0].identity in self._seen:
            return
        self._seen.update(file.identity for file in found.files)
        try:
            self._read(found)
        except Exception:  # whatever is in a file, it concerns this file alone
            log.exception("reading %s failed unexpectedly", found.path)
            why = say("models.cannot_read", name=found.path.name, reason=say("models.unexpected"))
            broken = Facts(None, why)
            self._models.append(self._described(found, broken))
        if time.monotonic_ns() - self._reported_ns >= _REPORT_EVERY_NS:
            self._report()

    def _read(self, found: Found) -> None:
        facts = self._facts(found.files)
        if facts is None:
            return
        if facts.model is not None and len(facts.model.shard_paths) < len(found.files):
            # Only called like shards of one set: each is a model of its own.
            for file in found.files:
                alone = self._facts((file,))
                if alone is not None:
                    one = replace(found, files=(file,), name=file.path.stem)
                    self._models.append(self._described(one, alone))
        else:
            self._models.append(self._described(found, facts))

    def _report(self) -> None:
        news = self._models[self._reported :]
        self._reported = len(self._models)
        self._reported_ns = time.monotonic_ns()
        if news:
            self._on_found(news)

    def _described(self, found: Found, facts: Facts) -> LibraryModel:
        model = facts.model
        return LibraryModel(
            path=found.path if model is None else model.path,
            files=tuple(file.path for file in found.files),
            name=found.name,
            source=found.source,
            file_bytes=sum(file.size_bytes for file in found.files),
            modified_ns=max(file.mtime_ns for file in found.files),
            model=None if model is None else self._named(model, found.name),
            broken=facts.broken,
            aliases=found.aliases,
            repository=found.repository,
            commit=found.commit,
            is_older=found.is_older,
        )

    def _named(self, model: ModelFile, name: str) -> ModelFile:
        """A file that neither says its name nor is called by it takes its program's name for it.

        Equal chat templates are kept once: every level of a model brings the same one.
        """
        template = model.chat_template
        if template is not None:
            model = replace(model, chat_template=self._templates.setdefault(template, template))
        if is_telling_name(model.name) and not model.name.startswith(_BLOB_PREFIX):
            return model
        return replace(model, name=name, family_key=f"{model.architecture}/{_family(name)}")

    def _facts(self, files: tuple[Stamp, ...]) -> Facts | None:
        """What is known of a file, or what its header says; None where it is gone meanwhile."""
        path, key, stamp = files[0].path, _key(files), stamp_of(files)
        known = self._cache.get(key)
        if known is not None and known[0] == stamp:
            facts = from_bytes(known[1])
            if facts is not None:
                return facts
        self._headers_read += 1
        try:
            facts = Facts(inspect_file(path), None)
        except PersonError as error:
            if not path.exists():
                return None
            facts = Facts(None, error.said)
            if isinstance(error.__cause__, OSError):
                return facts  # what keeps it from being read does not show in its stamp
        data = to_bytes(facts)
        if data is not None:
            self._cache.put(key, stamp, data)
        return facts


def _key(files: tuple[Stamp, ...]) -> bytes:
    # A set and its first file, taken as a model of its own, are two things.
    return os.fsencode(files[0].path) + (b"*" if len(files) > 1 else b"")


def _family(name: str) -> str:
    # Ollama's tags say size and level: “llama3.2:3b-instruct-q4_K_M”.
    return family_of(name.replace(":", "-"))
