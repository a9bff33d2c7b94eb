"""The banner above a ladder whose rows were not treated alike, or whose PC was not at rest."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.ui.widgets import Banner, BannerAction, Severity

if TYPE_CHECKING:
    from collections.abc import Sequence

    from PySide6.QtWidgets import QWidget


class RemarksBanner(Banner):
    """The first remark; the others on request. Stays away once dismissed, until they change."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(dismissible=True, parent=parent)
        self._remarks: tuple[str, ...] = ()
        self._unfolded = False
        self.hide()

    def show_remarks(self, remarks: Sequence[str]) -> None:
        """Show these, or nothing."""
        wanted = tuple(remarks)
        if wanted == self._remarks:
            return
        self._remarks = wanted
        self._unfolded = False
        self._refresh()

    @property
    def remarks(self) -> tuple[str, ...]:
        """All of them, shown or not."""
        return self._remarks

    def _refresh(self) -> None:
        if not self._remarks:
            self.hide()
            return
        first, *others = self._remarks
        if not others or self._unfolded:
            self.show_notice(Severity.WARNING, first, "\n".join(others))
            return
        words = self.tr("{n} more remarks").format(n=len(others))
        if len(others) == 1:
            words = self.tr("One more remark")
        self.show_notice(Severity.WARNING, first, "", (BannerAction(words, self._unfold),))

    def _unfold(self) -> None:
        self._unfolded = True
        self._refresh()
