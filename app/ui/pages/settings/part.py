"""The Settings page as a part of the window, and what its choices change at once."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from app.core.candidates.settings import PRESETS, EngineSettings
from app.ui.kit.late import Place
from app.ui.kit.pages import Page, Part
from app.ui.kit.plain import describe
from app.ui.kit.theme import ThemeChoice
from app.ui.kit.words.text import translate

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

    from app.ui.pages.settings.desk import SettingsDesk
    from app.ui.shell.ground import Ground


class SettingsPart(Part):
    """Main thread only. The page is made when it is first looked at."""

    def __init__(self, ground: Ground) -> None:
        self._ground = ground
        self._desk: SettingsDesk | None = None
        self._effects: dict[str, Callable[[], object]] = {
            "theme": lambda: ground.theme.set_choice(ThemeChoice(ground.kept.now.theme)),
            "enter_sends": lambda: ground.requests.enter_sends.tell(ground.kept.now.enter_sends),
            "preset": self._take_preset,
            "context_tokens": self._take_engine,
            "threads": self._take_engine,
            "tuned": self._take_tuned,
        }
        self._take_preset()
        self._take_engine()
        self._take_tuned()
        self.page = Page(
            id="settings",
            title=translate("Window", "Settings"),
            icon_name="preferences",
            widget=Place(self._make),
            at_bottom=True,
        )

    def begin(self) -> None:
        """Let the palette lead to each setting."""
        from app.ui.pages.settings.entries import entries

        for entry in entries():
            words = translate("Settings", "Setting: {title}").format(title=entry.title)
            action = self._ground.main.add_command(
                words, lambda key=entry.key: self._go_to(key), "", "preferences"
            )
            describe(action, entry.explanation)

    def close(self) -> None:
        if self._desk is not None:
            self._desk.close()

    def _make(self) -> QWidget:
        from app.ui.pages.settings.desk import SettingsDesk

        self._desk = SettingsDesk(self._ground, self._on_changed)
        return self._desk.page

    def _go_to(self, key: str) -> None:
        self._ground.main.show_page(self.page.id)
        if self._desk is not None:
            self._desk.page.go_to(key)

    def _on_changed(self, key: str, value: object) -> None:
        self._ground.kept.change(**{key: value})
        self._effects.get(key, lambda: None)()

    def _take_preset(self) -> None:
        ground = self._ground
        ground.session.chats.default_sampling = PRESETS[ground.kept.now.preset]

    def _take_engine(self) -> None:
        now = self._ground.kept.now
        wanted = EngineSettings(context_tokens=now.context_tokens, threads=now.threads)
        self._ground.session.load_by(wanted)

    def _take_tuned(self) -> None:
        self._ground.session.load_as_tuned(self._ground.kept.now.tuned)
