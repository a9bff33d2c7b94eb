"""Finds the model files of a report on this PC, by their names and contents."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from app.core.candidates.candidate import Candidate, ServerModel
from app.core.errors import PersonError
from app.core.ladder.results import FileFacts, StepKind
from app.core.models.gguf_reader import quotable
from app.core.servers.server import is_called
from app.core.text.shared_names import file_name, names_without_folders
from app.core.words.sentence import say
from app.lab.demo.demo import DEMO_LEVELS, DemoFiles
from app.lab.ladder.kept import plan_of, step_result
from app.lab.ladder.plan import LadderPlan, Step, rows_of
from app.lab.models.hashes import hashes_of
from app.lab.models.library import Library
from app.lab.votes.files import look_at
from app.library.model_files import open_model_file
from app.store.ladders import StoredLadder, reading_ladders
from app.store.servers.kept import KeptServers

if TYPE_CHECKING:
    from app.core.candidates.drafts import Draft
    from app.lab.reports.reported import Reported, ReportedRow
    from app.store.paths import Paths

log = logging.getLogger(__name__)

_MOST_LADDERS = 100


class ReportModels:
    """Looks through the library at most once, and only if it must. One thread.

    Args:
        report: Whose files are looked for.
        given: Files that the person names.
        paths: This program's folders.

    Attributes:
        twin: The plan of a ladder of one's own that the report is of; None for one from elsewhere.
    """

    def __init__(self, report: Reported, given: Sequence[Path], paths: Paths) -> None:
        self._rows = report.rows
        self._given = given
        self._unused = list(given)
        self._paths = paths
        self._library: list[Path] | None = None
        self.twin = _twin_of(report, paths)
        twin = self.twin
        own = [twin.candidate(key) for key in rows_of(twin)] if twin else []
        self._own = dict(zip(rows_of(report.arguments), own, strict=False))

    def path_of(self, key: str) -> Path:
        """Where the file of the report's candidate with this key is.

        Raises:
            PersonError: It is not on this PC, as far as can be told.
        """
        row = self._rows[key]
        found = self._among_given(row)
        if found is not None:
            return found
        own = self._own.get(key)
        if own is not None and (path := own.local) is not None and path.is_file():
            return path
        found = _found(self._everywhere(), row)
        if found is None:
            raise PersonError(
                say("lab.report_not_pc_name_model", file=quotable(file_name(row.file)))
            )
        return found

    def server_of(self, key: str, model: ServerModel) -> Candidate:
        """The report's candidate on a server that the person has added under the same name.

        An address out of a report is never asked.

        Raises:
            PersonError: There is no such server.
        """
        own = self._own.get(key)
        if own is not None and own.server is not None:
            return own
        known = KeptServers(self._paths.servers).all()
        server = next((each for each in known if is_called(each, model.server)), None)
        if server is None:
            raise PersonError(say("lab.report_server_not_added", name=quotable(model.server)))
        # An id that is a path was passed on without its folders.
        same = (each for each in server.choices if file_name(each) == model.model)
        known = model.model in server.choices
        id_there = model.model if known else next(same, model.model)
        return Candidate(ServerModel(server.name, server.url, id_there))

    def adapter_of(self, key: str, path: str) -> Path:
        """Where an adapter of the report's candidate with this key is: a file of its name.

        Among what the person names, where a ladder of one's own had it, or beside the model.

        Raises:
            PersonError: It is in none of these places.
        """
        own = self._own[key].adapters if key in self._own else ()
        found = self._named(key, path, [each.path for each in own])
        if found is None:
            raise PersonError(say("adapters.gone", name=quotable(file_name(path))))
        return found

    def draft_of(self, key: str, draft: Draft) -> Path:
        """Where its draft model is; looked for and refused as an adapter is, and in the library."""
        own = self._own[key].draft if key in self._own else None
        found = self._named(key, draft.path, [own.path] if own is not None else [])
        name = file_name(draft.path)
        found = found or next((each for each in self._everywhere() if each.name == name), None)
        if found is None:
            raise PersonError(say("drafts.gone", name=quotable(name)))
        return found

    def projector_of(self, key: str, path: str) -> Path:
        """Where its projector is; looked for and refused as an adapter is."""
        own = self._own[key].projector if key in self._own else None
        found = self._named(key, path, [own] if own else [])
        if found is None:
            raise PersonError(say("pictures.projector_gone", name=quotable(file_name(path))))
        return found

    def _named(self, key: str, path: str, own: Sequence[str]) -> Path | None:
        """A file of that name among what is given, what a ladder had, and beside the model."""
        name = file_name(path)
        for found in [*self._given, *map(Path, own), self.path_of(key).with_name(name)]:
            if found.name == name and found.is_file():
                self._unused = [each for each in self._unused if each != found]
                return found
        return None

    def check_all_used(self) -> None:
        """Raise :class:`PersonError` where the person named a file that is none of the report's."""
        for path in self._unused:
            raise PersonError(say("lab.none_reports_files_neither_name", name=quotable(path.name)))

    def _among_given(self, row: ReportedRow) -> Path | None:
        """What the person names counts by its name alone too: it may have changed."""
        named = [path for path in self._given if path.name == file_name(row.file)]
        found = named[0] if len(named) == 1 else _found(self._given, row)
        if found in self._unused:
            self._unused.remove(found)
        return found

    def _everywhere(self) -> list[Path]:
        if self._library is None:
            demo = DemoFiles.below(self._paths.demo)
            levels = (demo.path(level) for level in DEMO_LEVELS)
            self._library = [path for path in levels if path.is_file()]
            self._library += [model.path for model in Library(self._paths).scan().models]
        return self._library


def _found(paths: Iterable[Path], row: ReportedRow) -> Path | None:
    """The file of the report's name and size, else one of its content."""
    if row.sha256 is None or row.file_bytes is None:
        return None
    sized = [path for path in paths if _size(path) == row.file_bytes]
    named = [path for path in sized if path.name == file_name(row.file)]
    return next(iter(named), None) or next(
        (path for path in sized if _hashes(path) == row.sha256), None
    )


def _size(path: Path) -> int | None:
    try:
        return look_at(open_model_file(path)).file_bytes
    except PersonError:
        return None


def _hashes(path: Path) -> tuple[str, ...]:
    try:
        return hashes_of(open_model_file(path), lambda _: None)
    except PersonError:
        return ()


def _twin_of(report: Reported, paths: Paths) -> LadderPlan | None:
    """The plan of the stored ladder over files of the same names and contents."""
    names = _names(report.arguments)
    try:
        with reading_ladders(paths.database) as store:
            if store is None:
                return None
            for listed in store.list_ladders()[:_MOST_LADDERS]:
                kept = plan_of(listed)
                if kept is None or _names(kept.plan) != names:
                    continue
                if _same_contents(report, kept.plan, store.load(listed.id)):
                    return kept.plan
    except PersonError as error:
        log.warning("%s %s", error.sentence, error.detail)
    return None


def _names(plan: LadderPlan) -> list[str]:
    every = [plan.candidate(key) for key in rows_of(plan)]
    names = names_without_folders([each.place for each in every])
    return [f"{names[each.place]}#{each.settings_key()}" for each in every]


def _same_contents(report: Reported, plan: LadderPlan, stored: StoredLadder) -> bool:
    for file, own in zip(rows_of(report.arguments), rows_of(plan), strict=True):
        found = step_result(stored, Step(StepKind.FACTS, (own,)))
        known = found[0].sha256 if found and isinstance(found[0], FileFacts) else ()
        if known != (report.rows[file].sha256 or ()):
            return False
    return True
