"""Asks before a model file is removed, and says first what that frees."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Signal

from app.ui.kit.question import Question
from app.ui.kit.words.format import byte_size

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

    from app.core.models.family import LibraryModel
    from app.hub.files.removal import Removal
    from app.ui.kit.jobs import Jobs
    from app.ui.pages.models.library.feed import LibraryFeed


class RemovalQuestion(Question):
    """Hidden until the plan of a removal is known; what it frees is counted on a job thread.

    Signals:
        removed: It is gone: a sentence.
        failed: It cannot be planned or carried out: a ``PersonError``.
    """

    removed = Signal(str)
    failed = Signal(object)

    def __init__(self, library: LibraryFeed, jobs: Jobs, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._library = library
        self._jobs = jobs
        self._model: LibraryModel | None = None
        self._plan: Removal | None = None

    def plan(self, model: LibraryModel) -> None:
        """Count what removing a model file frees, then ask."""
        self._model = model
        self._plan = None
        self.hide()
        self._jobs.run(
            lambda _context: self._library.plan_removal(model),
            done=lambda plan: self._on_planned(model, plan),
            failed=self.failed.emit,
        )

    def follow_choice(self, chosen: list[LibraryModel]) -> None:
        """Ask no more where another file is chosen meanwhile."""
        if self._model is not None and [model.path for model in chosen] != [self._model.path]:
            self._model = self._plan = None
            self.hide()

    def _on_planned(self, model: LibraryModel, plan: Removal) -> None:
        if model is not self._model:
            return
        self._plan = plan
        sentence = self.tr("Remove “{name}” from this PC? This frees {size}.")
        if plan.elsewhere:
            sentence = self.tr(
                "Remove “{name}” from the cache? This frees {size}: it is a link to {path}, and"
                " what lies there stays."
            )
        self.ask(
            sentence.format(
                name=model.name,
                size=byte_size(plan.freed_bytes),
                path=plan.elsewhere[0] if plan.elsewhere else "",
            ),
            self.tr("Remove"),
            self._remove,
        )

    def _remove(self) -> None:
        plan, self._plan, self._model = self._plan, None, None
        if plan is None:
            return
        self._jobs.run(
            lambda _context: plan.execute(), done=self._on_removed, failed=self.failed.emit
        )

    def _on_removed(self, freed_bytes: int) -> None:
        self.removed.emit(
            self.tr("{size} freed.").format(size=byte_size(freed_bytes))
            if freed_bytes
            else self.tr("Nothing was freed.")
        )
