"""Single settings, out of the file as it lies there.

Changes nothing, so that any program may look while another owns the settings. What cannot be read
counts as not said.
"""

from __future__ import annotations

import contextlib
import json
import os
from pathlib import Path
from typing import cast

import msgspec

from app.base.files import read_ordinary
from app.core.devices.device import Device

_MOST_BYTES = 1 << 20


def own_folders(settings_path: Path) -> tuple[Path, ...]:
    """The person's own model folders."""
    listed = _said(settings_path).get("library_folders")
    entries = cast("list[object]", listed) if isinstance(listed, list) else []
    found = [_path(entry) for entry in entries]
    return tuple(dict.fromkeys(path for path in found if path is not None))


def certificate_file(settings_path: Path) -> Path | None:
    """The file with certificates that the person chose for the Hub."""
    return _path(_said(settings_path).get("certificate_file"))


def language(settings_path: Path) -> str:
    """The language that the person chose for the window; empty for the system's."""
    named = _said(settings_path).get("language")
    return named if isinstance(named, str) else ""


def memory_reserve_bytes(settings_path: Path) -> int | None:
    """What engines leave free for other programs; None where the person chose nothing."""
    chosen = _said(settings_path).get("memory_reserve_bytes")
    return chosen if isinstance(chosen, int) and chosen >= 0 else None


def own_devices(settings_path: Path) -> tuple[Device, ...]:
    """Devices that the person entered; what cannot be read is left out."""
    listed = _said(settings_path).get("own_devices")
    found: list[Device] = []
    for entry in cast("list[object]", listed) if isinstance(listed, list) else []:
        with contextlib.suppress(msgspec.ValidationError):
            found.append(msgspec.convert(entry, Device))
    return tuple(found)


def _said(settings_path: Path) -> dict[str, object]:
    try:
        raw: object = json.loads(read_ordinary(settings_path, _MOST_BYTES))
    except (OSError, ValueError, RecursionError):
        return {}
    return cast("dict[str, object]", raw) if isinstance(raw, dict) else {}


def _path(entry: object) -> Path | None:
    named = isinstance(entry, str) and os.path.isabs(entry) and "\0" not in entry
    return Path(cast("str", entry)) if named else None
