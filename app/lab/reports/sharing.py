"""What of a ladder may be passed on: no folders of this PC, no own chats."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import msgspec

from app.core.candidates.candidate import Candidate, LocalFile, Source
from app.core.candidates.notation import words_of
from app.core.candidates.passed_on import ServersOut, ids_without_folders
from app.core.quality.apart import Parting, WorstToken
from app.core.text.each import with_each_text
from app.core.text.shared_names import FoldersOut, names_without_folders

if TYPE_CHECKING:
    from app.core.ladder.row import Row
    from app.lab.verdict.view import LadderView

_OWN_CHATS = "(in one's own chats)"
# What was asked, read and answered stands as it was.
_CONTENTS = frozenset({"items", "wrong", "worst", "continuations", "reading"})
_Own = TypeVar("_Own", WorstToken, Parting)


def shareable(view: LadderView) -> LadderView:
    """A ladder with files by their names alone, and without pieces of the person's chats."""
    plan = view.plan
    every = [plan.candidate(key) for key in plan.keys]
    adapters = [adapter.path for each in every for adapter in each.adapters]
    drafts = [each.draft.path for each in every if each.draft is not None]
    files = (file for each in every if (file := each.local) is not None)
    eyes = [each.projector for each in every if each.projector]
    names = names_without_folders([*map(str, files), *adapters, *drafts, *eyes])
    absolute = {os.path.abspath(path): name for path, name in names.items()}
    far = [each.server for each in every if each.server is not None]
    told = [row.served for row in view.rows if row.served is not None]
    ids = (
        [each.model for each in far],
        [each.told.id for each in told],
        [each.model for each in told],
    )
    names |= ids_without_folders(chain(*ids))
    folders = FoldersOut(absolute | names, [str(Path.home())])
    servers = ServersOut(far)

    for each in every:
        shared = _renamed(each, names)
        names[each.key()], names[words_of(each)] = shared.key(), words_of(shared)

    names |= {each.url: "" for each in far}  # as it is in their candidates now

    def change(text: str) -> str:
        return servers.text(names[text] if text in names else folders.text(text))

    cleaned = with_each_text(view, change, _CONTENTS)
    return replace(cleaned, rows=tuple(map(_without_own_chats, cleaned.rows)))


def _renamed(candidate: Candidate, names: Mapping[str, str]) -> Candidate:
    return msgspec.structs.replace(
        candidate,
        source=_source(candidate.source, names),
        adapters=tuple(
            msgspec.structs.replace(each, path=names[each.path]) for each in candidate.adapters
        ),
        draft=(draft := candidate.draft)
        and msgspec.structs.replace(draft, path=draft.path and names[draft.path]),
        projector=candidate.projector and names[candidate.projector],
    )


def _source(source: Source, names: Mapping[str, str]) -> Source:
    """A file by its name, a server by its own and not by where it is."""
    if isinstance(source, LocalFile):
        return LocalFile(names[source.path])
    shared = source.shared
    return msgspec.structs.replace(shared, model=names.get(source.model, shared.model))


def _without_own_chats(row: Row) -> Row:
    if row.quality is None:
        return row
    quality = msgspec.structs.replace(
        row.quality,
        worst=_unnamed(row.quality.worst, ("before", "token")),
        continuations=_unnamed(
            row.quality.continuations, ("prompt", "before", "reference", "candidate")
        ),
    )
    return replace(row, quality=quality)


def _unnamed(found: Sequence[_Own], texts: tuple[str, ...]) -> tuple[_Own, ...]:
    hidden = dict.fromkeys(texts, _OWN_CHATS)
    return tuple(replace(one, **hidden) if one.is_own else one for one in found)
