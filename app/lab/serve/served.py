"""Which candidates are behind an address, and by which names programs ask for them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from app.core.candidates.notation import words_of
from app.core.models.model_names import model_stem
from app.core.serve.refusals import Refused
from app.core.words.sentence import listed, say, verbatim

if TYPE_CHECKING:
    from app.lab.engines.opened import OpenedCandidate


@dataclass(frozen=True, slots=True)
class Served:
    """A candidate behind an address.

    Attributes:
        name: By which programs ask for it.
        opened: What answers.
    """

    name: str
    opened: OpenedCandidate


def named(candidates: Iterable[OpenedCandidate]) -> list[Served]:
    """The candidates with names: their files'; with settings or a number where those clash."""
    every = list(candidates)
    stems = [model_stem(each.path.name) for each in every]
    often = Counter(stems)
    names = [
        stem if often[stem] == 1 else words_of(each.candidate, stem)
        for stem, each in zip(stems, every, strict=True)
    ]
    found: list[Served] = []
    for name, each in zip(names, every, strict=True):
        same = sum(other.name == name or other.name.startswith(f"{name}-") for other in found)
        found.append(Served(f"{name}-{same + 1}" if same and often[name] != 1 else name, each))
    return found


def served_by(name: str, served: Sequence[Served]) -> Served:
    """The one that a program asks for; the first where it names none.

    Raises:
        Refused: There is none of that name.
    """
    found = next((each for each in served if not name or each.name == name), None)
    if found is None:
        names = listed([verbatim(each.name) for each in served])
        said = say("serve.no_such_model", name=name[:200], names=names)
        raise Refused(404, said, param="model", code="model_not_found")
    return found
