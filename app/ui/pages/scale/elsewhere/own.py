"""Devices of the person's own: entered by hand, kept in the settings."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QLineEdit, QWidget

from app.core.devices.device import Device, DeviceKind
from app.ui.kit.widgets.buttons import push_button
from app.ui.kit.widgets.choice_box import ChoiceBox
from app.ui.kit.widgets.flow import FlowLayout
from app.ui.kit.widgets.labels import label
from app.ui.kit.widgets.number_field import NumberField
from app.ui.pages.scale.elsewhere.content import kind_name

if TYPE_CHECKING:
    from collections.abc import Collection

_MOST_LETTERS = 60
_FIELD_SIGNS = 10


class OwnDevice(QWidget):
    """Fields for one device.

    Signals:
        added: A device was entered.
    """

    added = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self.name = QLineEdit()
        self.name.setMaxLength(_MOST_LETTERS)
        self.name.setPlaceholderText(self.tr("Name of your device"))
        self.name.setAccessibleName(self.name.placeholderText())
        self.kind = ChoiceBox(self.tr("What kind of device it is"))
        for kind in DeviceKind:
            self.kind.addItem(kind_name(kind), kind)
        self.kind.setCurrentIndex(list(DeviceKind).index(DeviceKind.SOC))
        self.memory = NumberField(self.tr("Memory in GB"), 0.25, 4096, decimals=2)
        self.memory.set_value(8)
        self.bandwidth = NumberField(
            self.tr("Bandwidth of its memory in GB/s"), 1, 20_000, decimals=1, blank="?"
        )
        self.button = push_button(self.tr("Add"), icon_name="add", run=self._add)
        self._taken: frozenset[str] = frozenset()
        row = FlowLayout(self)
        for field in (self.memory, self.bandwidth):
            field.setFixedWidth(self.fontMetrics().averageCharWidth() * _FIELD_SIGNS)
        for part in (
            self.name,
            self.kind,
            self.memory,
            label(self.tr("GB"), "dim"),
            self.bandwidth,
            label(self.tr("GB/s, if you know it"), "dim"),
            self.button,
        ):
            row.addWidget(part)
        self.name.textChanged.connect(self._refresh)
        self.name.returnPressed.connect(self._add)
        self._refresh()

    def set_taken(self, names: Collection[str]) -> None:
        """Names that devices have already."""
        self._taken = frozenset(name.casefold() for name in names)
        self._refresh()

    def _refresh(self) -> None:
        name = self.name.text().strip()
        self.button.setEnabled(bool(name) and name.casefold() not in self._taken)

    def _add(self) -> None:
        if not self.button.isEnabled():
            return
        for field in (self.memory, self.bandwidth):
            field.commit()
        assert self.memory.value is not None
        device = Device(
            name=self.name.text().strip(),
            kind=self.kind.currentData(),
            memory_gib=float(self.memory.value),
            gb_per_s=None if self.bandwidth.value is None else float(self.bandwidth.value),
            source=self.tr("entered by you"),
            url="",
            date=date.today(),
        )
        self.name.clear()
        self.added.emit(device)
