"""The page's first line: which ladder, its columns, its report, another one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QCheckBox, QFrame, QMenu, QPushButton

from app.lab.works.ladders.entry import name_of
from app.ui.kit.plain import set_tip
from app.ui.kit.theme import GRID
from app.ui.kit.widgets import ElidedLabel, IconButton, push_button
from app.ui.kit.widgets.layouts import in_row
from app.ui.pages.ladder.words import entry_title

if TYPE_CHECKING:
    from app.lab.works.ladders.entry import LadderEntry
    from app.ui.pages.ladder.actions import LadderActions


class LadderTopBar(QFrame):
    """Holds what the page wires.

    Signals:
        columns_wanted: The person wants to choose columns.
    """

    columns_wanted = Signal()

    def __init__(self, commands: LadderActions) -> None:
        super().__init__()
        self.setProperty("role", "bar")
        self._commands = commands
        self.list_button = IconButton.for_action(commands.show_list, "chat-list")
        self.title = ElidedLabel("", least_characters=12, strong=True)
        self.against = ElidedLabel("", dim=True, least_characters=8)
        self.details_box = QCheckBox(self.tr("Details"))
        set_tip(self.details_box, self.tr("Show every figure in the table"))
        self.details_box.toggled.connect(commands.details.setChecked)
        commands.details.toggled.connect(self.details_box.setChecked)
        self.columns_button = push_button(self.tr("Columns"), icon_name="settings")
        self.columns_button.clicked.connect(self.columns_wanted)
        self.report_button = self._make_report_button()
        in_row(
            self.list_button,
            self.title,
            self.against,
            1,
            self.details_box,
            self.columns_button,
            self.report_button,
            on=self,
            margins=(GRID, GRID // 2, GRID, GRID // 2),
        )

    def show_title(self, entry: LadderEntry | None) -> None:
        """Name the ladder that is shown, and what its versions are compared with."""
        title = against = ""
        if entry is not None:
            title, name = entry_title(entry), name_of(entry.candidate(entry.reference).name)
            against = self.tr("compared with {name}").format(name=name)
        self.title.set_text(title)
        self.against.set_text(against)

    def show_ladder(self, *, shown: bool) -> None:
        """Whether a ladder is shown at all."""
        for widget in (self.title, self.against, self.details_box, self.report_button):
            widget.setVisible(shown)
        self.columns_button.setVisible(shown and self._commands.details.isChecked())
        self.report_button.setEnabled(self._commands.copy_report.isEnabled())
        self.columns_button.setEnabled(self._commands.copy_table.isEnabled())

    def _make_report_button(self) -> QPushButton:
        button = push_button(self.tr("Report"), icon_name="export")
        menu = QMenu(button)
        menu.addActions([*self._commands.reports.values()])
        menu.addSeparator()
        menu.addActions([self._commands.copy_report, self._commands.copy_table])
        button.clicked.connect(lambda: menu.popup(button.mapToGlobal(button.rect().bottomLeft())))
        return button
