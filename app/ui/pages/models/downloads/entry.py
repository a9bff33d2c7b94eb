"""A download as the Models page sees it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from app.lab.works.work import WorkState


@dataclass(frozen=True, slots=True)
class DownloadEntry:
    """One download as the list shows it.

    Attributes:
        key: Names it, alone.
        state: Where it is; one that stops counts as running.
        activity: What it is doing, in words; empty where the state says all.
        problem: Why it failed or tries again, a sentence; else empty.
        path: The file, once it is there.
    """

    key: str
    repo_id: str
    title: str
    state: WorkState
    done_bytes: int
    total_bytes: int
    bytes_per_second: float | None = None
    seconds_left: float | None = None
    activity: str = ""
    problem: str = ""
    path: Path | None = None
