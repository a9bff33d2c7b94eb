"""The parts of the Compare page and where they stand."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QSplitter, QStackedWidget, QWidget

from app.ui.kit.plain import set_tip
from app.ui.kit.theme import GRID
from app.ui.kit.widgets import Banner, EmptyState, label
from app.ui.kit.widgets.layouts import in_column, split
from app.ui.pages.compare.candidates.settings_side import SettingsSide
from app.ui.pages.compare.candidates.template_chooser import TemplateChooser
from app.ui.pages.compare.chats.list import ChatList
from app.ui.pages.compare.panes.panes_view import PanesView
from app.ui.pages.compare.panes.prompt_box import PromptBox
from app.ui.pages.compare.panes.suggestions import Suggestions
from app.ui.pages.compare.top_bar import TopBar

if TYPE_CHECKING:
    from collections.abc import Mapping

    from app.lab.compare.session import Session
    from app.ui.pages.compare.actions import CompareActions
    from app.ui.pages.compare.controller import CompareController

PLOTS_PX = 150
LEAST_PLOTS_PX = GRID * 12
CHATS_PX = 208
SIDE_PX = 320


class PageParts(QWidget):
    """Builds and places; the page wires.

    Attributes:
        top: Candidates, mode and switches.
        chats: The list of chats at the left.
        notice: A refusal, above the panes.
        hygiene: What differs between panes beside their files.
        panes: The panes.
        empty: Instead of the panes while there are none.
        template_question: How models are to be asked whose files do not say it.
        suggestions: Prompts to begin with.
        prompt: The box that asks all.
        settings: The panel at the right.
    """

    def __init__(
        self,
        session: Session,
        controller: CompareController,
        commands: CompareActions,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.top = TopBar(
            commands.show_chats, commands.measure, commands.show_plots, commands.show_settings
        )
        self.chats = ChatList()
        self.panes = PanesView(session)
        self.empty = EmptyState(
            "compare",
            self.tr("No model is open"),
            self.tr("Add a model to chat with it; add several versions to compare them."),
            (commands.add,),
        )
        self.hygiene = label(role="small-dim", wrap=True)
        set_tip(
            self.hygiene, self.tr("A comparison is fair when every pane is asked in the same way.")
        )
        self.hygiene.setContentsMargins(GRID, GRID // 2, GRID, 0)
        self.hygiene.hide()
        self.notice = Banner(dismissible=True)
        self.notice.hide()
        self.template_question = TemplateChooser()
        self.suggestions = Suggestions()
        self.prompt = PromptBox()
        self.settings = SettingsSide(session, controller)
        self._lay_out()

    def _lay_out(self) -> None:
        self._stack = QStackedWidget()
        self._stack.addWidget(self.empty)
        self._stack.addWidget(self.panes)
        self._rows = QSplitter(Qt.Orientation.Vertical)
        self._rows.setChildrenCollapsible(False)
        # Qt adds the style sheet's margins to the width of a vertical splitter's handle.
        self._rows.setHandleWidth(1)
        self._rows.addWidget(self._stack)
        centre = QWidget()
        in_column(
            self.notice,
            self.hygiene,
            (self._rows, 1),
            self.template_question,
            self.suggestions,
            self.prompt,
            on=centre,
            margins=(GRID // 2, GRID // 2, GRID // 2, 0),
            spacing=GRID // 2,
        )
        sizes = (CHATS_PX, 10_000, SIDE_PX)
        self._columns = split(self.chats, centre, self.settings, grows=1, sizes=sizes)
        in_column(self.top, (self._columns, 1), on=self, spacing=0)

    def place_plots(self, plots: QWidget) -> None:
        """Put the plots below the panes."""
        plots.setMinimumHeight(LEAST_PLOTS_PX)
        self._rows.insertWidget(1, plots)
        self._rows.setStretchFactor(0, 1)
        self._rows.setStretchFactor(1, 0)
        self._rows.setSizes([10_000, PLOTS_PX])

    def show_panes(self, shown: bool) -> None:
        """Show the panes, or what stands in their place."""
        self._stack.setCurrentWidget(self.panes if shown else self.empty)

    def sizes(self) -> dict[str, list[int]]:
        """The splitters' sizes by name."""
        return {name: splitter.sizes() for name, splitter in self._splitters().items()}

    def set_sizes(self, sizes: Mapping[str, list[int]]) -> None:
        """Bring sizes back, as far as they fit what there is."""
        for name, splitter in self._splitters().items():
            kept = sizes.get(name, [])
            if len(kept) == splitter.count() and sum(kept) > 0:
                splitter.setSizes(kept)

    def _splitters(self) -> dict[str, QSplitter]:
        return {"compare.columns": self._columns, "compare.rows": self._rows}
