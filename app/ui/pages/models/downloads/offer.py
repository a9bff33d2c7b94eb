"""Offers what came together to be compared: nobody is taken away from what they are doing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Signal

from app.core.words.sentence import listed
from app.ui.kit.widgets import Banner, BannerAction, Severity
from app.ui.kit.wishes import remark
from app.ui.kit.words.sentences import told

if TYPE_CHECKING:
    from app.ui.pages.models.library.comparisons import WaitingComparisons


class ComparisonOffer(Banner):
    """Shown while a group of downloads is complete, the oldest first.

    Signals:
        compare_wanted: These model files (paths) are to be opened side by side.
    """

    compare_wanted = Signal(list)

    def __init__(self, comparisons: WaitingComparisons) -> None:
        super().__init__(dismissible=True)
        self._comparisons = comparisons
        comparisons.changed.connect(self._follow)
        self.dismissed.connect(self._forget)
        self.hide()

    def _follow(self) -> None:
        complete = self._comparisons.complete
        if not complete:
            self.hide()
            return
        paths = complete[0].paths
        names = told(listed([path.name for path in paths]))
        said = self.tr("{files}: all here.").format(files=names)
        words = self.tr("Chat") if len(paths) == 1 else self.tr("Compare them")
        self.show_notice(Severity.INFO, said, "", (BannerAction(words, self._take, primary=True),))
        if not self.isVisible():
            remark(self, said)

    def _take(self) -> None:
        paths = self._comparisons.complete[0].paths
        self._forget()
        self.compare_wanted.emit(paths)

    def _forget(self) -> None:
        self._comparisons.take(self._comparisons.complete[0])
