"""Where a model's weights are to be had as training left them: what shrinking begins with."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from app.core.errors import PersonError
from app.core.models.family import LibraryModel, ModelSource, families
from app.core.models.levels import FULL_PRECISION_BITS
from app.core.models.model_file import ModelFile
from app.core.models.model_names import model_stem
from app.core.words.sentence import Sentence, say
from app.lab.models.names import clear_name
from app.library.model_files import open_model_file

_MOST_NEIGHBOURS = 100


def is_full(model: ModelFile) -> bool:
    """Whether a file's weights have lost nothing yet, as far as its header tells."""
    return model.bits_per_weight > FULL_PRECISION_BITS


def where_to_get_full(model: ModelFile, library: Sequence[LibraryModel]) -> Sentence:
    """The way on from a file that is shrunken already: what to take in its place.

    Args:
        model: The shrunken file.
        library: The models on this PC.

    Returns:
        The end of a sentence; a name or command in it can be typed as it stands.
    """
    known = [*library, *_neighbours(model.path, library)]
    own = next((each for each in known if _is_same(each.path, model.path)), None)
    if own is None:
        own = _unlisted(model)
        known.append(own)
    family = next((family for family in families(known) if own in family.models), None)
    for each in family.models if family is not None else ():
        if each.model is not None and is_full(each.model):
            named = clear_name(each, library) if each in library else str(each.path)
            return say("lab.take_pc_source", named=named)
    if own.repository is not None:
        return say("lab.take_f16_bf16_f32_version_2", repository=own.repository)
    words = (family.name if family is not None else model.name).replace("”", "")
    return say("lab.take_f16_bf16_f32_version", words=words)


def _neighbours(path: Path, library: Sequence[LibraryModel]) -> list[LibraryModel]:
    """Model files beside this one that no place of the library holds."""
    listed = {each.path for each in library}
    found: list[LibraryModel] = []
    try:
        beside = sorted(path.absolute().parent.glob("*.gguf"))[:_MOST_NEIGHBOURS]
    except OSError:
        return []
    for each in beside:
        if each in listed:
            continue
        try:
            found.append(_unlisted(open_model_file(each)))
        except PersonError:
            continue  # no source for anything
    return found


def _unlisted(model: ModelFile) -> LibraryModel:
    return LibraryModel(
        path=model.path,
        files=model.shard_paths,
        name=model_stem(model.path.name),
        source=ModelSource.OWN_FOLDER,
        file_bytes=model.file_bytes,
        modified_ns=0,
        model=model,
    )


def _is_same(one: Path, other: Path) -> bool:
    try:
        return one.samefile(other)
    except OSError:
        return False
