"""With what a version is made, and what is told of one that was."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from app.core.words.sentence import Sentence

if TYPE_CHECKING:
    from app.core.models.family import LibraryModel
    from app.core.shrink.recipe import Done, Step
    from app.lab.engines.room import EngineRoom


@dataclass(frozen=True, slots=True)
class ShrinkResult:
    """A version that was made.

    Attributes:
        pruned: What was left out, in words.
        remarks: What a person should know of it.
    """

    source: str
    target: str
    level: str
    file_bytes: int
    bits_per_weight: float
    zero_fraction: float | None
    recipe: Done
    elapsed_ns: int
    pruned: str = ""
    remarks: Sequence[Sentence] = ()


@dataclass(frozen=True, slots=True)
class Means:
    """What a version is made with.

    Attributes:
        threads: Of engines.
        room: Where they run.
        cache: This program's cache folder, for matrices that are kept.
        on_step: Told what is done now, how much of it, and of how much.
        library: Brings up the models on this PC, to name one in place of a shrunken source.
        database: Where this program's chats are stored, for matrices of own chats.
        label: What the new file's header says of it before what was left out.
        gets_converter: Original weights may be converted by what is downloaded first.
        divergence: Measures how far a version is from the source, in nats, over a text that the
            importance matrix was not made of; None where nothing is to be tried.
    """

    threads: int
    room: EngineRoom
    cache: Path
    on_step: Callable[[Step, int, int], None]
    library: Callable[[], Sequence[LibraryModel]] = tuple
    database: Path = Path()
    label: str = ""
    gets_converter: bool = False
    divergence: Callable[[Path, Path], float] | None = None
