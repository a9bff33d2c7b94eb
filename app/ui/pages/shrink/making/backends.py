"""What the tab stands on where versions are chosen and ordered."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from app.core.models.model_file import ModelFile
    from app.lab.works.making.makes import Makes
    from app.lab.works.making.work import Make
    from app.ui.kit.file_dialogs import FileDialogs
    from app.ui.kit.jobs import JobContext, Jobs


@dataclass(frozen=True, slots=True)
class MakingBackends:
    """The queue, the way to files, and what is known of models.

    Attributes:
        makes: The queue.
        jobs: The door to background work.
        files: Asks for files.
        preview: Called in a job: reports tuples of :class:`app.lab.works.making.preview.Preview`.
        folder_for: Where versions of a model go by themselves.
        free_bytes: What a folder's disk has left.
        memory_bytes: What models may take of this PC's memory now.
        open_model: Reads a model's header; raises PersonError.
        adapters_for: The adapters of this PC that fit a model.
        source_of: Where the model that a version was made of is now.
        learning_pace: Called in a job: times for seconds how fast models learn here.
        influences: Called in a job: how much each layer changes what passes through it.
        known_influences: The same where it was measured before, else None; called in a job.
    """

    makes: Makes
    jobs: Jobs
    files: FileDialogs
    preview: Callable[[Path, JobContext], object]
    folder_for: Callable[[Path], Path]
    free_bytes: Callable[[Path], int | None]
    memory_bytes: Callable[[], int]
    open_model: Callable[[Path], ModelFile]
    adapters_for: Callable[[ModelFile], Sequence[Path]]
    source_of: Callable[[Make], Path]
    learning_pace: Callable[[JobContext], float]
    influences: Callable[[Path, JobContext], Sequence[float]]
    known_influences: Callable[[Path], Sequence[float] | None]
