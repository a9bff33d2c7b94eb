"""Downloads that are to be compared: kept until all of a group are there and were offered."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from app.core.errors import PersonError
from app.lab.works.work import WorkState
from app.ui.pages.models.library.kept_comparisons import (
    NO_DOWNLOAD,
    ComparisonGroup,
    GroupMember,
    KeptComparisons,
)

if TYPE_CHECKING:
    from app.ui.pages.models.downloads.queue_view import DownloadEntry

log = logging.getLogger(__name__)


class WaitingComparisons(QObject):
    """Groups of downloads, in the order in which they are to be compared.

    They outlive the program. A group is forgotten when one of its downloads is cancelled; a
    failed one keeps it waiting, and a finished one may leave the list. Nothing opens by itself:
    a group that is complete stays until the person takes it or declines.

    Signals:
        changed: Other groups are complete than before.

    Args:
        kept: Keeps the groups over restarts.
        parent: Its owner.
    """

    changed = Signal()

    def __init__(self, kept: KeptComparisons, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._kept = kept
        self._groups: list[ComparisonGroup] = []
        self._try(lambda: self._groups.extend(kept.load()))

    def add(self, wanted: Sequence[str | Path]) -> None:
        """Wait for these downloads (their keys), to be compared with files that are here.

        Raises:
            PersonError: It cannot be stored.
        """
        if any(group.wanted == tuple(wanted) for group in self._groups):
            return
        members = tuple(
            GroupMember(each) if isinstance(each, str) else GroupMember(NO_DOWNLOAD, each)
            for each in wanted
        )
        self._groups.append(ComparisonGroup(self._kept.add(members), members))

    @property
    def waiting(self) -> int:
        """How many groups the person has neither taken nor declined."""
        return len(self._groups)

    @property
    def complete(self) -> list[ComparisonGroup]:
        """Those of which all files are there, the oldest first."""
        return [group for group in self._groups if group.complete]

    def note(self, entries: Sequence[DownloadEntry]) -> None:
        """The queue has changed."""
        by_key = {entry.key: entry for entry in entries}
        before = self.complete
        self._groups = [
            looked for group in self._groups if (looked := self._look(group, by_key)) is not None
        ]
        if self.complete != before:
            self.changed.emit()

    def take(self, group: ComparisonGroup) -> None:
        """It is opened, or declined: forget it."""
        self._groups.remove(group)
        self._try(lambda: self._kept.remove(group.number))
        self.changed.emit()

    def _look(
        self, group: ComparisonGroup, by_key: dict[str, DownloadEntry]
    ) -> ComparisonGroup | None:
        """The group with the files that are there now; None where one will never come."""
        if any(member.path is None and member.key not in by_key for member in group.members):
            self._try(lambda: self._kept.remove(group.number))
            return None
        members = tuple(_looked_at(member, by_key.get(member.key)) for member in group.members)
        if members == group.members:
            return group
        changed = replace(group, members=members)
        self._try(lambda: self._kept.save(changed))
        return changed

    def _try(self, do: Callable[[], object]) -> None:
        try:
            do()
        except PersonError as error:
            log.warning("%s", error.detail or error.sentence)


def _looked_at(member: GroupMember, entry: DownloadEntry | None) -> GroupMember:
    if member.path is None and entry is not None and entry.state is WorkState.DONE:
        return replace(member, path=entry.path)
    return member
