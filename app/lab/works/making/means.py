"""What versions are made with on this PC, what measures them among it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from app.core.candidates.candidate import candidate_of
from app.core.errors import PersonError
from app.core.words.sentence import say
from app.lab.quality.kept_references import KeptReferences
from app.lab.quality.measure import Quality
from app.lab.quality.plan import QUICK_CHUNK_TOKENS, QualityMode, QualityPlan
from app.lab.quality.texts import TextSource, measured_text, suited
from app.lab.shrink.making.means import Means
from app.library.model_files import open_model_file

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from app.core.models.family import LibraryModel
    from app.core.shrink.recipe import Step
    from app.lab.engines.room import EngineRoom
    from app.store.paths import Paths

# All mixtures read the same chunks, so that few tell which of them is best.
_CHUNKS = 16


def means_here(
    paths: Paths,
    room: EngineRoom,
    threads: int,
    on_step: Callable[[Step, int, int], None],
    library: Callable[[], Sequence[LibraryModel]] = tuple,
    *,
    gets_converter: bool = False,
) -> Means:
    """What a version is made with.

    Args:
        paths: The program's folders.
        room: Where engines run.
        threads: Of engines.
        on_step: Told what is done now, how much of it, and of how much.
        library: Brings up the models on this PC.
        gets_converter: Original weights may be converted by what is downloaded first.
    """

    def divergence(source: Path, made: Path) -> float:
        return _mean_divergence(source, made, paths, room, threads)

    return Means(
        threads,
        room,
        paths.cache,
        on_step,
        library,
        paths.database,
        gets_converter=gets_converter,
        divergence=divergence,
    )


def _mean_divergence(
    source: Path, made: Path, paths: Paths, room: EngineRoom, threads: int
) -> float:
    """How far a version is from its source over the bundled texts, in nats.

    Raises:
        PersonError: It could not be measured.
    """
    usual = suited(TextSource.USUAL, [open_model_file(source)])
    bundled = TextSource.BUNDLED if usual is TextSource.USUAL else usual
    plan = QualityPlan(
        QualityMode.QUICK,
        measured_text(bundled, paths.database),
        threads,
        QUICK_CHUNK_TOKENS,
        most_chunks=_CHUNKS,
        is_mean_only=True,
    )
    try:
        references = KeptReferences(paths.cache / "references", engines_folder=paths.state)
    except OSError as error:
        reason = error.strerror or str(error)
        raise PersonError(
            say("lab.folder_cannot_written", cache=paths.cache, reason=reason)
        ) from error
    quality = Quality(plan, room, references, lambda _done, _total, _name: None)
    (row,) = quality.run(candidate_of(source), [candidate_of(made)]).rows
    if row.figures is None:
        raise PersonError(row.error or row.refused or say("program.unexpected"))
    return row.figures.mean_kld.value
