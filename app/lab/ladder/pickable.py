"""What can be picked: to be opened in Compare, or for a ladder and what that may not be."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec.structs import replace as replace_fields

from app.base.files import identity_at
from app.core.candidates.adapters import Adapter
from app.core.candidates.candidate import (
    Candidate,
    ServerModel,
    candidate_of,
)
from app.core.candidates.settings import USUAL_ENGINE
from app.core.errors import PersonError
from app.core.memory.estimate import estimated_needs
from app.core.models.bases import with_adapters
from app.core.models.family import (
    LibraryModel,
    ModelSource,
    companions,
    families,
    shrink_order,
)
from app.core.models.kinds import kind_in_name, why_no_candidate
from app.core.models.labels import level_in_name
from app.core.models.levels import level_by_name
from app.core.words.sentence import English, worded
from app.lab.demo.demo import DEMO_LEVELS, DemoFiles, demo_base, demo_taught
from app.lab.engines.opened import context_of
from app.lab.ladder.picked import PickFile
from app.library.model_files import open_model_file

if TYPE_CHECKING:
    from app.core.models.model_file import ModelFile
    from app.core.servers.server import Server
    from app.lab.compare.panes import Pane


def pickable(
    panes: Sequence[Pane],
    demo: DemoFiles | None,
    models: Sequence[LibraryModel],
    template_of: Callable[[ModelFile], str | None] = lambda _model: None,
    *,
    with_eyes: bool = False,
    servers: Sequence[Server] = (),
) -> list[PickFile]:
    """Everything here, each content once, whole families: those in Compare first, the demo last.

    Args:
        panes: Of the open chat; what they hold has their letter and settings.
        demo: The demo model's levels.
        models: What is on this PC, as far as it is known.
        template_of: Which template was chosen for a file that brings none.
        with_eyes: Offer what lies beside a projector with it, too.
        servers: Those that were added; their models stand last.
    """
    held: dict[Path, list[Pane]] = {}
    for pane in panes:
        if (file := pane.candidate.local) is not None:
            held.setdefault(file, []).append(pane)
    demo_rows = _demo_rows(demo, held) if demo is not None else []
    ours = {row.path for row in demo_rows}
    models = [model for model in models if model.path not in ours]
    known = {model.path for model in models} | ours
    opened = [
        _as_found(path, there[0].model)
        for path, there in held.items()
        if path not in known and there[0].model is not None
    ]
    everything = [*models, *opened]
    found_families, _ = with_adapters(families(everything), companions(everything))
    grouped: list[list[PickFile]] = []
    for family in found_families:
        versions = [model for model in family.models if model.is_language_model]
        rows = [
            row
            for copies in _contents(versions)
            for row in _rows(family.name, copies, held, template_of)
        ]
        added = [model for model in family.models if not model.is_language_model]
        adapted = [row for each in added for row in _adapted(rows, each)]
        seeing = _seeing(rows, everything) if with_eyes else []
        grouped.append([*rows, *adapted, *seeing])
    grouped.sort(key=lambda rows: min((row.letter for row in rows if row.letter), default="~"))
    found = [row for rows in grouped for row in rows] + demo_rows
    there = {row.path for row in found}
    unread = [pane for path, panes in held.items() if path not in there for pane in panes]
    return [*map(_unread_row, unread), *found, *_on_servers(panes, servers)]


def _on_servers(panes: Sequence[Pane], servers: Sequence[Server]) -> list[PickFile]:
    """Models that servers listed when they were tested last, that were typed, or are open."""
    letters = {pane.candidate: pane.letter for pane in panes if pane.candidate.server}
    known = [
        Candidate(ServerModel(server.name, server.url, model))
        for server in servers
        for model in server.choices
    ]
    return [
        far_row(candidate, candidate.server, letters.get(candidate, ""))
        for candidate in dict.fromkeys([*known, *letters])
        if candidate.server is not None
    ]


def far_row(candidate: Candidate, server: ServerModel, letter: str = "") -> PickFile:
    """A model of a server, of which nothing is known but what it is called."""
    return PickFile(
        candidate,
        candidate.name or server.host,
        worded("lab.pick_on_server", server=server.host),
        level_in_name(candidate.name) or "",
        letter=letter,
    )


def _contents(models: Sequence[LibraryModel]) -> list[list[LibraryModel]]:
    """The files of a family by their content, as far as header and size tell it."""
    alike: dict[object, list[LibraryModel]] = {}
    for model in sorted(models, key=shrink_order):
        facts = model.model
        key = (
            model.path
            if facts is None
            else (model.label, model.file_bytes, facts.tensor_bytes, facts.quantized_by)
        )
        alike.setdefault(key, []).append(model)
    return list(alike.values())


def _rows(
    family: str,
    copies: Sequence[LibraryModel],
    held: Mapping[Path, Sequence[Pane]],
    template_of: Callable[[ModelFile], str | None],
) -> list[PickFile]:
    """A content as it would be opened, and as it is open in Compare."""
    first = next((model for model in copies if model.path in held), copies[0])
    facts = first.model
    template = template_of(facts) if facts is not None and facts.chat_template is None else None
    usual = replace_fields(candidate_of(first.path), template_id=template)
    files = (
        {identity_at(model.path) or model.path for model in copies} if copies[1:] else {first.path}
    )

    def row(candidate: Candidate, model: LibraryModel, letter: str = "") -> PickFile:
        return PickFile(
            candidate,
            model.name,
            family,
            first.label,
            first.file_bytes,
            facts.bits_per_weight if facts is not None else None,
            English(first.broken) if first.broken else "",
            letter,
            _needs_bytes(candidate, facts),
            len(files),
            facts.active_parameters if facts is not None else 0,
        )

    found = {usual: row(usual, first)}
    for model in reversed(copies):
        for pane in reversed(held.get(model.path, ())):
            found[pane.candidate] = row(pane.candidate, model, pane.letter)
    return list(found.values())


def _adapted(rows: Sequence[PickFile], adapter: LibraryModel) -> list[PickFile]:
    """A family's versions once more, with an adapter; not those that Compare has so already."""
    added = (Adapter(str(adapter.path)),)
    there = {row.candidate for row in rows}
    return [
        replace(
            row,
            candidate=candidate,
            family=worded("lab.pick_with_adapter", family=row.family, name=adapter.name),
            letter="",
            needs_bytes=row.needs_bytes and row.needs_bytes + adapter.file_bytes,
        )
        for row in rows
        if not row.candidate.adapters and row.candidate.engine == USUAL_ENGINE
        if (candidate := replace_fields(row.candidate, adapters=added)) not in there
    ]


