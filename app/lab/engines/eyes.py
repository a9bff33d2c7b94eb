"""Projectors of candidates: whether they are any, what they take, and which one goes with a model.

Any thread.
"""

from __future__ import annotations

import contextlib
from pathlib import Path
from typing import TYPE_CHECKING

from app.core.errors import PersonError
from app.core.models.kinds import ModelKind, kind_in_name
from app.core.models.projector_facts import ProjectorFacts, is_projector, projector_facts
from app.core.words.sentence import say
from app.library.model_files import read_shards

if TYPE_CHECKING:
    from app.core.candidates.candidate import Candidate

_MOST_BESIDE = 20


def check_projector(candidate: Candidate) -> None:
    """See that a candidate's projector is there, and one.

    Whether it is this model's the engine alone can tell: widths are not what they seem.

    Raises:
        PersonError: It is not; the sentence says why.
    """
    if candidate.projector is not None:
        _facts(candidate.projector)


def projector_bytes(candidate: Candidate) -> int:
    """What its projector adds to an engine's needs; 0 where it has none that can be read."""
    if candidate.projector is not None:
        with contextlib.suppress(PersonError):
            return _facts(candidate.projector).needed_bytes
    return 0


def projectors_beside(path: Path) -> list[Path]:
    """The projectors in the folder of a model file, by name: files that are called so, and are."""
    try:
        named = sorted(
            each
            for each in path.parent.iterdir()
            if each.suffix.lower() == ".gguf" and kind_in_name(each.name) is ModelKind.PROJECTOR
        )
    except OSError:
        return []
    found: list[Path] = []
    for file in named[:_MOST_BESIDE]:
        with contextlib.suppress(PersonError):
            if file != path and is_projector(read_shards(file)[0].header):
                found.append(file)
    return found


def projector_beside(candidate: Candidate) -> str | None:
    """The only projector beside the file of a candidate that has none."""
    if candidate.projector is not None:
        return None
    found = projectors_beside(Path(candidate.path))
    return str(found[0]) if len(found) == 1 else None


def _facts(projector: str) -> ProjectorFacts:
    path = Path(projector)
    if not path.is_file():
        raise PersonError(say("pictures.projector_gone", name=path.name))
    return projector_facts(read_shards(path)[0].header, path.name)
