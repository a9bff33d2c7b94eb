"""Edits how a model is loaded."""

from __future__ import annotations

import msgspec
from PySide6.QtCore import Signal
from PySide6.QtWidgets import QComboBox, QWidget

from app.core.candidates.settings import (
    CONTEXT_STEP_TOKENS,
    MOST_THREADS,
    EngineSettings,
    FlashAttention,
    KvType,
)
from app.ui.kit.widgets.labels import label
from app.ui.kit.widgets.layouts import in_column
from app.ui.kit.widgets.number_field import NumberField
from app.ui.settings.settings_rows import SettingsRows, choice_box, choose

_MOST_CONTEXT = 10_000_000
_MOST_LAYERS = 10_000
_LEAST_CONTEXT = CONTEXT_STEP_TOKENS


class EngineEditor(QWidget):
    """The engine settings as fields; empty means that the program decides.

    Signals:
        changed: The person changed something: the new ``EngineSettings``.
    """

    changed = Signal(object)

    def __init__(
        self, settings: EngineSettings | None = None, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._settings = settings or EngineSettings()
        self._has_gpu = False
        self._fields: dict[str, NumberField] = {}
        self._rows = SettingsRows()
        self._add(
            "context_tokens",
            NumberField("", _LEAST_CONTEXT, _MOST_CONTEXT, step=1024, blank=self.tr("auto")),
            self.tr("Context"),
            self.tr(
                "How many tokens of the chat the model sees; more needs more memory. "
                "Auto: 4096, or what the model allows."
            ),
        )
        self._add(
            "threads",
            NumberField("", 1, MOST_THREADS, blank=self.tr("auto")),
            self.tr("Threads"),
            self.tr("While generating. Auto: the processor's cores, divided among the models."),
        )
        self._add(
            "gpu_layers",
            NumberField("", 0, _MOST_LAYERS, blank=self.tr("auto")),
            self.tr("GPU layers"),
            self.tr("Layers that are computed on a GPU. Auto: all, where there is a GPU."),
        )
        self._kv_type = choice_box([(kind.value, kind) for kind in KvType])
        self._rows.add(
            self.tr("KV cache"),
            self._kv_type,
            self.tr(
                "The number format of what the model remembers of the chat. Smaller formats save "
                "memory and may cost quality; those below f16 need flash attention."
            ),
        )
        self._flash = choice_box(
            [
                (self.tr("auto"), FlashAttention.AUTO),
                (self.tr("on"), FlashAttention.ON),
                (self.tr("off"), FlashAttention.OFF),
            ]
        )
        self._rows.add(
            self.tr("Flash attention"),
            self._flash,
            self.tr("A faster way to compute attention that needs less memory."),
        )
        in_column(
            self._rows,
            label(
                self.tr("A change loads the model again, except of threads."),
                "small-dim",
                wrap=True,
            ),
            on=self,
        )
        self.setAccessibleName(self.tr("Engine settings"))
        self._kv_type.activated.connect(
            lambda: self._take("kv_type", KvType(self._kv_type.currentData()))
        )
        self._flash.activated.connect(
            lambda: self._take("flash_attention", FlashAttention(self._flash.currentData()))
        )
        self._show()

    @property
    def settings(self) -> EngineSettings:
        """The settings that hold."""
        return self._settings

    def set_settings(self, settings: EngineSettings) -> None:
        """Show other settings without telling anybody."""
        self._settings = settings
        self._show()

    def set_limits(
        self, *, context_tokens: int | None = None, gpu_layers: int | None = None
    ) -> None:
        """What the model's header allows; None is not known."""
        self._fields["context_tokens"].set_most(
            max(_LEAST_CONTEXT, context_tokens or _MOST_CONTEXT)
        )
        # One more than the layers: the output layer counts.
        self._fields["gpu_layers"].set_most(_MOST_LAYERS if gpu_layers is None else gpu_layers + 1)

    def set_has_gpu(self, has_gpu: bool) -> None:
        """Offer layers on a GPU only where there is one, or where they were set elsewhere."""
        self._has_gpu = has_gpu
        self._show_layers()

    def field(self, name: str) -> NumberField:
        """The field of one attribute of the settings."""
        return self._fields[name]

    @property
    def kv_box(self) -> QComboBox:
        """The choice of the KV cache's format."""
        return self._kv_type

    @property
    def flash_box(self) -> QComboBox:
        """The choice of flash attention."""
        return self._flash

    def _add(self, name: str, field: NumberField, title: str, explanation: str) -> None:
        self._rows.add(title, field, explanation)
        self._fields[name] = field
        field.value_changed.connect(lambda value: self._take(name, value))

    def _take(self, name: str, value: object) -> None:
        changed = msgspec.structs.replace(self._settings, **{name: value})
        if changed != self._settings:
            self._settings = changed
            self.changed.emit(changed)

    def _show(self) -> None:
        for name, field in self._fields.items():
            field.set_value(getattr(self._settings, name))
        self._show_layers()
        choose(self._kv_type, self._settings.kv_type)
        choose(self._flash, self._settings.flash_attention)

    def _show_layers(self) -> None:
        wanted = self._has_gpu or self._settings.gpu_layers is not None
        self._rows.set_shown(self._fields["gpu_layers"], wanted)
