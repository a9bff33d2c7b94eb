"""Rooms for engines, with the memory that a test wants them to have."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.lab.engines.room import EngineRoom

if TYPE_CHECKING:
    from pathlib import Path

    from app.lab.engines.plans import Plans

PLENTY_BYTES = 50_000_000_000


def roomy(
    folder: Path,
    available_bytes: int = PLENTY_BYTES,
    plans: Plans | None = None,
    total_bytes: int | None = None,
) -> EngineRoom:
    """A room with so much memory free, of so much or just this, whatever this PC has."""
    total = available_bytes if total_bytes is None else total_bytes
    return EngineRoom(folder, lambda: available_bytes, plans, total_bytes=lambda: total)
