"""Projectors of candidates: whether they are any, what they take, and which one goes with a model.

Any thread.
"""

from __future__ import annotations

import contextlib
from collections.abc import Container
from pathlib import Path
from typing import TYPE_CHECKING

from app.core.errors import PersonError
from app.core.models.family import ModelSource
from app.core.models.kinds import ModelKind, kind_in_name
from app.core.models.projector_facts import ProjectorFacts, projector_facts
from app.core.words.sentence import say
from app.library.model_files import read_shards, whole_sets
from app.library.places import Place
from app.library.scan import scan
from app.library.walk import is_model_name

if TYPE_CHECKING:
    from app.core.candidates.candidate import Candidate

_MOST_BESIDE = 40
"""Files whose headers are read."""


def check_projector(candidate: Candidate, coming: Container[str] = ()) -> None:
    """See that a candidate's projector is there, and one; not those that are still ``coming``.

    Whether it is this model's the engine alone can tell: widths are not what they seem.

    Raises:
        PersonError: It is not; the sentence says why.
    """
    if candidate.projector is not None and candidate.projector not in coming:
        _facts(candidate.projector)


def projector_bytes(candidate: Candidate) -> int:
    """What its projector adds to an engine's needs; 0 where it has none that can be read."""
    if candidate.projector is not None:
        with contextlib.suppress(PersonError):
            return _facts(candidate.projector).needed_bytes
    return 0


def projector_beside(candidate: Candidate) -> str | None:
    """The projector beside the file of a candidate that has none, by the library's rule.

    Waits for the disk where there is a file that is called like a projector.
    """
    path = candidate.file
    if candidate.projector is not None:
        return None
    try:
        files = sorted(each for each in path.parent.iterdir() if is_model_name(each.name))
    except OSError:
        return None
    if all(kind_in_name(each.name) is not ModelKind.PROJECTOR for each in files):
        return None
    # Its own and the projectors first: what lies beyond the bound can only be one family more.
    files.sort(key=lambda each: (each != path, kind_in_name(each.name) is None))
    places = [Place(ModelSource.OPENED, each) for each in whole_sets(files)[:_MOST_BESIDE]]
    found = next((each for each in scan(places, _NothingKnown()).models if each.path == path), None)
    if found is None or found.projector is None:
        return None
    with contextlib.suppress(PersonError):  # for sound alone
        _facts(str(found.projector))
        return str(found.projector)
    return None


class _NothingKnown:
    """Headers are read anew: those of a folder are few, and kept for a while as they are."""

    def get(self, key: bytes) -> None:
        """What was put is gone."""

    def put(self, key: bytes, stamp: str, facts: bytes) -> None:
        """Forget it."""


def _facts(projector: str) -> ProjectorFacts:
    path = Path(projector)
    if not path.is_file():
        raise PersonError(say("pictures.projector_gone", name=path.name))
    return projector_facts(read_shards(path)[0].header, path.name)
