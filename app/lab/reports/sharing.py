"""What of a ladder may be passed on: no folders of this PC, no own chats."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import msgspec

from app.core.candidates.candidate import Candidate, LocalFile, Source
from app.core.candidates.notation import words_of
from app.core.quality.apart import Parting, WorstToken
from app.core.text.each import with_each_text
from app.core.text.shared_names import FoldersOut, names_without_folders

if TYPE_CHECKING:
    from app.core.ladder.row import Row
    from app.lab.verdict.view import LadderView

_A_SERVER = "server"
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
    folders = FoldersOut(absolute | names, [str(Path.home())])

    for each in every:
        shared = _renamed(each, names)
        names[each.key()], names[words_of(each)] = shared.key(), words_of(shared)

    far = [each.server for each in every if each.server is not None]
    hosts = {each.url.partition("://")[2]: each.server or _A_SERVER for each in far if each.url}
    hosts |= {host.partition("/")[0]: name for host, name in hosts.items()}
    # Without its port, too, where it is a word of its own.
    hosts |= {host.rpartition(":")[0] or host: name for host, name in hosts.items()}
    places = [
        (re.compile(rf"(?<![\w.-]){re.escape(host)}(?![\w-])"), name)
        for host, name in hosts.items()
    ]
    names |= {each.url: "" for each in far}  # as it is in their candidates now

    def change(text: str) -> str:
        found = names[text] if text in names else folders.text(text)
        for place, name in places:
            found = place.sub(lambda _, to=name: to, found)
        return found

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
    return source.shared


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
