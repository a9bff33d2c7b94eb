"""What a ladder can be made of, what it may not be, and which one is the reference."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from app.core.candidates.candidate import LETTERS, MAX_CANDIDATES, candidate_of
from app.core.errors import PersonError
from app.core.models.family import families, shrink_order
from app.core.models.kinds import kind_in_name, why_no_candidate
from app.core.models.labels import level_in_name
from app.core.models.levels import level_by_name
from app.core.words.sentence import English, worded
from app.lab.demo.demo import DEMO_LEVELS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from app.core.candidates.candidate import Candidate
    from app.core.models.family import LibraryModel
    from app.lab.compare.panes import Pane
    from app.lab.demo.demo import DemoFiles


@dataclass(frozen=True, slots=True)
class PickFile:
    """A candidate that may be measured.

    Attributes:
        family: What stands above it and its like.
        level: As its header says, or its name.
        bits: Per weight; None where no header was read yet.
        why_not: Why it cannot be measured, a sentence; empty where it can.
        letter: That it has elsewhere in the window, or empty.
    """

    candidate: Candidate
    name: str
    family: str
    level: str
    size_bytes: int | None = None
    bits: float | None = None
    why_not: str = ""
    letter: str = ""

    @property
    def path(self) -> Path:
        """The model file."""
        return Path(self.candidate.path)


def demo_files(demo: DemoFiles | None) -> list[PickFile]:
    """The demo model's levels; those that are not made yet cannot be measured yet."""
    if demo is None:
        return []
    found: list[PickFile] = []
    for level in DEMO_LEVELS:
        path = demo.path(level)
        size = path.stat().st_size if path.is_file() else None
        found.append(
            PickFile(
                candidate_of(path),
                path.name.removesuffix(".gguf"),
                worded("lab.pick_demo_model"),
                level,
                size,
                level_by_name(level).nominal_bits,
                worded("lab.pick_level_not_made") if size is None else "",
            )
        )
    return found


def library_files(models: Sequence[LibraryModel]) -> list[PickFile]:
    """What is on this PC, family by family, from the least to the most shrunken."""
    return [
        PickFile(
            candidate_of(model.path),
            model.name,
            family.name,
            model.label,
            model.file_bytes,
            model.model.bits_per_weight if model.model is not None else None,
            English(model.broken) if model.broken else "",
        )
        for family in families(models)
        for model in sorted(family.models, key=shrink_order)
    ]


def pane_files(panes: Sequence[Pane]) -> list[PickFile]:
    """The candidates of Compare with their settings, each once."""
    found: dict[Candidate, PickFile] = {}
    for pane in panes:
        model = pane.model
        name = Path(pane.candidate.path).name.removesuffix(".gguf")
        found.setdefault(
            pane.candidate,
            PickFile(
                pane.candidate,
                name,
                worded("lab.pick_in_compare"),
                model.level_name if model is not None else level_in_name(name) or "",
                model.file_bytes if model is not None else None,
                model.bits_per_weight if model is not None else None,
                why_not=pane.failure.sentence if pane.failure and model is None else "",
                letter=pane.letter,
            ),
        )
    return list(found.values())


def opened_files(candidates: Sequence[Candidate]) -> list[PickFile]:
    """Files that the person opened by hand."""
    return [
        PickFile(
            candidate,
            path.name.removesuffix(".gguf"),
            worded("lab.pick_opened_here"),
            level_in_name(path.name) or "",
            path.stat().st_size if path.is_file() else None,
            why_not=English(why_no_candidate(kind, path.name))
            if (kind := kind_in_name(path.stem))
            else "",
        )
        for candidate, path in ((each, Path(each.path)) for each in candidates)
    ]


def without_twins(files: Sequence[PickFile]) -> list[PickFile]:
    """Each candidate once: at its first place, with a letter that any of its places has."""
    found: dict[Candidate, PickFile] = {}
    for file in files:
        known = found.get(file.candidate)
        if known is None:
            found[file.candidate] = file
        elif file.letter and not known.letter:
            found[file.candidate] = replace(known, letter=file.letter)
    return list(found.values())


def in_shrink_order(files: Sequence[PickFile]) -> list[PickFile]:
    """From the least to the most shrunken, as far as that is known."""
    return sorted(files, key=lambda file: (-(_bits(file) or 0.0), -(file.size_bytes or 0)))


def reference_among(files: Sequence[PickFile], chosen: Candidate | None) -> Candidate | None:
    """The one that was chosen, if it is among them, else the first; None of none."""
    candidates = [file.candidate for file in files]
    if chosen in candidates:
        return chosen
    return candidates[0] if candidates else None


def can_be_ladder(files: Sequence[PickFile]) -> bool:
    """Whether there are neither too few nor too many."""
    return 2 <= len(files) <= MAX_CANDIDATES


def letters_of(files: Sequence[PickFile]) -> dict[str, str]:
    """The letters that the window shows them by; who has none gets the first that is free."""
    given = {file.candidate.key(): file.letter for file in files if file.letter}
    free = iter(letter for letter in LETTERS if letter not in given.values())
    keys = [file.candidate.key() for file in files]
    return {key: given.get(key) or next(free, "?") for key in keys}


def short_name(file: PickFile, among: Sequence[PickFile]) -> str:
    """The level where it tells the files apart, else the name."""
    alike = {other.path for other in among if other.level == file.level}
    return file.level if file.level and len(alike) == 1 else file.name


def _bits(file: PickFile) -> float | None:
    if file.bits is not None:
        return file.bits
    try:
        return level_by_name(file.level).nominal_bits if file.level else None
    except PersonError:
        return None
