"""A candidate on all devices, as a table."""

from __future__ import annotations

import csv
import io
from enum import IntEnum
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QSize, Qt
from PySide6.QtGui import QColor

from app.core.text.csv_cells import csv_cell
from app.ui.kit.plain import plain_data
from app.ui.kit.theme import GRID, current_tokens
from app.ui.kit.words.format import byte_size
from app.ui.pages.scale.elsewhere.content import bandwidth_words, speed_words, verdict_words
from app.ui.pages.scale.named import SORT_ROLE, NamedTable, NamedView

if TYPE_CHECKING:
    from collections.abc import Sequence

    from app.core.devices.carried import Carried
    from app.ui.kit.views.titled import Index

_Role = Qt.ItemDataRole
_TOKENS = {"fits": "ready", "tight": "working", "no": "dim"}


class DeviceColumn(IntEnum):
    """From left to right."""

    NAME = 0
    MEMORY = 1
    FITS = 2
    SPEED = 3
    BANDWIDTH = 4
    SOURCE = 5


_SIGNS: dict[int, int] = {
    DeviceColumn.MEMORY: 11,
    DeviceColumn.FITS: 14,
    DeviceColumn.SPEED: 20,
    DeviceColumn.BANDWIDTH: 15,
}
_HIDING = (DeviceColumn.BANDWIDTH, DeviceColumn.MEMORY)
_NAME_SIGNS, _SOURCE_SIGNS = 34, 14
WORDS: dict[int, str] = {
    DeviceColumn.FITS: "fits",
    DeviceColumn.SPEED: "tokens_per_second",
    DeviceColumn.BANDWIDTH: "bandwidth",
}
"""Words of the glossary by column."""


class DevicesModel(NamedTable):
    """One row a device."""

    figures = frozenset({DeviceColumn.MEMORY, DeviceColumn.SPEED, DeviceColumn.BANDWIDTH})

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.rows: tuple[Carried, ...] = ()

    def take(self, rows: Sequence[Carried]) -> None:
        """Show these: in place where the devices are the same ones."""
        same = [one.device for one in rows] == [one.device for one in self.rows]
        if not same:
            self.beginResetModel()
        self.rows = tuple(rows)
        if not same:
            self.endResetModel()
        elif rows:
            last = self.index(len(rows) - 1, len(DeviceColumn) - 1)
            self.dataChanged.emit(self.index(0, 0), last)

    def name_at(self, row: int) -> str:
        """Of the device there."""
        return self.rows[row].device.name

    def titles(self) -> Sequence[str]:
        """Of the columns."""
        return (
            self.tr("Device"),
            self.tr("For models"),
            self.tr("There"),
            self.tr("Speed"),
            self.tr("Bandwidth"),
            self.tr("Source"),
        )

    def count(self) -> int:
        """How many rows there are."""
        return len(self.rows)

    # Qt's own names from here on.

    @plain_data()
    def data(self, index: Index, role: int = _Role.DisplayRole) -> object:
        if not index.isValid() or index.row() >= len(self.rows):
            return None
        one, column = self.rows[index.row()], index.column()
        match role:
            case _Role.DisplayRole:
                return self._text(one, column)
            case _Role.ToolTipRole if column == DeviceColumn.SPEED:
                return self.tr("At least, with a full context, to at most, with an empty one")
            case _Role.ToolTipRole:
                device = one.device
                parts = (device.name, device.source, device.url, device.date.isoformat())
                return "\n".join(filter(None, parts))
            case _Role.ForegroundRole if column == DeviceColumn.FITS:
                return QColor(getattr(current_tokens(), _TOKENS[str(one.verdict)]))
            case _Role.AccessibleTextRole if column == DeviceColumn.NAME:
                titles = zip(self.titles(), DeviceColumn, strict=True)
                return ", ".join(f"{title} {self._text(one, each)}" for title, each in titles)
            case _Role.TextAlignmentRole:
                return self.alignment(column)
            case _ if role == SORT_ROLE:
                return _sorted_by(one, column)
            case _:
                return None

    def _text(self, one: Carried, column: int) -> str:
        match column:
            case DeviceColumn.NAME:
                return one.device.name
            case DeviceColumn.MEMORY:
                return str(byte_size(one.device.usable_bytes))
            case DeviceColumn.FITS:
                return verdict_words(one.verdict)
            case DeviceColumn.SPEED:
                return speed_words(one)
            case DeviceColumn.BANDWIDTH:
                return bandwidth_words(one)
            case _:
                return one.device.source

    def as_csv(self) -> str:
        """All rows as comma-separated values."""
        text = io.StringIO()
        writer = csv.writer(text, lineterminator="\r\n")
        writer.writerow(
            ("device", "memory_bytes", "usable_bytes", "needs_bytes", "verdict",
             "bandwidth_bytes_per_s", "tokens_per_second_low", "tokens_per_second_high",
             "source", "url", "date")
        )  # fmt: skip
        for one in self.rows:
            device = one.device
            speeds = (device.bytes_per_s, one.slow, one.quick)
            writer.writerow(
                (csv_cell(device.name), device.memory_bytes, device.usable_bytes,
                 one.needs_bytes, one.verdict,
                 *("" if value is None else f"{value:.6g}" for value in speeds),
                 csv_cell(device.source), csv_cell(device.url), device.date)
            )  # fmt: skip
        return text.getvalue()


class DevicesView(NamedView):
    """The table; a row is the device's place in the picture."""

    signs, hiding, least_signs = _SIGNS, _HIDING, _NAME_SIGNS + _SOURCE_SIGNS

    def __init__(self, model: DevicesModel) -> None:
        super().__init__(model, WORDS)
        self.setAccessibleName(self.tr("Devices"))

    def share(self, sign_px: int, rest_px: int) -> None:
        name = min(sign_px * _NAME_SIGNS, max(sign_px * 20, rest_px - sign_px * 8))
        self.setColumnWidth(DeviceColumn.NAME, name)
        self.setColumnWidth(DeviceColumn.SOURCE, max(sign_px * 8, rest_px - name))

    # Qt's own names from here on.

    def sizeHint(self) -> QSize:
        return QSize(80 * GRID, 28 * GRID)

    def minimumSizeHint(self) -> QSize:
        return QSize(30 * GRID, 14 * GRID)


def _sorted_by(one: Carried, column: int) -> float | str:
    match column:
        case DeviceColumn.MEMORY:
            return float(one.device.usable_bytes)
        case DeviceColumn.FITS:
            return one.needs_bytes / max(1, one.device.usable_bytes)
        case DeviceColumn.SPEED:
            return one.quick if one.quick is not None else -1.0
        case DeviceColumn.BANDWIDTH:
            return one.device.bytes_per_s or -1.0
        case DeviceColumn.SOURCE:
            return one.device.source.casefold()
        case _:
            return one.device.name.casefold()
