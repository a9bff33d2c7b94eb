"""What the tab of other devices stands on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from app.core.candidates.candidate import Candidate
    from app.core.devices.device import Device
    from app.lab.scale.whatif import Asked
    from app.ui.kit.jobs import JobContext, Jobs


@dataclass(frozen=True, slots=True)
class ElsewhereBackends:
    """What the tab stands on.

    Attributes:
        jobs: The door to background work.
        plan: Called in a job: reports each question with its answer.
        devices: That ship with the program.
        own: The person's own.
        keep_own: Keeps them.
        opened: Candidates that are open in Compare, each behind its letter.
    """

    jobs: Jobs
    plan: Callable[[Sequence[Asked], JobContext], None]
    devices: tuple[Device, ...]
    own: Callable[[], tuple[Device, ...]]
    keep_own: Callable[[tuple[Device, ...]], None]
    opened: Callable[[], Sequence[tuple[str, Candidate]]]
