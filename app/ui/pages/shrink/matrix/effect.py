"""Versions that are made to be held against each other: measured as soon as all of them are."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from app.core.candidates.candidate import candidate_of
from app.lab.works.work import WorkState

if TYPE_CHECKING:
    from collections.abc import Sequence

    from app.core.candidates.candidate import Candidate
    from app.lab.works.making.work import Make


class Together:
    """Groups of versions that wait for each other. Main thread."""

    def __init__(self) -> None:
        self._groups: list[Sequence[Make]] = []

    def wait_for(self, works: Sequence[Make]) -> None:
        """Wait until all of these are made."""
        self._groups.append(works)

    def take_ready(self) -> list[list[Candidate]]:
        """Those groups of which all are made, the original first; each is told of once."""
        found: list[list[Candidate]] = []
        for works in list(self._groups):
            if any(work.is_cancelled for work in works):
                self._groups.remove(works)
            elif all(work.state is WorkState.DONE for work in works):
                self._groups.remove(works)
                paths = [works[0].order.source, *(work.order.target for work in works)]
                found.append([candidate_of(Path(path)) for path in paths])
        return found
