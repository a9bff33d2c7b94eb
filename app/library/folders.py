"""Brings up the model files below a folder, whatever layout lies in it."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from app.base.files import Stamp, read_ordinary, stamp_at
from app.core.models.family import ModelSource
from app.core.models.model_names import parse_shard_name
from app.library.found import Found, in_sets, name_of
from app.library.hugging_face import find_in_repository, is_repository
from app.library.jan import paths_in
from app.library.ollama import find_in_ollama
from app.library.walk import Walk, is_model_name

if TYPE_CHECKING:
    from app.library.places import Place

_OLLAMA_FOLDERS = frozenset({"blobs", "manifests"})
# Jan's note of a model: where its file is, which may be anywhere.
_JAN_NOTE = "model.yml"
_MAX_NOTE_BYTES = 1 << 16
# llama.cpp's note of a download of its former cache: “manifest=org=repo=tag.json”.
_LLAMA_CPP_NOTE = re.compile(r"manifest=(?P<org>[^=]+)=(?P<repo>[^=]+)=[^=]*\.json")


def find_in_place(walk: Walk, place: Place) -> Iterator[Found]:
    """Bring up what looks like a model file below a place.

    Repositories of a Hugging Face cache and stores of Ollama are read by their own rules
    wherever they lie; in all other folders every ``*.gguf`` counts.

    Raises:
        ScanCancelled: The scan was cancelled.
    """
    if place.source is ModelSource.OPENED:
        yield from _opened(place)
        return
    is_jan = place.source is ModelSource.JAN
    wanted = _is_wanted_of_jan if is_jan else is_model_name
    for folder, files, below in walk.down_from(place.folder, wanted):
        if {child.name for child in below} >= _OLLAMA_FOLDERS:
            yield from find_in_ollama(walk, folder)
            below[:] = [child for child in below if child.name not in _OLLAMA_FOLDERS]
        repositories = [child for child in below if is_repository(child)]
        below[:] = [child for child in below if child not in repositories]
        prefixes = _prefixes(folder) if files and place.source is ModelSource.LLAMA_CPP else ()
        notes = [file for file in files if file.path.name == _JAN_NOTE] if is_jan else []
        for members in in_sets(file for file in files if file not in notes):
            yield _found(members, place, prefixes)
        for note in notes:
            yield from _named_by(note, place)
        for repository in repositories:
            yield from find_in_repository(walk, repository, place.source)


def _opened(place: Place) -> Iterator[Found]:
    """A file that was opened, with the others of its set; nothing where it is gone."""
    path = place.folder
    shard = parse_shard_name(path.name)
    names = (path.name,) if shard is None else shard.all_names()
    stamps = [stamp_at(path.with_name(name)) for name in names]
    files = tuple(stamp for stamp in stamps if stamp is not None)
    if files:
        yield Found(files, name_of(files[0].path), place.source)


def _found(
    members: tuple[Stamp, ...], place: Place, prefixes: tuple[tuple[str, str], ...]
) -> Found:
    path = members[0].path
    name = name_of(path)
    repository = _folders_repository(path, place)
    for prefix, prefix_repository in prefixes:
        if name.startswith(prefix) and len(name) > len(prefix):
            name, repository = name.removeprefix(prefix), prefix_repository
    return Found(members, name, place.source, repository=repository)


def _folders_repository(path: Path, place: Place) -> str | None:
    """LM Studio keeps ``publisher/model/file.gguf``, named like the repository."""
    if place.source is not ModelSource.LM_STUDIO:
        return None
    parts = path.relative_to(place.folder).parts
    return "/".join(parts[:2]) if len(parts) == 3 else None


def _prefixes(folder: Path) -> tuple[tuple[str, str], ...]:
    """How names of llama.cpp's former cache begin, and the repository that this means."""
    try:
        names = os.listdir(folder)
    except OSError:
        return ()
    notes = [note for name in names if (note := _LLAMA_CPP_NOTE.fullmatch(name))]
    return tuple(
        (f"{note['org']}_{note['repo']}_", f"{note['org']}/{note['repo']}") for note in notes
    )


def _is_wanted_of_jan(file_name: str) -> bool:
    return file_name == _JAN_NOTE or is_model_name(file_name)


def _named_by(note: Stamp, place: Place) -> Iterator[Found]:
    """The files elsewhere on this PC that one of Jan's notes names."""
    try:
        text = read_ordinary(note.path, _MAX_NOTE_BYTES).decode("utf-8", "replace")
    except OSError:
        return
    named = [Path(path) for path in paths_in(text)]
    # Other files lie beside the note, where they were found already.
    far = [path for path in named if path.is_absolute() and is_model_name(path.name)]
    files = [file for path in far if (file := stamp_at(path)) is not None and path.is_file()]
    for members in in_sets(files):
        yield Found(
            members, name_of(members[0].path), place.source, aliases=(note.path.parent.name,)
        )
