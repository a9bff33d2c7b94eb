"""Downloads that are to be compared: kept until all of a group are there."""

from __future__ import annotations

import logging
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from app.core.errors import PersonError
from app.lab.works.work import WorkState
from app.ui.pages.models.library.kept_comparisons import NO_DOWNLOAD, ComparisonGroup, GroupMember

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from app.ui.pages.models.downloads.entry import DownloadEntry
    from app.ui.pages.models.library.kept_comparisons import KeptComparisons

log = logging.getLogger(__name__)


class WaitingComparisons(QObject):
    """Groups of downloads, in the order in which they are to be compared.

    They outlive the program. A group is forgotten when one of its downloads is cancelled; a
    failed one keeps it waiting, and a finished one may leave the list. Nothing is handed over
    before the first ``set_held(False)``.

    Signals:
        ready: All of a group are there: their paths, in a list.
        held: A group is complete, and waits for answers in progress.

    Args:
        kept: Keeps the groups over restarts.
        parent: Its owner.
        is_busy: Whether answers are in progress at this very moment; the window tells by
            :meth:`set_held` only some time later.
    """

    ready = Signal(list)
    held = Signal()

    def __init__(
        self,
        kept: KeptComparisons,
        parent: QObject | None = None,
        *,
        is_busy: Callable[[], bool] = lambda: False,
    ) -> None:
        super().__init__(parent)
        self._kept = kept
        self._is_busy = is_busy
        self._groups: list[ComparisonGroup] = []
        self._is_held = True
        self._told_held = False
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
        """How many groups have not been handed over."""
        return len(self._groups)

    def note(self, entries: Sequence[DownloadEntry]) -> None:
        """The queue has changed."""
        by_key = {entry.key: entry for entry in entries}
        self._groups = [
            looked for group in self._groups if (looked := self._look(group, by_key)) is not None
        ]
        self._hand_over()

    def set_held(self, held: bool) -> None:
        """Hand nothing over for a while (answers are in progress), or again."""
        self._is_held = held
        self._told_held = False
        self._hand_over()

    def go_on(self) -> None:
        """Hand over what was complete while answers were in progress; cheap, and often called."""
        if self._groups:
            self._hand_over()

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

    def _hand_over(self) -> None:
        complete = [group for group in self._groups if group.complete]
        if not complete:
            return
        if self._is_held or self._is_busy():
            if not self._told_held:
                self._told_held = True
                self.held.emit()
            return
        group = complete[0]
        # The one that opens may let answers begin, which the others then wait for.
        self._groups.remove(group)
        self.ready.emit([member.path for member in group.members])
        self._try(lambda: self._kept.remove(group.number))
        self._hand_over()

    def _try(self, do: Callable[[], object]) -> None:
        try:
            do()
        except PersonError as error:
            log.warning("%s", error.detail or error.sentence)


def _looked_at(member: GroupMember, entry: DownloadEntry | None) -> GroupMember:
    if member.path is None and entry is not None and entry.state is WorkState.DONE:
        return replace(member, path=entry.path)
    return member
