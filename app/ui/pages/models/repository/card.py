"""What a model's authors say of it, below its versions; asked of the Hub when it is wanted."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QDate, QLocale, Qt
from PySide6.QtWidgets import QScrollArea, QSplitter, QWidget

from app.ui.answers.markdown import MarkdownView
from app.ui.answers.part_bar import PartBar
from app.ui.kit.theme import GRID
from app.ui.kit.widgets import Banner, BannerAction, ProgressLine, Severity, label
from app.ui.kit.widgets.layouts import in_column, scroll_down
from app.ui.kit.words.sentences import sentence
from app.ui.pages.models.asking import while_wanted
from app.ui.pages.models.words import DOT

if TYPE_CHECKING:
    from PySide6.QtGui import QResizeEvent

    from app.core.errors import PersonError
    from app.hub.repositories import Repository
    from app.ui.kit.jobs import Job, JobContext, Jobs
    from app.ui.pages.models.ports import CataloguePort

# In lines of text: less room is not shared.
_SHARED_LINES = 30


class ModelCard(QWidget):
    """Text of somebody else: no picture is loaded, and links are only opened by the person."""

    def __init__(self, catalogue: CataloguePort, jobs: Jobs) -> None:
        super().__init__()
        self.setAccessibleName(self.tr("Model card"))
        self._catalogue = catalogue
        self._jobs = jobs
        self._job: Job[str] | None = None
        self._shown: Repository | None = None
        self.facts = label("", "small-dim", wrap=True)
        self.progress = ProgressLine(self.tr("Model card"))
        self.notice = Banner()
        self.notice.hide()
        self.text = MarkdownView(self.tr("Model card"))
        content = QWidget()
        content.setProperty("role", "surface")
        in_column(self.text, 1, on=content, margins=GRID)
        self.area = QScrollArea()
        scroll_down(self.area)
        self.area.setWidget(content)
        in_column(
            self.facts, self.progress, self.notice, (self.area, 1), PartBar(self.text), on=self
        )

    def show_card(self, repository: Repository) -> None:
        """Bring a repository's card, unless it is there."""
        if repository is self._shown:
            return
        if self._job is not None:
            self._job.cancel()
        self._shown = repository
        self.facts.setText(self._said(repository))
        self.notice.hide()
        self.text.set_markdown("")
        self.progress.set_share(None)
        catalogue = self._catalogue

        def bring(context: JobContext) -> str:
            with while_wanted(context):
                return catalogue.card(repository)

        self._job = self._jobs.run(bring, done=self._on_brought, failed=self._on_failed)

    def _on_brought(self, text: str) -> None:
        self._job = None
        self.progress.clear()
        self.text.set_markdown(text or self.tr("Its authors say nothing of it."))

    def _on_failed(self, error: PersonError) -> None:
        self._job = None
        self.progress.clear()
        repository, self._shown = self._shown, None
        assert repository is not None
        again = BannerAction(self.tr("Try again"), lambda: self.show_card(repository), primary=True)
        self.notice.show_notice(Severity.ERROR, sentence(error), "", (again,))

    def _said(self, repository: Repository) -> str:
        facts = repository.facts
        parts = [self.tr("Licence: {name}").format(name=facts.licence or self.tr("none named"))]
        if facts.last_modified is not None:
            changed = facts.last_modified
            date = QDate(changed.year, changed.month, changed.day)
            day = QLocale().toString(date, QLocale.FormatType.ShortFormat)
            parts.append(self.tr("last changed {day}").format(day=day))
        return DOT.join(parts)


class CardRoom(QSplitter):
    """The versions above the card; the card alone where there is no room for both."""

    def __init__(self, above: QWidget, card: ModelCard) -> None:
        super().__init__(Qt.Orientation.Vertical)
        self._above, self._card = above, card
        self.addWidget(above)
        self.addWidget(card)
        self.setChildrenCollapsible(False)

    def show_card(self, shown: bool) -> None:
        """Show the card, or hide it."""
        self._card.setVisible(shown)
        self._arrange()
        if shown and not self._above.isHidden():
            self.setSizes([self.height() // 2] * 2)

    def _arrange(self) -> None:
        least = self.fontMetrics().height() * _SHARED_LINES
        self._above.setVisible(self._card.isHidden() or self.height() >= least)

    # Qt's own names from here on.

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._arrange()
