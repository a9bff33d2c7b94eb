"""The Models page's list of this PC's files, as a person goes through it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication, QEvent, QModelIndex

from app.ui.kit.jobs import Jobs
from app.ui.pages.models.library.tab import LibraryTab
from tests.ui.pages.models.fake_backends import FakeLibrary

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from app.core.models.family import LibraryModel

_ROLES = range(0x100 + 16)


class LibraryOnScreen:
    """Shows files and looks at every row; main thread, with an application."""

    def __init__(self) -> None:
        self._library = FakeLibrary()
        self._jobs = Jobs()
        self.tab = LibraryTab(self._library, self._jobs)  # pyright: ignore[reportArgumentType]
        self.tab.resize(1200, 700)
        self.tab.show()

    def show(self, models: Sequence[LibraryModel]) -> None:
        """Show these in place of those before, choose each, and draw it all."""
        self._library.models = list(models)
        self.tab.refresh()
        rows = 0
        for index in self._indexes(QModelIndex()):
            rows += index.column() == 0 and index.parent().isValid()
            for role in _ROLES:
                index.data(role)
        assert rows == len(models)
        for model in models:
            self.tab.show_model(model.path)
            assert not self.tab.side.details.isHidden()
        assert not self.tab.grab().isNull()
        QCoreApplication.processEvents()
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)

    def close(self) -> None:
        """Take it down."""
        self._jobs.shutdown()
        self.tab.close()
        self.tab.deleteLater()

    def _indexes(self, parent: QModelIndex) -> Iterator[QModelIndex]:
        model = self.tab.model
        for row in range(model.rowCount(parent)):
            for column in range(model.columnCount(parent)):
                yield model.index(row, column, parent)
            yield from self._indexes(model.index(row, 0, parent))
