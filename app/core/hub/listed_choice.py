"""Which model file of a repository a word means."""

from __future__ import annotations

from collections.abc import Sequence
from difflib import get_close_matches
from typing import TYPE_CHECKING

from app.core.errors import PersonError
from app.core.models.kinds import WHOLE_MODELS, ModelKind
from app.core.models.labels import begins_level, canonical_label
from app.core.models.model_names import ends_with_level, model_stem
from app.core.text.clean import clean_line
from app.core.words.sentence import Sentence, say

if TYPE_CHECKING:
    from app.core.listing import ListedFile, RepoFile

_MOST_NAMED = 5


class NoSuchFileError(PersonError):
    """The repository has no such model file."""


def models_among(files: Sequence[ListedFile]) -> list[ListedFile]:
    """The language models; where there are none, the models of other kinds."""
    found = [file for file in files if file.kind is ModelKind.LANGUAGE_MODEL]
    return found or [file for file in files if file.kind in WHOLE_MODELS]


def find_file(files: Sequence[ListedFile], wanted: str) -> ListedFile:
    """Return the model file of a level, or the one with this very name.

    Raises:
        NoSuchFileError: There is none, or several; the sentence names what there is.
    """
    named = [file for file in files if any(_is_named(part, wanted) for part in file.parts)]
    alike = [file for file in files if any(_own_name(part) == wanted for part in file.parts)]
    if named or len(alike) == 1:
        return _whole((named or alike)[0])
    models = models_among(files)
    cut = [file for file in files if file.kind is ModelKind.CUT]
    if cut and not models:
        return _whole(cut[0])
    if not models:
        raise NoSuchFileError(say("hub.repository_holds_no_gguf_model"))
    label = canonical_label(wanted)
    found = [file for file in models if file.level and canonical_label(file.level) == label]
    found = found or [file for file in models if ends_with_level(file.name, wanted)]
    if not found and (begun := [file for file in models if begins_level(wanted, file.level or "")]):
        if len({file.level for file in begun}) > 1:
            raise NoSuchFileError(_which(wanted, begun, files))
        found = begun
    if len(found) == 1:
        return _whole(found[0])
    if found:
        raise NoSuchFileError(
            say(
                "hub.several_files_repository_level_name",
                wanted=_short(wanted),
                names=_listed([file.name for file in found]),
            )
        )
    for file in cut:
        if file.level and canonical_label(file.level) == label:
            return _whole(file)
    raise NoSuchFileError(_which(wanted, _models(files), files))


def choices(files: Sequence[ListedFile]) -> list[str]:
    """What may be typed for each model file that can be had: its level where that means it alone.

    Args:
        files: All of a repository.
    """
    return [_choice(file, files) for file in _models(files)]


def _models(files: Sequence[ListedFile]) -> list[ListedFile]:
    models = models_among(files)
    return [file for file in models if file.complete] or models


def _choice(file: ListedFile, files: Sequence[ListedFile]) -> str:
    try:
        return file.level if file.level and find_file(files, file.level) == file else file.name
    except NoSuchFileError:
        return file.name


def _listed(names: Sequence[str]) -> str:
    return ", ".join(names[:_MOST_NAMED]) + (", …" if len(names) > _MOST_NAMED else "")


def _whole(file: ListedFile) -> ListedFile:
    if file.kind is ModelKind.CUT:
        raise NoSuchFileError(
            say(
                "hub.but_cut_hand_into_pieces",
                level=file.level or model_stem(file.name),
                shards=file.shards,
                name=file.name,
            )
        )
    if not file.complete:
        raise NoSuchFileError(
            say(
                "hub.repository_holds_only_shards",
                count=len(file.parts),
                shards=file.shards,
                name=file.name,
            )
        )
    return file


def _is_named(part: RepoFile, wanted: str) -> bool:
    """Whether a file is called so, or is shown so where it has signs that steer a terminal."""
    return wanted in (part.name, clean_line(part.name))


def _own_name(part: RepoFile) -> str:
    return part.name.rpartition("/")[2]


def _short(wanted: str) -> str:
    return wanted if len(wanted) <= 40 else f"{wanted[:40]}…"


def _which(wanted: str, models: Sequence[ListedFile], files: Sequence[ListedFile]) -> Sentence:
    shown = _short(wanted)
    if not any(file.level for file in models):
        names = _listed([file.name for file in models])
        return say("hub.repository_no_file_level", shown=shown, names=names)
    typed = {file.level or file.name: _choice(file, files) for file in models}
    near = get_close_matches(wanted.upper(), typed, n=_MOST_NAMED, cutoff=0.5) or list(typed)
    levels = ", ".join(typed[level] for level in near)
    levels += "" if len(near) == len(typed) else ", …"
    return say("hub.repository_no_level", shown=shown, levels=levels)
