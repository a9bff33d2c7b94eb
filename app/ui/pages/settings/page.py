"""The Settings page: what holds for the whole program."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QScrollArea, QVBoxLayout, QWidget

from app.core.candidates.settings import PRESETS
from app.ui.kit.theme import Theme, ThemeChoice
from app.ui.kit.widgets.labels import label
from app.ui.kit.widgets.layouts import Gap, empty, in_column
from app.ui.settings.sampling_editor import preset_name
from app.ui.settings.settings_rows import SettingsRows, choice_box, choose

_WIDTH_PX = 560


class PreferencesPage(QScrollArea):
    """Theme, and what new chats start with.

    Signals:
        preset_changed: Another sampling preset for new chats, by its name.
        enter_changed: Whether Enter sends a prompt.
    """

    preset_changed = Signal(str)
    enter_changed = Signal(bool)

    def __init__(
        self,
        theme: Theme,
        *,
        preset: str = next(iter(PRESETS)),
        enter_sends: bool = True,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._theme = theme
        self.theme_box = choice_box(
            [
                (self.tr("as the system"), ThemeChoice.SYSTEM),
                (self.tr("light"), ThemeChoice.LIGHT),
                (self.tr("dark"), ThemeChoice.DARK),
            ]
        )
        self.enter_box = choice_box(
            [(self.tr("sends"), True), (self.tr("makes a new line"), False)]
        )
        self.preset_box = choice_box([(preset_name(name), name) for name in PRESETS])
        self._folders = QVBoxLayout()
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setWidget(self._content())
        self.theme_box.activated.connect(self._on_theme)
        self.preset_box.activated.connect(
            lambda: self.preset_changed.emit(str(self.preset_box.currentData()))
        )
        self.enter_box.activated.connect(
            lambda: self.enter_changed.emit(bool(self.enter_box.currentData()))
        )
        theme.choice_changed.connect(self._show)
        choose(self.preset_box, preset)
        choose(self.enter_box, enter_sends)
        self._show()

    def set_folders(self, folders: dict[str, str]) -> None:
        """Name where the program keeps what: (what, folder)."""
        empty(self._folders)
        for what, folder in folders.items():
            self._folders.addWidget(label(what, "dim"))
            place = label(folder, wrap=True, selectable=True)
            self._folders.addWidget(place)

    def _content(self) -> QWidget:
        content = QWidget()
        content.setProperty("role", "plain")
        content.setMaximumWidth(_WIDTH_PX)
        column = in_column(label(self.tr("Settings"), "title"), Gap(8), on=content, margins=24)
        rows = SettingsRows()
        rows.add(
            self.tr("Theme"),
            self.theme_box,
            self.tr("Light or dark; the system's choice is followed while the program runs."),
        )
        rows.add(
            self.tr("Enter"),
            self.enter_box,
            self.tr("What the Enter key does to a prompt; Ctrl+Enter sends in any case."),
        )
        rows.add(
            self.tr("New chats"),
            self.preset_box,
            self.tr("The sampling settings that a new chat starts with."),
        )
        column.addLayout(rows)
        column.addSpacing(16)
        column.addLayout(self._folders)
        column.addStretch(1)
        return content

    def _on_theme(self) -> None:
        self._theme.set_choice(ThemeChoice(self.theme_box.currentData()))

    def _show(self) -> None:
        choose(self.theme_box, self._theme.choice)
