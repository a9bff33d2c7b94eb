"""Writes reports of a ladder in the background."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QGuiApplication

from app.core.text.clean import as_file_stem
from app.lab.reports.files import write_reports
from app.lab.reports.sharing import shareable
from app.lab.reports.text import markdown_text
from app.ui.kit.wishes import remark

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

    from app.lab.verdict.view import LadderView
    from app.ui.kit.file_dialogs import FileDialogs
    from app.ui.kit.jobs import Jobs


class Reports(QObject):
    """Main thread.

    Signals:
        failed: Why nothing was written (:class:`PersonError`).
    """

    failed = Signal(object)

    def __init__(self, jobs: Jobs, files: FileDialogs, page: QWidget) -> None:
        super().__init__(page)
        self._page = page
        self._jobs = jobs
        self._files = files

    def write(self, view: LadderView, title: str, ending: str) -> None:
        """Ask where, and write a report of this form; an HTML one brings all others with it."""
        name = as_file_stem(self.tr("Versions of {title}").format(title=title))
        target = self._files.target(self.tr("Write the report"), name + ending)
        if target is not None:
            self._jobs.run(
                lambda _context: write_reports(view, target),
                done=self._done,
                failed=self.failed.emit,
            )

    def copy(self, view: LadderView | None) -> None:
        """Put the Markdown into the clipboard."""
        if view is None:
            return

        def done(text: str) -> None:
            QGuiApplication.clipboard().setText(text)
            remark(self._page, self.tr("The report is in the clipboard."))

        self._jobs.run(lambda _context: markdown_text(shareable(view)), done=done)

    def _done(self, written: list[Path]) -> None:
        names = ", ".join(path.name for path in written)
        remark(self._page, self.tr("Written: {names}").format(names=names))
