"""The Settings page and what its choices change."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.core.candidates.settings import PRESETS
from app.ui.kit.pages import Page, Part
from app.ui.kit.words.text import translate
from app.ui.pages.settings.page import PreferencesPage

if TYPE_CHECKING:
    from app.store.paths import Paths
    from app.ui.shell.ground import Ground


class SettingsPart(Part):
    """Main thread only."""

    def __init__(self, ground: Ground) -> None:
        self._ground = ground
        now = ground.kept.now
        view = PreferencesPage(ground.theme, preset=now.preset, enter_sends=now.enter_sends)
        view.set_folders(_kept_folders(ground.house.paths))
        view.preset_changed.connect(self._on_preset)
        view.enter_changed.connect(self._on_enter)
        ground.session.chats.default_sampling = PRESETS[now.preset]
        self.page = Page(
            id="settings",
            title=translate("Window", "Settings"),
            icon_name="preferences",
            widget=view,
            at_bottom=True,
        )

    def _on_preset(self, name: str) -> None:
        self._ground.session.chats.default_sampling = PRESETS[name]
        self._ground.kept.change(preset=name)

    def _on_enter(self, sends: bool) -> None:
        self._ground.kept.change(enter_sends=sends)
        self._ground.requests.enter_sends.tell(sends)


def _kept_folders(paths: Paths) -> dict[str, str]:
    """What the program keeps where, by its name."""
    return {
        translate("Window", "Chats"): str(paths.database),
        translate("Window", "Settings"): str(paths.settings),
        translate("Window", "Log"): str(paths.log),
        translate("Window", "Demo versions, made again when missing"): str(paths.demo),
    }