def _seeing(rows: Sequence[PickFile], models: Sequence[LibraryModel]) -> list[PickFile]:
    """A family's versions once more, each with the projector that lies beside it."""
    sizes = {str(model.path): model.file_bytes for model in models}
    beside = {model.path: str(model.projector) for model in models if model.projector}
    there = {row.candidate for row in rows}
    return [
        replace(
            row,
            candidate=candidate,
            family=worded("lab.pick_with_projector", family=row.family),
            letter="",
            needs_bytes=row.needs_bytes and row.needs_bytes + sizes.get(eyes, 0),
        )
        for row in rows
        if row.candidate.projector is None and row.candidate.engine == USUAL_ENGINE
        if (eyes := beside.get(row.path))
        if (candidate := replace_fields(row.candidate, projector=eyes)) not in there
    ]


def _demo_rows(demo: DemoFiles, held: Mapping[Path, Sequence[Pane]]) -> list[PickFile]:
    """The demo model's levels; those that are not made yet cannot be used yet."""
    found: dict[Candidate, PickFile] = {}
    for level in DEMO_LEVELS:
        path = demo.path(level)
        model = _made(path)
        usual = PickFile(
            candidate_of(path),
            path.name.removesuffix(".gguf"),
            worded("lab.pick_demo_model"),
            level,
            model.file_bytes if model is not None else None,
            model.bits_per_weight if model is not None else level_by_name(level).nominal_bits,
            worded("lab.pick_level_not_made") if model is None else "",
            needs_bytes=_needs_bytes(candidate_of(path), model),
            active_parameters=model.active_parameters if model is not None else 0,
        )
        found[usual.candidate] = usual
        for pane in reversed(held.get(path, ())):
            found[pane.candidate] = replace(
                usual,
                candidate=pane.candidate,
                letter=pane.letter,
                needs_bytes=_needs_bytes(pane.candidate, model),
            )
    taught, base = demo_taught(), found[candidate_of(demo_base())]
    group = worded("lab.pick_demo_adapter")
    found.setdefault(taught, replace(base, candidate=taught, family=group, letter=""))
    return list(found.values())


def _made(path: Path) -> ModelFile | None:
    return _header(path) if path.is_file() else None


@lru_cache(maxsize=len(DEMO_LEVELS))
def _header(path: Path) -> ModelFile | None:
    """What a level of the demo model says of itself: some kilobytes are read, once."""
    with suppress(PersonError):
        return open_model_file(path)
    return None


def _unread_row(pane: Pane) -> PickFile:
    """A candidate of Compare whose header is not known, be it for now."""
    name = pane.candidate.name.removesuffix(".gguf")
    return PickFile(
        pane.candidate,
        name,
        worded("lab.pick_in_compare"),
        level_in_name(name) or "",
        why_not=pane.failure.sentence if pane.failure else "",
        letter=pane.letter,
    )


def _as_found(path: Path, model: ModelFile | None) -> LibraryModel:
    """A file that a pane holds, in no folder that is looked through."""
    assert model is not None
    name = path.name.removesuffix(".gguf")
    source = ModelSource.OWN_FOLDER
    return LibraryModel(path, model.shard_paths, name, source, model.file_bytes, 0, model)


def _needs_bytes(candidate: Candidate, model: ModelFile | None) -> int | None:
    if model is None:
        return None
    engine = candidate.engine
    return estimated_needs(model, context_of(engine, model), engine).total_bytes


def opened_files(candidates: Sequence[Candidate]) -> list[PickFile]:
    """Files that the person opened by hand, and models of servers that were typed."""
    return [
        far_row(candidate, candidate.server)
        if candidate.server is not None
        else PickFile(
            candidate,
            path.name.removesuffix(".gguf"),
            worded("lab.pick_opened_here"),
            level_in_name(path.name) or "",
            path.stat().st_size if path.is_file() else None,
            why_not=English(why_no_candidate(kind, path.name))
            if (kind := kind_in_name(path.stem))
            else "",
        )
        for candidate, path in ((each, Path(each.place)) for each in candidates)
    ]
