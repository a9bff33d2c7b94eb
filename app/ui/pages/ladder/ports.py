"""What the Ladder page stands on."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from app.core.candidates.candidate import Candidate
    from app.core.verdict import Limits
    from app.lab.ladder.pickable import PickFile
    from app.lab.quality.texts import TextChoice
    from app.lab.works.ladders.service import LadderService
    from app.lab.works.ladders.worker import LadderWorkers
    from app.ui.pages.ladder.file_dialogs import LadderDialogs


@dataclass(frozen=True, slots=True)
class LadderBackends:
    """Everything the page stands on.

    Attributes:
        service: The list, and its way into the queue.
        workers: Read from the store; their methods are called on job threads.
        files: Asks for files.
        pickable: What can be measured, as it is known now; main thread.
        demo: The demo model's levels, the reference first; empty while some are being made.
        taught: The demo model with its adapter, and without it.
        texts: What there is to measure on; job thread.
        usual_limits: What suits this PC.
    """

    service: LadderService
    workers: LadderWorkers
    files: LadderDialogs
    pickable: Callable[[], Sequence[PickFile]]
    demo: Callable[[], Sequence[Path]]
    taught: Callable[[], Sequence[Candidate]]
    texts: Callable[[], Sequence[TextChoice]]
    usual_limits: Limits
