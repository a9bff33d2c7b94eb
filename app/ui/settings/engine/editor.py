"""Edits how a model is loaded."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from app.core.candidates.settings import USUAL_ENGINE, EngineSettings
from app.ui.kit.widgets.fold import Fold
from app.ui.kit.widgets.labels import label
from app.ui.kit.widgets.layouts import in_column
from app.ui.kit.widgets.number_field import NumberField
from app.ui.settings.engine.fields import (
    LEAST_CONTEXT,
    MOST_CONTEXT,
    MOST_LAYERS,
    ChoiceField,
    EngineField,
    WordsField,
    advanced_fields,
    usual_fields,
)
from app.ui.settings.settings_rows import SettingsRows

if TYPE_CHECKING:
    from app.core.models.model_file import ModelFile


class EngineEditor(QWidget):
    """The engine settings as fields; empty means that the program decides.

    What few people need is folded away, unless it is set.

    Signals:
        changed: The person changed something: the new ``EngineSettings``.
    """

    changed = Signal(object)

    def __init__(
        self, settings: EngineSettings | None = None, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._settings = settings or EngineSettings()
        self._gpus = 0
        self._experts = 0
        self._fields: dict[str, tuple[EngineField, SettingsRows]] = {}
        usual = SettingsRows()
        for field in usual_fields():
            self._add(field, usual)
        advanced = SettingsRows()
        self._advanced: list[str] = []
        for heading, fields in advanced_fields():
            advanced.add_heading(heading)
            for field in fields:
                self._add(field, advanced)
                self._advanced.append(field.name)
        content = QWidget()
        content.setLayout(advanced)
        self.fold = Fold(self.tr("Advanced"), content)
        words = self.tr("A change loads the model again, except of threads.")
        self.note = label(words, "small-dim", wrap=True)
        in_column(usual, self.fold, self.note, on=self)
        self.setAccessibleName(self.tr("Engine settings"))
        self._show()

    @property
    def settings(self) -> EngineSettings:
        """The settings that hold."""
        return self._settings

    def set_settings(self, settings: EngineSettings) -> None:
        """Show other settings without telling anybody."""
        self._settings = settings
        self._show()

    def set_model(self, model: ModelFile) -> None:
        """Take what the model's header allows."""
        self._experts = model.expert_count
        layers = model.block_count or MOST_LAYERS
        limits = {
            "context_tokens": max(LEAST_CONTEXT, model.context_length or MOST_CONTEXT),
            "gpu_layers": layers + 1,  # the output layer counts
            "cpu_experts": layers,
            "experts": max(1, model.expert_count),
        }
        for name, most in limits.items():
            control = self.control(name)
            assert isinstance(control, NumberField)
            control.set_most(most)
            self._fields[name][1].tell_range(control)
        self._show_rows()

    def set_gpus(self, count: int) -> None:
        """Offer what GPUs compute only where there are some, or where it was set elsewhere."""
        self._gpus = count
        self._show_rows()

    def control(self, name: str) -> NumberField | ChoiceField | WordsField:
        """The field of one attribute of the settings."""
        return self._fields[name][0].control

    def _add(self, field: EngineField, rows: SettingsRows) -> None:
        rows.add(field.title, field.control, field.tip)
        self._fields[field.name] = field, rows
        field.control.value_changed.connect(lambda value: self._take(field.name, value))

    def _take(self, name: str, value: object) -> None:
        changed = msgspec.structs.replace(self._settings, **{name: value})
        if changed != self._settings:
            self._settings = changed
            self.changed.emit(changed)

    def _show(self) -> None:
        for name in self._fields:
            self.control(name).set_value(getattr(self._settings, name))
        self._show_rows()
        if any(map(self._is_set, self._advanced)):
            self.fold.set_open(True)

    def _show_rows(self) -> None:
        """Leave out what this PC or this model does not have, unless it is set."""
        for name, (field, rows) in self._fields.items():
            there = self._gpus >= {"gpu": 1, "gpus": 2}.get(field.needs, 0)
            there = there and (self._experts > 1 or not field.wants_experts)
            rows.set_shown(field.control, there or self._is_set(name))

    def _is_set(self, name: str) -> bool:
        return getattr(self._settings, name) != getattr(USUAL_ENGINE, name)
