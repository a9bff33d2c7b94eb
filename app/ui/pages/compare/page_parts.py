"""The parts of the Compare page and where they stand."""

from __future__ import annotations

from collections.abc import Mapping
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
from app.ui.pages.compare.panes.figures import TurnFigures
from app.ui.pages.compare.panes.prompt_box import PromptBox
from app.ui.pages.compare.panes.rows_view import RowsView
from app.ui.pages.compare.panes.welcome import Welcome
from app.ui.pages.compare.top_bar import TopBar

if TYPE_CHECKING:
    from PySide6.QtGui import QResizeEvent

    from app.lab.compare.session import Session
    from app.ui.pages.compare.actions import CompareActions
    from app.ui.pages.compare.controller import CompareController
    from app.ui.pictures.door import PictureDoor

PLOTS_PX = 150
LEAST_PLOTS_PX = GRID * 12
LINES_FOR_PLOTS, LINES_FOR_BARS = 36, 26
"""So many lines of text the page must be high for them."""
CHARACTERS_FOR_CHATS = 118
"""So wide it must be for the list of chats beside the columns."""
CHATS_PX = 208
SIDE_PX = 320


class PageParts(QWidget):
    """Builds and places; the page wires.

    Attributes:
        top: What is open, mode and switches.
        chats: The list of chats at the left.
        notice: A refusal, above the columns.
        hygiene: What differs between candidates beside their files.
        panes: Candidates as columns, turns as rows.
        welcome: What an empty chat says.
        figures: What the newest answers show.
        empty: Instead of the columns while there are none.
        template_question: How models are to be asked whose files do not say it.
        prompt: The field to ask in.
        settings: The panel at the right.
    """

    def __init__(
        self,
        session: Session,
        controller: CompareController,
        commands: CompareActions,
        door: PictureDoor | None = None,
        parent: QWidget | None = None,
    ) -> None:
        """``door`` is where pictures come from; without it none can be shown."""
        super().__init__(parent)
        self.top = TopBar(commands.show_chats, commands.measure, commands.show_settings)
        self.chats = ChatList()
        self.welcome = Welcome()
        self.panes = RowsView(session, self.welcome, door)
        self.panes.follows = self.chats.view
        self.figures = TurnFigures(session, commands.show_plots)
        self.empty = EmptyState(
            "compare",
            self.tr("No model is open"),
            self.tr("Add a model to chat with it; add several versions to compare them."),
            (commands.add,),
        )
        self.hygiene = label(role="small-dim", wrap=True)
        set_tip(self.hygiene, self.tr("A comparison is fair when all are asked in the same way."))
        self.hygiene.setContentsMargins(GRID, 0, GRID, 0)
        self.hygiene.hide()
        self.notice = Banner(dismissible=True)
        self.notice.hide()
        self.template_question = TemplateChooser()
        self.prompt = PromptBox(door)
        self.settings = SettingsSide(session, controller)
        self._placed_plots: QWidget | None = None
        self._plots_wanted = False
        self._show_chats, self._show_plots = commands.show_chats, commands.show_plots
        self._narrow = self._chats_before = False
        self._lay_out()
        self.prompt.take_drops(self)

    def _lay_out(self) -> None:
        self._stack = QStackedWidget()
        self._stack.addWidget(self.empty)
        self._stack.addWidget(self.panes)
        self._rows = QSplitter(Qt.Orientation.Vertical)
        self._rows.setChildrenCollapsible(False)
        # Qt adds the style sheet's margins to the width of a vertical splitter's handle.
        self._rows.setHandleWidth(1)
        upper = QWidget()
        in_column((self._stack, 1), self.figures, on=upper, spacing=GRID // 2)
        self._rows.addWidget(upper)
        centre = QWidget()
        in_column(
            self.notice,
            (self._rows, 1),
            self.hygiene,
            self.template_question,
            self.prompt,
            on=centre,
            margins=(GRID // 2, GRID // 2, GRID // 2, 0),
            spacing=GRID // 2,
        )
        sizes = (CHATS_PX, 10_000, SIDE_PX)
        self._columns = split(self.chats, centre, self.settings, grows=1, sizes=sizes)
        in_column(self.top, (self._columns, 1), on=self, spacing=0)

    def place_plots(self, plots: QWidget) -> None:
        """Put the plots below the answers."""
        self._placed_plots = plots
        plots.setMinimumHeight(LEAST_PLOTS_PX)
        self._rows.insertWidget(1, plots)
        self._rows.setStretchFactor(0, 1)
        self._rows.setStretchFactor(1, 0)
        self._rows.setSizes([10_000, PLOTS_PX])

    def show_plots(self, shown: bool) -> None:
        """Show the plots, as soon as there is room for them."""
        self._plots_wanted = shown
        self._give_way()

    def _give_way(self) -> None:
        """Where the window is low plots go first, then bars: answers keep their room."""
        lines = self.height() // max(1, self.fontMetrics().height())
        self.figures.set_lines_shown(lines >= LINES_FOR_BARS)
        if self._placed_plots is not None:
            self._placed_plots.setVisible(self._plots_wanted and lines >= LINES_FOR_PLOTS)

        narrow = self.width() < self.fontMetrics().averageCharWidth() * CHARACTERS_FOR_CHATS
        if narrow != self._narrow:
            self._narrow = narrow
            self._fold_chats(narrow)

    def _fold_chats(self, folded: bool) -> None:
        """In a narrow window the chats go as well; they come back with the room for them."""
        if folded:
            self._chats_before = self._show_chats.isChecked()
            self._show_chats.setChecked(False)
        elif self._chats_before:
            self._show_chats.setChecked(True)

    def show_chats(self, shown: bool) -> None:
        """Show the list of chats, as soon as there is room for it."""
        self._chats_before = shown
        self._show_chats.setChecked(shown and not self._narrow)

    @property
    def chat_list_visible(self) -> bool:
        """Whether the list of chats is shown, as soon as there is room for it."""
        return self._show_chats.isChecked() or (self._narrow and self._chats_before)

    def show_panes(self, shown: bool) -> None:
        """Show the columns, or what stands in their place."""
        self._stack.setCurrentWidget(self.panes if shown else self.empty)

    def layout_state(self) -> dict[str, list[int]]:
        """The splitters' sizes by name."""
        return {name: splitter.sizes() for name, splitter in self._splitters().items()}

    def restore_layout(
        self,
        sizes: Mapping[str, list[int]],
        *,
        chat_list_visible: bool = True,
        plots_visible: bool = False,
    ) -> None:
        """Bring back what was, as far as it fits what there is: the plots are to be there."""
        for name, splitter in self._splitters().items():
            kept = sizes.get(name, [])
            if len(kept) == splitter.count() and sum(kept) > 0:
                splitter.setSizes(kept)
        self.show_chats(chat_list_visible)
        self._show_plots.setChecked(plots_visible)

    @property
    def plots_visible(self) -> bool:
        """Whether the plots are unfolded."""
        return self._show_plots.isChecked()

    def _splitters(self) -> dict[str, QSplitter]:
        return {"compare.columns": self._columns, "compare.rows": self._rows}

    # Qt's own names from here on.

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._give_way()
