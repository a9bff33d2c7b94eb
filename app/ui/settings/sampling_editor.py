"""Edits how the next token is chosen."""

from __future__ import annotations

from collections.abc import Collection

import msgspec
from PySide6.QtCore import Signal
from PySide6.QtWidgets import QComboBox, QWidget

from app.core.candidates.settings import MOST_SEED, PRESETS, SamplingSettings
from app.ui.kit.widgets.labels import label
from app.ui.kit.widgets.layouts import in_column
from app.ui.kit.widgets.number_field import NumberField
from app.ui.kit.words.text import translate
from app.ui.settings.settings_rows import SettingsRows, choice_box, choose

_MOST_TOKENS = 1_000_000
_CUSTOM = "custom"


class SamplingEditor(QWidget):
    """The sampling settings as fields, with the presets above them.

    Signals:
        changed: The person changed something: the new ``SamplingSettings``.
    """

    changed = Signal(object)

    def __init__(
        self, settings: SamplingSettings | None = None, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._settings = settings or SamplingSettings()
        self._custom: SamplingSettings | None = None
        self._fields: dict[str, NumberField] = {}
        self._preset = choice_box(
            [
                *((preset_name(name), name) for name in PRESETS),
                (self.tr("Custom"), _CUSTOM),
            ]
        )
        self._rows = SettingsRows()
        self._rows.add(
            self.tr("Preset"),
            self._preset,
            self.tr(
                "Compare always takes the likeliest token, so that answers can be repeated and "
                "held against each other. Chat varies, as chat programs do."
            ),
        )
        self._add_fields()
        self._thinking = self._add_thinking()
        self._ignored: frozenset[str] = frozenset()
        self._note = label("", "small-dim", wrap=True)
        in_column(self._rows, self._note, on=self)
        self.setAccessibleName(self.tr("Sampling settings"))
        self._preset.activated.connect(self._on_preset)
        self._thinking.activated.connect(self._on_thinking)
        self._show()

    @property
    def settings(self) -> SamplingSettings:
        """The settings that hold."""
        return self._settings

    def set_settings(self, settings: SamplingSettings) -> None:
        """Show other settings without telling anybody."""
        if settings != self._settings:
            self._custom = None
        self._settings = settings
        self._show()

    def set_thinking_switch(self, has_switch: bool) -> None:
        """Whether some model's template can turn thinking on and off."""
        self._thinking.setEnabled(has_switch)

    def set_ignored(self, names: Collection[str]) -> None:
        """Grey what the model's server was seen to ignore."""
        self._ignored = frozenset(names)
        self._show()

    def field(self, name: str) -> NumberField:
        """The field of one attribute of the settings."""
        return self._fields[name]

    @property
    def preset_box(self) -> QComboBox:
        """The choice of presets."""
        return self._preset

    @property
    def thinking_box(self) -> QComboBox:
        """The switch for thinking."""
        return self._thinking

    def _add_fields(self) -> None:
        self._add(
            "temperature",
            NumberField("", 0, 5, decimals=2, step=0.1),
            self.tr("Temperature"),
            self.tr("0 always takes the likeliest token. Higher values vary more."),
        )
        self._add(
            "top_k",
            NumberField("", 0, 1000),
            self.tr("Top-k"),
            self.tr("Chooses among this many likeliest tokens. 0 takes all."),
        )
        self._add(
            "top_p",
            NumberField("", 0, 1, decimals=3, step=0.05),
            self.tr("Top-p"),
            self.tr("Chooses among the likeliest tokens that together make this share. 1 is off."),
        )
        self._add(
            "min_p",
            NumberField("", 0, 1, decimals=3, step=0.01),
            self.tr("Min-p"),
            self.tr("Leaves out tokens less likely than this share of the likeliest. 0 is off."),
        )
        self._add(
            "repeat_penalty",
            NumberField("", 0.5, 3, decimals=2, step=0.05),
            self.tr("Repeat penalty"),
            self.tr("Makes the last 64 tokens less likely to come again. 1 is off."),
        )
        self._add(
            "seed",
            NumberField("", 0, MOST_SEED, blank=self.tr("random")),
            self.tr("Seed"),
            self.tr("The same seed gives the same answer again. Empty: another for each answer."),
        )
        self._add(
            "max_tokens",
            NumberField("", 1, _MOST_TOKENS, step=64),
            self.tr("Longest answer"),
            self.tr("An answer ends after this many tokens, thinking included."),
        )

    def _add_thinking(self) -> QComboBox:
        box = choice_box(
            [(self.tr("as the model"), None), (self.tr("on"), True), (self.tr("off"), False)]
        )
        self._rows.add(
            self.tr("Thinking"),
            box,
            self.tr(
                "Turns thinking on or off, in models whose chat template has a switch; where it "
                "cannot be turned off, down."
            ),
        )
        self._add(
            "thinking_limit_tokens",
            NumberField("", 1, _MOST_TOKENS, step=64, blank=self.tr("no limit")),
            self.tr("Longest thinking"),
            self.tr("Thinking is ended after this many tokens, and the answer begins."),
        )
        return box

    def _add(self, name: str, field: NumberField, title: str, explanation: str) -> None:
        self._rows.add(title, field, explanation)
        self._fields[name] = field
        field.value_changed.connect(lambda value: self._take(name, value))

    def _take(self, name: str, value: object) -> None:
        self._apply(msgspec.structs.replace(self._settings, **{name: value}))

    def _on_preset(self) -> None:
        preset = PRESETS.get(str(self._preset.currentData()))
        if preset is not None:
            if self._settings not in PRESETS.values():
                self._custom = self._settings
            self._apply(preset)
        elif self._custom is not None:
            self._apply(self._custom)
        else:
            self._show()

    def _on_thinking(self) -> None:
        self._take("thinking", self._thinking.currentData())

    def _apply(self, settings: SamplingSettings) -> None:
        if settings != self._settings:
            self._settings = settings
            self._show()
            self.changed.emit(settings)

    def _show(self) -> None:
        for name, field in self._fields.items():
            field.set_value(getattr(self._settings, name))
        choose(self._thinking, self._settings.thinking)
        chosen = next((name for name, p in PRESETS.items() if p == self._settings), _CUSTOM)
        choose(self._preset, chosen)
        greedy = self._settings.temperature == 0
        self._note.setText(
            self.tr("Always the likeliest word: top-k, top-p, min-p and the seed have no effect.")
            if greedy
            else self.tr("Answers vary, also between equal models.")
        )
        without_use = {"top_k", "top_p", "min_p", "seed"} if greedy else set[str]()
        for name, field in self._fields.items():
            field.setEnabled(name not in without_use | self._ignored)
        if self._ignored:
            self._note.setText(self.tr("What is grey here, the model's server does not follow."))


def preset_name(name: str) -> str:
    """What a preset is called in the window's language."""
    names = {
        "Compare (greedy)": translate("Preset", "Always the likeliest word"),
        "Chat": translate("Preset", "Chat"),
    }
    return names.get(name, name)
